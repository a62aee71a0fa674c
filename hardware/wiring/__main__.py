"""`python -m hardware.wiring`: writes the drawings and the tables in hardware/README.md anew from `pins.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hardware.wiring import electrodes, sheet
from hardware.wiring.table import Drawing, Table, read

FOLDER: Final = Path(__file__).parent
README: Final = FOLDER.parent / "README.md"
BEGIN, END = "<!-- pins.toml: begin -->", "<!-- pins.toml: end -->"
LANGUAGES: Final = ("en", "de")

PURPOSE: Final = {
    "sda": "I2C data, SDA",
    "scl": "I2C clock, SCL",
    "ready": 'ALRT of the ADS1115, only for `mode = "rdy"`',
    "button": "button, to ground when pressed",
    "light": "light; red of a coloured one",
    "green": "green of a coloured light",
    "blue": "blue of a coloured light",
    "i2s_clock": "I2S bit clock, BCLK",
    "i2s_frame": "I2S word clock, LRC",
    "i2s_data": "I2S data, DIN",
}


def file_name(drawing: str, language: str) -> str:
    """`envelope.svg`, in German `envelope.de.svg`."""
    return f"{drawing}.svg" if language == "en" else f"{drawing}.{language}.svg"


def files(table: Table) -> dict[Path, str]:
    """Every file that follows from the table, and what is in it."""
    made = {
        FOLDER / file_name(drawing.key, language): sheet.draw(drawing, table, language)
        for drawing in table.drawings
        for language in LANGUAGES
    }
    made |= {FOLDER / file_name("electrodes", language): electrodes.draw(language) for language in LANGUAGES}
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    made[README] = f"{before}{BEGIN}\n{in_words(table)}{END}{after}"
    return made


def in_words(table: Table) -> str:
    """The table of pins for the README."""
    rows = ["| pin | GPIO | for |", "|---|---|---|"]
    for rail, pin in table.rails.items():
        rows.append(f"| {pin} | | {rail.replace('3V3', '3.3 V')}, to the breadboard's rail |")
    by_pin = sorted(table.gpio, key=table.header_pin)
    rows += [f"| {table.header_pin(name)} | {table.gpio[name]} | {PURPOSE[name]} |" for name in by_pin]
    return "\n".join(rows) + "\n"


def drawing(table: Table, key: str) -> Drawing:
    """One drawing by its name."""
    return next(drawing for drawing in table.drawings if drawing.key == key)


def main() -> None:
    """Write what has changed, and say so."""
    for path, said in files(read()).items():
        if not path.exists() or path.read_text(encoding="utf-8") != said:
            path.write_text(said, encoding="utf-8")
            print(f"written: {path.relative_to(FOLDER.parent)}")


if __name__ == "__main__":
    main()
