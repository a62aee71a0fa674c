"""Which speaker: the first of the owner's list that opens."""

from __future__ import annotations

from collections.abc import Sequence

from station.outputs.audio import Settings
from station.outputs.audio.levels import RATE
from station.outputs.audio.mixer import PygameMixer, named
from station.outputs.contract import OutputError

SILENT = "Until then the station is silent; light and page go on, where they are on."


def open_first(sinks: Sequence[str], buffer: int, volume: float) -> PygameMixer:
    """The first sink that opens.  Raises OutputError that names every one that did not, and why."""
    problems = []
    for sink in sinks:
        try:
            return PygameMixer(sink, buffer, volume)
        except OutputError as error:
            problems.append(error)
    raise OutputError(" ".join(error.problem for error in problems), problems[0].remedy, problems[0].kind)


def examine_sinks(settings: Settings) -> list[tuple[str, str, str]]:
    """(severity, what, remedy) of every sink, opened and closed once without a sound."""
    found: list[tuple[str, str, str]] = []
    for sink in settings.sinks:
        try:
            mixer = PygameMixer(sink, settings.buffer, 0.0)
        except OutputError as error:
            found.append(("warning", f"{error.problem} {SILENT}", error.remedy))
            continue
        delay_ms = 1000 * settings.buffer / RATE
        found.append(
            ("ok", f"The sound device {named(sink)} opens ({mixer.driver}, {RATE} Hz, {delay_ms:.0f} ms a buffer)", "")
        )
        mixer.close()
    if settings.volume == 0 or settings.ceiling == 0:
        found.append(("warning", "The volume is 0, nothing will be heard.", "Raise [output.audio] volume."))
    return found
