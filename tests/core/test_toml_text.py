"""TOML with line numbers: every value is found where a person would point at it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.toml_text import TomlError, parse

TEXT = '''\
# a comment with [brackets] and = signs
title = "one"
many.dotted.keys = 1

[sensor]
driver = "ads1115"   # here
gain = { pga = 4.096, note = "a # no comment ] } = " }
list = [
  1,            # one
  [2, 3],
  { deep = "x", deeper = [
    5 ] },
]
"quoted key.with dot" = 'lit\\eral'

[output.mqtt]
text = """
two
lines"""
host = "localhost"

[[step]]
slot = 8
say.de = "Und ausatmen."
say.en = "And breathe out."
[[step]]
slot = 9
[step.breathe]
in = 4
[[step.inner]]
a = 1
[[step.inner]]
a = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("many", "dotted", "keys"), 3),
        (("sensor",), 5),
        (("sensor", "driver"), 6),
        (("sensor", "gain", "pga"), 7),
        (("sensor", "gain", "note"), 7),
        (("sensor", "list", 0), 9),
        (("sensor", "list", 1, 1), 10),
        (("sensor", "list", 2, "deep"), 11),
        (("sensor", "list", 2, "deeper"), 11),
        (("sensor", "list", 2, "deeper", 0), 12),
        (("sensor", "quoted key.with dot"), 14),
        (("output", "mqtt"), 16),
        (("output", "mqtt", "text"), 17),
        (("output", "mqtt", "host"), 20),
        (("step", 0), 22),
        (("step", 0, "say", "en"), 25),
        (("step", 1, "slot"), 27),
        (("step", 1, "breathe", "in"), 29),
        (("step", 1, "inner", 0, "a"), 31),
        (("step", 1, "inner", 1, "a"), 33),
    ],
)
def test_a_key_stands_in_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert parse(TEXT)[1].of(*path) == line


def test_the_values_are_those_of_the_standard_library() -> None:
    assert parse(TEXT)[0] == tomllib.loads(TEXT)


def test_what_is_not_in_the_text_is_said_to_stand_at_its_parent() -> None:
    lines = parse(TEXT)[1]
    assert lines.of("step", 1, "say", "de") == 26
    assert lines.of("output", "mqtt", "port") == 16
    assert lines.of("nothing", "of", "this") == 1


def test_windows_line_ends_count_once() -> None:
    assert parse("a = 1\r\nb = 2\r\n")[1].of("b") == 2


def test_quotes_and_backslashes_inside_strings_do_not_confuse_the_lines() -> None:
    text = 'a = "say \\"no\\" \\\\"\nb = \'\'\'it\'s\n"""\n\'\'\'\nc = """x"""""\nd = 1'
    assert [parse(text)[1].of(key) for key in "abcd"] == [1, 2, 5, 6]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a = 1\nb 2\n", 2, "="),
        ("a = 1\na = 2\n", 2, "twice"),
        ("[t]\n[u]\n[t]\n", 3, "twice"),
        ('a = "open\nb = 1\n', 1, "quotation"),
        ("a = [1,\n2\n", 2, "]"),
        ("a = yes\n", 1, "none of"),
        ("\n\na = 1 2\n", 3, "left over"),
        ("= 3\n", 1, "key"),
        ('a = 1\nb = "\\q"\n', 2, "unescaped"),
    ],
)
def test_broken_toml_names_the_line_and_the_mistake(text: str, line: int, word: str) -> None:
    with pytest.raises(TomlError) as caught:
        parse(text)
    assert caught.value.line == line
    assert word in caught.value.message


_words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=5)
_texts = st.text(max_size=12).map(lambda text: text.replace("\r", ""))
_plain = st.one_of(st.integers(-5, 5), st.booleans(), _texts, st.floats(-9, 9))


def _written(value: Any, breaks: bool) -> str:
    """A value as TOML; lists over several lines where asked for."""
    if isinstance(value, list):
        glue = ",\n\n # ] } = \n" if breaks else ", "
        return "[" + glue.join(_written(each, breaks) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_written(each, breaks)}" for key, each in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(
            c if c.isprintable() and c.isascii() and c not in '"\\' else f"\\U{ord(c):08X}" for c in value
        )
        return f'"{escaped}"'
    return str(value)


_values = st.recursive(
    _plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(_words, st.dictionaries(_words, _values, max_size=4), max_size=4), st.booleans())
def test_every_key_of_any_text_is_found_in_the_line_it_was_written_to(
    tables: dict[str, dict[str, Any]], breaks: bool
) -> None:
    text = ""
    expected: dict[tuple[str, ...], int] = {}
    for name, keys in tables.items():
        expected[(name,)] = text.count("\n") + 1
        text += f"[{name}]\n"
        for key, value in keys.items():
            expected[(name, key)] = text.count("\n") + 1
            text += f"{key} = {_written(value, breaks)}\n"
    data, lines = parse(text)
    assert data == tables
    assert {path: lines.of(*path) for path in expected} == expected
