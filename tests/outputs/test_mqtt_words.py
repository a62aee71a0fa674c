"""What MQTT says, how often, and what it understands: the pure parts, in virtual time."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections import deque
from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core import events as ev
from station.core.inputs import Context, Input, MarkNow, SetPrivate, SetQuiet, Start, Stop
from station.core.state import State, fold
from station.german import in_german
from station.outputs.mqtt import Settings, commands, discovery, sentences, words
from station.outputs.mqtt.connection import Connected, Connection, Lost, News, next_news
from station.outputs.mqtt.pace import Allowance, BackOff, StatePace

ALL = ("exercise", "stop", "quiet", "mark")
BUSY = State(
    started=True,
    sensor_ok=True,
    signal_quality="ok",
    rate=475.3,
    level_rve_percent=13.4,
    relative_rest_time=0.123,
    tension=True,
    tension_since=1_700_000_000.0,
    present="present",
    why="rest share 4 %",
    technique="breathing",
    marks_today=2,
)


# --- what leaves at which level ---------------------------------------------------------------------


def test_the_state_has_always_all_keys_and_none_that_a_template_would_trip_over() -> None:
    every = [words.state_document(s, "1", level, 0.0) for s in (State(), BUSY) for level in (1, 2, 3)]
    every.append(words.state_document(State(private=True), "1", 3, 0.0))
    assert len({tuple(document) for document in every}) == 1
    assert not {"update", "items", "keys", "values", "get", "pop", "copy", "count", "index"} & set(every[0])


@pytest.mark.parametrize(
    ("language", "why", "problem", "trouble"),
    [
        (
            "de",
            "Ruheanteil 4\N{NARROW NO-BREAK SPACE}% seit 60 s, Last 13 %RVE · gerade bemerkt",
            "Der Messprozess ist unerwartet zu Ende gegangen (exit code 1). Es wird von selbst wieder versucht.",
            "audio: Das Tongerät default lässt sich nicht öffnen: der Tonserver hat keinen Lautsprecher.",
        ),
        (
            "en",
            "rest share 4% for 60 s, load 13 %RVE · just noticed",
            "The acquisition process ended unexpectedly (exit code 1). It is tried again by itself.",
            "audio: The sound device default cannot be opened: the sound server has no speaker.",
        ),
    ],
)
def test_the_sentences_of_the_state_are_the_pages_in_the_language_of_the_station(
    language: str, why: str, problem: str, trouble: str
) -> None:
    state = msgspec.structs.replace(
        BUSY,
        why="tension: rest share 4 % for 60 s, load 13 %RVE; 0 min since",
        sensor_problem="The acquisition process ended unexpectedly (exit code 1).",
        sensor_remedy="It is tried again by itself.",
        troubles={"audio": "The sound device default cannot be opened: the sound server has no speaker."},
    )
    document = words.state_document(state, "1", 3, 0.0, language)
    assert (document["why"], document["sensor_problem"], document["troubles"]) == (why, problem, [trouble])
    less = words.state_document(state, "1", 1, 0.0, language)
    assert (less["why"], less["sensor_problem"], less["troubles"]) == (None, problem, [trouble])


def test_private_mode_says_only_private() -> None:
    document = words.state_document(msgspec.structs.replace(BUSY, private=True), "1", 3, 5.0)
    assert {key: value for key, value in document.items() if value is not None} == {"state": "private"}


def test_at_level_1_only_the_device_is_spoken_of() -> None:
    document = words.state_document(BUSY, "1", 1, 0.0)
    told = {key for key, value in document.items() if value is not None}
    assert told == {
        "state", "ts", "version", "sensor_ok", "sensor_problem", "signal_quality", "sampling_rate", "troubles",
    }  # fmt: skip
    assert document["state"] == "monitoring"  # though an exercise runs
    calibrating = State(started=True, sensor_ok=True, calibrating=True)
    assert words.state_document(calibrating, "1", 1, 0.0)["state"] == "monitoring"
    assert words.state_document(calibrating, "1", 2, 0.0)["state"] == "calibration"
    assert words.live(ev.Moment(ev.Button("short"), 0, 0), 1, "x") is None
    assert words.durable(ev.Moment(ev.SessionEnded("a", "de", "completed"), 0, 0), 1, "x") is None


def test_at_level_2_the_load_comes_in_steps_and_reasons_stay_here() -> None:
    document = words.state_document(BUSY, "1", 2, 0.0)
    assert (document["level_rve_percent"], document["why"], document["marks_today"]) == (15, None, None)
    assert words.live(ev.Moment(ev.TensionStarted(14.0, 0.1, "r"), 0, 0), 2, "id-1") == (
        "event/tension",
        {"event_type": "started", "ts": "1970-01-01T00:00:00.000Z", "id": "id-1"},
    )
    minute = ev.Minute(0.5, 1.0, 2.0, 3.0, 4, 5.0, 60.0, "A")
    assert words.durable(ev.Moment(minute, 60, 0), 2, "i") == {
        "event": "minute",
        "relative_rest_time": 0.5,
        "valid_s": 60.0,
        "quality": "A",
        "ts": "1970-01-01T00:00:00.000Z",
        "id": "i",
    }
    assert words.durable(ev.Moment(ev.Mark("button"), 0, 0), 2, "i") is None


def test_at_level_3_a_mark_is_known_by_its_time_only() -> None:
    assert words.state_document(BUSY, "1", 3, 0.0)["level_rve_percent"] == 13.4
    assert set(words.durable(ev.Moment(ev.Mark("button"), 0, 0), 3, "i") or ()) == {"event", "source", "ts", "id"}


def test_every_event_type_that_can_be_said_is_announced() -> None:
    said = (
        ev.TensionStarted(1, 0, ""), ev.TensionEnded(1), ev.NoRest(1), ev.Cue("light", "", ""), ev.Cue("chime", "", ""),
        *(ev.CueAnswered(a) for a in ("accepted", "not_now", "wrong", "ignored", "self_released", "withdrawn")),
        *(ev.Button(g) for g in ("short", "double", "long", "hold")),
        ev.SessionStarted("a", "micro", "de", 1, "b"), ev.SessionPaused("a", "de"), ev.SessionResumed("a", "de", 1),
        ev.SessionEnded("a", "de", "completed"), ev.SessionStep("a", "de", 0, "say", 8.0, "Sei da."),
    )  # fmt: skip
    told: dict[str, set[str]] = {}
    for event in said:
        topic, payload = words.live(ev.Moment(event, 0, 0), 2, "x") or ("", {})
        told.setdefault(topic.removeprefix("event/"), set()).add(payload["event_type"])
    assert told == {topic: set(types) for topic, types in words.EVENT_TYPES.items()}


def test_what_an_exercise_says_is_told_word_for_word_and_no_longer_than_it_stands_there() -> None:
    spoken = ev.SessionStep("breathing", "de", 3, "say", 7.0, "Atme einmal aus.", "0123456789ab")
    assert words.live(ev.Moment(spoken, 0, 0), 2, "id-1") == (
        "event/spoken",
        {
            "event_type": "sentence",
            "text": "Atme einmal aus.",
            "technique": "breathing",
            "language": "de",
            "seconds": 7.0,
            "ts": "1970-01-01T00:00:00.000Z",
            "id": "id-1",
        },
    )
    assert words.live(ev.Moment(spoken, 0, 0), 1, "x") is None, "at level 1 only the device is spoken of"
    tone = ev.SessionStep("breathing", "de", 4, "breath_in", 4.0, sound="breath-in-4")
    assert words.live(ev.Moment(tone, 0, 0), 3, "x") is None, "a tone has no words"
    assert [words.lives_s(replace(spoken, seconds=s), 60.0) for s in (7.0, 0.4, 90.0)] == [7.0, 1.0, 60.0]
    assert words.lives_s(ev.Button("short"), 60.0) == 60.0


# --- how often ---------------------------------------------------------------------------------------


def test_ten_readings_a_second_for_ten_minutes_are_at_most_one_state_in_five_seconds() -> None:
    pace, state, sent = StatePace(), State(started=True, sensor_ok=True), []
    for n in range(6_000):
        now = n / 10
        state = fold(state, ev.Moment(ev.Reading(now, float(n % 40), False, "ok"), now, now))
        document = words.state_document(state, "1", 3, now)
        if pace.wants(document, now):
            pace.sent(document, now)
            sent.append(now)
    assert 100 < len(sent) <= 121
    assert min(b - a for a, b in pairwise(sent)) >= 5.0


def test_calm_is_a_heartbeat_a_minute() -> None:
    pace, sent = StatePace(), 0
    for n in range(6_000):
        now = n / 10
        wobble = 6.0 + 0.9 * (n % 2)  # the muscle at rest is never still
        document = words.state_document(msgspec.structs.replace(BUSY, level_rve_percent=wobble), "1", 3, now)
        if pace.wants(document, now):
            pace.sent(document, now)
            sent += 1
    assert sent == 10


def test_a_change_after_calm_is_told_at_once_and_the_next_waits() -> None:
    pace = StatePace()
    pace.sent(words.state_document(State(), "1", 2, 0), 0.0)
    quiet = words.state_document(State(quiet=True), "1", 2, 0)
    assert pace.wants(quiet, 20.0)
    pace.sent(quiet, 20.0)
    loud = words.state_document(State(), "1", 2, 0)
    assert not pace.wants(loud, 24.9)
    assert pace.wants(loud, 25.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_pauses_between_tries_grow_and_stay_within_a_minute(chances: list[float]) -> None:
    rest = iter(chances)
    back_off = BackOff(lambda: next(rest))
    for n in range(len(chances)):
        step = min(60.0, 2.0**n)
        assert step / 2 <= back_off.pause_s() <= step


def test_a_loop_in_an_automation_gets_ten_and_then_one_every_two_seconds() -> None:
    allowance = Allowance()
    assert sum(allowance.take(n / 100) for n in range(1000)) in (14, 15)  # 10 s of a hundred a second
    assert allowance.take(100.0)


# --- what is understood ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "payload", "meant"),
    [
        ("cmd/exercise", b"", Start(source="mqtt")),
        ("cmd/exercise", b'{"technique":"breathing","length":"micro"}', Start("breathing", "micro", "", "mqtt")),
        ("cmd/stop", b"{}", Stop("mqtt")),
        ("cmd/quiet", b'{"minutes":30}', SetQuiet(30.0, "mqtt")),
        ("cmd/quiet", b"", SetQuiet(None, "mqtt")),
        ("cmd/mark", b"", MarkNow("mqtt")),
        ("context/call", b"ON", Context("call", True, 3600.0)),
        ("context/call", b"", Context("call", False, 3600.0)),
        ("context/away", b'{"active":true,"expires_s":60}', Context("away", True, 60.0)),
    ],
)
def test_a_message_becomes_the_same_request_as_anyone_elses(topic: str, payload: bytes, meant: Input) -> None:
    assert commands.read(topic, payload, ALL) == meant


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("cmd/exercise", b'{"technik":"breathing"}', "technik"),
        ("cmd/exercise", b'{"technique":"../../etc"}', "right would be"),
        ("cmd/exercise", b"[1]", "right would be"),
        ("cmd/exercise", b"{", "right would be"),
        ("cmd/quiet", b'{"minutes":1e9}', "720"),
        ("cmd/quiet", b'{"minutes":NaN}', "right would be"),
        ("cmd/stop", b"now", "right would be"),
        ("cmd/private", b"{}", "no such command"),
        ("cmd/exercise", b" " * 5000, "too many"),
        ("context/mood", b"on", "no such context"),
        ("context/call", b'{"active":1}', "right would be"),
        ("state", b"{}", "no such command"),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(topic: str, payload: bytes, why: str) -> None:
    with pytest.raises(commands.NotUnderstoodError, match=why):
        commands.read(topic, payload, ALL)


def test_a_retained_command_is_ignored_and_a_retained_context_needs_an_end() -> None:
    with pytest.raises(commands.NotUnderstoodError, match="retained"):
        commands.read("cmd/stop", b"", ALL, retained=True)
    with pytest.raises(commands.NotUnderstoodError, match="expiry"):
        commands.read("context/call", b"on", ALL, retained=True)
    assert commands.read("context/call", b"on", ALL, retained=True, expiry_s=90) == Context("call", True, 90)


def test_a_command_that_the_owner_does_not_permit_is_not_carried_out() -> None:
    with pytest.raises(commands.NotUnderstoodError, match="permitted"):
        commands.read("cmd/mark", b"", ("stop",))


@given(
    st.sampled_from(["cmd/exercise", "cmd/stop", "cmd/quiet", "cmd/mark", "context/call", "cmd/", "", "x/y"]),
    st.binary(max_size=200) | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["minutes", "active", "a"]), inner),
    ).map(lambda value: json.dumps(value).encode()),
    st.booleans(),
)  # fmt: skip
def test_whatever_comes_is_a_permitted_request_or_a_sentence(topic: str, payload: bytes, retained: bool) -> None:
    try:
        asked = commands.read(topic, payload, ALL, retained)
    except commands.NotUnderstoodError as error:
        assert topic in str(error)
    else:
        assert isinstance(asked, (Start, Stop, SetQuiet, MarkNow, Context))
        assert not isinstance(asked, SetPrivate)


# --- what went wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "tls", "problem", "remedy"),
    [
        (ConnectionRefusedError(111, "Connection refused"), False, "broker at nas:1883", "Start the broker"),
        (socket.gaierror(-2, "Name or service not known"), False, "No machine called 'nas'", "IP address"),
        (TimeoutError("timed out"), False, "No answer from nas:1883", "firewall"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version"), True, "No encrypted", "8883"),
        (OSError(101, "Network is unreachable"), False, "Network is unreachable", "Check network"),
    ],
)
def test_each_failure_has_its_sentence(error: Exception, tls: bool, problem: str, remedy: str) -> None:
    said = sentences.of_error(error, Settings(host="nas", tls=tls))
    assert problem in said.problem and remedy in said.remedy
    assert said.problem.endswith(".") and said.remedy[-1] in ".?"


def test_a_wrong_password_and_an_old_broker_are_told_apart() -> None:
    settings = Settings(username="desk")
    assert "wrong user name or password" in sentences.of_refusal(135, "Not authorized", settings).problem
    assert 'protocol = "3.1.1"' in sentences.of_refusal(132, "Unsupported protocol version", settings).remedy


# --- discovery ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_discovery_speaks_the_language_and_keeps_the_ids(language: discovery.Mode) -> None:
    ((topic, document),) = discovery.payload("desk_1", "Desk", language, ("breathing",), "1.0")
    assert topic == "homeassistant/device/desk_1/config"
    assert set(document) == {"device", "origin", "availability", "qos", "components"}
    ids = {c["unique_id"] for c in document["components"].values() if "unique_id" in c}
    assert {"desk_1_state", "desk_1_start_breathing", "desk_1_quiet"} <= ids
    assert document["components"]["rest"]["name"] == {"de": "Ruheanteil", "en": "Rest share"}[language]


def test_discovery_reads_only_keys_that_the_state_has_and_options_that_occur() -> None:
    ((_, document),) = discovery.payload("desk_1", "Desk", "en", (), "1.0")
    known = set(words.state_document(State(), "1", 2, 0.0)) | {"event_type"}
    for component in document["components"].values():
        template = component.get("value_template", "")
        used = {part.split(" ")[0].split(")")[0].rstrip("}") for part in template.split("value_json.")[1:]}
        assert used <= known, template
    from station.core.state import WORDS

    assert {word for word, _ in WORDS} | {"monitoring"} == set(discovery.STATES)


def test_component_mode_says_the_same_piece_by_piece() -> None:
    ((_, whole),) = discovery.payload("desk_1", "Desk", "en", ("breathing",), "1.0")
    pieces = discovery.payload("desk_1", "Desk", "en", ("breathing",), "1.0", mode="component")
    assert len(pieces) == len(whole["components"])
    assert {topic.split("/")[1] for topic, _ in pieces} == {c["platform"] for c in whole["components"].values()}
    assert all("platform" not in document and document["device"] == whole["device"] for _, document in pieces)


@pytest.mark.parametrize(
    ("goodbye", "problem", "remedy"),
    [
        (b"\xe0\x02\x8e\x00", "Another station with the same id has taken our place", "state_dir of its own"),
        (b"", "The connection with the broker at 127.0.0.1:{port} was lost.", "another station may have the same id"),
        (b"\xe0\x02\x8b\x00", "was lost (Server shutting down).", "It is tried again."),
    ],
    ids=["told who", "told nothing", "told why"],
)
def test_who_is_thrown_off_the_broker_is_told_by_whom_it_may_be(goodbye: bytes, problem: str, remedy: str) -> None:
    """A broker of four bytes: it lets in (CONNACK), says goodbye (DISCONNECT) and hangs up."""
    told: deque[News] = deque()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        connection = Connection(Settings(host="127.0.0.1", port=port), "same", "", told.append, lambda _: None)
        connection.open(fresh=True)
        wire, _ = listening.accept()
        with wire:
            wire.recv(1000)
            wire.sendall(b"\x20\x03\x00\x00\x00" + goodbye)
        until = time.monotonic() + 5.0
        assert isinstance(next_news(connection, told, until), Connected)
        lost = next_news(connection, told, until)
        connection.close()
    assert isinstance(lost, Lost)
    assert problem.format(port=port) in lost.error.problem and remedy in lost.error.remedy
    for said in (lost.error.problem, lost.error.remedy):
        assert in_german(said) != said
