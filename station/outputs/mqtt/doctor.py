"""For `check`: does a message make it to the broker and back, and if not, what is to be done?"""

from __future__ import annotations

import time
import uuid
from collections import deque

import msgspec

from station.outputs.contract import House, OutputError
from station.outputs.mqtt import sentences
from station.outputs.mqtt.connection import Acked, Connected, Connection, Denied, Lost, News, Received, next_news
from station.outputs.mqtt.settings import Settings

Finding = tuple[str, str, str]

PATIENCE_S = 5.0
ECHO_S = 1.0  # after the broker has taken a message, its way back is a matter of milliseconds


def examine(settings: Settings, house: House) -> list[Finding]:
    """(severity ok, warning or broken, what, remedy) after connecting and sending one message to ourselves.

    It goes to `BASE/STATION/check` (not retained), under a client name of its own; what is tried beside it asks a
    running station for nothing (ear.py).
    """
    if settings.level == 0:
        return [("ok", "Privacy is 0: the station does not connect.", "")]
    findings: list[Finding] = []
    if settings.password and not settings.tls and settings.host not in ("localhost", "127.0.0.1", "::1"):
        findings.append(
            (
                "warning",
                f"The password travels to {settings.where()} unencrypted.",
                "Set [output.mqtt] tls = true where the broker offers it.",
            )
        )
    try:
        took_ms = _round_trip(settings, house)
    except OutputError as error:
        return [*findings, ("broken", error.problem, error.remedy)]
    except Exception as error:
        said = sentences.of_error(error, settings)
        return [*findings, ("broken", said.problem, said.remedy)]
    findings += [*_denials(settings, house), *_deaf(settings, house)]
    return [
        *findings,
        ("ok", f"The broker at {settings.where()} answers; a message is back after {took_ms:.0f} ms.", ""),
    ]


def _denials(settings: Settings, house: House) -> list[Finding]:
    """What the broker's access list keeps us from, tried with messages that mean nothing to anybody."""
    base = f"{settings.base}/{house.station_id}"
    tried = [(f"{base}/event/check", b"", "events")]
    if settings.discovery != "off":
        # What nobody knows is taken back, not retained: Home Assistant takes no notice of it, in its log neither.
        kind, nothing = ("device", _of_nothing(house)) if settings.discovery == "device" else ("sensor", b"")
        topic = f"{settings.discovery_prefix}/{kind}/{house.station_id}-check/config"
        tried.append((topic, nothing, "our announcement (discovery)"))
    found = []
    for topic, payload, what in tried:
        try:
            refusal = _refusal(settings, house, topic, payload)
        except Exception as error:
            refusal = sentences.of_error(error, settings).problem
        if refusal:
            remedy = f"Give this user {topic.rsplit('/', 2)[0]}/# in the broker's access list."
            found.append(("warning", f"The broker does not let us publish {what} ({refusal}).", remedy))
    return found


def _deaf(settings: Settings, house: House) -> list[Finding]:
    """What the broker's access list keeps from us: most brokers refuse a subscription, mosquitto just never serves it.

    So what is subscribed to is also said, and must come back.  Where we may not say it nothing is known and nothing is
    claimed; MQTT 3.1.1 has no word for "you may not", so there only a refused subscription counts.
    """
    base = f"{settings.base}/{house.station_id}"
    tried = [
        (f"{base}/cmd/+", f"{base}/cmd/check", "commands (cmd)"),
        (f"{base}/context/#", f"{base}/context/check", "what the house tells (context)"),
    ]
    found = []
    for wanted, echo, what in tried if settings.commands else tried[1:]:
        try:
            refusal = _silence(settings, house, wanted, echo)
        except Exception as error:
            refusal = sentences.of_error(error, settings).problem
        if refusal:
            remedy = f"Let this user read {wanted} in the broker's access list."
            found.append(("warning", f"The broker does not let us hear {what} ({refusal}).", remedy))
    return found


def _silence(settings: Settings, house: House, wanted: str, echo: str) -> str:
    """Why what is said on `echo` does not reach a subscription to `wanted`, or ''.  Raises OutputError."""
    told: deque[News | Received] = deque()
    connection = Connection(settings, f"{house.station_id}-check-{uuid.uuid4().hex[:6]}", "", told.append, told.append)
    until = time.monotonic() + PATIENCE_S
    taken = False
    try:
        connection.open(fresh=True, session_s=0)
        while True:
            news = next_news(connection, told, until)
            if isinstance(news, Connected):
                connection.subscribe(wanted, with_retained=False)
                if settings.protocol != "5":
                    until = time.monotonic() + ECHO_S
                else:
                    connection.publish(echo, b"")
            elif isinstance(news, Denied):
                return news.reason
            elif isinstance(news, Received) and news.topic == echo:
                return ""
            elif isinstance(news, Acked):
                if news.refusal:
                    return ""
                taken, until = True, time.monotonic() + ECHO_S
            elif isinstance(news, Lost):
                return "it cut the wire"
    except TimeoutError:
        return "what we say there does not come back" if taken else ""
    finally:
        connection.close()


def _of_nothing(house: House) -> bytes:
    """A device of which one thing is no longer there, and there never was one."""
    device, gone = {"identifiers": [f"{house.station_id}-check"]}, {"check": {"platform": "sensor"}}
    return msgspec.json.encode({"device": device, "origin": {"name": "Desk Station"}, "components": gone})


def _refusal(settings: Settings, house: House, topic: str, payload: bytes) -> str:
    """Why the broker does not take a message on `topic`, or ''.  Raises OutputError."""
    told: deque[News | Received] = deque()
    connection = Connection(settings, f"{house.station_id}-check-{uuid.uuid4().hex[:6]}", "", told.append, told.append)
    try:
        connection.open(fresh=True, session_s=0)
        while True:
            news = next_news(connection, told, time.monotonic() + PATIENCE_S)
            if isinstance(news, Connected):
                connection.publish(topic, payload)
            elif isinstance(news, Acked):
                return news.refusal
            elif isinstance(news, Lost):  # some brokers cut the wire instead of an answer
                return "it cut the wire"
    except TimeoutError:
        return "it did not answer"
    finally:
        connection.close()


def _round_trip(settings: Settings, house: House) -> float:
    """Milliseconds for one message to ourselves.  Raises OutputError."""
    told: deque[News | Received] = deque()
    name = f"{house.station_id}-check-{uuid.uuid4().hex[:6]}"
    topic = f"{settings.base}/{house.station_id}/check"
    connection = Connection(settings, name, "", told.append, told.append)
    until = time.monotonic() + PATIENCE_S
    sent_at = time.perf_counter()
    try:
        connection.open(fresh=True, session_s=0)
        while True:
            try:
                news = next_news(connection, told, until)
            except TimeoutError:
                raise OutputError(
                    f"{settings.where()} gave no complete answer in {PATIENCE_S:.0f} s.",
                    f"Is it an MQTT broker, and may we publish and read {settings.base}/#?",
                ) from None
            if isinstance(news, Lost):
                raise news.error
            if isinstance(news, Connected):
                connection.subscribe(topic, with_retained=False)
                sent_at = time.perf_counter()
                connection.publish(topic, name.encode())
            elif isinstance(news, Denied) or (isinstance(news, Acked) and news.refusal):
                reason = news.reason if isinstance(news, Denied) else news.refusal
                raise OutputError(
                    f"The broker at {settings.where()} lets us in, but not to {topic} ({reason}).",
                    f"Give this user {settings.base}/{house.station_id}/# in the broker's access list.",
                )
            elif isinstance(news, Received) and news.payload == name.encode():
                return (time.perf_counter() - sent_at) * 1000
    finally:
        connection.close()
