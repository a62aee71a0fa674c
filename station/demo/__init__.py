"""`desk-station demo`: the whole station with a simulated person; no hardware, no root, no broker needed.

Everything between the two ends is what runs on a Pi: the acquisition process with the unmodified Adafruit driver, the
engine, the player, MQTT, the history.  The ends are twins: a person and a chip at one, mock pins at the other.

    actor     the simulated person's part: takes the offer, does what is guided
    keys      the newcomer's keyboard as the button
    picture   what is seen, live or as plain lines; in German and English by words
    broker    the MQTT broker it speaks to: yours, the one on localhost, or an embedded one
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from station import assembly, config, place, settings
from station.app import Inbox
from station.config import Config
from station.core import tension
from station.core.repertoire import LENGTHS
from station.demo.actor import Actor
from station.demo.broker import Broker, Listener
from station.demo.keys import DOUBLE, HOLD, LONG, SHORT, Finger, Keys
from station.demo.picture import Picture
from station.demo.words import LABELS
from station.errors import StationError
from station.finger import ButtonDevice
from station.frugal import be_frugal
from station.german import in_language, system_language
from station.keeper import Keeper
from station.library import Library
from station.outputs.contract import OutputError
from station.outputs.installing import installing
from station.outputs.mqtt import Settings, retire
from station.sensor import SensorDevice
from station.settings import Station

if TYPE_CHECKING:
    from rich.console import Console

    from station.app import App

REST_RVE_PERCENT = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to show it."""
    parser.add_argument("--language", choices=("de", "en"), help="the language (default: the system's)")
    parser.add_argument("--seconds", type=float, metavar="N", help="end by itself after so many seconds")
    parser.add_argument("--silent", action="store_true", help="without sound")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="show it in your smart home, too: of this file [station] name and [output.mqtt] are used",
    )


def run(args: argparse.Namespace) -> int:
    """Show it until q, Ctrl-C or the end of the given time."""
    try:
        from rich.console import Console
    except ImportError:
        raise StationError(
            "The demo's picture needs rich.", f"Run  make demo,  or install it:  {installing('desk-station[demo]')}"
        ) from None
    logging.basicConfig(level=logging.CRITICAL)  # the picture is the log; a line of text would tear it
    language = args.language or system_language()
    yours = config.read(args.config) if args.config else None
    broker = Broker(yours.of(Settings) if yours else None)
    be_frugal()
    broker.start()
    with tempfile.TemporaryDirectory(prefix="desk-station-") as folder:
        try:
            chosen = demo_config(language, broker.settings, yours, silent=args.silent)
            app = _stage(Console(), language, broker, chosen, Path(folder), args)
            app.run()
            _take_back(broker, chosen, Path(folder))
        finally:
            broker.stop()
    print(LABELS[language]["bye"])
    return 0


def _take_back(broker: Broker, chosen: Config, folder: Path) -> None:
    """Whoever demonstrates leaves no device behind in a smart home."""
    if broker.settings is None or broker.embedded or broker.settings.level == 0:
        return
    with contextlib.suppress(OutputError):  # gone meanwhile, or never there: the picture has said so
        retire(broker.settings, assembly.house(chosen, folder, Inbox(), Library.names(chosen.of(Station).language)))


def _stage(
    console: Console, language: str, broker: Broker, chosen: Config, folder: Path, args: argparse.Namespace
) -> App:
    """The station with its two twins, its picture, and the newcomer's keys."""
    # Not the machine's own id: the real station may be running here, too.
    (folder / place.ID_FILE).write_text(f"demo of {place.id_of_the_machine()}")
    app = assembly.app(chosen, folder)
    sensor, (button,) = app.sensor, app.devices
    assert isinstance(sensor, SensorDevice)
    assert isinstance(button, ButtonDevice)

    def press() -> None:
        button.pin.drive_low()

    def release() -> None:
        button.pin.drive_high()

    finger = Finger(press, release)
    spoken = broker.settings
    listener = Listener(spoken, f"{spoken.base}/{place.station_id(folder)}/#") if spoken else None
    notes = [in_language(broker.note, language)] if broker.note else []
    load = chosen.of(tension.Settings).load_rve_percent
    page = next((keeper.output for keeper in app.outputs if keeper.name == "web"), None)
    said = listener.lines if listener else list
    picture = Picture(language, REST_RVE_PERCENT, load, said, notes, titles(language), console)
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
        },
        gone=app.stop,
    )
    app.devices = (*app.devices, keys, *([listener] if listener else []))
    if args.seconds:
        timer = threading.Timer(args.seconds, app.stop)
        timer.daemon = True
        timer.start()
    return app


def demo_config(language: str, broker: Settings | None, yours: Config | None = None, *, silent: bool = False) -> Config:
    """The embedded settings, in this language, with this broker, under the name of your own station."""
    read = config.from_text(Path(__file__).with_name("demo.toml").read_text(encoding="utf-8"), "demo.toml")
    name = yours.of(Station).name if yours else read.of(Station).name
    changed = read.with_parts(msgspec.structs.replace(read.of(Station), language=language, name=name))
    sections = dict(changed.sections)
    on, off = settings.Output(enabled=True), settings.Output(enabled=False)
    if broker is not None:
        sections["output.mqtt"] = (on, broker)
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
