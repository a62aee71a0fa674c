"""Kinds of files and names of exercises that `render` takes; the mix itself is tests/outputs/test_render.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

import sounds
from station import exercises
from station.__main__ import main
from station.german import in_german

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("ending", ["wav", "ogg", "mp3"])
def test_each_kind_of_file_is_as_long_as_the_exercise_and_its_last_ring(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"shrug.{ending}"
    assert main(["render", "shoulder-drop", str(out), "--language", "en"]) == 0
    about = soundfile.info(str(out))
    assert (about.samplerate, about.channels) == (48_000, 2)
    assert 10.0 <= about.duration <= 18.0


def test_an_mp3_is_small_enough_to_take_along(tmp_path: Path) -> None:
    out = tmp_path / "shrug.mp3"
    main(["render", "shoulder-drop", str(out), "--language", "en"])
    assert out.stat().st_size * 8 / soundfile.info(str(out)).duration < 200_000


def test_an_exercise_with_a_name_of_its_own_is_rendered_whatever_length_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "listening.wav"
    main(["render", "mindfulness/listening", str(out), "--language", "en", "--length", "long"])
    assert soundfile.info(str(out)).duration >= 114
    assert "(micro, en), 1 min 54 s" in capsys.readouterr().out


TOO_LONG = "x" * 250  # with what stands behind it until it is whole


@pytest.mark.parametrize("ending", ["wav", "ogg", "mp3"])
def test_a_place_that_cannot_be_written_is_said_in_a_sentence(
    tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", "shoulder-drop", str(tmp_path / f"{TOO_LONG}.{ending}")]) != 0
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (["breathng"], "There is no exercise 'breathng'; did you mean 'breathing'?"),
        (["breathing", "--language", "tlh"], "The exercise 'breathing' is not spoken in 'tlh'."),
        (
            ["breathing", "--length", "endless"],
            "The exercise 'breathing' has no length 'endless'; there is: micro, middle, long.",
        ),
        (["shoulder-drop", "--length", "long"], "The exercise 'shoulder-drop' has no length 'long'; there is: micro."),
        (["daily"], "'daily' is a folder of exercises; choose one: daily/back, daily/belly"),
        (["movement/wlak"], "There is no exercise 'movement/wlak'; there are: movement, movement/arm-reach"),
    ],
)
def test_a_slip_is_told_and_touches_no_file(
    tmp_path: Path, slip: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.wav"
    kept.write_bytes(b"the exercise of last week")
    assert main(["render", slip[0], str(kept), "--force", *slip[1:]]) == 2
    told = capsys.readouterr().err
    assert said in told
    for line in told.splitlines():
        assert in_german(line) != line, "each of them is said in German, too"
    assert kept.read_bytes() == b"the exercise of last week"


def test_a_file_that_is_there_is_overwritten_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.wav"
    kept.write_bytes(b"the exercise of last week")
    assert main(["render", "shoulder-drop", str(kept)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["render", "shoulder-drop", str(kept), "--force"]) == 0
    assert kept.stat().st_size > 1_000_000
    assert list(tmp_path.iterdir()) == [kept]


def test_what_has_no_voice_yet_says_how_it_gets_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "techniques" / "toy"
    folder.mkdir(parents=True)
    for kind in ("technique", "micro"):
        text = sounds.read("shoulder-drop", kind).replace('technique = "shoulder-drop"', 'technique = "toy"')
        (folder / f"{kind}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sounds, "HERE", tmp_path)
    assert main(["render", "toy", str(tmp_path / "toy.wav"), "--language", "de"]) == 2
    said = capsys.readouterr().err
    assert "has no voice in 'de' yet" in said and "make voice" in said
    assert exercises.unvoiced() == ("toy (de)", "toy (en)")


def test_the_help_offers_no_folder_that_cannot_be_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["render", "--help"])
    offered = " ".join(capsys.readouterr().out.split())
    assert "daily/back …" in offered and "daily," not in offered and "breathing," in offered


@pytest.mark.parametrize("volume", ["101", "500", "-1"])
def test_a_volume_is_from_nothing_to_as_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], volume: str
) -> None:
    assert main(["render", "shoulder-drop", str(tmp_path / "x.wav"), f"--volume={volume}"]) == 2
    assert f"--volume {volume} is not from 0 to 100." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
