"""The command line: `desk-station COMMAND`.

Each command is one module with two things: `add_arguments(parser)` and `run(args) -> exit code`.
Only the module of the chosen command is imported, so `desk-station replay` never waits for pygame.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from typing import NoReturn

from station.errors import StationError

# (command, module, one sentence); the order is the order in which a newcomer meets them.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("demo", "station.demo", "see and hear the whole station with a simulated person; needs nothing"),
    ("check", "station.check", "look at everything once and say what is missing and what to do"),
    ("calibrate", "station.calibrate", "teach the station your rest and your reference, in four minutes"),
    ("run", "station.run", "run the station until it is stopped"),
    ("config", "station.show_config", "show the settings in force, with what each of them means"),
    ("record", "station.record", "write the sensor's signal to a recording (EDF+)"),
    ("replay", "station.replay", "run the station over a recording and say what it would have done"),
    ("analyse", "station.analyse", "a report of one recording: load, rest, and how good the signal was"),
    ("exercises", "station.exercises", "list what the station can guide you through, in which language and how long"),
    ("render", "station.render", "write an exercise as a sound file, to take along"),
    ("voice", "station.voice", "give the exercises another voice: a better program's, or your own"),
    ("discovery", "station.discovery", "print what the station tells Home Assistant of itself, without a broker"),
    ("export", "station.export", "give out what the station remembers, as CSV or JSON"),
    ("backup", "station.backup", "keep everything the station remembers in one file"),
    ("restore", "station.restore", "bring back what a backup holds"),
    ("purge", "station.purge", "delete what the station remembers, a range or everything"),
)

INTRO = """\
Desk Station feels the tension of your shoulders, offers a pause, and guides you through it.
It is a wellness device, not a medical device.

commands:
{commands}

New here?   desk-station demo
With a Pi?  desk-station config --default > desk-station.toml
            desk-station check --config desk-station.toml
            desk-station run --config desk-station.toml

`desk-station COMMAND --help` says more about one of them."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 for good, 1 for warnings or nothing to do, 2 for broken."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(introduction())
        return 0
    if arguments[0] in ("-V", "--version"):
        from station.version import VERSION

        print(f"desk-station {VERSION}")
        return 0
    known = {name: (module, sentence) for name, module, sentence in COMMANDS}
    if arguments[0] not in known:
        print(_unknown(arguments[0], list(known)), file=sys.stderr)
        return 2
    return _run(arguments[0], *known[arguments[0]], arguments[1:])


class _Parser(argparse.ArgumentParser):
    """Says in two lines what is wrong with the command line, not in a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Print and exit with 2."""
        self.exit(2, f"{self.prog}: {message}.\n`{self.prog} --help` says how it is used.\n")


def _run(name: str, module_name: str, sentence: str, arguments: list[str]) -> int:
    """One command, with every mistake a person can mend put in words."""
    try:
        module = importlib.import_module(module_name)
        parser = _Parser(prog=f"desk-station {name}", description=sentence[0].upper() + sentence[1:] + ".")
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except StationError as error:
        from station.german import in_language, system_language

        for line in error.sentences():
            print(in_language(line, system_language()), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has gone: that is its good right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _unknown(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"desk-station: there is no command '{name}'.{hint}\n`desk-station --help` lists them."


def introduction() -> str:
    """The help that a person can follow."""
    width = max(len(name) for name, _, _ in COMMANDS)
    return INTRO.format(commands="\n".join(f"  {name:<{width}}  {sentence}" for name, _, sentence in COMMANDS))


if __name__ == "__main__":
    sys.exit(main())
