"""Everything that is heard: exercises as data, voice clips, chimes.  Imports nothing of the station.

Names are paths: technique `breathing`, script `middle` is techniques/breathing/middle.toml; its voice clips are
techniques/breathing/clips/LANGUAGE/CLIP.ogg; sound `chime` is chimes/chime.wav, bed `rain` is ambience/rain.ogg.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

HERE = Path(str(files(__name__)))
_ABOUT = "technique"
BESIDE = (("calibration", "spoken"),)
"""(folder, file) of what is spoken beside exercises: no technique, so it is offered nowhere."""


def techniques() -> tuple[str, ...]:
    """The names of all techniques, sorted."""
    return tuple(sorted(folder.parent.name for folder in (HERE / "techniques").glob(f"*/{_ABOUT}.toml")))


def languages() -> tuple[str, ...]:
    """The languages that any technique is written in, sorted: a translator adds one by its title."""
    found: set[str] = set()
    for name in techniques():
        try:
            title = tomllib.loads(read(name)).get("title")
        except tomllib.TOMLDecodeError:
            continue  # whoever plays it says what is wrong
        found |= set(title) if isinstance(title, dict) else set()
    return tuple(sorted(found))


def scripts(technique: str) -> tuple[str, ...]:
    """The names of a technique's scripts (micro, middle, long, or free ones), sorted."""
    return tuple(sorted(file.stem for file in (HERE / "techniques" / technique).glob("*.toml") if file.stem != _ABOUT))


def read(technique: str, script: str = _ABOUT) -> str:
    """The text of a script; of technique.toml when no script is named.  Raises FileNotFoundError."""
    return (HERE / "techniques" / technique / f"{script}.toml").read_text("utf-8")


def clip(technique: str, language: str, clip: str) -> Path:
    """Where the voice clip of this name is (or would be)."""
    return HERE / "techniques" / technique / "clips" / language / f"{clip}.ogg"


def voiced(technique: str, language: str) -> bool:
    """Has this technique a voice in this language?  Without one its texts can be shown, but nothing is spoken."""
    return any(clip(technique, language, "").parent.glob("*.ogg"))


def sound(name: str) -> Path:
    """The file of a chime, pacer tone or bed.  Raises FileNotFoundError for a name that does not exist."""
    for folder in ("chimes", "ambience"):
        for kind in ("wav", "ogg"):
            path = HERE / folder / f"{name}.{kind}"
            if path.is_file():
                return path
    raise FileNotFoundError(f"no sound {name!r}; there are: {', '.join(sound_names())}")


def sound_names() -> tuple[str, ...]:
    """The names of all chimes, pacer tones and beds, sorted."""
    found = (*(HERE / "chimes").glob("*.wav"), *(HERE / "ambience").glob("*.ogg"))
    return tuple(sorted(file.stem for file in found))
