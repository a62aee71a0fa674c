"""The light, on gpiozero's mock PWM pins."""

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from hypothesis import given
from hypothesis import strategies as st

from hardware import light
from hardware.gpio import REMEMBERED, GpioError, pin_factory


@pytest.fixture
def factory() -> MockFactory:
    return MockFactory(pin_class=MockPWMPin)


def test_it_begins_dark_and_ends_dark(factory: MockFactory) -> None:
    lamp = light.open(light.Settings(), factory)
    assert factory.pin(27).state == 0
    lamp.show(1, 1, 1)
    assert factory.pin(27).state > 0
    lamp.close()
    lamp.close()
    assert factory.pin(27).state == 0


def test_half_as_bright_to_the_eye_is_far_less_than_half_the_pulse(factory: MockFactory) -> None:
    lamp = light.open(light.Settings(brightness=1), factory)
    lamp.show(0.5, 0.2, 0.1)
    assert factory.pin(27).state == pytest.approx(0.5**2.2)
    lamp.close()


def test_three_pins_are_a_colour(factory: MockFactory) -> None:
    lamp = light.open(light.Settings(pins=(5, 6, 13), brightness=1), factory)
    lamp.show(1.0, 0.5, 0.0)
    assert [factory.pin(n).state for n in (5, 6, 13)] == pytest.approx([1.0, 0.5**2.2, 0.0])
    lamp.close()


def test_a_common_anode_is_turned_round(factory: MockFactory) -> None:
    lamp = light.open(light.Settings(active_high=False, brightness=1), factory)
    assert factory.pin(27).state == 1
    lamp.show(1, 1, 1)
    assert factory.pin(27).state == 0
    lamp.close()


def test_the_owner_s_brightness_is_the_most_there_is(factory: MockFactory) -> None:
    lamp = light.open(light.Settings(brightness=0.3), factory)
    lamp.show(1, 1, 1)
    assert factory.pin(27).state == pytest.approx(0.3**2.2)
    lamp.close()


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_pulses_grow_with_brightness_and_stay_in_range(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= light.pulse_width(low) <= light.pulse_width(high) <= 1


def test_a_pin_that_is_taken_is_told_and_the_others_are_released(factory: MockFactory) -> None:
    first = light.open(light.Settings(pins=(6,)), factory)
    with pytest.raises(GpioError, match="in use"):
        light.open(light.Settings(pins=(5, 6, 13)), factory)
    first.close()
    light.open(light.Settings(pins=(5, 6, 13)), factory).close()


@pytest.mark.parametrize("pins", [[5, 6], [5, 5, 6], [], [1], [40]])
def test_pins_that_make_no_light_are_refused(pins: list[int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"pins": pins}, light.Settings)


def test_check_looks_at_the_light(factory: MockFactory) -> None:
    assert light.examine(light.Settings(), factory)[0][0] == "ok"
    held = light.open(light.Settings(), factory)
    severity, sentence, remedy = light.examine(light.Settings(), factory)[0]
    assert severity == "broken"
    assert "GPIO 27" in sentence
    assert remedy
    held.close()


def test_the_twin_of_a_pin_may_fade_for_days_and_its_memory_has_an_end() -> None:
    lamp = light.open(light.Settings(gpio="mock", pins=(26,)))
    for step in range(3 * REMEMBERED):
        lamp.show(step % 2, 0, 0)
    assert len(pin_factory("mock").pin(26).states) == REMEMBERED
    lamp.close()
