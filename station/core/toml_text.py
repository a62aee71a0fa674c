"""TOML text to a dictionary that still knows where everything stood.

The standard library's parser gives the values; a mistake found later ("`slots` is not a key") is only helpful with the
line it stands in.  So a second, small scanner walks over the same text, which is by then known to be valid, and notes
the line of every key, table, array element and inline value:

    data, lines = parse(text)
    data["step"][2]["say"]["de"]                the value
    lines.of("step", 2, "say", "de")            its line, counted from 1
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

Path = tuple[str | int, ...]

# What the parser says, and what it means to the person who typed the line.
_MEANINGS = (
    ("Expected '=' after a key", "there must be a = between the key and its value"),
    ("Cannot overwrite a value", "this key is given twice"),
    ("Cannot declare", "this table is opened twice"),
    ("Duplicate inline table key", "this key is given twice inside the braces"),
    ("Unterminated string", "the closing quotation mark is missing"),
    ("Unclosed array", "the closing ] is missing"),
    ("Unclosed inline table", "the closing } is missing"),
    ("Illegal character '\\n'", "the closing quotation mark is missing"),
    ("Expected newline or end of document", "there is something left over after the value"),
    ("Invalid value", "this value is none of: text in quotation marks, a number, true, false, [a list], {a table}"),
    ("Invalid statement", "expected key = value or [table] here"),
    ("Invalid initial character for a key", "a key consists of letters, digits, - and _, or stands in quotation marks"),
    ("Expected ']'", "the closing ] of the table's name is missing"),
)


class TomlError(ValueError):
    """Broken TOML: `line` (from 1) and `message`, a sentence without a full stop."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


class Lines:
    """Where every key path of one TOML text stands."""

    def __init__(self, where: dict[Path, int]) -> None:
        self._where = where

    def of(self, *path: str | int) -> int:
        """The line (from 1) of this key path; of its nearest known parent when the path itself is not in the text.

        List elements are counted from 0: `of("step", 2, "slot")`.  A path of which nothing is known is line 1.
        """
        for length in range(len(path), 0, -1):
            line = self._where.get(path[:length])
            if line is not None:
                return line
        return 1


def parse(text: str) -> tuple[dict[str, Any], Lines]:
    """The values of a TOML text and the line of each.

    Raises TomlError, with the line, when the text is not TOML.
    """
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _friendly(text, str(error)) from error
    return data, Lines(_Scanner(text).scan())


def _friendly(text: str, said: str) -> TomlError:
    """The parser's message with its line taken out and its meaning put in words."""
    place = re.search(r" \(at line (\d+), column \d+\)$", said)
    line = int(place[1]) if place else len(text.rstrip("\n").split("\n"))
    bare = re.sub(r" \(at .*\)$", "", said)
    for start, meaning in _MEANINGS:
        if bare.startswith(start):
            return TomlError(line, meaning)
    return TomlError(line, bare[:1].lower() + bare[1:])


class _Scanner:
    """Walks over valid TOML once and remembers lines.  It judges nothing: tomllib has done so already."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.where: dict[Path, int] = {}
        self.sizes: dict[Path, int] = {}  # array of tables -> how many elements so far

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                table = self._heading()
            else:
                self._pair(table)
        return self.where

    def _heading(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path that the following keys belong to."""
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = self._key()
        self.at = self.text.index("]", self.at) + (2 if array else 1)
        path: Path = ()
        for name in names[:-1]:
            path = self._newest((*path, name))
            self._note(path)
        path = (*path, names[-1])
        self._note(path)
        if not array:
            return path
        element = (*path, self.sizes.get(path, 0))
        self.sizes[path] = self.sizes.get(path, 0) + 1
        self._note(element)
        return element

    def _newest(self, path: Path) -> Path:
        """A name that stands for an array of tables means its newest element."""
        return (*path, self.sizes[path] - 1) if path in self.sizes else path

    def _pair(self, table: Path) -> None:
        """`a.b = value`."""
        path = table
        for name in self._key():
            path = (*path, name)
            self._note(path)
        self.at = self.text.index("=", self.at) + 1
        self._value(path)

    def _key(self) -> list[str]:
        """A bare, quoted or dotted key; stops before what follows it."""
        names = []
        while True:
            self._skip_spaces()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                names.append(next(iter(tomllib.loads(self.text[start : self.at] + "=0"))))
            else:
                bare = re.compile(r"[A-Za-z0-9_-]+").match(self.text, self.at)
                assert bare, "a key that tomllib accepted"
                self.at = bare.end()
                names.append(bare[0])
            self._skip_spaces()
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _value(self, path: Path) -> None:
        """Any value: strings may span lines, arrays and inline tables have insides of their own."""
        self._skip_spaces()
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._list(path)
        elif first == "{":
            self._braces(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self._note((*path, index))
            self._value((*path, index))
            index += 1
            self._skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _braces(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            self._pair(path)
            self._skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _string(self) -> None:
        """Steps over a string of any of the four kinds, counting the lines inside."""
        quote = self.text[self.at]
        closing = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(closing)
        while not self.text.startswith(closing, self.at):
            if self.text[self.at] == "\\" and quote == '"':
                self.at += 1
            self.line += self.text[self.at] == "\n"
            self.at += 1
        self.at += len(closing)
        while len(closing) == 3 and self.text.startswith(quote, self.at):  # """a "quoted"""" may end in extra quotes
            self.at += 1

    def _skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def _skip_blank(self) -> bool:
        """Steps over spaces, line ends and comments; False at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in " \t\n":
                self.line += self.text[self.at] == "\n"
                self.at += 1
            else:
                return True
        return False

    def _note(self, path: Path) -> None:
        self.where.setdefault(path, self.line)
