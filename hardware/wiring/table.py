"""Reads `pins.toml` and says which pin of the header is which; refuses a table that cannot be wired."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("pins.toml")

# The 40-pin header, pin 1 first; the numbers are GPIOs.  (Raspberry Pi documentation, "GPIO and the 40-pin header".)
_ROWS: Final = (
    "3V3 5V 2 5V 3 GND 4 14 GND 15 17 18 27 GND 22 23 3V3 24 10 GND "
    "9 25 11 8 GND 7 0 1 5 GND 6 12 13 GND 19 16 26 20 GND 21"
)
HEADER: Final = _ROWS.split(" ")

RAILS: Final = ("3V3", "GND")
COLOURS: Final = {
    "3V3": "#c8371e",
    "5V": "#8f1d1d",
    "GND": "#23282d",
    "scl": "#c98a00",
    "sda": "#1d6fb8",
    "ready": "#7b4fa3",
    "button": "#7b4fa3",
    "light": "#d1495b",
    "green": "#2e8b57",
    "blue": "#1d6fb8",
    "i2s_clock": "#c98a00",
    "i2s_frame": "#2e8b57",
    "i2s_data": "#1d6fb8",
}
SIGNAL: Final = "#2e8b57"

Text = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to buy: its name, what its pins are called, and how it is drawn."""

    key: str
    name: Text
    note: Text
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """From one end to the other: `pi:13` (a header pin), `3V3` or `GND` (a rail), `part.PIN`."""

    start: str
    end: str
    colour: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """One sheet."""

    key: str
    title: Text
    settings: str
    electrodes: bool
    parts: tuple[Part, ...]
    wires: tuple[Wire, ...]
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything in the file.  `gpio`: GPIO number by name; `rails`: header pin by rail."""

    gpio: dict[str, int]
    rails: dict[str, int]
    reserved: dict[str, Text]
    drawings: tuple[Drawing, ...]

    def header_pin(self, name: str) -> int:
        """The pin of the header, 1 to 40, that carries the GPIO of that name."""
        return HEADER.index(str(self.gpio[name])) + 1


def read(file: Path = FILE) -> Table:
    """The table.  Raises ValueError, saying where, when a wire leads nowhere or two wires want one pin."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    parts = {key: _part(key, said) for key, said in raw["part"].items()}
    bare = Table(raw["gpio"], raw["rails"], raw["reserved"], ())
    for rail, pin in bare.rails.items():
        if HEADER[pin - 1] != rail:
            raise ValueError(f"[rails] {rail} = {pin}: that pin of the header is {HEADER[pin - 1]}")
    drawings = tuple(_drawing(key, said, parts, bare) for key, said in raw["drawing"].items())
    return Table(bare.gpio, bare.rails, bare.reserved, drawings)


def in_language(text: Text, language: str) -> str:
    """The text in `en` or `de`."""
    return text if isinstance(text, str) else text[language]


def _part(key: str, said: dict[str, Any]) -> Part:
    return Part(key, said["name"], said["note"], said["kind"], tuple(said["left"]), tuple(said["right"]))


def _drawing(key: str, said: dict[str, Any], parts: dict[str, Part], table: Table) -> Drawing:
    used = tuple(parts[name] for name in said["parts"])
    wires = tuple(_wire(key, ends, {part.key: part for part in used}, table) for ends in said["wires"])
    settings = said["settings"].format(**table.gpio) if "{" in said["settings"] else said["settings"]
    taken: dict[str, str] = {}
    for wire in wires:
        if wire.end in taken:
            raise ValueError(f"[drawing.{key}]: two wires end at {wire.end}")
        taken[wire.end] = wire.start
    return Drawing(key, said["title"], settings, said["electrodes"], used, wires, said.get("hint", ""))


def _wire(drawing: str, ends: list[str], parts: dict[str, Part], table: Table) -> Wire:
    start, end = (_end(drawing, said, parts, table) for said in ends[:2])
    name = ends[0].removeprefix("pi.").partition("@")[0]
    return Wire(start, end, COLOURS.get(name, SIGNAL), "optional" in ends[2:])


def _end(drawing: str, said: str, parts: dict[str, Part], table: Table) -> str:
    where = f"[drawing.{drawing}] {said}"
    if said in RAILS:
        return said
    part, _, pin = said.partition(".")
    if part == "pi":
        name, _, number = pin.partition("@")
        if number:
            if HEADER[int(number) - 1] != name:
                raise ValueError(f"{where}: that pin of the header is {HEADER[int(number) - 1]}")
            return f"pi:{number}"
        if name not in table.gpio:
            raise ValueError(f"{where}: [gpio] has no {name}")
        return f"pi:{table.header_pin(name)}"
    if part not in parts or pin not in (*parts[part].left, *parts[part].right):
        raise ValueError(f"{where}: there is no such pin")
    return said
