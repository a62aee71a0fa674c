"""A coin for every alert that is due: shown, or left out on purpose.  Off unless the owner wants to know.

    alert due ──coin──► "light"    as always                       both arms are told as `AlertRandomised`,
                └─────► "silent"   no light, no chime, no press    both spend the budget, both end with the tension

An alert starts at a peak, and a peak comes down by itself: whoever compares before and after finds an effect where
there is none (regression to the mean; Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34:215-220).  What the
shoulders do after alerts that nobody saw is the only fair comparison; about one in six is given for it.

The coin is no clock and no chance of the computer's: a hash of the day and of how many alerts there have been, so that
the same days give the same story.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Alerts that are left out on purpose, to find out whether alerts change anything."""

    silent_alerts: Annotated[
        bool,
        msgspec.Meta(
            description="leave out some alerts by chance, so that after some weeks the page can say what "
            "the shown ones changed"
        ),
    ] = False
    silent_share: Annotated[
        float, msgspec.Meta(ge=0.15, le=0.20, description="the share of alerts that is left out (0.2 = one in five)")
    ] = 0.20


class SilentAlerts:
    """Draws the arm of one alert after the other."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.on = settings.silent_alerts
        self.share = settings.silent_share
        self.drawn = 0
        """How many coins were thrown; kept across restarts, so that none is thrown twice."""

    def draw(self, day: str) -> str:
        """The arm of the alert that is due: `light` or `silent`; empty while there is no comparison."""
        if not self.on:
            return ""
        self.drawn += 1
        coin = hashlib.sha256(f"{day}/{self.drawn}".encode()).digest()
        return "silent" if int.from_bytes(coin[:8], "big") < self.share * 2**64 else "light"
