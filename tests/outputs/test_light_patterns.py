"""What each pattern of the light looks like: pure functions of time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core import lights
from station.outputs.light.patterns import BLACK, PATTERNS, level, still_s

STEP_S = 0.01


def brightness(pattern: str, until_s: float, seconds: float = 0.0, start: tuple = BLACK) -> np.ndarray:
    return np.array([max(level(pattern, t, seconds, start)) for t in np.arange(0, until_s, STEP_S)])


def flashes(values: np.ndarray, threshold: float = 0.1) -> int:
    """How often the light comes on."""
    on = values > threshold
    return int(on[0]) + int(np.count_nonzero(on[1:] & ~on[:-1]))


def test_every_pattern_the_core_can_choose_has_a_look() -> None:
    assert {name for name, _ in lights.PATTERNS} <= set(PATTERNS)


@pytest.mark.parametrize("pattern", ["off", "private"])
def test_off_and_private_are_dark(pattern: str) -> None:
    assert brightness(pattern, 20).max() == 0


def test_a_glow_is_very_dim() -> None:
    assert 0 < brightness("glow", 10)[-1] <= 0.1


def test_a_cue_fades_in_over_its_thirty_seconds_without_a_jump() -> None:
    values = brightness("cue", 40, seconds=30)
    assert values[0] == 0
    assert values[int(5 / STEP_S)] < 0.1
    assert values[-1] == pytest.approx(0.7)
    assert np.all(np.diff(values) >= -1e-9)
    assert np.abs(np.diff(values)).max() < 0.001


def test_an_offer_pulses_slowly() -> None:
    assert flashes(brightness("offer", 40) - 0.4) == 10


def test_the_light_follows_the_breath() -> None:
    rise = brightness("breath_in", 4, seconds=4, start=(0.028, 0.06, 0.08))
    assert rise[0] == pytest.approx(0.08)
    assert rise[-1] == pytest.approx(0.9, abs=0.01)
    assert np.all(np.diff(rise) >= 0)
    fall = brightness("breath_out", 6, seconds=6, start=level("breath_in", 4, 4))
    assert fall[0] == pytest.approx(0.9)
    assert fall[-1] == pytest.approx(0.08, abs=0.01)
    assert np.all(np.diff(fall) <= 0)


def test_a_breath_that_is_joined_late_goes_on_from_where_the_light_is() -> None:
    values = brightness("breath_in", 1.5, seconds=1.5, start=(0.35, 0.35, 0.35))
    assert values[0] == pytest.approx(0.35)
    assert values[-1] == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("pattern", "period_s", "times"), [("quiet", 15, 2), ("yardstick", 20, 3), ("sensor", 5, 1), ("fault", 10, 1)]
)
def test_blinks_come_in_their_number_and_leave_it_dark_between(pattern: str, period_s: float, times: int) -> None:
    values = brightness(pattern, 4 * period_s)
    assert flashes(values) == 4 * times
    assert (values == 0).mean() > 0.9
    assert values[int((period_s - 1) / STEP_S)] == 0


def test_a_mark_is_one_nod() -> None:
    values = brightness("mark", 20)
    assert flashes(values) == 1
    assert values[int(0.4 / STEP_S) :].max() == 0


def test_a_held_button_is_answered_at_once_and_each_stage_looks_different() -> None:
    short, long, hold = (brightness(f"held_{stage}", 3) for stage in ("short", "long", "hold"))
    assert short[10] == pytest.approx(0.35)
    assert long[10] == pytest.approx(0.9)
    assert flashes(hold) >= 5


def test_red_is_for_a_fault_and_nothing_else() -> None:
    for name in PATTERNS:
        for t in np.arange(0, 20, 0.05):
            red, green, blue = level(name, float(t), 4.0)
            if red > 0.05 and max(green, blue) < 0.3 * red:
                assert name == "fault"


def test_no_two_patterns_look_alike_without_colours() -> None:
    """Colour second: rhythm alone must tell them apart."""
    full = (0.9, 0.9, 0.9)  # a breath out follows a breath in
    seen = {
        name: brightness(name, 20, seconds=4.0, start=full if name == "breath_out" else BLACK)
        for name in PATTERNS
        if name not in ("private", "feedback")  # dark on purpose; a rhythm that is the wearer's own
    }
    names = sorted(seen)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert np.abs(seen[one] - seen[other]).max() > 0.03, (one, other)


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_nothing_flashes_three_times_a_second(pattern: str) -> None:
    """WCAG 2.3.1: not more than three flashes within any second."""
    on = brightness(pattern, 30, seconds=4.0) > 0.1
    begins = np.flatnonzero(on[1:] & ~on[:-1]) * STEP_S
    assert all(np.count_nonzero((begins >= t) & (begins < t + 1 - STEP_S)) <= 2 for t in begins)


@given(
    pattern=st.sampled_from(sorted(PATTERNS)),
    since=st.floats(0, 1e5),
    seconds=st.floats(0, 60),
    start=st.tuples(*[st.floats(0, 1)] * 3),
)
def test_light_is_always_between_dark_and_full(pattern: str, since: float, seconds: float, start: tuple) -> None:
    assert all(0 <= part <= 1 + 1e-9 for part in level(pattern, since, seconds, start))


@given(
    pattern=st.sampled_from(sorted(PATTERNS)), since=st.floats(0, 200), seconds=st.floats(0, 60), share=st.floats(0, 1)
)
def test_while_it_says_it_is_still_nothing_changes(pattern: str, since: float, seconds: float, share: float) -> None:
    still = min(still_s(pattern, since, seconds), 1000.0)
    # A colour change may take 0.4 s; without one, a still light is the same light.
    now = level(pattern, since, seconds)
    assert still >= 0
    assert level(pattern, since + share * still * 0.999, seconds) == pytest.approx(now, abs=1e-6)
