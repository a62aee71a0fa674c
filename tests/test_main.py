"""The command line's front door: help, version, did-you-mean."""

from __future__ import annotations

import re

import pytest

from station.__main__ import COMMANDS, main


def test_without_a_word_it_prints_help_that_a_person_can_follow(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    for name, _, sentence in COMMANDS:
        assert re.search(rf"^  {name} +{re.escape(sentence)}$".replace("\\ ", r"\s+"), said, re.M), name
    assert "New here?   desk-station demo" in said
    assert "not a medical device" in said
    assert max(len(line) for line in said.splitlines()) <= 80


@pytest.mark.parametrize("word", ["-h", "--help", "help"])
def test_every_way_to_ask_for_help_gives_the_same(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    plain = capsys.readouterr().out
    assert main([word]) == 0
    assert capsys.readouterr().out == plain


@pytest.mark.parametrize("word", ["-V", "--version"])
def test_version(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 0
    assert re.fullmatch(r"desk-station \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("calibrat", "calibrate"), ("relpay", "replay")])
def test_a_mistyped_command_names_the_one_that_was_meant(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([typed]) == 2
    said = capsys.readouterr()
    assert f"there is no command '{typed}'. Did you mean '{meant}'?" in said.err and said.out == ""


def test_a_word_like_none_of_them_gets_no_wild_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xylophone"]) == 2
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"usage: desk-station {name}" in said
    options = re.findall(r"^  (-\S+)(?:, \S+)?(?: [A-Z{]\S*)?( +\S.*)?$", said, re.M)
    assert options


def test_a_mistake_a_person_can_mend_is_told_on_stderr_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", "nowhere.toml"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("There is no configuration file nowhere.toml.\nWrite one with:")


def test_the_defaults_are_printed_as_a_file_to_start_from(capsys: pytest.CaptureFixture[str]) -> None:
    from station import config

    assert main(["config", "--default"]) == 0
    text = capsys.readouterr().out
    assert config.render(config.from_text(text)) == text
