"""One connection to the broker, from the first packet to the last; the next try is a new object.

The client library (paho) has no thread of its own here: whoever owns the connection lets it `turn`, and in a turn the
library reads, writes and says what is new by `tell` and `hear`.  A message costs one thread's waking where it would
cost three.  A turn is guarded as a whole: whatever the library or a callback stumbles over is the end of this
connection, never of the thread.

The will: the broker says `offline` for us 5 s after we vanish (MQTT 5), so that a short Wi-Fi drop is none.  That needs
a session that outlives the connection (15 s), and a return into the same session; a command sent meanwhile then
arrives late by at most those 15 s.  With MQTT 3.1.1 the will comes at once.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from station.outputs.contract import OutputError
from station.outputs.mqtt import sentences
from station.outputs.mqtt.settings import Settings

WILL_DELAY_S = 5
SESSION_S = 15
KEEPALIVE_S = 30
CONNECT_TIMEOUT_S = 5.0
LIVE_EXPIRY_S = 60
# Two acknowledgements are shorter, every command is longer.
ACKS_BYTES = 12
# So long a goodbye may take to get onto a wire that is full.
FAREWELL_S = 0.5

T = TypeVar("T")


class Wakes(Protocol):
    """What else ends the wait of a turn: anything that can be read."""

    def fileno(self) -> int:
        """Its file descriptor."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker took us in."""

    by: Connection


@dataclass(frozen=True, slots=True)
class Lost:
    """This connection is over (or never came to be)."""

    by: Connection
    error: OutputError


@dataclass(frozen=True, slots=True)
class Acked:
    """The broker has message `mid`, or says why not."""

    by: Connection
    mid: int
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """A subscription was refused."""

    by: Connection
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """A message from the broker.

    expiry_s: what is left of its life, where it has one.  reply_to, token: where its sender waits for an answer, and
    what the answer must carry (MQTT 5: response topic, correlation data).
    """

    topic: str
    payload: bytes
    retained: bool
    expiry_s: float | None
    reply_to: str = ""
    token: bytes = b""


News = Connected | Lost | Acked | Denied
Tell = Callable[[News], None]
Hear = Callable[[Received], None]


def password(settings: Settings) -> str:
    """The password, from the file where one is named.  Raises OutputError."""
    if not settings.password_file:
        return settings.password
    named = Path(settings.password_file).expanduser()
    if "/" not in settings.password_file:
        named = Path(os.environ.get("CREDENTIALS_DIRECTORY", ".")) / named
    try:
        first, *_ = named.read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"[output.mqtt] password_file {settings.password_file} cannot be read: {why}.",
            "Give the path of a readable file whose first line is the password.",
        ) from None
    return first.strip()


class Connection:
    """One try to be connected.  `tell` and `hear` are called within `turn`."""

    def __init__(self, settings: Settings, client_id: str, will_topic: str, tell: Tell, hear: Hear) -> None:
        """Prepare everything; nothing is sent yet.  Raises OutputError (password file, certificates)."""
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self._settings = settings
        self._tell, self._hear = tell, hear
        self._five = settings.protocol == "5"
        self._over = False
        self._let_in = False
        clean = {} if self._five else {"clean_session": True}
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv5 if self._five else paho.MQTTv311,
            reconnect_on_failure=False,
            **clean,  # type: ignore[arg-type]
        )
        client = self._client
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(50)
        client.max_queued_messages_set(500)
        if settings.username:
            client.username_pw_set(settings.username, password(settings))
        if settings.tls:
            client.tls_set_context(encryption(settings))
        if will_topic:
            will = None
            if self._five:
                will = _properties("WILLMESSAGE")
                will.WillDelayInterval = WILL_DELAY_S
            client.will_set(will_topic, b"offline", qos=1, retain=True, properties=will)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    def open(self, fresh: bool, session_s: int = SESSION_S) -> None:
        """Reach the broker (blocks for at most some seconds); `Connected` or `Lost` is told later.

        fresh: leave behind whatever the broker remembers of us.  Raises OutputError.
        """
        how: dict[str, Any] = {}
        if self._five:
            properties = _properties("CONNECT")
            properties.SessionExpiryInterval = session_s
            how = {"clean_start": fresh, "properties": properties}
        try:
            self._client.connect(self._settings.host, self._settings.port, keepalive=KEEPALIVE_S, **how)
        except (OSError, ValueError) as error:
            self._over = True
            raise sentences.of_error(error, self._settings) from None

    def turn(self, at_most_s: float, wakes: Wakes | None = None) -> None:
        """Wait for the broker, for `wakes` or for the end of the time; then read and write what there is."""
        client = self._client
        try:
            wire = client.socket()
            ears = [one for one in (wire, wakes) if one is not None]
            # What an encrypted wire has already taken from the system, nobody can be woken by.
            at_hand = isinstance(wire, ssl.SSLSocket) and wire.pending() > 0
            mouth = [wire] if wire is not None and client.want_write() else []
            _, writable, _ = select.select(ears, mouth, [], 0.0 if at_hand else max(0.0, at_most_s))
            if wire is not None:
                client.loop_read()  # also what wakes nobody, see `be_patient`
            if writable:
                client.loop_write()
        except Exception as error:
            self._stumbled(error)

    def look_after(self) -> None:
        """Every few seconds: keep it alive, and notice when it is not."""
        try:
            self._client.loop_misc()
        except Exception as error:
            self._stumbled(error)

    def be_patient(self, patient: bool) -> None:
        """Is one acknowledgement alone no reason to wake up?  It is then read in the next turn, whatever ends its wait.

        Only on a plain wire: what an encrypted one brings cannot be told by its length.
        """
        wire = self._client.socket()
        if isinstance(wire, socket.socket) and not isinstance(wire, ssl.SSLSocket):
            with contextlib.suppress(OSError):
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, ACKS_BYTES if patient else 1)

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_s: int = 0, qos: int = 1, token: bytes = b""
    ) -> int:
        """Hand over one message; returns the number its `Acked` will carry."""
        properties = None
        if (expires_s or token) and self._five:
            properties = _properties("PUBLISH")
            if expires_s:
                properties.MessageExpiryInterval = expires_s
            if token:
                properties.CorrelationData = token
        return self._client.publish(topic, payload, qos=qos, retain=retain, properties=properties).mid

    def subscribe(self, topic: str, *, with_retained: bool) -> None:
        """Listen to `topic`; without the retained ones where the protocol can say so.

        Without: what is sent with the retain flag while we listen still shows that flag, so it is refused alike.
        """
        from paho.mqtt.subscribeoptions import SubscribeOptions

        if self._five:
            handling = (
                SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if with_retained else SubscribeOptions.RETAIN_DO_NOT_SEND
            )
            options = SubscribeOptions(qos=1, retainAsPublished=not with_retained, retainHandling=handling)
            self._client.subscribe(topic, options=options)
        else:
            self._client.subscribe(topic, qos=1)

    def close(self) -> None:
        """Say goodbye (the will is not sent); also after a loss, also twice."""
        until = time.monotonic() + FAREWELL_S
        if not self._over:
            self._over = True
            with contextlib.suppress(Exception):
                self._client.disconnect()
            while self._client.want_write() and self._client.socket() is not None and time.monotonic() < until:
                self.turn(0.1)
        self.abandon()

    def abandon(self) -> None:
        """Cut the wire without a goodbye."""
        self.cut()
        with contextlib.suppress(Exception):
            self._client.socket().close()  # type: ignore[union-attr]

    def cut(self) -> None:
        """Cut the wire, and leave the rest to whoever owns it; from any thread."""
        self._over = True
        with contextlib.suppress(Exception):
            wire = self._client.socket()
            if isinstance(wire, socket.socket):  # an encrypted one too: below the encryption, so nobody waits for it
                socket.socket.shutdown(wire, socket.SHUT_RDWR)

    # --- within a turn ---

    def _stumbled(self, error: Exception) -> None:
        self._lost(OutputError(f"The MQTT client stumbled: {error!r}.", "It connects again; please report this."))

    def _lost(self, error: OutputError) -> None:
        if not self._over:
            self._over = True
            self._tell(Lost(self, error))

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self._lost(sentences.of_refusal(code.value, str(code), self._settings))
        else:
            self._let_in = True
            self._tell(Connected(self))

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self._lost(sentences.of_loss(code.value, str(code), self._settings, was_let_in=self._let_in))

    def _on_publish(self, _client: Any, _data: Any, mid: int, code: Any, _properties: Any) -> None:
        self._tell(Acked(self, mid, str(code) if code.is_failure else ""))

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: Any, _properties: Any) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self._tell(Denied(self, refused[0]))

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        expiry = getattr(message.properties, "MessageExpiryInterval", None) if message.properties else None
        reply_to = getattr(message.properties, "ResponseTopic", "") if message.properties else ""
        token = getattr(message.properties, "CorrelationData", b"") if message.properties else b""
        self._hear(Received(message.topic, bytes(message.payload), bool(message.retain), expiry, reply_to, token))


def next_news(connection: Connection, told: deque[T], until: float) -> T:
    """Let `connection` turn until something stands in `told`.  Raises TimeoutError at monotonic second `until`."""
    while not told:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.turn(left)
    return told.popleft()


def _properties(packet: str) -> Any:
    """Empty MQTT 5 properties for a kind of packet."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    return Properties(getattr(PacketTypes, packet))  # type: ignore[no-untyped-call]


def encryption(settings: Settings) -> ssl.SSLContext:
    """Encryption with the owner's own authority where one is named.  Raises OutputError."""
    named = {"ca": settings.ca, "cert": settings.cert, "key": settings.key}
    for key, name in named.items():
        if name and not Path(name).expanduser().is_file():
            raise OutputError(f"[output.mqtt] {key}: there is no file {name}.", "Give the path of a PEM file.")
    ca, cert, private = (str(Path(name).expanduser()) if name else None for name in named.values())
    try:
        context = ssl.create_default_context(cafile=ca)
        if cert:
            context.load_cert_chain(cert, private)
    except (ssl.SSLError, OSError) as error:
        raise OutputError(
            f"[output.mqtt] ca, cert or key cannot be used: {error}.",
            "All three are PEM files; cert and key belong together and the key has no password.",
        ) from None
    return context
