"""A fuzzer (atheris) on everything that comes from outside as bytes: python fuzz_inputs.py [-max_total_time=60]

Commands and context go through the ear into a whole core in private mode, configuration through its reader.  What must
hold: no exception but the sentence that is meant for a person, no request from a message that was refused, and private
mode goes on whatever was said.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["station.outputs.mqtt", "station.config", "station.core"]):
    from station import assembly, config
    from station.core import events as ev
    from station.core.inputs import Input, SetPrivate
    from station.errors import ConfigError
    from station.outputs.mqtt import Settings
    from station.outputs.mqtt.connection import Received
    from station.outputs.mqtt.ear import Ear, Reply

logging.disable(logging.CRITICAL)
BASE = "desk/desk_0123abcd"
TOPICS = (
    *(f"{BASE}/cmd/{name}" for name in ("exercise", "stop", "quiet", "mark", "set", "private")),
    *(f"{BASE}/context/{name}" for name in ("call", "focus", "away", "quiet", "note/weather", "note/")),
    "homeassistant/status",
)

core = assembly.core(config.defaults(), offered=("breathing", "pmr"))
core.engine.handle(SetPrivate(True), 0.0)
asked: list[Input] = []
replies: list[Reply] = []
ear = Ear(BASE, Settings(), asked.append, lambda: None, replies.append)
ear._allowance.take = lambda now: True  # type: ignore[method-assign]
clock = [1.0]


def message(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    topic = TOPICS[provider.ConsumeIntInRange(0, len(TOPICS) - 1)]
    if provider.ConsumeBool():
        topic = provider.ConsumeUnicodeNoSurrogates(40)
    expiry = provider.ConsumeIntInRange(0, 100_000) if provider.ConsumeBool() else None
    reply_to = provider.ConsumeUnicodeNoSurrogates(20) if provider.ConsumeBool() else ""
    retained = provider.ConsumeBool()
    refused = ear.rejected
    ear.hear(Received(topic, provider.ConsumeBytes(3_000), retained, expiry, reply_to))
    assert len(asked) <= 1 and not (asked and ear.rejected > refused)
    clock[0] += 1.0
    while asked:
        told = core.engine.handle(asked.pop(), clock[0])
        assert not [event for event in told if isinstance(event, ev.Private)]
        assert core.quiet.private
    for reply in replies:
        assert not reply.topic.startswith((BASE, "homeassistant/", "$")) and not {"+", "#"} & set(reply.topic)
    replies.clear()


def configuration(data: bytes) -> None:
    try:
        config.from_text(data.decode("utf-8", "replace"))
    except ConfigError as error:
        assert error.sentences()


def one_input(data: bytes) -> None:
    if not data:
        return
    message(data[1:]) if data[0] % 4 else configuration(data[1:])


def seeds(folder: str) -> None:
    from pathlib import Path

    Path(folder).mkdir(parents=True, exist_ok=True)
    texts: list[Any] = [config.render(config.defaults()), '[output.mqtt]\nport = 1\n[station]\nname = "x"\n']
    for number, text in enumerate(texts):
        (Path(folder) / f"config-{number}").write_bytes(b"\0" + text.encode())
    for number, text in enumerate(
        (
            '{"technique": "pmr"}',
            '{"minutes": 3}',
            '{"volume": 3, "cues": false}',
            '{"active": true, "expires_s": 3}',
            "on",
        )
    ):
        (Path(folder) / f"message-{number}").write_bytes(b"\1" + text.encode() + bytes([0] * 8))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[-1].startswith("-"):
        seeds(sys.argv[-1])
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
