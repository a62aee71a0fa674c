"""What the player begins, fades and holds, told in timelines on a speaker that only writes down what it is asked."""

from pathlib import Path

import pytest

from station.core.calibrating import STEPS, STOPPED
from station.core.calibrating_words import in_language, taken, words
from station.core.events import (
    CalibrationDone,
    CalibrationRefused,
    CalibrationStep,
    ContextChanged,
    Cue,
    Mark,
    Preferred,
    Private,
    Quiet,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.core.script import clip_name
from station.outputs.audio.levels import DUCKED
from station.outputs.audio.player import Player
from station.outputs.audio.speaker import BED, NoSpeaker
from station.outputs.contract import OutputError

STARTED = SessionStarted("breathing", "middle", "de", 180.0, "button")
CHIME = Cue("chime", "rest share 4 %", "breathing")
PAUSED = SessionPaused("breathing", "de")
RESUMED = SessionResumed("breathing", "de", 100.0)


def say(index: int, clip: str) -> SessionStep:
    return SessionStep("breathing", "de", index, "say", 8.0, text="…", clip=clip)


def bed(index: int, name: str) -> SessionStep:
    return SessionStep("breathing", "de", index, "bed", 8.0, sound=name)


class Shelf:
    """Every file is there, but those whose name begins with `no`."""

    def clip(self, technique: str, language: str, clip: str) -> Path:
        return Path(f"{technique}/{language}/{clip}.ogg")

    def sound(self, name: str) -> Path:
        if name.startswith("no"):
            raise FileNotFoundError(name)
        return Path(f"{name}.wav")


class Tape:
    """A mixer's twin: five-second files, ended by the clock it is told, everything written down."""

    sink = "tape"

    def __init__(self) -> None:
        self.now = 0.0
        self.story: list[str] = []
        self.gains: list[tuple[float, float]] = []
        self.ends: dict[int, float] = {}
        self.hangs = False

    def play(self, slot: int, path: Path, seconds: float = 0.0, start: float = 0.0, fade_in: float = 0.0) -> float:
        assert slot != BED or not self.busy(BED), "the bed must be free"
        if path.stem == "broken":
            raise OutputError("broken.ogg cannot be played.", "Make it anew.")
        length = float("inf") if slot == BED else (seconds or 5.0) - start
        self.ends[slot] = self.now + length
        at = f" from {start:.1f}" if start else ""
        self.story.append(f"{self.now:g} play {path.stem}{at}")
        return length

    def prepare(self, path: Path) -> None:
        self.story.append(f"prepare {path.stem}")

    def fade(self, slot: int, seconds: float) -> None:
        self.ends[slot] = min(self.ends[slot], self.now + seconds)
        self.story.append(f"{self.now:g} fade {slot} in {seconds:g}")

    def bed_gain(self, gain: float) -> None:
        self.gains.append((self.now, gain))

    def busy(self, slot: int) -> bool:
        return self.hangs or self.ends.get(slot, 0.0) > self.now

    def lost(self) -> bool:
        return False

    def news(self) -> bool:
        return False

    def close(self) -> None:
        self.story.append("close")


class Evening:
    """A player, a tape, and a clock that is moved by hand."""

    def __init__(self, ambience: str = "as_written", language: str = "de", signal: str = "emg-raw") -> None:
        self.tape = Tape()
        self.player = Player(self.tape, Shelf(), ambience, language, signal)

    def at(self, now: float, *events: object) -> list[str]:
        """Let time go on to `now`, tell the events, and answer what the speaker was asked for because of them."""
        while self.tape.now < now:
            step = min(self.player.due(self.tape.now), now - self.tape.now)
            assert step > 0
            self.tape.now += step
            self.player.tick(self.tape.now)
        self.tape.now = now
        before = len(self.tape.story)
        for event in events:
            self.player.take(event, now)  # type: ignore[arg-type]
        self.player.tick(now)
        return [line.split(" ", 1)[1] for line in self.tape.story[before:]]


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_the_chime_is_played_for_the_second_phase_only(evening: Evening) -> None:
    assert evening.at(0, Cue("light", "why", "breathing")) == []
    assert evening.at(60, CHIME) == ["play chime"]


def test_a_mark_ticks(evening: Evening) -> None:
    assert evening.at(0, Mark("button")) == ["play tick"]


def test_in_quiet_neither_chime_nor_tick_but_the_exercise(evening: Evening) -> None:
    assert evening.at(0, Quiet(True, None, "button"), CHIME, Mark("page")) == []
    assert evening.at(1, STARTED, say(0, "hello")) == ["play hello"]
    assert evening.at(9, Quiet(False, None, "button"), Mark("page")) == ["play tick"]


def test_quiet_fades_a_chime_that_rings(evening: Evening) -> None:
    evening.at(0, CHIME)
    assert evening.at(1, Quiet(True, None, "button")) == ["fade 6 in 0.06"]


def test_in_a_call_a_mark_is_silent_and_a_chime_that_rings_fades(evening: Evening) -> None:
    evening.at(0, CHIME)
    assert evening.at(1, ContextChanged("focus", True)) == []
    assert evening.at(1.1, ContextChanged("call", True), Mark("button")) == ["fade 6 in 0.06"]
    assert evening.at(9, ContextChanged("call", False), Mark("button")) == ["play tick"]


def test_quiet_lets_the_running_exercise_speak(evening: Evening) -> None:
    evening.at(0, STARTED, say(0, "hello"))
    assert evening.at(1, Quiet(True, None, "mqtt")) == []


def test_private_fades_everything_and_still_leads_back_to_the_room(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"), say(1, "hello"))
    told = evening.at(
        3, Private(True, "button"), SessionClosing("autogenic", "de", 20.0), say(9, "stretch"), CHIME, Mark("page")
    )
    assert told == ["fade 0 in 0.06", "fade -1 in 0.06", "play stretch"]


REST = CalibrationStep("rest", STEPS["rest"].seconds)
SHRUG = CalibrationStep("shrug", STEPS["shrug"].seconds)


def lead(step: CalibrationStep, language: str, signal: str = "emg-raw") -> str:
    return f"play {clip_name(language, words(step.step, language, step.seconds, signal))}"


def test_a_calibration_is_led_by_voice_step_by_step_and_told_when_it_is_taken(evening: Evening) -> None:
    assert evening.at(0, REST) == [lead(REST, "de")]
    assert evening.at(60, SHRUG) == [lead(SHRUG, "de")]
    assert evening.at(68, CalibrationDone({})) == [f"play {clip_name('de', taken('de'))}"]


def test_a_calibration_speaks_the_language_of_the_voice_and_the_words_of_the_sensor() -> None:
    evening = Evening(signal="pressure")
    assert evening.at(0, Preferred("volume", 40, "page"), Preferred("language", "en", "page")) == []
    assert evening.at(1, REST) == [lead(REST, "en", "pressure")] != [lead(REST, "en")]
    assert Evening(language="fr").at(0, REST) == [lead(REST, "en")], "what nobody has translated is said in English"


def test_a_calibration_that_is_not_taken_says_why_as_far_as_the_voice_has_words(evening: Evening) -> None:
    assert evening.at(0, CalibrationRefused(STOPPED)) == [f"play {clip_name('de', in_language(STOPPED, 'de'))}"]
    assert evening.at(9, CalibrationRefused("Something new.")) == []
    assert evening.player.tracks.missing == ""


def test_a_calibration_is_spoken_in_quiet_for_somebody_asked_for_it_but_not_in_a_call_or_in_private(
    evening: Evening,
) -> None:
    assert evening.at(0, Quiet(True, None, "button"), REST) == [lead(REST, "de")]
    assert evening.at(9, ContextChanged("call", True), SHRUG) == []
    assert evening.at(19, ContextChanged("call", False), Private(True, "button"), SHRUG) == []


def test_a_new_sentence_takes_the_other_slot_while_the_old_one_fades(evening: Evening) -> None:
    evening.at(0, STARTED, say(0, "one"))
    assert evening.at(2, say(1, "two")) == ["fade 0 in 0.06", "play two"]
    assert evening.tape.busy(1)


def test_a_skip_fades_the_tone_of_the_place_that_was_left(evening: Evening) -> None:
    evening.at(0, STARTED, SessionStep("breathing", "de", 0, "breath_out", 6.0, sound="breath-out-6"))
    assert evening.at(2, say(7, "next")) == ["fade 2 in 0.06", "play next"]


def test_a_bowl_rings_on_into_the_next_step(evening: Evening) -> None:
    evening.at(0, STARTED, SessionStep("breathing", "de", 0, "sound", 2.0, sound="bowl-start"))
    assert evening.at(2, say(1, "one")) == ["play one"]


def test_a_breath_may_carry_its_tone_and_a_spoken_cue(evening: Evening) -> None:
    breath = SessionStep("breathing", "de", 0, "breath_in", 4.0, text="Ein", clip="in", sound="breath-in-4")
    assert evening.at(0, STARTED, breath) == ["play in", "play breath-in-4"]


def test_a_pause_holds_every_sound_and_resuming_plays_the_rest_of_it(evening: Evening) -> None:
    breath = SessionStep("breathing", "de", 1, "breath_out", 4.0, clip="out", sound="breath-out-6")
    evening.at(0, STARTED, bed(0, "rain"), breath)
    assert evening.at(1.5, PAUSED) == ["fade 0 in 0.06", "fade 2 in 0.06", "fade -1 in 0.06"]
    assert evening.at(100, RESUMED) == ["play out from 1.5", "play breath-out-6 from 1.5", "play rain"]
    assert evening.at(102, PAUSED) == ["fade 0 in 0.06", "fade 2 in 0.06", "fade -1 in 0.06"]
    assert evening.at(200, RESUMED) == ["play out from 3.5", "play breath-out-6 from 3.5", "play rain"]


def test_a_pause_in_the_silence_after_a_sentence_does_not_say_it_again(evening: Evening) -> None:
    evening.at(0, STARTED, say(0, "one"))
    evening.at(6, PAUSED)
    assert evening.at(7, RESUMED) == []


def test_a_quick_pause_and_resume_begins_the_ambience_again_when_its_place_is_free(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"))
    assert evening.at(3, PAUSED, RESUMED) == ["fade -1 in 0.06"]
    evening.at(3.2)
    assert evening.tape.story[-1].endswith("play rain")


def test_an_exercise_stopped_in_its_pause_stays_silent(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"), say(1, "one"))
    evening.at(1, PAUSED)
    assert evening.at(2, SessionEnded("breathing", "de", "stopped")) == []
    assert evening.at(9) == []
    assert evening.player.idle()


def test_stopping_fades_and_completing_lets_the_bowl_ring(evening: Evening) -> None:
    bowl = SessionStep("breathing", "de", 1, "sound", 2.0, sound="bowl-end")
    evening.at(0, STARTED, bed(0, "rain"), bowl)
    assert evening.at(3, SessionEnded("breathing", "de", "completed")) == ["fade -1 in 3"]
    evening.at(20, STARTED, bed(0, "rain"), bowl)
    assert evening.at(23, SessionEnded("breathing", "de", "stopped")) == ["fade 4 in 0.06", "fade -1 in 0.06"]


def test_an_exercise_that_is_led_back_ends_as_softly_as_a_completed_one(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"), say(1, "one"))
    assert evening.at(2, SessionClosing("autogenic", "de", 12.0), say(30, "stretch")) == [
        "fade 0 in 0.06",
        "play stretch",
    ]
    assert evening.at(14, SessionEnded("autogenic", "de", "stopped")) == ["fade -1 in 3"]


@pytest.mark.parametrize("reason", ["stopped", "completed"])
def test_a_second_long_press_ends_the_way_back_at_once_and_nothing_speaks_on(evening: Evening, reason: str) -> None:
    """`completed`: the way back of an exercise that ended because the muscle has rested."""
    evening.at(0, STARTED, bed(0, "rain"), say(1, "one"))
    evening.at(2, SessionClosing("autogenic", "de", 12.0), say(30, "stretch"))
    assert evening.at(4, SessionEnded("autogenic", "de", reason)) == ["fade 1 in 0.06", "fade -1 in 0.06"]


def test_the_next_exercise_does_not_wait_for_the_last_ones_long_fade(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"))
    evening.at(10, SessionEnded("breathing", "de", "completed"))
    evening.at(10.5, STARTED, bed(0, "waves"))
    evening.at(10.7)
    assert evening.tape.story[-1].endswith("play waves")


def test_a_changed_ambience_follows_the_old_one_and_none_ends_it(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"))
    assert evening.at(5, bed(1, "waves")) == ["fade -1 in 0.06"]
    evening.at(6)
    assert evening.tape.story[-1].endswith("play waves")
    assert evening.at(9, bed(2, "none")) == ["fade -1 in 3"]
    assert evening.at(20) == []


def test_the_owners_ambience_replaces_the_written_one() -> None:
    evening = Evening("brown")
    assert evening.at(0, STARTED, bed(0, "rain")) == ["play brown"]
    assert Evening("none").at(0, STARTED, bed(0, "rain")) == []


def test_the_ambience_gives_way_to_the_voice_and_waits_before_it_returns(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"))
    evening.at(3, say(1, "one"))
    evening.at(3.4)
    assert evening.tape.gains[-1][1] == pytest.approx(DUCKED)
    evening.at(8.7)
    assert evening.tape.gains[-1][1] == pytest.approx(DUCKED), "the breath after a sentence is still the voice's"
    evening.at(9.6)
    assert evening.tape.gains[-1][1] == 1.0
    steps = [abs(b - a) for (_, a), (_, b) in zip(evening.tape.gains, evening.tape.gains[1:], strict=False)]
    assert max(steps) < 0.05


def test_a_missing_file_is_named_and_the_exercise_goes_on(evening: Evening) -> None:
    assert evening.at(0, STARTED, SessionStep("breathing", "de", 0, "sound", 2.0, sound="nobowl")) == []
    assert "nobowl" in evening.player.tracks.missing
    assert evening.at(2, say(1, "broken")) == []
    assert "broken.ogg cannot be played. Make it anew." in evening.player.tracks.missing
    assert evening.at(4, say(2, "one")) == ["play one"]


def test_a_missing_ambience_is_said_once(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "norain"))
    assert "norain" in evening.player.tracks.missing
    evening.player.tracks.missing = ""
    evening.at(5)
    assert evening.player.tracks.missing == ""


def test_a_sound_that_does_not_end_shows_that_the_device_stands_still(evening: Evening) -> None:
    evening.at(0, CHIME)
    evening.tape.hangs = True
    evening.at(8)
    assert not evening.player.tracks.stalled
    evening.at(9.1)
    assert evening.player.tracks.stalled


def test_after_the_speaker_is_lost_the_ambience_and_the_next_sentence_come_on_the_new_one(evening: Evening) -> None:
    evening.at(0, STARTED, bed(0, "rain"), say(1, "one"))
    evening.player.move(NoSpeaker())
    evening.at(3, say(2, "two"))
    new = Tape()
    new.now = evening.tape.now
    evening.tape = new
    evening.player.move(new)
    assert evening.at(4, say(3, "three")) == ["play three"]
    assert "play rain" in " ".join(new.story)


def test_without_a_speaker_the_state_is_kept(evening: Evening) -> None:
    evening.player.move(NoSpeaker())
    evening.at(0, Quiet(True, None, "button"), STARTED, bed(0, "rain"), say(1, "one"), PAUSED)
    new = Tape()
    new.now = evening.tape.now
    evening.tape = new
    evening.player.move(new)
    assert evening.at(5, CHIME) == []
    assert evening.at(6, RESUMED) == ["play rain"]


def test_what_the_station_needs_at_once_is_decoded_while_there_is_nothing_to_do(evening: Evening) -> None:
    while evening.player.rest():
        pass
    assert evening.tape.story == ["prepare chime", "prepare tick"]


def test_the_player_sleeps_when_nothing_moves(evening: Evening) -> None:
    assert evening.player.due(0) == 0.5
    evening.at(0, STARTED, bed(0, "rain"))
    evening.at(5)
    assert evening.player.due(5) == 0.5
