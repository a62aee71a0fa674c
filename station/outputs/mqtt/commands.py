"""What may be said to the station: `cmd/NAME` and `context/NAME`, read strictly, without a broker or a clock.

    read(topic below the base, payload, retained, expiry) -> one Input, or NotUnderstoodError with a sentence

The shapes below are the whole grammar; the JSON Schema files in `schemas/` are written from them.

Rule 1: a retained command is ignored: it would fire again at every connection.
Rule 2: a retained context counts only when it says until when (message expiry, or `expires_s` is not enough: it would
        begin anew at every connection).
Rule 3: no command ends private mode, and what is not understood changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Annotated

import msgspec
from msgspec import Meta

from station.core.inputs import (
    AnswerProposal,
    Context,
    Exclude,
    Input,
    Like,
    MarkNow,
    Note,
    Prefer,
    SetQuiet,
    Start,
    Stop,
)
from station.core.preferences import POSSIBLE

MOST_BYTES = 2_048
CONTEXTS = ("call", "focus", "away", "quiet")
LONGEST_CONTEXT_S = 12 * 3600.0
SOURCE = "mqtt"


class NotUnderstoodError(ValueError):
    """The message is not carried out; the sentence says why and what would be right."""


_NAME = re.compile(r"[a-z0-9-]{1,40}")

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,40}$")]


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cmd/exercise`; empty strings mean the owner's favourites."""

    technique: Name = ""
    length: Annotated[str, Meta(pattern=r"^(micro|middle|long|)$")] = ""
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3}|)$")] = ""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command that needs no words."""


class QuietFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cmd/quiet`; `on`: the usual length, or the end; nothing at all: switches, as the long press."""

    minutes: Annotated[float, Meta(ge=0, le=720)] | None = None
    on: bool | None = None


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cmd/set`: what may be changed while the station runs; only what is named changes, all of it or nothing."""

    monitoring: bool | None = None
    cues: bool | None = None
    favourite: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")] | None = None
    quiet_minutes: Annotated[int, Meta(ge=1, le=720)] | None = None
    volume: Annotated[int, Meta(ge=0, le=100)] | None = None
    cue_budget: Annotated[int, Meta(ge=0, le=24)] | None = None
    silent_alerts: bool | None = None
    load_limit: Annotated[int, Meta(ge=100, le=200)] | None = None
    chime: bool | None = None
    daily: Annotated[str, Meta(pattern=r"^(off|arrival|return|[0-2]\d:[0-5]\d)$")] | None = None
    movement: bool | None = None
    quiet_hours: Annotated[str, Meta(max_length=200)] | None = None
    try_out: bool | None = None


class OneTechnique(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cmd/like` and `cmd/exclude`: an exercise by the name of its folder; `on` false takes it back."""

    technique: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}(/[a-z0-9-]{1,40})?$")]
    on: bool = True


class YesOrNo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cmd/proposal`: what the person says to what the station proposes."""

    accepted: bool


class NoteNow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`context/note/NAME`: a word on the circumstances; an empty one takes it back."""

    text: Annotated[str, Meta(max_length=100)] = ""
    expires_s: Annotated[float, Meta(gt=0, le=LONGEST_CONTEXT_S)] = 3600.0


class ContextNow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`context/NAME`."""

    active: bool
    expires_s: Annotated[float, Meta(gt=0, le=LONGEST_CONTEXT_S)] = 3600.0


def _exercise(payload: bytes) -> Input:
    asked = msgspec.json.decode(payload or b"{}", type=Exercise)
    return Start(asked.technique, asked.length, asked.language, SOURCE)


def _stop(payload: bytes) -> Input:
    msgspec.json.decode(payload or b"{}", type=Nothing)
    return Stop(SOURCE)


def _quiet(payload: bytes) -> Input:
    asked = msgspec.json.decode(payload or b"{}", type=QuietFor)
    return SetQuiet(asked.minutes, SOURCE, asked.on)


def _set(payload: bytes) -> Input:
    asked = msgspec.json.decode(payload, type=Preferences)
    values = {name: value for name in POSSIBLE if (value := getattr(asked, name)) is not None}
    if not values:
        raise msgspec.ValidationError("nothing is named that is to change")
    return Prefer(values, SOURCE)


def _mark(payload: bytes) -> Input:
    msgspec.json.decode(payload or b"{}", type=Nothing)
    return MarkNow(SOURCE)


def _like(payload: bytes) -> Input:
    asked = msgspec.json.decode(payload, type=OneTechnique)
    return Like(asked.technique, asked.on, SOURCE)


def _exclude(payload: bytes) -> Input:
    asked = msgspec.json.decode(payload, type=OneTechnique)
    return Exclude(asked.technique, asked.on, SOURCE)


def _proposal(payload: bytes) -> Input:
    return AnswerProposal(msgspec.json.decode(payload, type=YesOrNo).accepted, SOURCE)


COMMANDS: dict[str, tuple[Callable[[bytes], Input], str]] = {
    "exercise": (_exercise, '{"technique": "breathing", "length": "micro", "language": "de"}, or nothing'),
    "stop": (_stop, "nothing"),
    "quiet": (_quiet, '{"minutes": 60}, {"minutes": 0} to end it, or nothing to switch it'),
    "mark": (_mark, "nothing"),
    "set": (_set, '{"volume": 40}; there are: ' + ", ".join(POSSIBLE)),
    "like": (_like, '{"technique": "breathing"}, with "on": false to take it back'),
    "exclude": (_exclude, '{"technique": "breathing"}, with "on": false to take it back'),
    "proposal": (_proposal, '{"accepted": true} or {"accepted": false}'),
}

_PLAIN = {b"": False, b"on": True, b"true": True, b"1": True, b"off": False, b"false": False, b"0": False}


def read(
    topic: str,
    payload: bytes,
    allowed: Collection[str],
    retained: bool = False,
    expiry_s: float | None = None,
) -> Input:
    """The request in one message.

    topic: below the station's own base, `cmd/quiet`.  allowed: commands the owner permits.  expiry_s: what is left of
    the message's life, where the sender gave it one (MQTT 5).  Raises NotUnderstoodError.
    """
    kind, _, name = topic.partition("/")
    if len(payload) > MOST_BYTES:
        raise NotUnderstoodError(f"{topic}: {len(payload)} bytes are too many (at most {MOST_BYTES})")
    if kind == "context":
        return _context(name, payload, retained, expiry_s)
    if kind != "cmd" or name not in COMMANDS:
        raise NotUnderstoodError(f"{topic}: there is no such command; there are: {', '.join(sorted(COMMANDS))}")
    if retained:
        raise NotUnderstoodError(f"{topic}: retained commands are ignored; send it without the retain flag")
    if name not in allowed:
        raise NotUnderstoodError(f"{topic}: not permitted by [output.mqtt] commands")
    if expiry_s is not None and expiry_s <= 0:
        raise NotUnderstoodError(f"{topic}: it came too late")
    reads, right = COMMANDS[name]
    try:
        return reads(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstoodError(f"{topic}: {error}; right would be {right}") from None


def _context(name: str, payload: bytes, retained: bool, expiry_s: float | None) -> Input:
    topic = f"context/{name}"
    kind, _, note = name.partition("/")
    if kind == "note" and note:
        return _note(topic, note, payload, retained, expiry_s)
    if name not in CONTEXTS:
        raise NotUnderstoodError(f"{topic}: there is no such context; there are: {', '.join(CONTEXTS)}")
    if retained and expiry_s is None:
        raise NotUnderstoodError(f"{topic}: a retained context needs a message expiry, or it would never end")
    plain = _PLAIN.get(payload.strip().lower())
    try:
        now = ContextNow(plain) if plain is not None else msgspec.json.decode(payload, type=ContextNow)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        right = '{"active": true, "expires_s": 3600}, or on and off'
        raise NotUnderstoodError(f"{topic}: {error}; right would be {right}") from None
    return Context(name, now.active, _lasts(now.expires_s, expiry_s))


def _note(topic: str, name: str, payload: bytes, retained: bool, expiry_s: float | None) -> Input:
    if not _NAME.fullmatch(name):
        raise NotUnderstoodError(f"{topic}: a note's name is at most 40 of a-z, 0-9 and -")
    if retained and expiry_s is None:
        raise NotUnderstoodError(f"{topic}: a retained note needs a message expiry, or it would never end")
    try:
        text = payload.decode()
        plain = not text.lstrip().startswith("{")
        now = msgspec.convert({"text": text}, NoteNow) if plain else msgspec.json.decode(text, type=NoteNow)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        right = '{"text": "thunderstorm", "expires_s": 3600}, or only the text'
        raise NotUnderstoodError(f"{topic}: {error}; right would be {right}") from None
    return Note(name, "".join(c for c in now.text if c.isprintable()), _lasts(now.expires_s, expiry_s))


def _lasts(said_s: float, expiry_s: float | None) -> float:
    return said_s if expiry_s is None else min(said_s, expiry_s)
