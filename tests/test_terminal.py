"""What the command line says has its German: every help, every answer, every mistake of typing."""

from __future__ import annotations

import argparse
import ast
import importlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from station import terminal, yardsticks
from station.__main__ import COMMANDS, INTRO, LISTED, main
from station.export import counted, counting
from station.german import in_german
from station.outputs.history import History
from station.outputs.history.read import QUERIES
from station.terminal import Parser
from tests.test_german import FILLED, ROOT, english, template

NAMES = [name for name, _, _ in COMMANDS]
# Placeholders that are the same word in both languages.
SAME = {"N", "NAME", "list|render|take"}


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


def parsers() -> Iterator[Parser]:
    """Of each command, and of the ways that a command has."""
    for name, module, sentence in COMMANDS:
        parser = Parser(prog=name, description=sentence)
        importlib.import_module(module).add_arguments(parser)
        yield parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from action.choices.values()


def shown(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Everything that its help says in words."""
    yield from filter(None, (parser.description, parser.epilog))
    yield from (str(group.title) for group in parser._action_groups)
    for action in parser._actions:
        explained = action._choices_actions if isinstance(action, argparse._SubParsersAction) else [action]
        for each in explained:
            assert each.help, f"{parser.prog} {each.dest}: say what it does"
            yield each.help
        if isinstance(action.metavar, str):
            yield action.metavar
        elif action.nargs != 0 and not action.choices:
            yield action.dest.upper()


def test_every_help_has_its_german() -> None:
    said = ["usage:", *(line for line in INTRO.splitlines() if line.strip() and line != LISTED)]
    said = [line for line in said if not line.startswith("    ")]  # a command is the same in every language
    said += [each for parser in parsers() for each in shown(parser)]
    assert len(set(said)) > 100
    missing = sorted({each for each in said if each not in SAME and english(each)})
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing)


@pytest.mark.parametrize("name", NAMES)
def test_help_is_in_the_language_of_the_system_and_fits_a_terminal(
    name: str, german: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    said = capsys.readouterr().out
    assert said.startswith(f"Aufruf: desk-station {name} [-h]")
    assert "\n\nOptionen:\n  -h, --help" in said and "diese Hilfe zeigen\n" in said
    assert max(map(len, said.splitlines())) <= 80
    about = said.split("\n\n")[1]
    assert about[0].isupper() and about.endswith(".")


def test_the_introduction_is_in_the_language_of_the_system_and_fits_a_terminal(
    german: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "kein Medizinprodukt." in said and "\nNeu hier?   desk-station demo\n" in said
    assert "  check      alles einmal ansehen und sagen, was fehlt und was zu tun ist\n" in said
    assert max(map(len, said.splitlines())) <= 80


TYPED = {
    ("chek",): "desk-station: Einen Befehl „chek“ gibt es nicht. Meinst du „check“?",
    ("check", "--jsn"): "desk-station check: Das kenne ich nicht: --jsn.",
    ("backup",): "desk-station backup: Es fehlt noch etwas: DATEI.",
    ("render",): "desk-station render: Es fehlt noch etwas: ÜBUNG, ZIEL.",
    ("check", "--config"): "desk-station check: Hinter --config fehlt eine Angabe.",
    ("record", "--minutes", "x", "--simulated"): (
        "desk-station record: Zu --minutes gehört eine Dauer, nicht „x“; schreib 5 oder 0,5."
    ),
    ("record", "--simulated", "--config", "x"): ("desk-station record: --config und --simulated gehen nicht zusammen."),
    ("calibrate",): "desk-station calibrate: Eins davon muss dabei sein: --config oder --simulated.",
    ("render", "pmr", "x.wav", "--volume", "laut"): (
        "desk-station render: Zu --volume gehört eine ganze Zahl, nicht „laut“."
    ),
    ("demo", "--seconds", "x"): "desk-station demo: Zu --seconds gehört eine Zahl, nicht „x“.",
    ("demo", "--language", "fr"): "desk-station demo: --language kann nicht „fr“ sein; möglich ist: ",
    ("check", "--json=x"): "desk-station check: --json steht für sich allein, ohne „x“.",
    ("record", "--s", "3"): "desk-station record: --s kann zweierlei heißen: --simulated, --seconds.",
}


@pytest.mark.parametrize("typed", TYPED, ids=" ".join)
def test_a_slip_of_the_hand_is_told_in_the_language_of_the_system(
    typed: tuple[str, ...], german: None, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert main(list(typed)) == 2
    except SystemExit as ended:
        assert ended.code == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(TYPED[typed])
    assert second in (f"`desk-station {typed[0]} --help` sagt, wie es geht.", "`desk-station --help` zählt sie auf.")


# What these say to the terminal goes through the table.
SAY = {"say", "said", "_sure", "in_language"}
ANSWERS = [*(ROOT / "station").glob("*.py"), ROOT / "station/demo/__init__.py"]
# Here a sentence that is no docstring is for a person, whoever says it in the end.
REMARKS = [
    ROOT / "station/replaying.py",
    ROOT / "hardware/sensors/edf_reader.py",
    ROOT / "station/yardsticks.py",
    *(ROOT / "station/core" / name for name in ("yardstick.py", "calibrating.py")),
]


def answers(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAY and node.args:
            text = template(node.args[0]) or ""
            if re.search("[A-Za-z]", text) and not text.islower():  # else a key of a table of words, or figures
                yield node.lineno, text


def remarks(file: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(file.read_text("utf-8"))
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docs = {id(node.body[0].value) for node in documented if isinstance(node.body[0], ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or id(node) in docs | inside:
            continue
        text = template(node)
        if text and text.count(" ") > 3 and text.endswith("."):
            yield node.lineno, text.strip()


def test_every_answer_of_a_command_has_its_german() -> None:
    found = [(file, *each) for file in ANSWERS for each in answers(file)]
    assert len(found) > 20
    found += [(file, *each) for file in REMARKS for each in remarks(file)]
    missing = [f"{file.name}:{line}: {text}" for file, line, text in found if english(text)]
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing).replace(FILLED, "{}")
    counts = [counting(kind, number) for kind in (*QUERIES, "entries", "recordings") for number in (1, 3)]
    assert "1 entry" in counts and "1 minute" in counts and "3 minutes" in counts
    assert all(in_german(each) != each for each in counts)


def test_nothing_is_printed_past_the_table() -> None:
    """A command prints figures, names and documents itself; a sentence it says."""
    printed = []
    for file in ANSWERS:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print" and node.args:
                text = template(node.args[0]) or ""
                if len([word for word in text.split() if word.strip(FILLED + ":,()").isalpha()]) > 2:
                    printed.append(f"{file.name}:{node.lineno}: {text}")
    assert not printed


def test_what_a_command_has_done_is_told_in_the_language_of_the_system(
    tmp_path: Path, german: None, keyboard: IO[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept.zip"
    state.mkdir()
    history = History(state / "history.db", boot_id="b", asleep_s=lambda: 0.0)
    history.start()
    assert history.flush()
    history.stop()
    config = tmp_path / "desk.toml"
    config.write_text(f'[station]\nstate_dir = "{state}"\n', encoding="utf-8")
    mine = ["--config", str(config)]

    assert main(["backup", str(kept), *mine]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Aus {state} in {kept} gesichert: history.db (") and first.endswith(" kB).")
    assert second == f"Zurückholen kannst du es mit:  desk-station restore {kept} --config {config}"

    assert main(["restore", str(kept), *mine]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Zurückgeholt nach {state} aus {kept} (gesichert 20") and first.endswith(": history.db.")
    assert second.startswith(f"Was vorher da war, liegt in {state}/before-restore-")

    assert main(["export", str(tmp_path / "out.json"), *mine]) == 0
    said = capsys.readouterr().out
    assert said == f"Aus {state} nach {tmp_path}/out.json: noch nichts\n"

    alone = f"weg, was sich die Station in {state} gemerkt hat, und zwar für immer? Tippe ja: "
    for words, days in (
        (["--everything"], ""),
        (["--since", "2026-11-01"], " seit 2026-11-01"),
        (["--since", "2026-11-01", "--until", "2026-11-02"], " seit 2026-11-01 bis 2026-11-02"),
    ):
        keyboard.write(b"nein\n")
        assert main(["purge", *words, *mine]) == 1
        assert capsys.readouterr().out == f"Soll alles{days} {alone}Gelöscht ist nichts.\n"

    assert main(["purge", "--everything", "--yes", *mine]) == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("Gelöscht und nachgeprüft: ") and first.endswith(" 0 Aufnahmen.")
    assert second.startswith("Es bleiben: deine Kalibrierung, deine Einstellungen, ")


def test_what_there_is_none_of_is_not_counted_and_one_is_one(german: None) -> None:
    assert counted({"minutes": 1, "episodes": 0, "cues": 2, "sessions": 1}) == "1 Minute, 2 Hinweise, 1 Übung"
    assert counted({"minutes": 0}) == "noch nichts"


def test_a_calibration_that_does_not_fit_is_told_to_the_last_word(tmp_path: Path) -> None:
    for text in ("nonsense", '{"channels": []}'):
        (tmp_path / yardsticks.NAME).write_text(text, encoding="utf-8")
        _, said = yardsticks.read(tmp_path, ["emg-raw"])
        first, second = terminal.said(said, "de").rsplit(". ", 1) if ". " in said else (said, "")
        assert first.startswith("Die Kalibrierung ") and second.startswith("Kalibriere ")


def test_a_command_says_english_where_the_system_speaks_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert terminal.said("Nothing was deleted.") == "Nothing was deleted."
    assert terminal.said("Nothing was deleted.", "de") == "Gelöscht ist nichts."


class OldTerminal(io.TextIOWrapper):
    """A terminal, or a file, of a system that writes ISO 8859-1."""

    def __init__(self, *, shown: bool) -> None:
        self.shown, self.raw_bytes = shown, io.BytesIO()
        super().__init__(self.raw_bytes, encoding="iso-8859-1", write_through=True)

    def isatty(self) -> bool:
        return self.shown

    def text(self, encoding: str) -> str:
        return self.raw_bytes.getvalue().decode(encoding)


def test_a_terminal_that_lacks_a_character_is_told_with_the_nearest_it_has(
    german: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = OldTerminal(shown=True), OldTerminal(shown=True)
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("sys.stderr", err)
    assert main(["chek"]) == 2
    assert err.text("iso-8859-1").startswith('desk-station: Einen Befehl "chek" gibt es nicht. Meinst du "check"?')
    terminal.say("✓ Größe … 3 → 4 – 中")
    assert out.text("iso-8859-1") == "+ Größe ... 3 -> 4 - ?\n"
    assert main(["config", "--default"]) == 0


def test_a_configuration_that_is_written_to_a_file_there_can_be_read_again(
    german: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = OldTerminal(shown=False)
    monkeypatch.setattr("sys.stdout", out)
    assert main(["config", "--default"]) == 0
    assert "[ … ]" in out.text("utf-8")
    (tmp_path / "desk.toml").write_bytes(out.raw_bytes.getvalue())
    assert main(["config", "--config", str(tmp_path / "desk.toml"), "--brief"]) == 0


def test_german_is_read_only_when_something_is_said(tmp_path: Path) -> None:
    """A service that starts says nothing of it, and does not wait for the table either."""
    look = "import sys, station.__main__, station.terminal; print('station.german' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"
