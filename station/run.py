"""`desk-station run`: the daemon."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from pathlib import Path

from station import assembly, place, spare
from station.errors import ConfigError, StationError
from station.frugal import be_frugal
from station.greeting import farewell, greeting
from station.settings import Station


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which configuration to run."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration")


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C; a mistake in the configuration, or a second station, is told and nothing starts."""
    if args.config is None:
        raise StationError(
            "desk-station run needs to know how your station is built: --config FILE.",
            "Write one with:  desk-station config --default > desk-station.toml      Only looking?  desk-station demo",
        )
    be_frugal()
    # Where a message comes from helps whoever reads a service's log, and confuses at a terminal.
    form = "%(message)s" if sys.stderr.isatty() else "%(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form)
    try:
        settings = spare.read(args.config)
    except ConfigError as error:
        error.problem = error.problem.removesuffix(".") + "; nothing was started."
        raise
    folder = place.state_dir(settings.of(Station).state_dir, unwritable=True)
    with place.alone(folder):
        if sys.stderr.isatty():
            print(*greeting(settings), "", sep="\n", file=sys.stderr, flush=True)
        assembly.app(settings, folder).run()
        if sys.stderr.isatty():
            with contextlib.suppress(OSError):  # its window is closed
                os.write(sys.stderr.fileno(), farewell(settings).encode())
    return 0
