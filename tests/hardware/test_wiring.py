"""Pictures, README and the station's own defaults cannot disagree about a pin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as Xml

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hardware.button
import hardware.light
import station
from hardware.sensors import ads1115
from hardware.wiring import __main__ as wiring
from hardware.wiring import electrodes
from hardware.wiring.sheet import INNER_X, OUTER_X, crossings, lanes
from hardware.wiring.table import FILE, HEADER, Table, read

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def table() -> Table:
    return read()


def defaults() -> dict[str, dict[str, object]]:
    return tomllib.loads((Path(station.__file__).parent / "default.toml").read_text())


def test_the_pins_of_the_drawings_are_the_defaults_of_the_drivers(table: Table) -> None:
    assert table.gpio["button"] == hardware.button.Settings().pin
    assert (table.gpio["light"],) == hardware.light.Settings().pins
    assert table.gpio["ready"] == ads1115.Settings().rdy_pin
    assert (table.gpio["sda"], table.gpio["scl"]) == (2, 3) and ads1115.Settings().bus == 1  # the Pi's bus 1


def test_the_pins_of_the_drawings_are_those_of_the_default_configuration(table: Table) -> None:
    said = defaults()
    assert said["button"]["pin"] == table.gpio["button"]
    assert said["light"]["pins"] == [table.gpio["light"]]
    assert said["sensor"]["rdy_pin"] == table.gpio["ready"]


def test_the_coloured_light_is_drawn_as_the_setting_describes_it(table: Table) -> None:
    described = str(hardware.light.Settings.__annotations__["pins"])
    assert f"[{table.gpio['light']}, {table.gpio['green']}, {table.gpio['blue']}]" in described


def test_the_channels_and_addresses_in_the_drawings_are_the_defaults(table: Table) -> None:
    by_name = {drawing.key: drawing for drawing in table.drawings}
    for key in ("envelope", "raw-emg", "pressure"):
        assert f'channels = ["{ads1115.Settings().channels[0]}"]' in by_name[key].settings
        assert any(wire.end == f"ads.{ads1115.Settings().channels[0]}" for wire in by_name[key].wires)
        assert ("GND", "ads.ADDR") in {(wire.start, wire.end) for wire in by_name[key].wires}
    assert ads1115.Settings().address == 0x48  # ADDR at GND, data sheet 9.5.1
    assert ("3V3", "ads2.ADDR") in {(wire.start, wire.end) for wire in by_name["two-chips"].wires}


SENSORS = ("envelope", "raw-emg", "pressure", "muscle-and-pad", "two-chips")


@pytest.mark.parametrize("key", SENSORS)
def test_the_settings_under_a_drawing_are_accepted_with_every_wire_that_is_drawn(table: Table, key: str) -> None:
    """Who wires the dashed ALRT and sets `mode = "rdy"`, as the sheet says, must not be refused then."""
    drawing = next(drawing for drawing in table.drawings if drawing.key == key)
    said = tomllib.loads("\n".join(drawing.settings.split(" · ")))
    kinds = said.pop("signal")
    assert len(kinds) == len(said["channels"])
    modes = ["timed", "rdy"] if any(wire.end == "ads.ALRT" for wire in drawing.wires) else ["timed"]
    for mode in modes:
        msgspec.convert(said | {"mode": mode}, ads1115.Settings)


def test_what_is_built_together_never_needs_one_pin_of_the_header_twice(table: Table) -> None:
    """One sensor, one light and the sound: a header's pin takes one wire, and the rails have theirs."""
    by_name = {drawing.key: drawing for drawing in table.drawings}
    for sensor in SENSORS:
        for light in ("button-light", "button-rgb"):
            wires = [wire for key in (sensor, light, "i2s-audio") for wire in by_name[key].wires]
            taken = {f"pi:{pin}": rail for rail, pin in table.rails.items()}
            for wire in wires:
                pin = wire.start if wire.start.startswith("pi:") else ""
                # The bus is one wire from chip to chip; every other pin has one end.
                assert pin not in taken or HEADER[int(pin[3:]) - 1] in ("2", "3"), (
                    f"{pin}: {taken.get(pin)}, {wire.end}"
                )
                if pin:
                    taken[pin] = wire.end


def test_the_header_is_the_one_that_gpiozero_knows() -> None:
    """An independent table of the same forty pins."""
    from gpiozero.pins import data

    theirs = next(part for part in data.PI4_J8 if isinstance(part, dict))
    names = [theirs[pin].get("gpio") or theirs[pin][""] for pin in range(1, 41)]
    assert [name.removeprefix("GPIO") for name in names] == HEADER


MADE = wiring.files(read())


@pytest.mark.parametrize("path", list(MADE), ids=lambda path: path.name)
def test_the_files_in_the_repository_are_those_that_the_table_gives(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "run:  python -m hardware.wiring"


def test_no_drawing_is_left_over() -> None:
    assert set(wiring.FOLDER.glob("*.svg")) == {p for p in MADE if p.suffix == ".svg"}


def test_every_drawing_is_shown_in_the_readme() -> None:
    shown = set(re.findall(r"wiring/([a-z0-9-]+)\.svg", wiring.README.read_text()))
    assert shown == {drawing.key for drawing in read().drawings} | {"electrodes"}


def test_pins_kept_free_for_serial_and_sound_are_used_by_nothing_else(table: Table) -> None:
    kept = {int(number) for group in table.reserved for number in group.split(",")}
    for name, number in table.gpio.items():
        assert number not in kept or name.startswith("i2s_"), name
    assert len(set(table.gpio.values())) == len(table.gpio)


def test_every_word_lies_inside_its_sheet_and_every_drawing_has_a_title(table: Table) -> None:
    """A generous width for each letter; what fits by this measure fits in every font that is likely."""
    for path in wiring.FOLDER.glob("*.svg"):
        root = Xml.fromstring(path.read_text(encoding="utf-8"))
        width = float(root.get("width", "0"))
        assert root.find(f"{SVG}title") is not None
        for word in root.iter(f"{SVG}text"):
            x, long = float(word.get("x", "0")), len(word.text or "") * float(word.get("font-size", "0")) * 0.62
            start = {"start": x, "middle": x - long / 2, "end": x - long}[word.get("text-anchor", "start")]
            assert start >= 0 and start + long <= width, f"{path.name}: {word.text}"


def test_pin_one_is_called_what_it_is_on_the_board() -> None:
    """The outer pin of the first pair, at the board's corner, is 5 V: whoever feeds the rail from it breaks the Pi."""
    assert "pin 1 is the inner one" in wiring.README.read_text()
    for name, said in (("envelope.svg", "pin 1 is the inner one"), ("envelope.de.svg", "Pin 1 liegt innen")):
        assert said in (wiring.FOLDER / name).read_text(encoding="utf-8")
    assert HEADER[1] == "5V" and INNER_X < OUTER_X, "the header is at the board's right edge"


def test_the_electrodes_are_twenty_millimetres_apart_and_half_way() -> None:
    (ax, ay), (bx, by) = electrodes.pair()
    pixels = (
        (electrodes.C7[0] - electrodes.ACROMION[0]) ** 2 + (electrodes.C7[1] - electrodes.ACROMION[1]) ** 2
    ) ** 0.5
    apart = ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 / pixels * electrodes.LINE_MM
    assert apart == pytest.approx(20.0)
    assert ((ax + bx) / 2, (ay + by) / 2) == pytest.approx(electrodes.middle())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('["pi.button", "button.other"]', ""), "[gpio] has no knob"),
        (('"pi.GND@9"', '"pi.GND@8"'), "that pin of the header is 14"),
        (('"ads.VDD"', '"ads.VDX"'), "there is no such pin"),
        (("3V3 = 1", "3V3 = 2"), "that pin of the header is 5V"),
        (('["3V3", "ads.VDD"]', '["3V3", "ads.GND"]'), "two wires end at ads.GND"),
    ],
)
def test_a_wire_that_leads_nowhere_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    text = text.replace('"pi.button"', '"pi.knob"') if "knob" in said else text.replace(*change)
    (tmp_path / "pins.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        read(tmp_path / "pins.toml")


heights = st.integers(0, 40).map(lambda n: 15.0 * n)


@given(st.lists(st.tuples(heights, heights), max_size=6, unique_by=(lambda run: run[0], lambda run: run[1])))
def test_the_lanes_are_all_different_and_never_worse_than_the_order_of_the_table(
    runs: list[tuple[float, float]],
) -> None:
    chosen = lanes(runs)
    assert sorted(chosen) == list(range(len(runs)))
    assert crossings(runs, chosen) <= crossings(runs, range(len(runs)))
