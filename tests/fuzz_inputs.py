"""A fuzzer (atheris) on everything that comes from outside as bytes.

    python -P fuzz_inputs.py [commands | context | configuration] [-max_total_time=60] [FOLDER]

FOLDER keeps what it has learnt, and is given one good example of each kind to begin with.

Commands and context go through the ear into a whole core in private mode, configuration through its reader.  What must
hold: no exception but the sentence that is meant for a person, no request from a message that was refused, and private
mode goes on whatever was said.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["station.outputs.mqtt", "station.config", "station.core"]):
    from station import assembly, config
    from station.core import events as ev
    from station.core.inputs import Input, SetPrivate
    from station.errors import ConfigError
    from station.outputs.mqtt import Settings
    from station.outputs.mqtt.commands import COMMANDS, CONTEXTS
    from station.outputs.mqtt.connection import Received
    from station.outputs.mqtt.ear import Ear, Reply

logging.disable(logging.CRITICAL)
BASE = "desk/desk_0123abcd"
COMMAND_TOPICS = (*(f"{BASE}/cmd/{name}" for name in (*COMMANDS, "private")), "homeassistant/status")
CONTEXT_TOPICS = tuple(f"{BASE}/context/{name}" for name in (*CONTEXTS, "note/weather", "note/"))

core = assembly.core(config.defaults(), offered=("breathing", "pmr"))
core.engine.handle(SetPrivate(True), 0.0)
asked: list[Input] = []
replies: list[Reply] = []
ear = Ear(BASE, Settings(), asked.append, lambda: None, replies.append)
ear._allowance.take = lambda now: True  # type: ignore[method-assign]
clock = [1.0]


def message(data: bytes, topics: tuple[str, ...]) -> int:
    """One message made of `data`; how many requests came of it."""
    provider = atheris.FuzzedDataProvider(data)
    topic = topics[provider.ConsumeIntInRange(0, len(topics) - 1)]
    if provider.ConsumeBool():
        topic = provider.ConsumeUnicodeNoSurrogates(40)
    expiry = provider.ConsumeIntInRange(0, 100_000) if provider.ConsumeBool() else None
    reply_to = provider.ConsumeUnicodeNoSurrogates(20) if provider.ConsumeBool() else ""
    retained = provider.ConsumeBool()
    refused = ear.rejected
    ear.hear(Received(topic, provider.ConsumeBytes(3_000), retained, expiry, reply_to))
    requests = len(asked)
    assert requests <= 1 and not (requests and ear.rejected > refused)
    clock[0] += 1.0
    while asked:
        told = core.engine.handle(asked.pop(), clock[0])
        assert not [event for event in told if isinstance(event, ev.Private)]
        assert core.quiet.private
    for reply in replies:
        assert not reply.topic.startswith((BASE, "homeassistant/", "$")) and not {"+", "#"} & set(reply.topic)
    replies.clear()
    return requests


def configuration(data: bytes) -> int:
    try:
        config.from_text(data.decode("utf-8", "replace"))
    except ConfigError as error:
        assert error.sentences()
        return 0
    return 1


TARGETS: dict[str, Callable[[bytes], int]] = {
    "commands": lambda data: message(data, COMMAND_TOPICS),
    "context": lambda data: message(data, CONTEXT_TOPICS),
    "configuration": configuration,
}

# One good example for each.
GOOD = {
    "cmd/exercise": '{"technique": "pmr", "length": "micro", "language": "de"}',
    "cmd/quiet": '{"minutes": 3}',
    "cmd/set": '{"volume": 3, "cues": false, "quiet_hours": "12:00-13:00", "daily": "09:30", "load_limit": 120}',
    "cmd/like": '{"technique": "breathing", "on": false}',
    "cmd/exclude": '{"technique": "pmr"}',
    "cmd/proposal": '{"accepted": true}',
    "cmd/stop": "{}",
    "cmd/mark": "",
    "context/call": '{"active": true, "expires_s": 3}',
    "context/focus": "on",
    "context/quiet": "1",
    "context/away": "off",
    "context/note/weather": '{"text": "thunder", "expires_s": 60}',
}


def good_ones(target: str) -> list[bytes]:
    """Examples that are understood, as `message` reads them: truths from the front, numbers from the end."""
    if target == "configuration":
        return [config.render(config.defaults()).encode(), b'[output.mqtt]\nport = 1\n[station]\nname = "x"\n']
    topics = COMMAND_TOPICS if target == "commands" else CONTEXT_TOPICS
    names = {topic.removeprefix(BASE + "/"): number for number, topic in enumerate(topics)}
    plain = bytes(4)  # no other topic, no expiry, no reply, not retained
    return [plain + GOOD[name].encode() + bytes([number]) for name, number in names.items() if name in GOOD]


def main() -> None:
    chosen = [name for name in TARGETS if name in sys.argv] or list(TARGETS)
    words = [word for word in sys.argv if word not in TARGETS]
    folder = Path(words[-1]) if len(words) > 1 and not words[-1].startswith("-") else None
    for number, target in enumerate(chosen):
        for serial, data in enumerate(good_ones(target)):
            assert TARGETS[target](data) == 1, f"{target}: the example {data!r} is not understood"
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{target}-{serial}").write_bytes(bytes([number]) + data)

    def one_input(data: bytes) -> None:
        if data:
            TARGETS[chosen[data[0] % len(chosen)]](data[1:])

    atheris.Setup(words, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
