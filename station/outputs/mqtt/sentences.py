"""What went wrong with the broker, in words, and what to do: one place, for the running station and for `check`."""

from __future__ import annotations

import socket
import ssl

from station.outputs.contract import OutputError
from station.outputs.mqtt.settings import Settings

# CONNACK reason codes (MQTT 5, section 3.2.2.2; the client library translates those of 3.1.1).
_UNSUPPORTED_VERSION, _BAD_CLIENT_ID, _BAD_PASSWORD, _NOT_AUTHORIZED = 132, 133, 134, 135
_UNAVAILABLE, _BUSY = 136, 137
# DISCONNECT reason codes (section 3.14.2.1).  Not every broker gives the second: mosquitto 2.0.11 just hangs up.
_UNSPECIFIED, _TAKEN_OVER = 128, 142
_OWN_ID = (
    "It is tried again. Give each station a [station] state_dir of its own; in a copied one put another word "
    "into its file station-id."
)


def of_error(error: Exception, settings: Settings) -> OutputError:
    """The connection could not be made."""
    if isinstance(error, OutputError):
        return error
    for kinds, needs_tls, problem, remedy in _ERRORS:
        if isinstance(error, kinds) and (settings.tls or not needs_tls):
            return OutputError(
                problem.format(where=settings.where(), host=repr(settings.host), why=_reason(error)), remedy
            )
    return OutputError(
        f"No connection with the broker at {settings.where()}: {_reason(error)}.", "Check network, host and port."
    )


# (errors, only with TLS, what is wrong, what to do); the first that fits is told.
_ERRORS: tuple[tuple[tuple[type[Exception], ...], bool, str, str], ...] = (
    (
        (ConnectionRefusedError,),
        False,
        "Nobody answers as broker at {where} (connection refused).",
        "Start the broker (sudo systemctl start mosquitto), or set [output.mqtt] host and port to where yours is.",
    ),
    (
        (socket.gaierror, UnicodeError),
        False,
        "No machine called {host} is known ({why}).",
        "Check [output.mqtt] host and the network; an IP address works without a name server.",
    ),
    (
        (ssl.SSLCertVerificationError,),
        True,
        "The broker at {where} shows a certificate that is not trusted: {why}.",
        "Set [output.mqtt] ca to the certificate authority that signed it, and host to the name in it.",
    ),
    (
        (ssl.SSLError, ConnectionResetError),
        True,
        "No encrypted connection with {where}: {why}.",
        "Does this port speak TLS (usually 8883), and does the broker ask for [output.mqtt] cert and key?",
    ),
    (
        (TimeoutError,),
        False,
        "No answer from {where}.",
        "Is the machine on and in the same network, and does its firewall let this port through?",
    ),
)


def of_refusal(code: int, name: str, settings: Settings) -> OutputError:
    """The broker answered, and said no (`code`, `name`: its CONNACK)."""
    where = settings.where()
    if code in (_BAD_PASSWORD, _NOT_AUTHORIZED):
        who = f"as {settings.username!r}" if settings.username else "without a user name"
        return OutputError(
            f"The broker at {where} does not let us in {who}: wrong user name or password ({name}).",
            "Check [output.mqtt] username and password (or password_file) against the broker's password file.",
        )
    if code == _UNSUPPORTED_VERSION:
        other = "3.1.1" if settings.protocol == "5" else "5"
        return OutputError(
            f"The broker at {where} does not speak MQTT {settings.protocol}.",
            f'Set [output.mqtt] protocol = "{other}".',
        )
    if code in (_UNAVAILABLE, _BUSY):
        return OutputError(f"The broker at {where} has no time for us now ({name}).", "It is tried again by itself.")
    return OutputError(f"The broker at {where} refused the connection: {name}.", "The broker's own log says more.")


def of_loss(code: int, name: str, settings: Settings, was_let_in: bool) -> OutputError:
    """The wire is gone (`code`, `name`: the broker's DISCONNECT, or what the client library makes of none)."""
    where = settings.where()
    if code == _TAKEN_OVER:
        return OutputError(f"Another station with the same id has taken our place at the broker at {where}.", _OWN_ID)
    if settings.tls and not was_let_in:  # TLS 1.3: a certificate of ours that is missing or foreign shows only here
        return OutputError(
            f"The broker at {where} ended the encrypted connection before it let us in.",
            "Does it ask for [output.mqtt] cert and key, signed by its own authority? Its log says more.",
        )
    if code == _UNSPECIFIED and was_let_in:  # what the library says when it was told nothing
        return OutputError(
            f"The connection with the broker at {where} was lost.",
            "It is tried again. Is it lost again and again? Then another station may have the same id.",
        )
    return OutputError(f"The connection with the broker at {where} was lost ({name}).", "It is tried again.")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return str(getattr(error, "reason", "") or error).replace("_", " ").lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
