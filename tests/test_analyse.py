"""The report of a recording: a table in the terminal and a page that can be printed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal

from station import report
from station.__main__ import main
from station.core.events import Reading
from station.outputs.installing import installing
from station.replaying import load, play, prepare
from station.story import Story
from station.summary import WORDS, summary, times, word

RATE = 50.0


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calibration, a minute of rest, three tense minutes, a minute with the sensor at its limit, a minute of rest."""
    path = tmp_path_factory.mktemp("edf") / "day.edf"
    parts = ((15, 0.05), (15, 1.05), (60, 0.06), (180, 0.30), (60, 3.3), (60, 0.06))
    level = np.concatenate([np.full(round(s * RATE), v) for s, v in parts])
    volts = np.clip(level + np.random.default_rng(1).normal(0, 0.002, len(level)), 0, 3.3)
    notes = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]
    signal = EdfSignal(volts, RATE, label="EMG envelope", physical_dimension="V", physical_range=(0, 3.3))
    Edf([signal], annotations=[*notes, EdfAnnotation(100, None, "mark")]).write(path)
    return path


def test_the_table_says_what_happened_in_order_of_time(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(recording)]) == 0
    out = capsys.readouterr().out
    assert "Sustained tension once" in out
    assert "day.edf: 6:30 long; “EMG envelope”, 50 samples a second" in out
    assert re.search(r"believable +\d:\d\d of 6:00; its first 0:30, with the calibration, are not counted$", out, re.M)
    times = [int(m) * 60 + int(s) for m, s in re.findall(r"^  at +(\d+):(\d\d)", out, re.MULTILINE)]
    assert times == sorted(times) and times
    assert "rail" in out


@pytest.mark.parametrize("command", ["analyse", "replay"])
def test_each_help_says_which_of_the_two_is_for_what(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "replay for every event (--json)" in said and "analyse for the picture (--png)" in said


def test_the_table_counts_gaps_and_unbroken_stretches_by_their_length(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(recording)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^  unbroken +2 min to 4 min: 1$", out, re.MULTILINE), out
    assert re.search(r"^  gaps +\d\.\d a minute: so often the muscle let go for a moment$", out, re.MULTILINE), out


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_picture_is_drawn(recording: Path, tmp_path: Path, language: str) -> None:
    assert main(["analyse", str(recording), "--png", str(tmp_path / "a.png"), "--language", language]) == 0
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
def test_the_picture_says_in_words_what_its_colours_say(recording: Path, tmp_path: Path) -> None:
    prepared = prepare(load(str(recording)))
    report.draw(prepared, Story.of(play(prepared), since=prepared.in_force_s), tmp_path / "a.svg", "de")
    drawn = (tmp_path / "a.svg").read_text()
    for words in ("day.edf", "Ruheanteil", "Anschlag", "Was die Station bemerkt hätte", "kein Medizinprodukt",
                  "nichts: die Schultern sind gesunken, bevor es Zeit für ein Licht war"):  # fmt: skip
        assert f"<!-- {words}" in drawn or words in drawn


def test_a_picture_that_cannot_be_written_gives_a_sentence(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(recording), "--png", str(recording.parent / "no" / "a.png")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_who_wants_a_picture_is_told_of_a_missing_package_before_the_report_and_not_after(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [each for each in sys.modules if each.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # Python's own word for a package that is not there
    assert main(["analyse", str(recording), "--png", str(tmp_path / "a.png")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and installing("desk-station[report]") in err
    assert main(["analyse", str(recording)]) == 0, "without a picture nothing is missing"


def test_every_word_is_there_in_both_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for pair in report.WORDS.values())
    assert set(report.STATES) <= set(report.WORDS)


def test_a_recording_without_a_believable_moment_still_has_a_report(tmp_path: Path) -> None:
    prepared = prepare(load(str(_dead(tmp_path / "a.edf"))))
    story = Story.of(play(prepared), since=prepared.in_force_s)
    report.draw(prepared, story, tmp_path / "a.png", "en")
    assert story.valid_s < 2


def _dead(path: Path) -> Path:
    """A good calibration, then nothing but the supply rail."""
    rng = np.random.default_rng(2)
    volts = np.concatenate([rng.normal(0.05, 0.002, 750), rng.normal(1.05, 0.002, 750), np.full(3000, 3.3)])
    signal = EdfSignal(np.clip(volts, 0, 3.3), RATE, label="EMG env", physical_dimension="V", physical_range=(0, 3.3))
    notes = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]
    Edf([signal], annotations=notes).write(path)
    return path


def test_the_table_fits_a_terminal_in_both_languages(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("en", ("rest share", "believable")), ("de", ("Ruheanteil", "verwertbar", "kein Hinweis"))):
        assert main(["analyse", str(recording), "--language", language]) == 0
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80, out
        assert all(each in out for each in words), out
    assert "nothing offered" not in out and "rail" not in out, "no English is left in the German one"


def test_without_a_wish_the_words_are_those_of_the_system(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert main(["analyse", str(recording)]) == 0
    assert "Einmal anhaltende Anspannung" in capsys.readouterr().out


def test_a_reason_is_told_without_its_code(recording: Path) -> None:
    prepared = prepare(load(str(recording)))
    story = Story.of(play(prepared), since=prepared.in_force_s)
    assert [why.partition(":")[0] for _, _, why in story.happened()] == ["brief"]
    assert "brief" not in summary(prepared, story)


def test_the_longest_stretch_is_that_of_the_stretches_that_are_counted(recording: Path) -> None:
    prepared = prepare(load(str(recording)))
    story = Story.of(play(prepared), since=prepared.in_force_s)
    assert story.longest_stretch_s() == pytest.approx(180, abs=2)
    gaps = Story()
    for k in range(100):  # work, a hole, work
        gaps.add(k / 10, Reading(k / 10, None if 40 <= k < 60 else 20.0, False, "ok"))
    assert gaps.longest_stretch_s() == pytest.approx(4.0)
    assert Story().longest_stretch_s() == 0


def test_a_pad_beside_electrodes_does_not_give_the_load_its_unit(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pad = np.concatenate([rng.normal(1.6, 0.005, 750), rng.normal(0.7, 0.005, 750), rng.normal(1.6, 0.005, 3000)])
    muscle = np.concatenate([rng.normal(0.05, 0.002, 750), rng.normal(1.05, 0.002, 750), rng.normal(0.3, 0.002, 3000)])
    signals = [
        EdfSignal(volts, RATE, label=label, physical_dimension="V", physical_range=(0, 3.3))
        for label, volts in (("Pressure", pad), ("EMG env", np.clip(muscle, 0, 3.3)))
    ]
    notes = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]
    Edf(signals, annotations=notes).write(tmp_path / "a.edf")
    prepared = prepare(load(str(tmp_path / "a.edf"), ["1", "2"]))
    story = Story.of(play(prepared), since=prepared.in_force_s)
    assert re.search(r"up to 2\d %RVE", summary(prepared, story))
    report.draw(prepared, story, tmp_path / "a.svg", "de")
    assert "Last (%RVE)" in (tmp_path / "a.svg").read_text()


def test_what_is_remarked_of_a_recording_is_german_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(4)
    signals = [
        EdfSignal(rng.normal(0, size, 50_000), 500, label=label, physical_dimension=unit, physical_range=(-3000, 3000))
        for label, unit, size in (("EMG", "uV", 200), ("EMG 2", "degC", 0.3))
    ]
    Edf(signals).write(tmp_path / "a.edf")
    for channel in ("", "2"):
        chosen = ["--channel", channel] if channel else []
        assert main(["analyse", str(tmp_path / "a.edf"), "--language", "de", *chosen]) == 0
        said = capsys.readouterr().err
        assert not re.search(r"\b(the|has|are|used|taken)\b", said, re.I), said


def test_every_word_of_the_table_is_there_in_both_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for pair in WORDS.values())
    assert set(report.STATES) <= set(WORDS)


@pytest.mark.parametrize(("count", "wanted"), [(2, "Zweimal"), (12, "Zwölfmal"), (13, "13-mal")])
def test_a_german_sentence_begins_with_a_word_not_with_a_figure(count: int, wanted: str) -> None:
    assert word("times", "de").format(count=times(count, "de")) == f"{wanted} anhaltende Anspannung:"
    assert word("times", "en").format(count=times(count, "en")) == f"Sustained tension {count} times:"
