"""The state machines as they are, printed from their own tables for station/README.md.

python -m station.core.tables        markdown on standard output
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from station.core import coach, gestures, grammar, lights, observation, reminders, session


def markdown() -> str:
    """Every table of the hand, the coach, the exercise and the light, as one markdown text."""
    return "\n\n".join(
        (
            "### The button: what a gesture means where",
            _grid("gesture", grammar.GESTURES, grammar.SITUATIONS, _meaning),
            "### The finger",
            _transitions(gestures.TABLE, "fires"),
            "### The coach",
            _transitions(coach.TABLE, "the cue ended"),
            "### The reminders",
            _transitions(reminders.TABLE, "the offer ended"),
            "### The two weeks of looking at one thing",
            _transitions(observation.TABLE, "they ended"),
            "### The exercise",
            _rows(("phase", "request", "does"), ((phase, what, do) for (phase, what), do in session.TABLE.items())),
            "### The light, the most important first",
            " · ".join(f"`{name}`" for name, _ in lights.PATTERNS),
        )
    )


def _meaning(gesture: str, situation: str) -> str:
    return ", ".join(f"`{_call(request)}`" for request in grammar.TABLE[situation, gesture]) or "nothing"


def _call(request: object) -> str:
    """`AnswerCue('wrong')`: the request, with nothing that every press has in common."""
    answer = getattr(request, "answer", "")
    return f"{type(request).__name__}({answer!r})" if answer else type(request).__name__


def _transitions(table: Mapping[tuple[str, str], tuple[str, str]], effect: str) -> str:
    rows = ((state, what, after, told or "–") for (state, what), (after, told) in table.items())
    return _rows(("in", "when", "then", effect), rows)


def _grid(corner: str, rows: Sequence[str], columns: Sequence[str], cell: Callable[[str, str], str]) -> str:
    return _rows((corner, *columns), ((row, *(cell(row, column) for column in columns)) for row in rows))


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(markdown())
