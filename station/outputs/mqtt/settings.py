"""`[output.mqtt]`: where the broker is, who we are to it, and how much it may know."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CommandName = Literal["exercise", "stop", "quiet", "mark", "set", "like", "exclude", "proposal"]

COMPANY_LEVEL = 1
"""In a company's network only the device's health leaves, whatever `privacy` says."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the station talks to the smart home."""

    host: Annotated[str, Meta(min_length=1, description="The broker's name or address.")] = "localhost"
    port: Annotated[int, Meta(ge=1, le=65_535, description="Its port: usually 1883, with TLS 8883.")] = 1883
    username: Annotated[str, Meta(description="Who we are to the broker; empty: nobody in particular.")] = ""
    password: Annotated[str, Meta(description="The password; better kept in a file, see password_file.")] = ""
    password_file: Annotated[
        str,
        Meta(
            description="A file whose first line is the password; a plain name without a slash is one of the service's "
            "credentials (systemd LoadCredential=)."
        ),
    ] = ""
    tls: Annotated[bool, Meta(description="Whether the connection is encrypted.")] = False
    ca: Annotated[str, Meta(description="With TLS: your own certificate authority (PEM); empty: the system's.")] = ""
    cert: Annotated[str, Meta(description="With TLS: our certificate (PEM), where the broker asks for one.")] = ""
    key: Annotated[str, Meta(description="With TLS: the key that belongs to our certificate (PEM).")] = ""
    protocol: Annotated[
        Literal["5", "3.1.1"],
        Meta(description="The MQTT version; 3.1.1 for brokers that know nothing newer."),
    ] = "5"
    base: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
            description="All topics begin with this, then the station's id.",
        ),
    ] = "desk"
    privacy: Annotated[
        int,
        Meta(
            ge=0,
            le=3,
            description="What leaves the station: 0 nothing (no connection at all), 1 only the health of the device, "
            "2 coarse states, 3 details.",
        ),
    ] = 2
    company: Annotated[
        bool,
        Meta(
            description="This is a company's network: nothing but the health of the device leaves (level 1), "
            "whatever privacy says."
        ),
    ] = False
    commands: Annotated[
        tuple[CommandName, ...],
        Meta(description="Which commands the smart home may give."),
    ] = ("exercise", "stop", "quiet", "mark", "set", "like", "exclude", "proposal")
    discovery: Annotated[
        Literal["device", "component", "off"],
        Meta(
            description="How the station announces itself to Home Assistant: as one device, as single components "
            "(older openHAB, Domoticz), or not."
        ),
    ] = "device"
    discovery_prefix: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", description="Where Home Assistant looks for devices."),
    ] = "homeassistant"

    @property
    def level(self) -> int:
        """The privacy level that holds."""
        return min(self.privacy, COMPANY_LEVEL) if self.company else self.privacy

    def where(self) -> str:
        """`host:port`, for sentences."""
        return f"{self.host}:{self.port}"
