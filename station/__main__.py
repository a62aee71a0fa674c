"""The command line: `desk-station COMMAND`.

Each command is one module with two things: `add_arguments(parser)` and `run(args) -> exit code`.
Only the module of the chosen command is imported, so `desk-station replay` never waits for pygame.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import textwrap

from station.errors import StationError
from station.terminal import Parser, said, say, settle

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
    ("backup", "station.backup", "keep everything the station remembers in one file, but no recordings"),
    ("restore", "station.restore", "bring back what a backup holds"),
    ("purge", "station.purge", "delete what the station remembers, a range or everything"),
)

LISTED = "{commands}"
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
    settle(sys.stdout, sys.stderr)
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
        _unknown(arguments[0], list(known))
        return 2
    return _run(arguments[0], *known[arguments[0]], arguments[1:])


def _run(name: str, module_name: str, sentence: str, arguments: list[str]) -> int:
    """One command, with every mistake a person can mend put in words."""
    try:
        module = importlib.import_module(module_name)
        parser = Parser(prog=f"desk-station {name}", description=sentence)
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except StationError as error:
        for line in error.sentences():
            say(line, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has gone: that is its good right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _unknown(name: str, known: list[str]) -> None:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    say(f"desk-station: there is no command '{name}'.{hint}", file=sys.stderr)
    say("`desk-station --help` lists them.", file=sys.stderr)


def introduction() -> str:
    """The help that a person can follow, in lines of 80 columns."""
    width = max(len(name) for name, _, _ in COMMANDS)
    listed = [_wrapped(f"  {name:<{width}}  {said(sentence)}", width + 4) for name, _, sentence in COMMANDS]
    return "\n".join("\n".join(listed) if line == LISTED else _wrapped(said(line)) for line in INTRO.splitlines())


def _wrapped(line: str, indent: int = 0) -> str:
    return textwrap.fill(line, 80, subsequent_indent=" " * indent, break_on_hyphens=False, drop_whitespace=True)


if __name__ == "__main__":
    sys.exit(main())
