"""The tables that the documentation is printed from."""

from __future__ import annotations

from station.core import coach, gestures
from station.core.tables import markdown


def reachable(table, start):
    seen, todo = set(), {start}
    while todo:
        state = todo.pop()
        seen.add(state)
        todo |= {after for (before, _), (after, _) in table.items() if before == state} - seen
    return seen


def test_every_state_of_the_finger_and_the_coach_can_be_reached_and_left():
    for table, start in ((gestures.TABLE, "up"), (coach.TABLE, "calm")):
        states = {state for state, _ in table}
        assert reachable(table, start) == states
        assert all(start in reachable(table, state) for state in states)


def test_the_printed_tables_show_every_row_of_the_grammar():
    text = markdown()
    assert "| double | `MarkNow` | `AnswerCue('wrong')` | `NextStep` | nothing |" in text
    assert "| light | dropped | spent | self_released |" in text
