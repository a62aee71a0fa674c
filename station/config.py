"""The configuration: strict TOML in, frozen typed settings out, and every mistake in one go.

    config = read(path)              or ConfigError with one sentence per mistake: file, line, key, what is allowed
    config.of(Sensor).driver         each settings class is its own key

A mistake never starts a half-configured station.  `render` writes the effective configuration back as TOML with each
key's sentence above it; `default.toml` is exactly that of the defaults, so the documentation cannot drift.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as mi

from station import settings
from station.core.toml_text import Lines, TomlError, parse
from station.errors import ConfigError, StationError

S = TypeVar("S", bound=msgspec.Struct)

SECRETS = {"password", "passphrase"}


class Config:
    """All settings of one station, by their class."""

    def __init__(self, sections: Mapping[str, tuple[msgspec.Struct, ...]]) -> None:
        self.sections = dict(sections)
        self._by_class = {type(part): part for parts in self.sections.values() for part in parts}

    def of(self, kind: type[S]) -> S:
        """The settings of this class (its defaults when its section is not in use)."""
        found = self._by_class.get(kind)
        return found if isinstance(found, kind) else kind()

    def driver(self) -> msgspec.Struct:
        """The settings of the chosen sensor driver."""
        return self.sections["sensor"][1]

    def outputs(self) -> dict[str, msgspec.Struct]:
        """Output name -> its settings, for the outputs that are in use."""
        return {
            name.removeprefix("output."): parts[1]
            for name, parts in self.sections.items()
            if isinstance(parts[0], settings.Output) and parts[0].enabled
        }

    def outputs_off(self) -> list[str]:
        """The names of the outputs that are not in use."""
        return [
            name.removeprefix("output.")
            for name, parts in self.sections.items()
            if isinstance(parts[0], settings.Output) and not parts[0].enabled
        ]

    def with_parts(self, *parts: msgspec.Struct) -> Config:
        """The same configuration with these settings objects in place of those of their class."""
        new = {type(part): part for part in parts}
        return Config(
            {name: tuple(new.get(type(old), old) for old in olds) for name, olds in self.sections.items()},
        )


def read(path: Path) -> Config:
    """Read one file.  Raises ConfigError with all mistakes, or StationError when there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StationError(
            f"There is no configuration file {path}.",
            f"Write one with:  desk-station config --default > {path}",
        ) from None
    except UnicodeDecodeError:
        raise StationError(
            f"The configuration file {path} is not a text file (UTF-8).", "Save it as plain text in UTF-8."
        ) from None
    except OSError as error:
        raise StationError(
            f"The configuration file {path} cannot be read: {error.strerror}.",
            "Give the name of a file that this user may read.",
        ) from error
    return from_text(text, path.name)


def from_text(text: str, where: str = "configuration") -> Config:
    """Settings of a TOML text; `where` names it in the sentences.  Raises ConfigError with all mistakes."""
    try:
        data, lines = parse(text)
    except TomlError as error:
        raise ConfigError([f"{where}:{error.line}: {error.message}."]) from error
    return _Reader(data, lines, where).config()


class _Reader:
    """Walks one parsed file and collects what is wrong with it."""

    def __init__(self, data: Mapping[str, Any], lines: Lines, where: str) -> None:
        self.data, self.lines, self.where = data, lines, where
        self.problems: list[tuple[int, str]] = []
        self._chosen = ""
        self._pointed = False  # to a file for the chosen driver: once is enough

    def config(self) -> Config:
        self._chosen = self._driver()
        classes = section_classes(self._chosen)
        given = self._sections(classes)
        sections = {name: self._section(name, kinds, given.get(name, {})) for name, kinds in classes.items()}
        if self.problems:
            raise ConfigError([sentence for _, sentence in sorted(self.problems)])
        return Config(sections)

    def complain(self, path: tuple[str, ...], sentence: str) -> None:
        line = self.lines.of(*path)
        self.problems.append((line, f"{self.where}:{line}: {sentence}"))

    def _driver(self) -> str:
        """The chosen driver; an unknown one is reported and read as the default one."""
        sensor = self.data.get("sensor", {})
        chosen = sensor.get("driver", settings.Sensor().driver) if isinstance(sensor, dict) else "ads1115"
        if str(chosen).isidentifier() and settings.is_driver(str(chosen)):
            return str(chosen)
        there = ", ".join(settings.drivers())
        self.complain(("sensor", "driver"), f"no sensor driver {chosen!r}; there are: {there}.")
        return settings.Sensor().driver

    def _sections(self, classes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Known sections of the file, `output.x` flattened; unknown ones are reported."""
        given: dict[str, dict[str, Any]] = {}
        for name, value in self.data.items():
            flat = name not in classes and _parts(name, value)
            tables = {f"{name}.{sub}": each for sub, each in value.items()} if flat else {name: value}
            for full, table in tables.items():
                path = tuple(full.split("."))
                if full not in classes:
                    what = (
                        f"there is no section [{full}]"
                        if isinstance(table, dict)
                        else f"{full} stands outside a section"
                    )
                    self.complain(path, f"{what}; {_nearest(full, list(classes), 'sections')}")
                elif not isinstance(table, dict):
                    self.complain(path, f"{full} is a section: write [{full}] on a line of its own.")
                else:
                    given[full] = dict(table)
        return given

    def _section(
        self, name: str, kinds: tuple[type[msgspec.Struct], ...], table: dict[str, Any]
    ) -> tuple[msgspec.Struct, ...]:
        path = tuple(name.split("."))
        known = {field.encode_name: (kind, field) for kind in kinds for field in msgspec.structs.fields(kind)}
        values: dict[type, dict[str, Any]] = {kind: {} for kind in kinds}
        for key, value in table.items():
            if key not in known:
                self.complain((*path, key), f"[{name}] has no key {key!r}{self._elsewhere(name, key, list(known))}")
                continue
            kind, field = known[key]
            try:
                values[kind][field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError:
                shown = "…" if key in SECRETS else _as_written(value, field.type)
                self.complain(
                    (*path, key), f"[{name}] {key} = {shown} is not possible; allowed: {allowed(field.type)}."
                )
        parts = []
        for kind, fields in values.items():
            try:
                parts.append(kind(**fields))
            except (ValueError, TypeError) as error:  # a class may refuse a combination of keys in __post_init__
                key = str(error).partition(" ")[0]  # where it begins with one, the sentence is about that line
                self.complain((*path, key) if key in table else path, f"[{name}] {error}.")
                parts.append(kind())
        return tuple(parts)

    def _elsewhere(self, section: str, key: str, known: list[str]) -> str:
        """What may have been meant by a key that is not `known`; one of the default driver is only too many."""
        usual, chosen = settings.Sensor().driver, self._chosen
        if section == "sensor" and chosen != usual:
            fields = [field for kind in section_classes(usual)[section] for field in msgspec.structs.fields(kind)]
            if key in {field.encode_name for field in fields}:
                anew = (
                    "" if self._pointed else f" A whole file for it:  desk-station config --default --driver {chosen}"
                )
                self._pointed = True
                return f" for driver {chosen}; it is one of {usual}: take it away.{anew}"
        return f"; {_nearest(key, known, 'keys')}"


def section_classes(driver: str = "ads1115") -> dict[str, tuple[type[msgspec.Struct], ...]]:
    """Every section there is and the classes that describe its keys, for this sensor driver."""
    found = {
        name: tuple(settings.load(reference.format(driver=driver)) for reference in references)
        for name, references in settings.SECTIONS.items()
    }
    for name in settings.outputs():
        found[f"output.{name}"] = (settings.switch(name), settings.load(f"station.outputs.{name}:Settings"))
    return found


def defaults(driver: str = "ads1115") -> Config:
    """The configuration of an empty file."""
    return Config({name: tuple(kind() for kind in kinds) for name, kinds in section_classes(driver).items()})


def render(config: Config, *, comments: bool = True, language: str = "en") -> str:
    """The configuration as TOML that `from_text` reads back, its comments in `language`; secrets are masked."""
    out = []
    for name, parts in config.sections.items():
        out.append(f"[{name}]")
        for part in parts:
            for field in msgspec.structs.fields(part):
                value = getattr(part, field.name)
                masked = "***" if field.name in SECRETS and value else value
                if comments:
                    out.extend(f"# {line}" for line in _comment(field.type, language))
                out.append(f"{field.encode_name} = {_as_written(masked, field.type)}")
        out.append("")
    return "\n".join(out)


def allowed(kind: Any) -> str:
    """In words, what values a setting's type takes."""
    words = _words(mi.type_info(kind))
    return re.sub(r"\d+", lambda number: hex(int(number[0])), words) if _is_hex(kind) else words


def _words(info: mi.Type) -> str:  # noqa: PLR0911 - one line per kind of type is the clearest table
    if isinstance(info, mi.Metadata):
        return _words(info.type)
    if isinstance(info, mi.LiteralType):
        return " | ".join(_shown(value) for value in info.values)
    if isinstance(info, mi.BoolType):
        return "true | false"
    if isinstance(info, mi.IntType | mi.FloatType):
        noun = "a whole number" if isinstance(info, mi.IntType) else "a number"
        low = info.ge if info.ge is not None else info.gt
        high = info.le if info.le is not None else info.lt
        if low is not None and high is not None:
            return f"{noun} from {_figure(low)} to {_figure(high)}"
        return noun + (
            f" from {_figure(low)} up" if low is not None else f" up to {_figure(high)}" if high is not None else ""
        )
    if isinstance(info, mi.StrType):
        long = f" of at most {info.max_length} characters" if info.max_length is not None else ""
        return f"text in quotation marks{long}" + (f" that matches {info.pattern}" if info.pattern else "")
    if isinstance(info, mi.VarTupleType | mi.ListType):
        return f"a list [ … ] of: {_words(info.item_type)}"
    if isinstance(info, mi.TupleType):
        return "a list of " + ", ".join(_words(item) for item in info.item_types)
    if isinstance(info, mi.UnionType):
        return " | ".join(_words(item) for item in info.types)
    if isinstance(info, mi.DictType):
        return "a table { key = value }"
    return "nothing" if isinstance(info, mi.NoneType) else type(info).__name__


def _figure(limit: float) -> str:
    """All its digits, whole where it is whole."""
    return str(int(limit)) if limit == int(limit) else f"{limit:g}"


def _extra(kind: Any) -> dict[str, Any]:
    """What a setting's `Meta` says beside its limits: description, format."""
    info = mi.type_info(kind)
    return (info.extra_json_schema or {}) if isinstance(info, mi.Metadata) else {}


def _as_written(value: Any, kind: Any) -> str:
    """A value as people write it in the file: a chip's address in hexadecimal."""
    return hex(value) if type(value) is int and _is_hex(kind) else _shown(value)


def _is_hex(kind: Any) -> bool:
    """True for numbers that people know in hexadecimal: a chip's address."""
    return _extra(kind).get("format") == "hex"


def _comment(kind: Any, language: str) -> list[str]:
    """The sentence of a setting and what it takes, in lines of at most 110 characters."""
    import textwrap

    from station.german import in_language

    takes = re.sub(r"(?<=\d),(?=\d+( |$))", ".", in_language(allowed(kind), language))  # as the file wants its figures
    return textwrap.wrap(f"{in_language(_extra(kind).get('description', ''), language)} ({takes})", 110)


def _shown(value: Any) -> str:
    """A value as TOML would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_shown(item)}" for key, item in value.items()) + " }"
    return str(value)


def _nearest(word: str, there: list[str], noun: str) -> str:
    close = difflib.get_close_matches(word, there, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"its {noun} are: {', '.join(there)}."


def _parts(name: str, value: object) -> bool:
    """Does it hold sections only: `[output.x]`, or a misspelt `[ouput.x]`?"""
    tables = value.values() if isinstance(value, dict) else ()
    return (name == "output" and value == {}) or (bool(tables) and all(isinstance(each, dict) for each in tables))
