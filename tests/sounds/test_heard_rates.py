"""How well a speech recogniser understands the voices: the figures of the last `python -m sounds.hear`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sounds import hear
from sounds.texts import sentences


@pytest.mark.benchmark
@pytest.mark.parametrize("language", ["de", "en"])
def test_character_error_rate(language: str) -> None:
    results = hear.heard()
    heard = [each for each in sentences() if each.language == language and hear.key_of(each) in results]
    rate = hear.overall(results, heard, language)
    worst = max((results[hear.key_of(each)]["cer"], each.text) for each in heard)
    print(f"{language}: {rate:.1%} character errors over {len(heard)} clips, worst {worst[0]:.0%}: {worst[1]}")
    assert rate < 0.1


@pytest.mark.skipif(importlib.util.find_spec("faster_whisper") is not None, reason="the recogniser is installed here")
def test_without_the_recogniser_it_is_told_how_to_get_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert hear.main(["--all", "--model", str(tmp_path)]) == 1
    assert "pip install 'desk-station[voice]'" in capsys.readouterr().err
