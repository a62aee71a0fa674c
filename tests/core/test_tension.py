"""The tension rule as timelines of tenths of a second."""

import pytest

from station.core.events import CueWithheld, NoRest, TensionEnded, TensionStarted
from station.core.tension import TABLE, Settings, TensionRule, personal_threshold

SPAN = 0.1
LOADED, LIGHT, RESTING, UNKNOWN = (15.0, False), (4.0, False), (1.0, True), (None, False)


class Story:
    """Feeds stretches of the same tenth of a second and keeps what was said, with its time."""

    def __init__(self, doubt: str = "", settings: Settings | None = None) -> None:
        self.rule = TensionRule(settings or Settings(), 10.0, 7.0, doubt)
        self.hops = 0
        self.told = []

    def for_s(self, seconds: float, hop, away: bool = False) -> "Story":
        for _ in range(round(seconds / SPAN)):
            self.hops += 1
            now = self.hops * SPAN
            self.told += [(round(now, 1), e) for e in self.rule.hop(now, SPAN, *hop, away=away)]
        return self

    def said(self, kind):
        return [(t, e) for t, e in self.told if isinstance(e, kind)]


def test_a_minute_of_load_without_rest_is_tension():
    ((t, event),) = Story().for_s(120, LOADED).said(TensionStarted)
    assert t == pytest.approx(60.0)
    assert event.reason == "rest share 0 % for 60 s, load 15 %RVE"
    assert (event.load_rve_percent, event.relative_rest_time) == (15.0, 0.0)


def test_load_with_a_fifth_of_rest_is_no_tension():
    story = Story()
    for _ in range(60):
        story.for_s(4, LOADED).for_s(1, RESTING)
    assert not story.said(TensionStarted)


def test_load_with_a_little_less_rest_is_tension():
    story = Story()
    for _ in range(60):
        story.for_s(4.2, LOADED).for_s(0.8, RESTING)
    assert len(story.said(TensionStarted)) == 1


def test_light_work_without_rest_is_no_tension_but_no_rest():
    story = Story().for_s(600, LIGHT)
    assert not story.said(TensionStarted)
    ((t, event),) = story.said(NoRest)
    assert t == pytest.approx(240.1)
    assert event.stretch_s == pytest.approx(240.1)


def test_half_a_minute_of_load_is_no_tension():
    assert not Story().for_s(120, RESTING).for_s(29, LOADED).for_s(120, RESTING).said(TensionStarted)


def test_an_episode_ends_after_half_a_minute_of_recovery():
    story = Story().for_s(120, LOADED).for_s(120, RESTING)
    ((t, event),) = story.said(TensionEnded)
    # 21.1 s of rest are 35 % of the window; then 30 s of it
    assert t == pytest.approx(120 + 21.1 + 29.9, abs=0.3)
    assert event.lasted_s == pytest.approx(t - 60.0, abs=0.01)


def test_a_breath_of_rest_does_not_end_it():
    assert not Story().for_s(120, LOADED).for_s(5, RESTING).for_s(60, LOADED).said(TensionEnded)


def test_the_next_episode_needs_its_own_evidence():
    story = Story().for_s(120, LOADED).for_s(120, RESTING).for_s(120, LOADED)
    _, second = (t for t, _ in story.said(TensionStarted))
    assert second > 240 + 40


def test_unknown_time_is_neither_rest_nor_load():
    assert not Story().for_s(300, UNKNOWN).told
    story = Story().for_s(60, LOADED).for_s(300, UNKNOWN)
    assert len(story.told) == 1  # the tension before; silence neither ends nor repeats it


def test_too_little_signal_withholds_with_a_reason():
    story = Story()
    for _ in range(30):
        story.for_s(2, LOADED).for_s(2, UNKNOWN)
    assert not story.said(TensionStarted)
    assert "of the signal could be believed" in story.said(CueWithheld)[0][1].reason


def test_a_withheld_tension_is_said_when_the_signal_is_back():
    story = Story()
    for _ in range(30):
        story.for_s(2, LOADED).for_s(2, UNKNOWN)
    assert story.for_s(60, LOADED).said(TensionStarted)


def test_a_noisy_sensor_withholds_once_and_again_after_rest():
    story = Story("the sensor is noisy").for_s(200, LOADED).for_s(100, RESTING).for_s(200, LOADED)
    assert not story.said(TensionStarted)
    assert [e.reason.rpartition("; ")[2] for _, e in story.said(CueWithheld)] == ["the sensor is noisy"] * 2


def test_nobody_at_the_desk_is_no_tension():
    story = Story().for_s(100, LOADED, away=True)
    assert not story.said(TensionStarted)
    assert story.said(CueWithheld)[0][1].reason.endswith("nobody is at the desk")


def test_a_withheld_tension_between_load_and_recovery_stays_withheld():
    story = Story("noisy").for_s(100, LOADED).for_s(200, (8.0, False))
    assert len(story.said(CueWithheld)) == 1


@pytest.mark.parametrize(("typing", "threshold"), [(None, 10.0), (8.0, 12.0), (1.0, 6.0), (50.0, 30.0)])
def test_the_personal_threshold_is_one_and_a_half_times_typing_within_bounds(typing, threshold):
    assert personal_threshold(Settings(), typing) == threshold


def test_every_move_of_the_table_leads_to_a_state_of_the_table():
    assert set(TABLE.values()) <= {state for state, _ in TABLE}
