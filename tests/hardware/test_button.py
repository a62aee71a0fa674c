"""The button, on gpiozero's own mock pin: the finger is `drive_low`."""

import time
from pathlib import Path

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from hardware import button
from hardware.gpio import GpioError, explain, pin_factory


class Heard:
    """Collects what the button says."""

    def __init__(self) -> None:
        self.edges: list[tuple[bool, float]] = []

    def __call__(self, pressed: bool, at: float) -> None:
        self.edges.append((pressed, at))

    @property
    def presses(self) -> list[bool]:
        return [pressed for pressed, _ in self.edges]


class ShortedPin(MockPin):
    """A pin whose wire touches ground."""

    def _get_state(self) -> bool:
        return False


@pytest.fixture
def factory() -> MockFactory:
    return MockFactory()


def test_a_press_and_a_release_are_told_once_each_with_their_time(factory: MockFactory) -> None:
    heard = Heard()
    wired = button.Button(button.Settings(), heard, factory)
    wired.start()
    before = time.monotonic()
    wired.pin.drive_low()
    wired.pin.drive_high()
    assert heard.presses == [True, False]
    assert before <= heard.edges[0][1] <= heard.edges[1][1] <= time.monotonic()
    wired.stop()


def test_the_pin_is_held_up_and_debounced(factory: MockFactory) -> None:
    wired = button.Button(button.Settings(pin=5), Heard(), factory)
    wired.start()
    assert wired.pin.pull == "up"
    assert wired.pin.bounce == pytest.approx(0.05)
    assert wired.pin is factory.pin(5)
    wired.stop()


def test_nothing_is_heard_after_stop_and_the_pin_is_free_again(factory: MockFactory) -> None:
    heard = Heard()
    wired = button.Button(button.Settings(), heard, factory)
    wired.start()
    pin = wired.pin
    wired.stop()
    wired.stop()
    pin.drive_low()
    assert heard.presses == []
    again = button.Button(button.Settings(), heard, factory)
    again.start()
    again.stop()


class BusyPin(MockPin):
    """A pin that the library cannot let go, as lgpio's sometimes right after an edge."""

    busy = True

    def close(self) -> None:
        if self.busy:
            self.busy = False
            raise OSError("GPIO busy")


def test_a_pin_that_cannot_be_let_go_is_in_nobodys_way(caplog: pytest.LogCaptureFixture) -> None:
    wired = button.Button(button.Settings(), Heard(), MockFactory(pin_class=BusyPin))
    wired.start()
    wired.stop()
    assert "pin 17 could not be let go: GPIO busy" in caplog.text
    wired.stop()


def test_a_button_that_is_switched_off_touches_nothing(factory: MockFactory) -> None:
    wired = button.Button(button.Settings(enabled=False), Heard(), factory)
    wired.start()
    assert wired.pin is None
    assert factory.pins == {}


def test_two_on_one_pin_is_an_error_with_a_remedy(factory: MockFactory) -> None:
    first = button.Button(button.Settings(), Heard(), factory)
    first.start()
    with pytest.raises(GpioError) as caught:
        button.Button(button.Settings(), Heard(), factory).start()
    assert "GPIO 17" in caught.value.problem
    assert "gpioinfo" in caught.value.remedy
    first.stop()


def test_a_machine_without_pins_is_told_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lgpio", reason="lgpio is not installed: its failure cannot be shown")
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    wired = button.Button(button.Settings(), Heard())
    try:
        wired.start()
    except GpioError as error:
        assert error.problem.startswith("The button on GPIO 17")
        assert error.remedy
    else:
        wired.stop()
        pytest.skip("this machine has GPIO pins")


def test_an_unknown_way_to_the_pins_names_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "gpiod")
    with pytest.raises(GpioError) as caught:
        pin_factory()
    assert "lgpio" in caught.value.remedy


def test_the_environment_chooses_the_way_to_the_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    assert isinstance(pin_factory(), MockFactory)
    assert pin_factory() is pin_factory("mock")


@pytest.mark.parametrize(
    ("error", "problem", "remedy"),
    [
        (PermissionError(13, "Permission denied"), "may not be opened", "group gpio"),
        (ModuleNotFoundError("No module named 'lgpio'", name="lgpio"), "lgpio", "apt install"),
        (FileNotFoundError(2, "No such file or directory", ".lgd-nfy0"), "notifications", "LG_WD"),
        (RuntimeError("'GPIO busy'"), "in use", "gpioinfo"),
        (RuntimeError("smoke"), "smoke", "wiring"),
    ],
)
def test_what_goes_wrong_comes_with_what_to_do(error: Exception, problem: str, remedy: str, tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").touch()
    told = explain("The button on GPIO 17", error, dev=tmp_path)
    assert problem in told.problem
    assert remedy in told.remedy
    assert told.problem.startswith("The button on GPIO 17")


def test_a_machine_without_pins_is_not_told_to_install_a_library_for_them(tmp_path: Path) -> None:
    told = explain("The button on GPIO 17", ModuleNotFoundError("No module named 'lgpio'"), button.SWITCH, tmp_path)
    assert "no GPIO pins" in told.problem and "[button] enabled = false" in told.remedy


def test_what_cannot_be_on_this_machine_can_be_switched_off() -> None:
    from gpiozero import PinUnknownPi

    told = explain("The button on GPIO 17", PinUnknownPi("unable to locate Pi revision"), button.SWITCH)
    assert "[button] enabled = false" in told.remedy


def test_check_looks_at_the_button(factory: MockFactory) -> None:
    assert button.examine(button.Settings(), factory)[0][0] == "ok"
    shorted = MockFactory(pin_class=ShortedPin)
    severity, sentence, remedy = button.examine(button.Settings(), shorted)[0]
    assert (severity, "pressed" in sentence) == ("warning", True)
    assert remedy
    assert button.examine(button.Settings(enabled=False))[0][0] == "ok"


def test_a_pin_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"pin": 99}, button.Settings)
