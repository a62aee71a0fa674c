"""How a text is read aloud: signs become what a voice can say."""

from __future__ import annotations

import unicodedata

import pytest

from sounds.normal import read_aloud
from sounds.texts import sentences


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("de", "„Ja“ – sagt sie …", "Ja, sagt sie."),
        ("de", "z. B. ein Kaf\u00adfee", "zum Beispiel ein Kaffee"),
        ("de", "E-Mail & Ruhe", "E-Mail und Ruhe"),
        ("de", unicodedata.normalize("NFD", "für später"), "für später"),
        ("de", "halbe Kraft\u00a0genügt .", "halbe Kraft genügt."),
        ("en", "it’s enough—really", "it's enough, really"),
        ("en", "a pause, e.g. now...", "a pause, for example now."),
    ],
)
def test_it_is_read_as_a_person_would(language: str, written: str, read: str) -> None:
    assert read_aloud(written, language) == read


def test_the_houses_own_texts_are_written_as_they_are_read() -> None:
    assert not [each.text for each in sentences() if read_aloud(each.text, each.language) != each.text]
