"""The machine's parts in German: every sentence they can say has one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from hardware.gpio import CAUSES
from station.__main__ import main
from station.config import section_classes
from station.core.toml_text import _MEANINGS
from station.german import in_german, table
from station.outputs.audio.sinks import SILENT
from station.outputs.mqtt.sentences import _ERRORS
from station.outputs.web.sealing import NEEDS, SHUT
from station.settings import drivers

ROOT = Path(__file__).parents[1]
# Who speaks in `check`, and on the page when something is wrong.
SPEAKERS = [
    *(ROOT / "station/doctor").glob("*.py"),
    ROOT / "station/check.py",
    ROOT / "station/place.py",
    *(ROOT / "hardware").glob("*.py"),
    *(ROOT / "hardware/sensors").glob("*.py"),
    ROOT / "station/outputs/audio/mixer.py",
    ROOT / "station/outputs/audio/sinks.py",
    ROOT / "station/outputs/audio/output.py",
    ROOT / "station/outputs/audio/tracks.py",
    ROOT / "station/outputs/history/__init__.py",
    ROOT / "station/outputs/history/writer.py",
    ROOT / "station/outputs/light/__init__.py",
    ROOT / "station/outputs/web/__init__.py",
    ROOT / "station/outputs/web/server.py",
    ROOT / "station/outputs/mqtt/doctor.py",
    ROOT / "station/outputs/mqtt/sentences.py",
    ROOT / "station/outputs/mqtt/connection.py",
    ROOT / "station/outputs/mqtt/output.py",
]
NOT_HERE = {"edf_reader.py", "edf_writer.py", "recording.py", "power.py", "attached.py"}
ERRORS = {"SensorError", "OutputError", "GpioError", "StationError", "Finding"}
FILLED = "\x00"


def template(node: ast.expr) -> str | None:
    """A constant or an f-string with FILLED in its holes; None for what is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else FILLED for v in node.values)
    return None


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """Problems and remedies: arguments of errors, parts of findings, and constants that hold a whole sentence."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        said: Iterable[ast.expr] = ()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            said = node.args
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and _severity(node.elts[0]):
            said = node.elts[1:]
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and node.value is not None:
            said = [node.value]
        for part in said:
            text = template(part)
            # A sentence: it has words, and ends like one or begins like one.
            if (
                text
                and text.count(" ") >= 2
                and not re.match("SELECT|INSERT", text)
                and re.match("[A-Z\x00]", text)
                and text.rstrip()[-1] in ".?!\x00)"
            ):
                yield node.lineno, text


def english(text: str) -> bool:
    """Is it English in German, wholly or in part: three of its words in a row?  A command to type is not."""
    german = in_german(text)
    words = text.split()
    rows = [" ".join(words[n : n + 3]) for n in range(len(words) - 2)]
    return german == text or any(re.fullmatch("(?!sudo )[a-z ]+", row) and row in german for row in rows)


def _severity(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value in ("ok", "warning", "broken")) or (
        isinstance(node, ast.Name) and node.id == "severity"
    )


def refused(file: Path) -> Iterator[tuple[int, str]]:
    """What the command line says when something cannot be done: an error's problem and remedy."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            for text in map(template, node.args):
                if text and text.count(" ") >= 2 and "pip install" not in text:  # a command is no sentence
                    yield node.lineno, text


COMMANDS = [
    *(ROOT / "station").glob("*.py"),
    ROOT / "station/demo/__init__.py",
    ROOT / "hardware/sensors/edf_reader.py",
]


@pytest.mark.parametrize("file", COMMANDS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_refusal_of_a_command_has_its_german(file: Path) -> None:
    missing = [f"{file.name}:{line}: {text}" for line, text in refused(file) if english(text)]
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing).replace(FILLED, "{}")


def test_refusals_are_found_at_all() -> None:
    assert sum(len(list(refused(file))) for file in COMMANDS) > 100


@pytest.mark.parametrize("language", ["de_DE.UTF-8", "en_US.UTF-8"])
def test_a_command_refuses_in_the_language_of_the_system(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", language)
    assert main(["restore", "/nowhere.zip"]) == 2
    german = "/nowhere.zip gibt es nicht.\nSuch es, oder wähle etwas anderes.\n"
    english = "There is no /nowhere.zip.\nLook for it, or choose another.\n"
    assert capsys.readouterr().err == (german if language.startswith("de") else english)


@pytest.mark.parametrize(
    "file", [each for each in SPEAKERS if each.name not in NOT_HERE], ids=lambda file: str(file.relative_to(ROOT))
)
def test_every_sentence_of_a_part_has_its_german(file: Path) -> None:
    missing = [f"{file.name}:{line}: {text}" for line, text in sentences(file) if english(text)]
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing).replace(FILLED, "{}")


def test_the_sentences_are_found_at_all() -> None:
    """So that the test above cannot pass by finding nothing."""
    assert sum(len(list(sentences(file))) for file in SPEAKERS) > 90


def test_the_tables_of_causes_have_their_german() -> None:
    said = [text for cause in CAUSES for text in (cause.problem, cause.remedy)]
    said += [text for _, _, problem, remedy in _ERRORS for text in (problem, remedy)]
    missing = []
    for text in said:
        filled = re.sub(r"\{\w*\}", FILLED, text)
        if in_german(filled) == filled:
            missing.append(text)
    assert not missing


CONFIGURATIONS = ("hardware/sensors", "hardware", "station", "station/core", "station/outputs/mqtt", "station/outputs")


def refusals() -> Iterator[tuple[str, str]]:
    """What a settings class says when keys do not go together, and the helpers it asks."""
    for folder in CONFIGURATIONS:
        for file in (ROOT / folder).glob("*.py"):
            tree = ast.parse(file.read_text("utf-8"))
            asked = [node for node in ast.walk(tree) if getattr(node, "name", "") == "__post_init__"]
            if file.name == "hours.py":  # the one whose refusals are in functions
                asked = [tree]
            for node in (each for one in asked for each in ast.walk(one)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
                    yield f"{file.name}:{node.lineno}", template(node.args[0]) or ""


def test_what_a_settings_class_refuses_is_german_where_the_mistake_is_told() -> None:
    found = dict(refusals())
    assert len(found) > 10
    told = {where: f"desk.toml:7: [x] {text}." for where, text in found.items()}
    missing = [f"{where}: {found[where]}" for where, said in told.items() if in_german(said) == said]
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing).replace(FILLED, "{}")


def test_what_is_written_in_the_file_stays_as_it_is_written() -> None:
    """`[light]` is a section, not a lamp."""
    keys = {
        field.encode_name
        for driver in drivers()
        for kinds in section_classes(driver).values()
        for kind in kinds
        for field in msgspec.structs.fields(kind)
    }
    assert {key for key in keys if in_german(key) != key} == set()
    for section in section_classes():
        said = f"desk.toml:7: [{section}] pin = {section} is not possible; allowed: {section}."
        assert in_german(said) == f"desk.toml:7: [{section}] pin = {section} geht nicht; möglich ist: {section}."


def test_what_the_reader_of_toml_means_is_german() -> None:
    missing = [
        meaning for _, meaning in _MEANINGS if in_german(f"desk.toml:3: {meaning}.") == f"desk.toml:3: {meaning}."
    ]
    assert not missing


def test_a_part_that_fails_is_german_to_its_last_word_whatever_the_system_called_it() -> None:
    problem = "The sound device chosen by the system cannot be opened: ALSA: No such file."
    assert in_german(f"{problem} {SILENT}") == (
        "Das Tongerät, das das System aussucht, lässt sich nicht öffnen: ALSA: No such file."
        " Bis dahin ist die Station stumm; Licht und Seite gehen weiter, soweit sie an sind."
    )


def test_each_german_fills_as_many_holes_as_its_english_has() -> None:
    for pattern, german in table():
        assert pattern.groups == german.count("{"), german


def test_what_stands_in_a_hole_is_german_too_and_figures_get_their_comma() -> None:
    assert (
        in_german("The button on GPIO 17 can be read and is up.")
        == "Der Knopf an GPIO 17 lässt sich lesen und ist oben."
    )
    assert in_german("76.2 GB are free; five years of diary take about 0.1 GB.").startswith("76,2 GB sind frei")
    wanted = "Kein ADS1115 antwortet an 0x48 am I2C-Bus 1; diese Adressen antworten: 0x49."
    assert in_german("No ADS1115 answers at 0x48 on I2C bus 1; these addresses answer: 0x49.") == wanted


def test_a_name_in_quotes_gets_german_ones_and_what_the_system_says_is_german() -> None:
    assert in_german("There is no exercise 'brething'; did you mean 'breathing'?") == (
        "Eine Übung „brething“ gibt es nicht; meinst du „breathing“?"
    )
    assert in_german("There is no exercise 'movement/wlak'; there are: movement, movement/arm-reach.") == (
        "Eine Übung „movement/wlak“ gibt es nicht; es gibt: movement, movement/arm-reach."
    )
    assert in_german("/nix/x.wav cannot be written: No such file or directory.") == (
        "/nix/x.wav lässt sich nicht schreiben: Datei oder Ordner gibt es nicht."
    )


def test_a_problem_and_its_remedy_are_german_together() -> None:
    problem, remedy = "No ADS1115 answers at 0x48 on I2C bus 1; nothing answers there.", "It is tried again."
    assert in_german(f"{problem} {remedy}") == f"{in_german(problem)} {in_german(remedy)}"
    assert in_german(problem) != problem
    assert in_german(remedy) != remedy


def test_a_full_disk_is_told_in_german_to_the_last_word() -> None:
    """What waits and what had to be given up is said with the trouble and its remedy, in one line."""
    said = (
        "The history cannot be written (database or disk is full). The disk is full: free some space on the disk of"
        " /var/lib/desk. 12 entries wait in memory. 3 older entries had to be given up."
    )
    assert in_german(said) == (
        "Das Tagebuch lässt sich gerade nicht schreiben (database or disk is full). Der Speicher ist voll: Mach etwas"
        " Platz, wo /var/lib/desk liegt. 12 Einträge warten im Arbeitsspeicher. 3 ältere Einträge mussten aufgegeben"
        " werden."
    )


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    assert in_german("The ceiling fell down.") == "The ceiling fell down."
    assert in_german("") == ""


def refused_by_the_page() -> Iterator[tuple[str, str]]:
    for file in (ROOT / "station/outputs/web").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "No":
                text = template(node.args[1]) or ""
                if re.match("[A-Z]", text):  # the rest is what a library says, or stands in a constant
                    yield f"{file.name}:{node.lineno}", text


def test_what_the_page_refuses_has_its_german() -> None:
    found = [*refused_by_the_page(), ("SHUT", SHUT), ("NEEDS", NEEDS)]
    assert len(found) > 45
    missing = [f"{where}: {text}" for where, text in found if english(text)]
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing).replace(FILLED, "{}")
