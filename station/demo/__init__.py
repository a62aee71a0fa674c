"""`desk-station demo`: the whole station with a simulated person; no hardware, no root, no broker needed.

Everything between the two ends is what runs on a Pi: the acquisition process with the unmodified Adafruit driver, the
engine, the player, MQTT, the history.  The ends are twins: a person and a chip at one, mock pins at the other.
"""

from __future__ import annotations

import argparse
import locale
import logging
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from station import assembly, config, place, settings
from station.config import Config
from station.core import tension
from station.core.session import LENGTHS
from station.demo.actor import Actor
from station.demo.broker import Broker, Listener
from station.demo.keys import DOUBLE, HOLD, LONG, SHORT, Finger, Keys
from station.demo.picture import Picture
from station.demo.words import LABELS
from station.errors import StationError
from station.finger import ButtonDevice
from station.frugal import be_frugal
from station.keeper import Keeper
from station.library import Library
from station.sensor import SensorDevice
from station.settings import Station

if TYPE_CHECKING:
    from rich.console import Console

    from station.app import App

REST_RVE_PERCENT = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to show it."""
    parser.add_argument("--language", choices=("de", "en"), help="else German where your system speaks it")
    parser.add_argument("--seconds", type=float, metavar="N", help="end by itself after so many seconds")
    parser.add_argument("--silent", action="store_true", help="without sound")


def run(args: argparse.Namespace) -> int:
    """Show it until q, Ctrl-C or the end of the given time."""
    try:
        from rich.console import Console
    except ImportError:
        raise StationError(
            "The demo's picture needs rich.", "Run  make demo,  or  pip install 'desk-station[demo]'."
        ) from None
    logging.basicConfig(level=logging.CRITICAL)  # the picture is the log; a line of text would tear it
    language = args.language or system_language()
    broker = Broker()
    be_frugal()
    broker.start()
    with tempfile.TemporaryDirectory(prefix="desk-station-") as folder:
        try:
            app = _stage(Console(), language, broker, Path(folder), args)
            app.run()
        finally:
            broker.stop()
    print(LABELS[language]["bye"])
    return 0


def _stage(console: Console, language: str, broker: Broker, folder: Path, args: argparse.Namespace) -> App:
    """The station with its two twins, its picture, and the newcomer's keys."""
    chosen = demo_config(language, broker.port, silent=args.silent)
    app = assembly.app(chosen, folder)
    sensor, (button,) = app.sensor, app.devices
    assert isinstance(sensor, SensorDevice)
    assert isinstance(button, ButtonDevice)

    def press() -> None:
        button.pin.drive_low()

    def release() -> None:
        button.pin.drive_high()

    finger = Finger(press, release)
    listener = Listener(broker.port, f"desk/{place.station_id(folder)}/#")
    notes = [broker.note] if broker.note else []
    load = chosen.of(tension.Settings).load_rve_percent
    page = next((keeper.output for keeper in app.outputs if keeper.name == "web"), None)
    picture = Picture(language, REST_RVE_PERCENT, load, listener.lines, notes, titles(language), console)
    picture.address = lambda: str(getattr(page, "address", ""))
    actor = Actor(lambda: finger.do(SHORT), sensor.control)
    app.outputs += [Keeper("picture", picture), Keeper("person", actor)]
    keys = Keys(
        {
            " ": lambda: finger.do(SHORT),
            "d": lambda: finger.do(DOUBLE),
            "l": lambda: finger.do(LONG),
            "p": lambda: finger.do(HOLD),
            "h": lambda: sensor.control({"activity": "raised"}),
            "t": lambda: sensor.control({"activity": "typing"}),
            "r": lambda: sensor.control({"activity": "rest"}),
            "q": app.stop,
        }
    )
    app.devices = (*app.devices, keys, *([listener] if broker.port else []))
    if args.seconds:
        timer = threading.Timer(args.seconds, app.stop)
        timer.daemon = True
        timer.start()
    return app


def demo_config(language: str, port: int, *, silent: bool = False) -> Config:
    """The embedded settings, in this language, with this broker (0: none)."""
    read = config.from_text(Path(__file__).with_name("demo.toml").read_text(encoding="utf-8"), "demo.toml")
    station = msgspec.structs.replace(read.of(Station), language=language)
    changed = read.with_parts(station)
    sections = dict(changed.sections)
    on, off = settings.Output(enabled=True), settings.Output(enabled=False)
    if port:
        mqtt = msgspec.structs.replace(sections["output.mqtt"][1], host="127.0.0.1", port=port)
        sections["output.mqtt"] = (on, mqtt)
    if silent:
        sections["output.audio"] = (off, sections["output.audio"][1])
    return Config(sections)


def titles(language: str) -> Callable[[str], str]:
    """What an exercise is called, by its id."""
    library = Library()

    def title(name: str) -> str:
        length = next((each for each in LENGTHS if library(name, each, language)), "")
        script = library(name, length, language)
        return script.title if script else name

    return title


def system_language() -> str:
    """German where the system speaks it, else English."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0]
    return "de" if (said or "").lower().startswith("de") else "en"
