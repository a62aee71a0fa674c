"""Whatever comes from outside: no crash, no change by what was refused, and private mode goes on."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import assembly, config
from station.core import events as ev
from station.core.inputs import Input, SetPrivate, Tick
from station.core.preferences import POSSIBLE
from station.core.state import State, fold
from station.errors import ConfigError
from station.outputs.mqtt import Settings
from station.outputs.mqtt.commands import COMMANDS
from station.outputs.mqtt.connection import Received
from station.outputs.mqtt.ear import Ear, Reply

BASE = "desk/desk_0123abcd"

leaves = st.none() | st.booleans() | st.integers(-5, 1000) | st.floats() | st.text(max_size=12)
keys = st.sampled_from(
    [*POSSIBLE, "technique", "length", "minutes", "on", "active", "expires_s", "text", "private", "accepted"]
)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=4), inner, max_size=4)
)
payloads = st.binary(max_size=60) | documents.map(lambda value: json.dumps(value).encode())
topics = st.sampled_from(
    [f"{BASE}/cmd/{name}" for name in (*COMMANDS, "private", "")]
    + [f"{BASE}/context/{name}" for name in ("call", "focus", "away", "quiet", "note/a", "note/", "mood")]
    + ["homeassistant/status", "desk/else/cmd/stop", ""]
)
messages = st.builds(
    Received,
    topics,
    payloads,
    st.booleans(),
    st.none() | st.integers(0, 10**6),
    st.text(max_size=12),
    st.binary(max_size=4),
)


class Household:
    """An ear, and the core it speaks to."""

    def __init__(self) -> None:
        self.core = assembly.core(config.defaults(), offered=("breathing", "pmr"))
        self.asked: list[Input] = []
        self.replies: list[Reply] = []
        self.ear = Ear(BASE, Settings(), self.asked.append, lambda: None, self.replies.append)
        self.ear._allowance.take = lambda now: True  # type: ignore[method-assign]
        self.state, self.now = State(), 0.0

    def tell(self, message: Input) -> list[ev.Event]:
        self.now += 1.0
        told = self.core.engine.handle(message, self.now)
        for event in told:
            self.state = fold(self.state, ev.Moment(event, self.now, self.now))
        return told

    def hear(self, message: Received) -> tuple[bool, list[ev.Event]]:
        """(was it refused, what followed)"""
        before = self.ear.rejected
        self.ear.hear(message)
        told = [event for asked in self.asked for event in self.tell(asked)]
        self.asked.clear()
        return self.ear.rejected > before, told


@settings(max_examples=50, deadline=None)
@given(st.lists(messages, max_size=25))
def test_what_is_refused_changes_nothing_and_nothing_ends_private_mode(heard: list[Received]) -> None:
    house = Household()
    house.tell(SetPrivate(True))
    for message in heard:
        before = house.state
        refused, told = house.hear(message)
        if refused:
            assert told == [] and house.state is before
        assert house.state.private
        assert not any(isinstance(event, ev.Private) for event in told)
    house.tell(Tick())


@settings(max_examples=50, deadline=None)
@given(messages)
def test_an_answer_goes_only_where_it_can_do_no_harm(message: Received) -> None:
    house = Household()
    house.hear(message)
    for reply in house.replies:
        assert reply.topic == message.reply_to and reply.token == message.token
        assert not reply.topic.startswith((BASE + "/", "homeassistant/", "$")) and not {"+", "#"} & set(reply.topic)
        assert set(json.loads(reply.payload)) in ({"ok"}, {"ok", "reason"})


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.dictionaries(st.text(max_size=8), leaves, max_size=4).map(
    lambda table: "[output.mqtt]\n" + "\n".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in table.items())
))  # fmt: skip
def test_any_configuration_is_read_or_refused_in_sentences(text: str) -> None:
    try:
        config.from_text(text)
    except ConfigError as error:
        assert all(isinstance(sentence, str) and sentence for sentence in error.sentences())


@pytest.mark.slow
def test_a_fuzzer_finds_nothing_in_ten_seconds(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed here (pip install atheris); Hypothesis has looked above")
    script = Path(__file__).parents[1] / "fuzz_inputs.py"
    words = ("-max_total_time=10", f"-artifact_prefix={tmp_path}/", str(tmp_path / "corpus"))
    told: Any = subprocess.run(
        [sys.executable, "-P", str(script), *words],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, (told.stdout + told.stderr)[-3000:]
