"""The system's log: what it says, and what it keeps to itself."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core import events
from station.core.events import Event, Moment
from station.outputs import journal
from station.outputs.contract import House, OutputError

HOUSE = House("desk_00000000", "en", "0", Path(), lambda _: None)

TROUBLE = events.SensorTrouble("No ADS1115 answers at 0x48.", "Check its four wires.")
SESSION = events.SessionStarted("breathing", "micro", "de", 180.0, "button")
TENSION = events.TensionStarted(18.2, 0.04, "load 18 %RVE, rest share 4 %")
STEP = events.SessionStep("breathing", "de", 3, "say", 4.0, text="Lass die Schultern sinken.")
READING = events.Reading(1.0, 7.0, False, "ok")


def written(level: str, *told: Event) -> list[str]:
    stream = io.StringIO()
    log = journal.open(journal.Settings(level=level), HOUSE, stream)  # type: ignore[arg-type]
    log.start()
    for event in told:
        log.take(Moment(event, 1.0, 0.0))
    log.stop()
    return stream.getvalue().splitlines()


@pytest.fixture(autouse=True)
def no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)


def test_each_level_says_more_than_the_one_before() -> None:
    everything = (TROUBLE, SESSION, TENSION, STEP, READING)
    assert [len(written(level, *everything)) for level in ("trouble", "station", "detail")] == [1, 2, 3]


def test_by_default_nothing_is_said_about_the_body() -> None:
    minute = events.Minute(0.2, 1, 5, 12, 3, 20.0, 60.0, "A")
    assert written("station", TENSION, minute, events.Mark("button"), events.Cue("light", "x", "y")) == []
    assert journal.Settings().level == "station"


def test_a_line_is_words_that_can_be_searched() -> None:
    assert written("station", SESSION) == [
        "session_started technique=breathing length=micro language=de seconds=180 source=button"
    ]
    assert written("trouble", TROUBLE) == [
        'sensor_trouble problem="No ADS1115 answers at 0x48." remedy="Check its four wires."'
    ]


@pytest.fixture
def in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_greenwich")
def test_until_when_quiet_lasts_is_told_by_the_clock() -> None:
    """Not in seconds since the computer was switched on."""
    began = Moment(events.Quiet(True, 53_075.8, "mqtt"), 49_475.8, 1_795_891_800.0)  # 2026-11-28 18:50
    assert journal.line(began) == 'quiet on=yes until="2026-11-28 19:50" source=mqtt'
    assert journal.line(Moment(events.Quiet(False, None, "mqtt"), 49_475.8, 0.0)) == "quiet on=no source=mqtt"


def test_one_event_is_one_line_whatever_its_text() -> None:
    lines = written("trouble", events.OutputTrouble("mqtt", 'refused:\n  "not authorised"\n<3>forged line'))
    assert len(lines) == 1
    assert lines[0] == "output_trouble output=mqtt problem=\"refused: 'not authorised' <3>forged line\""


def test_spoken_texts_and_readings_are_never_written() -> None:
    assert written("detail", STEP, READING, events.Light("cue")) == []


def test_in_private_mode_it_falls_silent() -> None:
    lines = written(
        "detail", events.Private(True, "button"), TENSION, SESSION, TROUBLE, events.Private(False, "button"), TENSION
    )
    assert [line.split()[0] for line in lines] == ["private", "sensor_trouble", "private", "tension_started"]


def test_under_systemd_each_line_carries_its_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    assert written("trouble", TROUBLE)[0].startswith("<4>sensor_trouble ")
    assert written("station", SESSION)[0].startswith("<6>session_started ")


def test_a_log_that_cannot_be_written_is_an_output_error() -> None:
    stream = io.StringIO()
    log = journal.open(journal.Settings(), HOUSE, stream)
    stream.close()
    with pytest.raises(OutputError, match="cannot be written"):
        log.take(Moment(SESSION, 0.0, 0.0))


def test_for_every_event_it_is_decided_whether_it_is_written() -> None:
    kinds = [kind for level in journal.LINES.values() for kind in level] + list(journal.NEVER)
    assert len(kinds) == len(set(kinds))
    there_are = {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)}
    assert set(kinds) == there_are - {Event}


def test_the_cues_a_proposal_rests_on_are_a_number_in_the_log() -> None:
    windows = (events.Window(1.0, 2.0, "wrong", "load 18 %RVE"),) * 3
    [line] = written("detail", events.Proposed("wider_limit", "3 were wrong", windows))
    assert line.endswith('proposed name=wider_limit reason="3 were wrong" windows=3')
