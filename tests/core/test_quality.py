"""Every fault is named in time, and none where there is none."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.quality import LEAVE_S, REASONS, Watch
from station.core.yardstick import Yardstick

STICK = Yardstick(
    signal="emg-raw", rate=860, rest_level=1.65, reference_level=0.15, rest_power=4e-6, reference_power=0.02,
    hum_power=1e-6, motion_power=1e-3,
)  # fmt: skip
PAD = Yardstick(signal="pressure", rate=50, rest_level=1.6, reference_level=0.75)
ENVELOPE = Yardstick(signal="emg-envelope", rate=100, rest_level=0.05, reference_level=0.65)
T = np.arange(86)
GOOD = 1.65 + 0.01 * np.sin(T)


@dataclass
class Powers:
    power: float = 1e-4
    hum: float = 0.0
    motion: float = 0.0
    variance: float = 0.0
    aside: float = 0.0


def feed(watch: Watch, seconds: float, volts=GOOD, powers: Powers | None = None) -> list[str]:
    of_hop = replace(powers or Powers(), variance=float(np.var(volts)), aside=float(np.mean(volts) - 1.65) ** 2)
    return [watch.look(volts, of_hop, 0.1) for _ in range(round(seconds * 10))]


SWING = np.clip(1.65 + 3 * np.sin(T), 0, 3.3)
FAULTS = {
    "rail": (np.full(86, 3.3), Powers()),
    "off": (SWING, Powers()),
    "flat": (GOOD, Powers(power=1e-7)),
    "hum": (GOOD, Powers(hum=5e-3)),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_named_after_three_tenths_and_left_after_two_seconds(kind):
    watch = Watch("emg-raw", STICK)
    assert set(feed(watch, 5)) == {"ok"}
    assert feed(watch, 1, *FAULTS[kind])[:4] == ["ok", "ok", kind, kind]
    assert watch.reason == REASONS[kind]
    after = feed(watch, 3)
    assert after.index("ok") == round(LEAVE_S * 10) - 1
    assert watch.reason == ""


def test_the_lower_rail_is_a_rail_too():
    assert feed(Watch("emg-raw", STICK), 1, np.zeros(86))[-1] == "rail"


def test_a_few_samples_at_the_rail_are_forgiven():
    volts = GOOD.copy()
    volts[:4] = 3.3
    assert set(feed(Watch("emg-raw", STICK), 3, volts)) == {"ok"}
    assert Watch("emg-raw", STICK)._converter(volts) == "ok"  # though it looked at each


def test_one_bad_hop_is_no_fault_but_a_hint():
    watch = Watch("emg-raw", STICK)
    assert feed(watch, 0.1, *FAULTS["rail"]) == ["ok"]
    assert not watch.calm
    feed(watch, 0.1)
    assert watch.calm


def test_two_different_bad_hops_do_not_add_up():
    watch = Watch("emg-raw", STICK)
    feed(watch, 0.2, *FAULTS["rail"])
    assert feed(watch, 0.2, *FAULTS["flat"]) == ["ok", "ok"]


def test_a_fault_turns_into_a_graver_one_but_not_into_a_lesser():
    watch = Watch("emg-raw", STICK)
    assert feed(watch, 1, *FAULTS["hum"])[-1] == "hum"
    assert feed(watch, 1, *FAULTS["off"])[-1] == "off"
    assert set(feed(watch, 3, *FAULTS["hum"])) == {"off"}


def test_hum_under_a_strong_muscle_is_not_said_but_once_said_it_stays():
    watch = Watch("emg-raw", STICK)
    strong = Powers(power=5e-3, hum=5e-3)
    assert set(feed(watch, 3, GOOD, strong)) == {"ok"}
    feed(watch, 1, *FAULTS["hum"])
    assert set(feed(watch, 3, GOOD, strong)) == {"hum"}


@pytest.mark.parametrize("strength", [0.03, 0.3, 30.0])
def test_a_jerk_of_a_second_is_no_motion_however_strong_and_what_goes_on_is_over_soon(strength):
    watch, jerk = Watch("emg-raw", STICK), Powers(motion=strength)
    assert set(feed(watch, 1.0, GOOD, jerk) + feed(watch, 3)) == {"ok"}
    told = feed(watch, 10, GOOD, jerk)
    assert 15 <= told.index("motion") <= 19
    assert feed(watch, 4).index("ok") <= 27, "two seconds without, and what the mean over a second remembers"


def test_a_jerk_is_no_motion_but_two_seconds_of_it_are():
    moving = Powers(motion=0.05)
    assert set(feed(Watch("emg-raw", STICK), 0.8, GOOD, moving)) == {"ok"}
    assert feed(Watch("emg-raw", STICK), 3, GOOD, moving)[-1] == "motion"


def test_without_a_yardstick_only_the_converter_is_watched():
    watch = Watch("emg-raw", None)
    assert set(feed(watch, 2, GOOD, Powers(power=0.0, hum=9.0, motion=9.0))) == {"ok"}
    assert feed(watch, 1, np.full(86, 1.65))[-1] == "flat"


def test_a_smoothed_sensor_saturates():
    assert feed(Watch("emg-envelope", ENVELOPE), 1, np.full(10, 3.29))[-1] == "rail"
    assert feed(Watch("emg-envelope", ENVELOPE), 1, np.full(10, 0.5))[-1] == "ok"


@pytest.mark.parametrize(("volts", "state"), [(0.03, "absent"), (1.2, "ok"), (3.3, "rail")])
def test_a_pad_tells_who_sits_there(volts, state):
    assert feed(Watch("pressure", PAD), 1, np.full(5, volts))[-1] == state


def test_an_uncalibrated_pad_knows_no_absence():
    assert feed(Watch("pressure", None), 1, np.full(5, 0.03))[-1] == "ok"


@given(
    st.floats(-0.2, 3.5),
    st.sampled_from([0.0, 1e-5, 6e-5, 1e-3, 0.1, 0.5, 2.0]),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_samples_that_need_no_look_would_have_shown_nothing(middle, swing, high, low):
    """However many samples stand at either rail: the mean and the variance excuse none that a look would not."""
    volts = middle + swing * np.sin(T)
    volts[:high] = 3.3
    volts[40 : 40 + low] = 0.0
    watch = Watch("emg-raw", None)
    looked = watch._converter(volts)
    assert feed(watch, 0.3, volts)[-1] == looked
