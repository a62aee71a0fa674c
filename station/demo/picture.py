"""The demo's live picture of the station, drawn from its public state; and the same as plain lines for pipes.

`Picture` is an output like every other: it is told moments, and draws four times a second on its own thread.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from station import clock
from station.core.events import (
    NO_SPEAKER,
    Event,
    Light,
    Moment,
    OutputTrouble,
    Reading,
    SessionClosing,
    SessionStep,
)
from station.core.state import State, fold
from station.demo.words import LABELS, LIGHTS, STATES, sentence
from station.german import in_language
from station.outputs.web import spoken

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

BAR = 46
SPARK = "▁▂▃▄▅▆▇█"
# The bar's scale: %RVE at its right end.  Half of it belongs to the first 10 %RVE, where the difference lives.
FULL_RVE_PERCENT = 40.0
DRAWS_PER_S = 4.0
# Lines in the two boxes where the terminal is high enough; what is below them is always seen.
EVENTS, MESSAGES = 7, 5
FRAME = 2
# With fewer lines than these for both, the messages go.
FEWEST = 3
ROWS = ("level", "minute", "state", "light", "voice")


def place(rve_percent: float) -> float:
    """Where a load stands on the bar, 0..1: square root, so that the low end has room."""
    return math.sqrt(min(1.0, max(0.0, rve_percent / FULL_RVE_PERCENT)))


def room(rows: int) -> tuple[int, int]:
    """How many lines of what happened, and of messages, fit into so many rows, frames and all; 0: not even the box."""
    frames = 2 * FRAME
    if rows < frames + FEWEST:
        return max(0, min(EVENTS, rows - FRAME)), 0
    lines = rows - frames
    messages = min(MESSAGES, lines * MESSAGES // (EVENTS + MESSAGES))
    return min(EVENTS, lines - messages), messages


class Picture:
    """What the newcomer looks at."""

    def __init__(
        self,
        language: str,
        rest_rve_percent: float,
        load_rve_percent: float,
        messages: Callable[[], list[str]],
        notes: list[str],
        title: Callable[[str], str],
        console: Console,
    ) -> None:
        """`messages`: the last MQTT messages; `notes`: sentences about this computer; `title`: of an exercise."""
        self.words = LABELS[language]
        self.language = language
        self.rest, self.load = rest_rve_percent, load_rve_percent
        self.messages, self.notes, self.title, self.console = messages, notes, title, console
        self.address: Callable[[], str] = lambda: ""
        """Where the page is, once it is there."""
        self.state = State()
        self.pattern = "off"
        self._leads_out = False
        self.recent: deque[float | None] = deque(maxlen=BAR)
        self.told: deque[str] = deque(maxlen=EVENTS)
        self._second: list[float | None] = []
        self._began = clock.now()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="picture", daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        if not self._thread.is_alive():
            self._thread.start()

    def take(self, moment: Moment) -> None:
        """Learn one event."""
        with self._lock:
            self.state = fold(self.state, moment)
            event = moment.event
            if isinstance(event, Reading):
                self._remember(event)
            elif isinstance(event, Light):
                self.pattern = event.pattern
            line = self._way_out(event) or sentence(event, self.language, self.title)
            if line:
                self.told.append(f"{self._clock(moment.t)}  {line}")
                self._print(self.told[-1])
            if isinstance(event, OutputTrouble):
                self._print(f"{self.words['trouble']}: {self._note(event.problem, event.kind)}")

    def _print(self, line: str) -> None:
        """A line for whoever has no picture."""
        if not self.console.is_terminal:
            self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def trouble(self) -> str:
        """A picture has no troubles."""
        return ""

    def stop(self) -> None:
        """Leave the terminal as it was."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _remember(self, reading: Reading) -> None:
        """One bar of the sparkline is a second and a third: the last minute fits.  What is unknown stays empty."""
        self._second.append(reading.rve_percent)
        if len(self._second) >= round(600 / BAR):
            known = [load for load in self._second if load is not None]
            self.recent.append(sum(known) / len(known) if known else None)
            self._second.clear()

    def _way_out(self, event: Event) -> str:
        """Why an exercise ends before its time, in its own words: who has no sound would only see the time jump."""
        if self._leads_out and isinstance(event, SessionStep) and event.text:
            self._leads_out = False
            said = State(technique=event.technique, language=event.language, saying=event.text)
            return self.words["leads_out"].format(said=spoken.shown(said, self.language))
        self._leads_out = isinstance(event, SessionClosing) or self._leads_out
        return ""

    def _clock(self, t: float) -> str:
        seconds = max(0, int(t - self._began))
        return f"{seconds // 60:02d}:{seconds % 60:02d}"

    def _draw(self) -> None:
        if not self.console.is_terminal:
            self._name_the_page()
            return
        from rich.live import Live

        with Live(self.render(), console=self.console, auto_refresh=False, screen=True) as live:
            while not self._done.wait(1 / DRAWS_PER_S):
                live.update(self.render(), refresh=True)

    def _name_the_page(self) -> None:
        """What this computer lacks, then one line, as soon as there is a page."""
        for note in self.notes:
            self._print(f"{self.words['trouble']}: {note}")
        while not self._done.wait(1 / DRAWS_PER_S):
            if address := self.address():
                self._print(f"{self.words['page']}: {address}")
                return

    def render(self) -> RenderableType:
        """The whole picture, now."""
        from rich import box
        from rich.console import Group
        from rich.padding import Padding
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        w = self.words
        with self._lock:
            state, told = self.state, list(self.told)
            spark = "".join(" " if v is None else SPARK[min(7, int(place(v) * 8))] for v in self.recent)
        now = Table.grid(padding=(0, 2))
        now.add_column(style="dim", no_wrap=True, min_width=max(len(w[label]) for label in ROWS))
        now.add_column(overflow="fold")
        now.add_row(w["level"], self._bar(state))
        now.add_row(
            "",
            Text(
                w["scale"].format(rest=self._number(f"{self.rest:g}"), load=self._number(f"{self.load:g}")), style="dim"
            ),
        )
        now.add_row(w["minute"], Text(spark, style="cyan"))
        now.add_row(w["state"], Text(self._state(state), style="bold yellow" if state.paused else "bold"))
        now.add_row(
            w["light"],
            Text(("○ " if self.pattern in ("off", "private") else "● ") + LIGHTS[self.language][self.pattern]),
        )
        # An exercise that began on a page in the other language is spoken in that one; who looks here reads this one.
        now.add_row(
            w["voice"],
            Text(spoken.shown(state, self.language) or w["unknown"], style="italic" if state.saying else "dim"),
        )
        top = Panel(
            now,
            title=w["title"],
            title_align="left",
            subtitle=self._clock(clock.now()),
            subtitle_align="right",
            box=box.ROUNDED,
        )
        foot: list[Any] = []
        if address := self.address():
            foot.append(Text(f" {w['page']}: {address}", style="cyan"))
        foot += [Padding(Text(f"{w['trouble']}: {note}", style="yellow"), (0, 1)) for note in self._notes(state)]
        foot.append(Text.from_markup(f" {w['keys']}"))
        taken = len(self.console.render_lines(Group(top, *foot), pad=False))
        events, messages = room(self.console.height - taken)
        parts: list[Any] = [top]
        if events:
            happened = _lines(told, events, "")
            parts.append(Panel(happened, title=w["events"], title_align="left", box=box.ROUNDED))
        if messages:
            seen = _lines(self.messages(), messages, w["no_messages"])
            parts.append(Panel(seen, title=w["mqtt"], title_align="left", box=box.ROUNDED))
        return Group(*parts, *foot)

    def _notes(self, state: State) -> list[str]:
        """What this computer lacks, and what the outputs say of themselves."""
        kinds = state.trouble_kinds
        return [*self.notes, *(self._note(said, kinds.get(name, "")) for name, said in state.troubles.items())]

    def _note(self, said: str, kind: str) -> str:
        # What a computer without sound says at length is for `check`.
        return self.words["no_speaker"] if kind == NO_SPEAKER else in_language(said, self.language)

    def _bar(self, state: State) -> Any:
        from rich.text import Text

        level = state.level_rve_percent
        filled = 0 if level is None else round(place(level) * BAR)
        marks = {round(place(self.rest) * BAR): "green", round(place(self.load) * BAR): "yellow"}
        colour = "green" if state.resting else "yellow" if (level or 0) >= self.load else "cyan"
        bar = Text()
        for i in range(BAR):
            full = i < filled
            bar.append("│" if i in marks else "█" if full else "·", style=marks.get(i, colour if full else "dim"))
        figure = self.words["unknown"] if level is None else self._number(f"{level:5.1f}") + " %RVE"
        return bar.append(f"  {figure}", style="bold")

    def _number(self, figure: str) -> str:
        return figure.replace(".", ",") if self.language == "de" else figure

    def _state(self, state: State) -> str:
        words = STATES[self.language][state.state]
        if state.technique:
            words += " " + self.words["exercise"].format(title=self.title(state.technique))
            if state.paused:
                words += self.words["paused"]
            elif state.session_ends and (left := state.session_ends - clock.wall()) > 0:
                words += self.words["left"].format(seconds=left)
        return words


def _lines(lines: list[str], count: int, empty: str) -> RenderableType:
    from rich.text import Text

    shown = lines[-count:] or ([empty] if empty else [])
    return Text("\n".join([*shown, *[""] * (count - len(shown))]), no_wrap=True, overflow="ellipsis")
