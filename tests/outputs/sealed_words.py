"""A diary with words that nobody could have written by chance, and a search for them through every file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="sealing needs the extra 'sealed'")

from station.core import events as e
from station.outputs.history import FILE_NAME, feelings
from station.outputs.history.annotate import annotate
from tests import planted
from tests.outputs.web_desk import remember

CHEAP = {"n": 16, "r": 8, "p": 1}
WORDS = "Zwetschgenkuchen mit Onkel Balduin"
LATER = "Murmeltierpfeifen im Besprechungsraum"
PASS = planted.SEAL
NOW = 1_795_600_000.0


def begun(folder: Path, *, words: bool = True) -> Path:
    """A history with a mark (and its words), and a feeling."""
    remember(folder, *[(NOW + k, e.Mark("button")) for k in range(2)])
    path = folder / FILE_NAME
    if words:
        assert annotate(path, 1, WORDS) and feelings.keep(path, NOW + 9, 7, 3)
    return path


def planted(folder: Path) -> list[str]:
    """The files in which one of the words can be read as it is (also packed into a zip)."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        texts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        if any(word.split()[0].encode() in text for text in texts for word in (WORDS, LATER)):
            found.append(path.name)
    return found
