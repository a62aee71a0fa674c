"""`desk-station config`: the settings in force, each with its sentence; secrets masked."""

from __future__ import annotations

import argparse
from pathlib import Path

from station import config, settings
from station.german import system_language
from station.terminal import document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which configuration to show."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--config", type=Path, metavar="FILE", help="show this file's settings, with all defaults")
    which.add_argument("--default", action="store_true", help="show the defaults: a file to start from")
    parser.add_argument("--driver", choices=settings.drivers(), default="", help="with --default: the sensor driver")
    parser.add_argument("--brief", action="store_true", help="without the sentences")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    shown = config.read(args.config) if args.config else config.from_text(_choice(args.driver))
    document(config.render(shown, comments=not args.brief, language=system_language()).removesuffix("\n"))
    return 0


def _choice(driver: str) -> str:
    return f'[sensor]\ndriver = "{driver}"\n' if driver else ""
