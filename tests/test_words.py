"""What this device must not say, looked for in everything a person can read or hear (PRODUCT: safety, words, privacy).

It says tension, rest, pause, movement.  It never says that it relieves, treats, prevents or diagnoses, that it sees
stress or feelings, nor what a good or a bad posture is.  Looked through, in German and English alike: the page, the
spoken texts, what the commands print, what goes to the smart home, the documents, and the package's own metadata.

`ALLOWED` holds, word for word, the places that say what this device is *not*, and those that quote a source.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NEVER = {
    "de": r"heil(t|en|end|ung|sam|mittel)\w*|linder\w*|gelindert|behand(el|l)\w*|therap\w*|heiltherap\w*|vorbeug\w*|"
    r"vorzubeug\w*|prävent\w*|verhüt\w*|diagno\w*|stress\w*|gestresst\w*|entstress\w*|"
    r"(körper|sitz|fehl|schon|kopf|rücken)?haltung(en)?|haltungs\w+|schmerzfrei\w*|schmerzlinder\w*|kurier\w*|"
    r"gefühlslage|stimmungserkennung|mitfühl\w*|fühlt (\w+ )?mit|"
    r"medizin\w*|klinisch\w*|gesünder|wirksam gegen|hilft gegen|gegen (die )?schmerz\w*",
    "en": r"cur(e|es|ed|ing|ative)|heal(s|ed|ing|er)?|reliev\w*|relief|allevi\w*|treat\w*|therap(y|ies|eutic\w*)|"
    r"prevent(s|ed|ing|ion|ive|ative)?|diagnos(e|es|ed|is|ing|able)|stress\w*|postur\w*|pain-?free|medical\w*|"
    r"clinically|healthier|detects? (your )?(mood|emotions?|feelings?)|good for your (back|neck|health)",
}
PATTERN = re.compile(rf"\b({'|'.join(NEVER.values())})\b", re.IGNORECASE)

# A fragment of the sentence, by file ("*": wherever it stands).  Each must be found, or it has outlived its reason.
ALLOWED: dict[str, tuple[str, ...]] = {
    "*": (
        *("not a medical device", "Not a medical device", "kein Medizinprodukt", "Kein Medizinprodukt"),
        *("not posture", "no posture score", '"stress level"'),
    ),
    "CONTRIBUTING.md": ("claims nothing\n  medical", "it never says it treats or relieves"),
    "hardware/SAFETY.md": ("Medical devices\n", "strain relief on every cable"),  # what the mains rules are measured by
    "station/INTENDED-USE.md": (
        "**It is not** a medical device",
        "not intended to diagnose, prevent, monitor, treat or alleviate any disease",
        "nor to measure stress, emotion or fitness, nor to judge posture",
        "nicht bestimmt zur Erkennung, Verhütung, Überwachung,\nBehandlung oder Linderung von Krankheiten",
        "misst weder Stress noch Gefühle, bewertet keine Haltung",
    ),
    "station/core/EVIDENCE.md": (
        "Is there a right posture? | – | No good evidence for one (Slater 2019)",
        "Is muscle tension stress?",
        "we never call it stress",
    ),
    "station/core/README.md": (
        "reference posture (Mathiassen, Winkel & Hägg 1995",
        "It says nothing about stress, posture or pain",
    ),
    "station/outputs/web/words/de.toml": ("nicht einer Diagnose",),
    "station/outputs/web/words/en.toml": ("not for a diagnosis",),
    # What it says to the author of an exercise whose words are refused.
    "station/core/technique_words.py": ("promises or names something medical",),
}

# Whole documents that a person is meant to read, the words of the page, the scripts of the exercises, what is shipped
# for other programs to show.
KINDS = {
    ".md",
    ".txt",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".html",
    ".service",
    ".things",
    ".items",
    ".conf",
    ".desktop",
}
FOLDERS = ("station", "hardware", "sounds", "systemd", "tests")


def documents() -> Iterator[tuple[str, str]]:
    """(file, text)."""
    files = [*ROOT.glob("*.md"), ROOT / "pyproject.toml"]
    for folder in FOLDERS:
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in KINDS]
    for path in sorted(files):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def sentences_in_code() -> Iterator[tuple[str, str]]:
    """Every string in the programs that is no docstring: what may be shown, said or sent."""
    for folder in ("station", "hardware", "sounds"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if not PATTERN.search(source):  # reading a program as text is a hundred times quicker than as a tree
                continue
            nodes = list(ast.walk(ast.parse(source)))
            docs = {
                id(node.body[0].value)
                for node in nodes
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in nodes:
                if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
                    continue
                # A name is no sentence, and a pattern that looks for such words is none either.
                if " " in node.value and r"\w*" not in node.value:
                    yield path.relative_to(ROOT).as_posix(), node.value


@functools.cache
def written_in_code() -> list[tuple[str, str]]:
    """The same, looked for once."""
    return list(sentences_in_code())


def metadata() -> Iterator[tuple[str, str]]:
    """What a package index shows of this package, beside the README."""
    about = importlib.metadata.metadata("desk-station")
    for key in ("Summary", "Keywords", "Classifier"):
        for value in about.get_all(key) or ():
            yield "metadata", value


def findings(texts: Iterator[tuple[str, str]]) -> tuple[list[str], set[tuple[str, str]]]:
    """(what must not be there, which allowances were used)."""
    found, used = [], set()
    for name, whole in texts:
        text = whole
        for where in (name, "*"):
            for fragment in ALLOWED.get(where, ()):
                if fragment in text:
                    used.add((where, fragment))
                    text = text.replace(fragment, " ")
        for line in text.splitlines():
            found += [f"{name}: “{match[0]}” in: {line.strip()[:160]}" for match in PATTERN.finditer(line)]
    return found, used


@pytest.mark.parametrize("texts", [documents, written_in_code, metadata], ids=lambda each: each.__name__)
def test_nothing_a_person_reads_or_hears_promises_or_judges(texts: object) -> None:
    assert callable(texts)
    found, _ = findings(iter(texts()))
    assert not found, f"{len(found)}:\n" + "\n".join(found)


def test_every_allowance_is_still_needed() -> None:
    _, used = findings((name, text) for name, text in [*documents(), *written_in_code()])
    assert {(where, each) for where, all_ in ALLOWED.items() for each in all_} == used


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Übung lindert Schmerzen.",
        "Sie beugt Verspannungen vor und heilt den Nacken.",
        "Das Gerät erkennt Stress.",
        "Achte auf eine gute Haltung!",
        "Gut für die Körperhaltung",
        "Hilft gegen Nackenschmerzen, therapeutisch bewährt.",
        "Relieves neck pain.",
        "A treatment that prevents back pain.",
        "It detects stress.",
        "Sit with a good posture!",
        "Heals your shoulders.",
    ],
)
def test_the_list_knows_such_a_sentence(sentence: str) -> None:
    assert findings(iter([("page", sentence)]))[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "Lass die Schultern sinken. Ein heiliger Moment in der Unterhaltung.",
        "Look at it together with your physiotherapist; a gentle pause, health of the device.",
        "Zeig die Seite deiner Physiotherapeutin.",
        "The area is secure.",
    ],
)
def test_and_lets_the_others_pass(sentence: str) -> None:
    assert not findings(iter([("page", sentence)]))[0]
