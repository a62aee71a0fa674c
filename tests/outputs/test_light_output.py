"""The light's thread: shows what it is told, sleeps when nothing moves, and fails without taking anybody along."""

import threading
import time
from pathlib import Path

import pytest

from station.core.events import Light, Mark, Moment
from station.outputs import light
from station.outputs.contract import House, OutputError

HOUSE = House("desk_00000000", "en", "0", Path(), lambda _: None)


class TwinLamp:
    """A lamp that remembers what it showed."""

    def __init__(self) -> None:
        self.shown: list[tuple[float, float, float]] = []
        self.closed = False
        self.changed = threading.Condition()
        self.broken = False

    def show(self, red: float, green: float, blue: float) -> None:
        if self.broken:
            raise OSError("the wire is off")
        with self.changed:
            self.shown.append((red, green, blue))
            self.changed.notify_all()

    def close(self) -> None:
        self.closed = True

    def wait_for(self, what) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: any(what(light) for light in self.shown), timeout=5)


@pytest.fixture
def lamp() -> TwinLamp:
    return TwinLamp()


@pytest.fixture
def output(lamp: TwinLamp):
    out = light.open(light.Settings(), HOUSE, lambda: lamp)
    out.start()
    yield out
    out.stop()


def tell(output: light.LightOutput, pattern: str, seconds: float = 0.0) -> None:
    output.take(Moment(Light(pattern, seconds), time.monotonic(), time.time()))


def test_a_held_button_lights_up(output: light.LightOutput, lamp: TwinLamp) -> None:
    tell(output, "held_long")
    assert lamp.wait_for(lambda rgb: max(rgb) > 0.85)


def test_other_events_and_unknown_patterns_change_nothing(output: light.LightOutput, lamp: TwinLamp) -> None:
    output.take(Moment(Mark("button"), time.monotonic(), 0.0))
    tell(output, "disco")
    tell(output, "held_long")
    assert lamp.wait_for(lambda rgb: max(rgb) > 0.85)


def test_stopping_closes_the_lamp_at_once(output: light.LightOutput, lamp: TwinLamp) -> None:
    began = time.monotonic()
    output.stop()
    assert lamp.closed
    assert time.monotonic() - began < 1.0
    output.stop()


def test_it_can_be_started_again(lamp: TwinLamp) -> None:
    out = light.open(light.Settings(), HOUSE, lambda: lamp)
    for _ in range(2):
        out.start()
        tell(out, "held_short")
        assert lamp.wait_for(lambda rgb: max(rgb) > 0.3)
        out.stop()


def test_a_lamp_that_cannot_be_opened_is_a_sentence_with_its_remedy() -> None:
    class NoPinsError(Exception):
        problem = "This machine has no pins."
        remedy = "Switch it off."

    def fails() -> light.Lamp:
        raise NoPinsError

    with pytest.raises(OutputError) as caught:
        light.open(light.Settings(), HOUSE, fails).start()
    assert caught.value.problem == NoPinsError.problem
    assert caught.value.remedy == NoPinsError.remedy


def test_a_lamp_that_fails_is_reported_by_the_next_take(output: light.LightOutput, lamp: TwinLamp) -> None:
    lamp.broken = True
    tell(output, "held_long")
    for _ in range(200):
        if output.trouble():
            break
        threading.Event().wait(0.01)
    assert "wire is off" in output.trouble()
    with pytest.raises(OutputError):
        tell(output, "off")


@pytest.mark.slow
def test_a_breath_is_drawn_forty_times_a_second_and_a_steady_light_not_at_all(
    output: light.LightOutput, lamp: TwinLamp
) -> None:
    tell(output, "breath_in", 1.5)
    time.sleep(2.0)
    steps = len(lamp.shown)
    assert 30 <= steps <= 70
    assert max(lamp.shown[-1]) == pytest.approx(0.9)
    time.sleep(0.5)
    assert len(lamp.shown) == steps
