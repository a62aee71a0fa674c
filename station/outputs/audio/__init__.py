"""What the station sounds like: chime, voice, breath tones and ambience, through whichever speaker answers.

    main thread            the output's own thread
    take(moment) ─► Mailbox ─► Player ─► Mixer (pygame) ─► first sink that opens
                    bounded,   tracks     48 kHz, kept
                    stale      with       open
                    dropped    ramps

Nothing here can hold the main thread up, and a missing speaker is never fatal: the station goes on by light alone,
says so in `trouble()`, and sounds again when a speaker is back.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from station.outputs.contract import House, Output

Ambience = Literal["as_written", "none", "rain", "waves", "brown"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How loud, on which speaker, and with which sound in the background."""

    volume: Annotated[
        int, msgspec.Meta(ge=0, le=100, description="loudness of everything, 0 (silent) to 100 (as recorded)")
    ] = 70
    ceiling: Annotated[
        int, msgspec.Meta(ge=0, le=100, description="the loudness that is never exceeded, whatever `volume` says")
    ] = 100
    sinks: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=200)], ...],
        msgspec.Meta(
            min_length=1,
            max_length=8,
            description='speakers in order of preference: "" is the system\'s own choice, "plughw:CARD=NAME" a sound '
            "card (names: aplay -L); the first that opens is used",
        ),
    ] = ("",)
    buffer: Annotated[
        Literal[512, 1024, 2048],
        msgspec.Meta(
            description="sound frames mixed at a time (48 a millisecond): 2048 for a Pi Zero 2 W, 512 answers quickest"
        ),
    ] = 1024
    ambience: Annotated[
        Ambience,
        msgspec.Meta(
            description="sound in the background of exercises: as_written (each exercise has its own), none, rain, "
            "waves or brown (noise)"
        ),
    ] = "as_written"
    own_voice: Annotated[
        str,
        msgspec.Meta(
            max_length=400,
            description="a folder of voice files that replace the station's own, sentence by sentence "
            "(`desk-station voice` makes them); empty: the station's own voice",
        ),
    ] = ""


def open(settings: Settings, house: House) -> Output:
    """The running output `[output.audio]`; opens nothing before `start()`."""
    from station.outputs.audio.output import Audio

    return Audio(settings, language=house.voice or house.language, signal=house.signal)


def examine(settings: Settings, house: House) -> list[tuple[str, str, str]]:
    """For `check`: (severity, what, remedy) of each sink; severity is ok, warning or broken.

    Opens and closes every sink once, silently.
    """
    from station.outputs.audio.sinks import examine_sinks

    return examine_sinks(settings)
