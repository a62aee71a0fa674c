"""What the command line says, in the language of the system: help, answers, and what is wrong with a command line.

Every sentence stands in English where it is said; its German is in german.txt, which is read only when it is needed.
A sentence of what a parser shows goes through `_InWords`, everything else through `say` or `said`.
"""

from __future__ import annotations

import argparse
import codecs
import io
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn, TextIO


def said(sentence: str, language: str = "") -> str:
    """The sentence in `de` or `en`; else in the language of the system."""
    from station.german import in_language, system_language

    return in_language(sentence, language or system_language())


def say(sentence: str, language: str = "", *, file: TextIO | None = None) -> None:
    """Print it, in that language or the system's; what went well to stdout."""
    print(said(sentence, language), file=file or sys.stdout)


def fitted(sentence: str, stream: TextIO) -> str:
    """Broken between words where a terminal shows it; for a file it is one line."""
    if not stream.isatty():
        return sentence
    room = max(20, shutil.get_terminal_size().columns - 1)
    broken = (
        textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False) for line in sentence.split("\n")
    )
    return "\n".join("\n".join(lines) for lines in broken)


# For a terminal that has none of these; what is not here becomes a question mark.
_PLAIN: Final = str.maketrans({
    **dict.fromkeys("„“”‟", '"'), **dict.fromkeys("‚‘’", "'"), **dict.fromkeys("–—−", "-"),
    "✓": "+", "✗": "x", "…": "...", "→": "->", "▮": "#", "▯": ".", "Ω": "Ohm", "≥": ">=", "≤": "<=", "\u202f": " ",
})  # fmt: skip


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = error.object[error.start : error.end].translate(_PLAIN)
    return plain.encode(error.encoding, "replace").decode(error.encoding), error.end


def settle(*streams: TextIO) -> None:
    """Let nothing that is said fail for want of a character: an old terminal (ISO 8859) gets the nearest there is."""
    codecs.register_error("plainly", _plainly)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and "utf" not in stream.encoding.lower():
            stream.reconfigure(errors="plainly")


def document(text: str) -> None:
    """Print what a program will read, or the station itself: in UTF-8, unless a terminal shows it."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="strict")
    print(text)


class _InWords(argparse.HelpFormatter):
    """A page of help: headings, descriptions, what stands for a value, and what an option does."""

    def start_section(self, heading: str | None) -> None:
        """`options`, `positional arguments`."""
        super().start_section(said(heading) if heading else heading)

    def add_text(self, text: str | None) -> None:
        """What stands before and after the options begins and ends as a sentence does."""
        if text:
            text = said(text)
            text = text[0].upper() + text[1:].removesuffix(".") + "."
        super().add_text(text)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        """`usage: `."""
        super().add_usage(usage, actions, groups, said("usage:") + " " if prefix is None else prefix)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return said(action.help) if action.help else action.help

    def _metavar_formatter(self, action: argparse.Action, default_metavar: str) -> Callable[[int], tuple[str, ...]]:
        shown = super()._metavar_formatter(action, default_metavar)
        if action.metavar is None and action.choices is not None:
            return shown
        return lambda count: tuple(said(each) for each in shown(count))


class Parser(argparse.ArgumentParser):
    """Explains itself in the person's language, and says in two lines what is wrong, not in a page of usage."""

    def format_help(self) -> str:
        """The page; only here are words needed, while argparse asks its formatter at every argument that is added."""
        self.formatter_class = _InWords
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Print and exit with 2; what is missing is called as on the page of help."""
        head, required, names = message.partition("arguments are required: ")
        message = head + required + ", ".join(said(name) for name in names.split(", ")) if required else message
        head, one_of, names = message.removesuffix(" is required").partition("one of the arguments ")
        message = head + one_of + f" {said('or')} ".join(names.split()) + " is required" if one_of else message
        self.exit(
            2, said(f"{self.prog}: {message}.") + "\n" + said(f"`{self.prog} --help` says how it is used.") + "\n"
        )
