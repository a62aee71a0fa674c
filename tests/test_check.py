"""`desk-station check`: each finding one line, what to do below it, the worst one as the exit code."""

from __future__ import annotations

import argparse
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.button import Settings as Button
from hardware.gpio import pin_factory
from station import check, check_words, config
from station.check_words import BROKEN, OK, WARNING, Finding
from tests.configured import MOCK_PINS, SILENT, SIMULATED, STATE

GOOD = STATE + SIMULATED + MOCK_PINS + SILENT
UNOPENED = STATE + '[sensor]\npower = "mains"\n' + MOCK_PINS + SILENT  # electrodes on the mains are never opened


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a configuration; what is given comes in addition."""

    def write(text: str = GOOD) -> Path:
        file = tmp_path / "desk.toml"
        file.write_text(text.format(folder=tmp_path))
        return file

    return write


def parts(findings: list[Finding], severity: str) -> list[str]:
    return [finding.part for finding in findings if finding.severity == severity]


def test_each_finding_is_one_line_and_what_to_do_stands_below_it() -> None:
    said = check_words.in_words(
        [
            Finding("light", OK, "It can be driven.", "never shown"),
            Finding("audio", WARNING, "It is silent.", "Raise the volume."),
            Finding("sensor", BROKEN, "Nobody answers.", "Check its wires."),
        ]
    )
    assert said.splitlines() == [
        " ✓ light   It can be driven.",
        " ! sound   It is silent.",
        "           → Raise the volume.",
        " ✗ sensor  Nobody answers.",
        "           → Check its wires.",
        "",
        "1 thing does not work, 1 is worth a look.",
    ]


def test_in_a_terminal_lines_break_between_words_and_go_on_below_their_beginning() -> None:
    """Eighty columns, and half of that."""
    long = Finding("clock", WARNING, "The clock says 2026-11-28, and nobody has confirmed it.", "See /a/long/path.md.")
    for columns in (80, 40):
        said = check_words.in_words([long, Finding("light", OK, "It can be driven.", "")], columns=columns).splitlines()
        assert max(map(len, said[:-1])) < columns
    assert said[:-2] == [
        " ! clock  The clock says 2026-11-28,",
        "          and nobody has confirmed it.",
        "          → See /a/long/path.md.",
        " ✓ light  It can be driven.",
    ]
    narrow = check_words.in_words([long], columns=8)
    assert "2026-11-28" in narrow and "/a/long/path.md" in narrow, "what may be copied is never cut"


def test_every_part_has_a_word_for_people_in_both_languages() -> None:
    """`web` and `memory` are names of modules; who types `check` reads of a page and a folder."""
    named = set(re.findall(r'(?:Finding|_part)\("(\w+)"', Path(check.__file__).read_text()))
    outputs = {*config.defaults().outputs(), *config.defaults().outputs_off()}
    assert {"machine", "bus"} <= named and {"web", "mqtt"} <= outputs
    assert set(check_words.PARTS) == named | outputs
    assert {check_words.called(part, "en") for part in ("web", "audio", "history")} == {"page", "sound", "diary"}
    assert {check_words.called(part, "de") for part in ("web", "audio", "history")} == {"Seite", "Ton", "Tagebuch"}
    assert check_words.called("tally", "de") == "tally", "what somebody has added is called as they call it"


def test_what_helps_against_several_things_stands_once_below_the_last_of_them() -> None:
    said = check_words.in_words([Finding("light", BROKEN, text, "Correct it.") for text in ("This.", "That.")])
    assert said.splitlines()[:3] == [" ✗ light  This.", " ✗ light  That.", "          → Correct it."]


def test_whatever_does_not_work_comes_with_what_to_do(
    configured: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No finding that is not well is left without a remedy, whoever speaks."""
    broken = STATE + '[sensor]\npower = "battery"\nbus = 77\n[output.audio]\nsinks = ["plughw:CARD=None"]\n'
    broken += '[output.mqtt]\nenabled = true\nhost = "127.0.0.1"\nport = 9\n'
    findings = [
        *check.examine(configured(MISTAKES)),
        *check.examine(configured(broken)),
        *check.examine(tmp_path / "x"),
    ]
    monkeypatch.setattr(check.clock, "examine", lambda roots: 1 / 0)
    findings += check.examine(configured(UNOPENED))
    assert len([finding for finding in findings if finding.severity != OK]) > 12
    assert [finding for finding in findings if finding.severity != OK and not finding.remedy] == []


def test_in_german_the_parts_and_the_sum_are_german_too() -> None:
    said = check_words.in_words(
        [Finding("light", OK, "Das Licht …", ""), Finding("clock", WARNING, "Die Uhr …", "")], "de"
    )
    assert said.splitlines() == [
        " ✓ Licht  Das Licht …",
        " ! Uhr    Die Uhr …",
        "",
        "1 Sache ist einen Blick wert.",
    ]


def test_a_sum_speaks_of_what_there_is_and_in_the_right_number() -> None:
    broken, worth = Finding("light", BROKEN, "…", ""), Finding("clock", WARNING, "…", "")
    assert check_words.in_sum([broken, broken, broken], "de") == "3 Sachen gehen nicht."
    assert check_words.in_sum([broken, worth], "de") == "1 Sache geht nicht, 1 ist einen Blick wert."
    assert check_words.in_sum([broken, worth, worth], "en") == "1 thing does not work, 2 are worth a look."
    assert check_words.in_sum([worth, worth], "en") == "2 things are worth a look."
    assert check_words.in_sum([], "de") == "Alles gut."


MISTAKES = """\
outside = 1
[station]
langage = "de"
[sensor]
mode = "rdy"
channels = ["A0", "A0"]
second_address = 0x49
bananas = 3
[light]
pins = [99]
brightness = 2.0
[button]
gpio = "fingers"
[coach]
patience_s = "long"
[output.telegraph]
[output.audio]
volume = "loud"
"""


def test_every_mistake_in_the_configuration_is_told_in_german_too(
    configured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    told = {}
    for language in ("en", "de"):
        arguments = argparse.Namespace(config=configured(MISTAKES), json=True, language=language, try_out=False)
        assert check.run(arguments) == 2
        told[language] = [found["what"] for found in json.loads(capsys.readouterr().out)["findings"]]
    assert len(told["en"]) == len(told["de"]) >= 9
    for english, german in zip(told["en"], told["de"], strict=True):
        assert english.split(": ")[0] == german.split(": ")[0], "the same file and line"
        assert english != german
        assert not re.search(r"\b(is|has|the|did|its|not|a|of|allowed|from|text)\b", german), german


def test_the_language_is_the_configurations_unless_another_is_asked_for(
    configured: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check._language(configured('[station]\nlanguage = "en"\n')) == "en"
    assert check._language(configured("")) == "de"
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert check._language(None) == "en"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert check._language(configured('[station]\nlangage = "en"\n')) == "de", "a mistake: the system's own language"


def test_a_sentence_is_said_once() -> None:
    twice = [Finding("a", OK, "The same.", ""), Finding("b", BROKEN, "The same.", ""), Finding("b", OK, "Another.", "")]
    assert [finding.what for finding in check.once(twice)] == ["The same.", "Another."]


def test_when_all_is_well_it_says_so_in_two_words() -> None:
    assert check_words.in_words([Finding("light", OK, "It can be driven.", "")]).endswith("\n\nAll good.")


def test_every_mistake_in_the_configuration_is_a_finding_and_nothing_else_is_looked_at(
    configured: Callable[[str], Path],
) -> None:
    findings = list(check.examine(configured('[station]\nlangage = "de"\n[sensor]\npower = "nuclear"\n')))
    assert parts(findings, BROKEN) == ["configuration", "configuration"] and len(findings) == 2
    assert "desk.toml:2" in findings[0].what and "desk.toml:4" in findings[1].what


def test_a_configuration_that_is_not_there_comes_with_its_remedy(tmp_path: Path) -> None:
    (finding,) = check.examine(tmp_path / "nowhere.toml")
    assert finding.severity == BROKEN and "config --default" in finding.remedy


def test_a_part_that_cannot_even_be_asked_is_a_finding_and_the_others_are_still_asked() -> None:
    def broken() -> list[tuple[str, str, str]]:
        raise RuntimeError("the ceiling fell down")

    (finding,) = check._part("light", broken)
    assert finding.severity == BROKEN and "the ceiling fell down" in finding.what


def test_on_a_pc_without_a_station_missing_pins_are_no_fault(
    configured: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    bare = check.Roots(dev=tmp_path)
    findings = list(check.examine(None, roots=bare))
    assert parts(findings, BROKEN) == ["power"], "nobody has declared it yet; nothing else"
    assert "button" not in {finding.part for finding in findings}
    assert check.NO_PINS in {finding.what for finding in findings}
    (tmp_path / "gpiochip0").touch()
    somebodys = configured(UNOPENED)
    for there in (check.examine(None, roots=bare), check.examine(somebodys, roots=check.Roots(dev=Path("/none")))):
        found = list(there)
        assert "button" in {finding.part for finding in found}
        assert check.NO_PINS not in {finding.what for finding in found}


def test_an_output_that_is_off_says_how_to_switch_it_on(configured: Callable[[str], Path]) -> None:
    from station import assembly, config
    from station.app import Inbox

    read = config.read(configured())
    house = assembly.house(read, configured().parent, Inbox())
    found = {finding.part: finding for finding in check._outputs(read, house)}
    assert found["mqtt"].severity == OK and "[output.mqtt] enabled = true" in found["mqtt"].what
    assert found["history"].severity == OK


def test_every_severity_any_part_can_say_has_an_exit_code() -> None:
    """ok, warning and broken are the only words there are, in every `examine`."""
    import ast

    root = Path(check.__file__).parents[1]
    sources = [*(root / "hardware").glob("*.py"), *(root / "station").rglob("*.py")]
    said = set()
    for source in sources:
        tree = ast.parse(source.read_text())
        for function in ast.walk(tree):
            if not (isinstance(function, ast.FunctionDef) and function.name.startswith("examine")):
                continue
            tests = [test for test in ast.walk(function) if isinstance(test, ast.Compare)]
            compared = {id(node) for test in tests for node in ast.walk(test)}
            for node in ast.walk(function):
                if id(node) in compared:
                    continue
                first = node.elts[0] if isinstance(node, ast.Tuple) and len(node.elts) == 3 else None
                if isinstance(first, ast.Constant):
                    said.add(first.value)
    assert said == set(check.EXIT)


def a_diary_with_something_in_it(folder: Path) -> None:
    """Seven marks, one of them with a word."""
    from station.core.events import Mark, Moment
    from station.outputs.history import FILE_NAME, History
    from station.outputs.history.annotate import annotate

    diary = History(folder / FILE_NAME)
    diary.start()
    for number in range(7):
        diary.take(Moment(Mark("button"), float(number), 1_795_593_600.0 + number))
    assert diary.flush()
    diary.stop()
    annotate(folder / FILE_NAME, 1, "quarrelled with Kim")


@pytest.mark.slow
def test_a_healthy_station_has_nothing_broken_and_the_report_holds_no_word_about_the_person(
    configured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    a_diary_with_something_in_it(configured().parent)
    code = check.run(argparse.Namespace(config=configured(), json=True, language="en", try_out=False))
    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == code
    assert [finding for finding in told["findings"] if finding["severity"] == BROKEN] == []
    order = list(dict.fromkeys(finding["part"] for finding in told["findings"]))
    wanted = ["configuration", "machine", "clock", "memory", "disk", "power", "sensor", "button", "light"]
    assert order[: len(wanted)] == wanted
    sensor = next(finding for finding in told["findings"] if finding["part"] == "sensor")
    assert "simulated gives 500 samples a second" in sensor["what"]
    (diary,) = [finding["what"] for finding in told["findings"] if finding["part"] == "history"]
    assert re.fullmatch(r"The diary in \S+ can be read \(\d\.\d MB\)\.", diary), "that there is one, not what is in it"
    assert not [word for word in ("Kim", "7 marks", "exercise", "%RVE", "minutes") if word in str(told)]


@pytest.mark.slow
def test_with_try_the_person_is_told_in_time_what_to_look_at_and_when_to_press(
    configured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """In their language, beside the report, which may be read by a program."""
    pin, seen = pin_factory("mock").pin(Button().pin), [""]
    over = threading.Event()

    def somebody() -> None:
        """Reads along, and presses when asked to."""
        while "Knopf" not in seen[0] and not over.wait(0.02):
            seen[0] += capsys.readouterr().err
        while not over.wait(0.1):
            pin.drive_low()
            over.wait(0.1)
            pin.drive_high()

    person = threading.Thread(target=somebody)
    person.start()
    check.run(argparse.Namespace(config=configured(), json=True, language="de", try_out=True))
    over.set()
    person.join()
    assert [line for line in seen[0].splitlines() if line] == [
        "Schau jetzt auf das Licht.",
        "Drück jetzt den Knopf; du hast 15 s.",
    ]
    told = str(json.loads(capsys.readouterr().out))
    assert "geleuchtet" in told and "gedrückt und losgelassen" in told


@pytest.mark.slow
def test_electrodes_on_mains_are_broken_and_never_opened(configured: Callable[[str], Path]) -> None:
    findings = list(check.examine(configured(UNOPENED)))
    (power,) = [finding for finding in findings if finding.part == "power"]
    assert power.severity == BROKEN and "power bank" in power.remedy
    assert not [finding for finding in findings if finding.part == "sensor"]
