"""What would be heard, measured: when each sound begins and ends, how loud it is, and that nothing clicks."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import sounds
from station.core.calibrating import STEPS
from station.core.calibrating_words import words
from station.core.events import (
    CalibrationStep,
    Cue,
    Event,
    Mark,
    Private,
    Quiet,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStep,
)
from station.core.script import clip_name
from station.outputs.audio import Settings
from station.outputs.audio.shelf import HouseShelf
from tests.outputs.captured_desk import (
    CHIME,
    RAIN,
    RATE,
    ROUNDS,
    SAY,
    STARTED,
    Desk,
    Shelf,
    biggest_jump,
    first_sound,
    last_sound,
    level_at,
    open_desk,
    rms_above,
)

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture
def desk(sounding_desk: Desk) -> Desk:
    return sounding_desk


def test_a_chime_cue_is_heard_once_and_at_once(desk: Desk) -> None:
    told = desk.tell(CHIME)
    desk.listen(2.5)
    heard = desk.heard()
    assert first_sound(heard, told) < 0.100
    assert level_at(heard, 880, told + 0.3, 0.8) == pytest.approx(0.2, rel=0.05)
    assert last_sound(heard, told) < 1.4 + 0.100


def test_a_light_cue_makes_no_sound(desk: Desk) -> None:
    told = desk.tell(Cue("light", "rest share 4 %", "breathing"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) == 0.0


def test_the_voice_begins_within_a_fifth_of_a_second_of_the_step(desk: Desk) -> None:
    told = desk.tell(STARTED, SAY)
    desk.listen(1.0)
    assert first_sound(desk.heard(), told) < 0.200


def test_a_calibration_is_heard_in_the_voice_of_the_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_desk(HouseShelf(), tmp_path, monkeypatch, Settings(volume=100))
    told = desk.tell(CalibrationStep("drop", STEPS["drop"].seconds))
    desk.listen(3.2)
    desk.audio.stop()
    said = clip_name("de", words("drop", "de", STEPS["drop"].seconds))
    clip = soundfile.read(sounds.clip("calibration", "de", said))[0]
    heard = desk.heard()[round(told * RATE) :] / 32768
    begun = int(np.argmax(np.correlate(heard[:RATE], clip[: RATE // 2], "valid")))
    assert 0 <= begun / RATE < 0.200
    assert np.max(np.abs(heard[begun : begun + len(clip)] - clip)) < 0.01


@pytest.mark.parametrize("event", [SessionPaused("breathing", "de"), SessionEnded("breathing", "de", "stopped")])
def test_pause_and_stop_are_silent_within_a_tenth_of_a_second_without_a_click(desk: Desk, event: Event) -> None:
    lasts, jumps = [], []
    for _ in range(ROUNDS):
        desk.tell(STARTED, SAY)
        desk.listen(0.8)
        told = desk.tell(event)
        desk.listen(0.4)
        heard = desk.heard()
        lasts.append(last_sound(heard, told))
        jumps.append(biggest_jump(heard[round((told - 0.1) * RATE) :]))
    assert 0.030 < min(lasts) <= 0.100
    # A cut at the crest of this tone would jump by 0.15.  A fade of a step a buffer jumps by a third of it at most.
    assert min(jumps) < 0.15 / 3 + 0.012


def test_resume_goes_on_with_the_sentence_where_it_stood(desk: Desk) -> None:
    said = desk.tell(STARTED, SAY)
    desk.listen(1.0)
    paused = desk.tell(SessionPaused("breathing", "de"))
    desk.listen(2.0)
    resumed = desk.tell(SessionResumed("breathing", "de", 170.0))
    desk.listen(5.5)
    heard = desk.heard()
    assert first_sound(heard, resumed) < 0.100
    start = said + first_sound(heard, said)
    first_part = paused + last_sound(heard, paused, resumed) - start
    second_part = last_sound(heard, resumed)
    assert first_part + second_part == pytest.approx(5.0, abs=0.15)
    assert biggest_jump(heard[round((resumed - 0.1) * RATE) :]) < 0.15 * 0.75


def test_the_ambience_is_six_decibels_lower_under_the_voice_and_comes_back(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(3.0)
    said = desk.tell(SAY)
    desk.listen(8.0)
    heard = desk.heard()
    before = rms_above(heard, said - 0.8, 0.7)
    under = rms_above(heard, said + 1.0, 3.0)
    after = rms_above(heard, said + 7.0, 0.9)
    assert before == pytest.approx(0.05, rel=0.15)
    assert 20 * np.log10(under / before) == pytest.approx(-6.0, abs=0.6)
    assert 20 * np.log10(after / before) == pytest.approx(0.0, abs=0.6)


def test_ducking_takes_a_quarter_of_a_second_or_longer(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(3.0)
    said = desk.tell(SAY)
    desk.listen(1.0)
    heard = desk.heard()
    levels = [rms_above(heard, said + 0.05 * i - 0.05, 0.09) for i in range(14)]
    high, low = levels[0], levels[-1]
    between = [i for i, level in enumerate(levels) if low * 1.15 < level < high * 0.87]
    assert len(between) >= 3  # of 50 ms each: a ramp of 0.3 s spends 0.2 s in the middle of its way


def test_the_end_lets_the_bowl_ring_out(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(2.5)
    rung = desk.tell(SessionStep("breathing", "de", 1, "sound", 0.5, sound="bowl"))
    desk.listen(0.5)
    ended = desk.tell(SessionEnded("breathing", "de", "completed"))
    desk.listen(4.0)
    heard = desk.heard()
    assert level_at(heard, 660, rung + 1.5, 1.0) == pytest.approx(0.2, rel=0.05)
    assert rms_above(heard, ended + 1.2, 0.6) < rms_above(heard, ended - 0.6, 0.6) * 0.75
    assert last_sound(heard, ended + 3.3) == 0.0


def test_a_breath_tone_is_as_long_as_the_breath_and_ends_softly(desk: Desk) -> None:
    told = desk.tell(STARTED, SessionStep("breathing", "de", 0, "breath_in", 2.0, sound="breath-in-4"))
    desk.listen(2.6)
    heard = desk.heard()
    assert first_sound(heard, told) + 1.9 < last_sound(heard, told) < first_sound(heard, told) + 2.05
    assert biggest_jump(heard) < 0.01


def test_a_new_sentence_takes_over_without_a_click(desk: Desk) -> None:
    desk.tell(STARTED, SAY)
    jumps = []
    for i in range(ROUNDS):
        desk.listen(0.7)
        told = desk.tell(SessionStep("breathing", "de", 9 * i + 9, "say", 6.0, clip="009"))
        desk.listen(0.7)
        heard = desk.heard()
        assert level_at(heard, 440, told + 0.3, 0.3) == pytest.approx(0.15, rel=0.05)
        jumps.append(biggest_jump(heard[round((told - 0.1) * RATE) :]))
    assert min(jumps) < 0.15 / 3 + 0.024


def test_private_mode_is_silent_at_once_and_the_chime_stays_away(desk: Desk) -> None:
    desk.tell(STARTED, RAIN, SAY)
    desk.listen(2.0)
    told = desk.tell(Private(True, "button"))
    desk.listen(0.5)
    desk.tell(CHIME, Mark("page"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) <= 0.100


def test_in_quiet_only_a_started_exercise_sounds(desk: Desk) -> None:
    told = desk.tell(Quiet(True, None, "button"), CHIME, Mark("button"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) == 0.0
    told = desk.tell(STARTED, SAY)
    desk.listen(0.5)
    assert first_sound(desk.heard(), told) < 0.200
    told = desk.tell(Quiet(False, None, "button"), SessionEnded("breathing", "de", "stopped"), Mark("button"))
    desk.listen(0.5)
    assert level_at(desk.heard(), 1500, told + 0.02, 0.1) > 0.02


def test_everything_at_once_is_never_at_full_scale(desk: Desk) -> None:
    desk.tell(
        STARTED,
        RAIN,
        SAY,
        SessionStep("breathing", "de", 2, "breath_in", 4.0, sound="breath-in-4"),
        CHIME,
        Mark("page"),
    )
    desk.tell(SessionStep("breathing", "de", 3, "sound", 3.0, sound="bowl"))
    desk.listen(3.0)
    assert np.max(np.abs(desk.heard())) < 32767 * 10 ** (-2.5 / 20)


def test_the_volume_is_a_square_and_the_ceiling_holds(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(shelf, tmp_path, monkeypatch, Settings(volume=90, ceiling=50))
    told = desk.tell(CHIME)
    desk.listen(1.2)
    desk.audio.stop()
    assert level_at(desk.heard(), 880, told + 0.3, 0.6) == pytest.approx(0.2 * 0.25, rel=0.05)
