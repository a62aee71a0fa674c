"""`desk-station check`: looks at everything once, says what works, what does not, and what to do.

Each part examines itself (`examine` beside the part); this file asks them in the order of a sample's way and prints.
Exit code 0: all good, 1: something is worth a look, 2: something does not work.  Nothing of the person is in it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import hardware.button
import hardware.light
from station import assembly, config, place
from station.app import Inbox
from station.config import Config
from station.errors import ConfigError, StationError
from station.examine_sensor import examine_sensor
from station.outputs.contract import House
from station.settings import Station

OK, WARNING, BROKEN = "ok", "warning", "broken"
EXIT = {OK: 0, WARNING: 1, BROKEN: 2}
SIGN = {OK: "✓", WARNING: "!", BROKEN: "✗"}

Examined = Iterable[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one part: `severity` ok, warning or broken; a sentence; what to do."""

    part: str
    severity: str
    what: str
    remedy: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to check and how to say it."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration; else the defaults")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(args: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    findings = list(examine(args.config))
    worst = max((EXIT[finding.severity] for finding in findings), default=0)
    if args.json:
        shown = [{"part": f.part, "severity": f.severity, "what": f.what, "remedy": f.remedy} for f in findings]
        print(json.dumps({"exit": worst, "findings": shown}, ensure_ascii=False, indent=1))
    else:
        print(in_words(findings))
    return worst


def examine(path: Path | None) -> Iterable[Finding]:
    """Every finding, in the order of a sample's way through the station."""
    try:
        settings = config.read(path) if path else config.defaults()
    except ConfigError as error:
        yield from (Finding("configuration", BROKEN, sentence, "") for sentence in error.problems)
        return
    except StationError as error:
        yield Finding("configuration", BROKEN, error.problem, error.remedy)
        return
    yield Finding("configuration", OK, f"{path or 'The built-in defaults'}: no mistakes.", "")
    try:
        folder = place.state_dir(settings.of(Station).state_dir)
    except StationError as error:
        yield Finding("memory", BROKEN, error.problem, error.remedy)
        return
    yield Finding("memory", OK, f"The station keeps its things in {folder}.", "")
    yield from _part("sensor", lambda: examine_sensor(settings, folder))
    yield from _part("button", lambda: hardware.button.examine(settings.of(hardware.button.Settings)))
    if "light" in settings.outputs():
        yield from _part("light", lambda: hardware.light.examine(settings.of(hardware.light.Settings)))
    yield from _outputs(settings, assembly.house(settings, folder, Inbox()))


def _outputs(settings: Config, house: House) -> Iterable[Finding]:
    """Every output in use that can examine itself; of those that are off, that they are."""
    for name in settings.outputs_off():
        yield Finding(name, OK, f"Switched off; [output.{name}] enabled = true would use it.", "")
    for name, part in settings.outputs().items():
        module = importlib.import_module(f"station.outputs.{name}")
        if hasattr(module, "examine"):
            yield from _part(name, lambda module=module, part=part: module.examine(part, house))  # type: ignore[misc]


def _part(name: str, ask: Callable[[], Examined]) -> Iterable[Finding]:
    """One part's findings; a part that cannot even be asked is a finding, too."""
    try:
        for severity, what, remedy in ask():
            yield Finding(name, severity, what, remedy)
    except Exception as error:
        yield Finding(name, BROKEN, f"It could not be examined: {type(error).__name__}: {error}.", "")


def in_words(findings: list[Finding]) -> str:
    """The findings for a person: one line each, the remedy below what needs one, the sum at the end."""
    colours = {OK: "32", WARNING: "33", BROKEN: "31"} if sys.stdout.isatty() else {}
    width = max(len(finding.part) for finding in findings)
    lines = []
    for f in findings:
        sign = f"\033[{colours[f.severity]}m{SIGN[f.severity]}\033[0m" if colours else SIGN[f.severity]
        lines.append(f" {sign} {f.part:<{width}}  {f.what}")
        if f.remedy and f.severity != OK:
            lines.append(f"   {'':<{width}}  → {f.remedy}")
    bad = sum(f.severity == BROKEN for f in findings)
    worth = sum(f.severity == WARNING for f in findings)
    lines.append("")
    if bad or worth:
        lines.append(f"{_count(bad, 'thing does', 'things do')} not work, {worth} worth a look.")
    else:
        lines.append("All good.")
    return "\n".join(lines)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
