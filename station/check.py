"""`desk-station check`: looks at everything once, says what works, what does not, and what to do.

Each part examines itself (`examine` beside the part, or in station/doctor for the machine); this file asks them in the
order of a sample's way and prints, in German or English.  Exit code 0: all good, 1: something is worth a look, 2:
something does not work.  Nothing of the person is in it: the report may be shown to anybody.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import hardware.button
import hardware.light
from station import assembly, config, place
from station.app import Inbox
from station.check_words import BROKEN, OK, WARNING, Finding, in_words
from station.config import Config
from station.doctor import Examined, Roots, bus, clock, hands, machine, page, power, sensor, storage
from station.errors import ConfigError, StationError
from station.german import in_language, system_language
from station.outputs.contract import House
from station.settings import Sensor, Station
from station.terminal import document

EXIT = {OK: 0, WARNING: 1, BROKEN: 2}
STOPPED = 130  # by Ctrl-C, as in every shell

NO_PINS: Final = "There are no GPIO pins, so no button and no light here. To look around: desk-station demo."
CORRECT: Final = (
    "Correct it there; every key with its meaning:  desk-station config --default (--driver NAME for another sensor)"
)
REPORT: Final = "That is a mistake in the station itself: please report it with this whole output."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to check and how to say it."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration; else the defaults")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    parser.add_argument(
        "--language", choices=("de", "en"), help="the language of the sentences (default: the station's)"
    )
    parser.add_argument(
        "--try", dest="try_out", action="store_true", help="also shine the light, sound the chime, wait for a press"
    )


def run(args: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    language = args.language or _language(args.config)

    def ask(sentence: str) -> None:
        print(in_language(sentence, language), file=sys.stderr, flush=True)

    if not args.json and sys.stdout.isatty() and sys.stderr.isatty():  # somebody waits
        ask(f"Looking at everything; where there is a sensor, it is measured for {sensor.LISTEN_S:.0f} s.")
    try:
        findings = [
            replace(found, what=in_language(found.what, language), remedy=in_language(found.remedy, language))
            for found in examine(args.config, language=language, try_out=args.try_out, ask=ask)
        ]
    except KeyboardInterrupt:
        ask("Stopped before the end; nothing was changed.")
        return STOPPED
    worst = max((EXIT[finding.severity] for finding in findings), default=0)
    if args.json:
        shown = [{"part": f.part, "severity": f.severity, "what": f.what, "remedy": f.remedy} for f in findings]
        document(json.dumps({"exit": worst, "findings": shown}, ensure_ascii=False, indent=1))
    else:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        print(in_words(findings, language, columns))
    return worst


def _language(path: Path | None) -> str:
    """The configuration's, else that of the system."""
    if path:
        try:
            return config.read(path).of(Station).shown
        except (StationError, OSError):
            pass
    return system_language()


def examine(
    path: Path | None,
    *,
    roots: Roots | None = None,
    language: str = "en",
    try_out: bool = False,
    ask: Callable[[str], None] = lambda sentence: None,
) -> Iterable[Finding]:
    """Every finding, in the order of a sample's way through the station; each sentence once.

    ask: says to the person what to look at, to listen to or to press, just before it is needed.
    """
    return once(_everything(path, roots or Roots(), language, ask if try_out else None))


def once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Each sentence once: what the button and the light both miss is one thing to do."""
    said: set[str] = set()
    for finding in findings:
        if finding.what not in said:
            said.add(finding.what)
            yield finding


def _everything(path: Path | None, roots: Roots, language: str, ask: Callable[[str], None] | None) -> Iterable[Finding]:
    try:
        settings = config.read(path) if path else config.defaults()
    except ConfigError as error:
        yield from (Finding("configuration", BROKEN, sentence, CORRECT) for sentence in error.problems)
        return
    except StationError as error:
        yield Finding("configuration", BROKEN, error.problem, error.remedy)
        return
    yield Finding("configuration", OK, f"{path or 'The built-in defaults'}: no mistakes.", "")
    yield from _part("machine", lambda: machine.examine(roots))
    looking_around = path is None and not ask and not any(roots.dev.glob("gpiochip*"))
    if looking_around:  # nobody's station: what a PC cannot have is no fault of it
        yield Finding("machine", OK, NO_PINS, "")
    yield from _part("clock", lambda: clock.examine(roots))
    try:
        folder = place.state_dir(settings.of(Station).state_dir)
    except StationError as error:
        yield Finding("memory", BROKEN, error.problem, error.remedy)
        return
    yield Finding("memory", OK, f"The station keeps its things in {folder}.", "")
    yield from _part("disk", lambda: storage.examine(folder, roots))
    yield from _sensor(settings, folder, roots, language)
    if not looking_around:
        yield from _part("button", lambda: hardware.button.examine(settings.of(hardware.button.Settings)))
    if "light" in settings.outputs() and not looking_around:
        yield from _part("light", lambda: hardware.light.examine(settings.of(hardware.light.Settings)))
    yield from _outputs(settings, assembly.house(settings, folder, Inbox()))
    if page_settings := settings.outputs().get("web"):
        yield from _part("web", lambda: page.examine(page_settings.port, folder, roots))  # type: ignore[attr-defined]
    if ask:
        yield from _hands(settings, ask)


def _sensor(settings: Config, folder: Path, roots: Roots, language: str) -> Iterable[Finding]:
    """The power first: what it forbids is not even looked at."""
    verdict = list(_part("power", lambda: power.examine(settings.of(Sensor), roots, language)))
    yield from verdict
    if any(finding.severity == BROKEN for finding in verdict):
        return
    if settings.of(Sensor).driver == "ads1115":
        yield from _part("bus", lambda: bus.examine(settings.driver().bus))  # type: ignore[attr-defined]
    yield from _part("sensor", lambda: sensor.examine(settings, folder, roots))


def _hands(settings: Config, ask: Callable[[str], None]) -> Iterable[Finding]:
    """What a person has to see, hear or do, and is told when."""
    outputs, button = settings.outputs(), settings.of(hardware.button.Settings)
    if "light" in outputs:
        ask("Look at the light now.")
        yield from _part("light", lambda: hands.shine(settings.of(hardware.light.Settings)))
    if "audio" in outputs:
        ask("Listen now.")
        yield from _part("audio", lambda: hands.sound(outputs["audio"]))
    if button.enabled:
        ask(f"Press the button now; there are {hands.PRESS_S:.0f} s.")
        yield from _part("button", lambda: hands.press(button))


def _outputs(settings: Config, house: House) -> Iterable[Finding]:
    """Every output in use that can examine itself; of those that are off, that they are."""
    for name in settings.outputs_off():
        yield Finding(name, OK, f"Switched off; [output.{name}] enabled = true would use it.", "")
    for name, part in settings.outputs().items():
        module: Any = importlib.import_module(f"station.outputs.{name}")
        if hasattr(module, "examine"):
            yield from _part(name, lambda module=module, part=part: module.examine(part, house))  # type: ignore[misc]


def _part(name: str, ask: Callable[[], Examined]) -> Iterable[Finding]:
    """One part's findings; a part that cannot even be asked is a finding, too."""
    try:
        for severity, what, remedy in ask():
            yield Finding(name, severity, what, remedy)
    except Exception as error:
        yield Finding(name, BROKEN, f"It could not be examined: {type(error).__name__}: {error}.", REPORT)
