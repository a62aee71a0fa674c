"""How far the first set-up has come: one small file, so that it can be left and taken up again."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Final

from station.outputs import whole_file

STEPS: Final = ("flags", "power", "sensor", "sound", "calibration", "button", "privacy")
FILE_NAME: Final = "setup.json"


class Progress:
    """Which steps are done since when, and what was chosen there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._kept = self._read()

    def done(self, step: str) -> str:
        """The day on which this step was done (`2026-11-23`), or ''."""
        return str(self._kept.get(step, {}).get("day", ""))

    def choice(self, step: str) -> str:
        """What was chosen there, or ''."""
        return str(self._kept.get(step, {}).get("choice", ""))

    def next(self) -> str:
        """The first step that is not done; '' when all are."""
        return next((step for step in STEPS if not self.done(step)), "")

    def after(self, step: str) -> str:
        """The next step that is not done, looking on from this one and then from the beginning; '' when all are."""
        here = STEPS.index(step)
        return next((each for each in STEPS[here + 1 :] + STEPS[:here] if not self.done(each)), "")

    def finish(self, step: str, day: str, choice: str = "") -> None:
        """This step is done.  Raises OSError."""
        with self._lock:
            self._write({**self._kept, step: {"day": day, "choice": choice}})

    def again(self, step: str) -> None:
        """This step is to be done anew.  Raises OSError."""
        with self._lock:
            self._write({key: value for key, value in self._kept.items() if key != step})

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return {step: dict(kept[step]) for step in STEPS if step in kept}
        except (OSError, ValueError, TypeError):
            return {}  # the worst that can happen: the set-up is offered once more

    def _write(self, kept: dict[str, Any]) -> None:
        whole_file.write(self._path, json.dumps(kept))
        self._kept = kept
