"""Two channels, and one of them is broken: the other goes on deciding, and that is said.

    answer     good ................................................   (sensing.py: the channel that decides)
    channel    good ── bad for PATIENCE_S ──► OutputTrouble ── good for WELL_S ──► OutputWell

Without a word a person with two sides would read a whole day of one of them as the day of both.  While nothing at all
can be believed the signal's own quality says so, and what is said here waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from station.core.events import OutputTrouble, OutputWell
from station.core.quality import REASONS
from station.core.signal import Measured
from station.core.yardstick import SignalKind

# So long must a channel be bad before it is worth a sentence.  A pad that feels nobody is empty most of the time; one
# that feels nobody in two hours of a muscle that is felt is unplugged, or useless.
PATIENCE_S: Mapping[str, float] = {"off": 10.0, "rail": 10.0, "flat": 10.0, "hum": 10.0, "absent": 7200.0}
WELL_S = 10.0
SAID: Mapping[str, str] = {
    **REASONS,
    "absent": "it felt nobody in two hours in which the muscle was felt: check its plug and where it lies",
}
NAMES: Mapping[SignalKind, str] = {"emg-raw": "electrodes", "emg-envelope": "electrodes", "pressure": "pad"}
ORDER = ("first", "second")


class Sides:
    """Watches each of the channels while the answer of all of them is good."""

    def __init__(self, signals: Sequence[SignalKind]) -> None:
        """signals: what each channel is."""
        self._signals = tuple(signals)
        self._bad_s = [0.0] * len(signals)
        self._good_s = [0.0] * len(signals)
        self._told = [False] * len(signals)

    def hop(self, hops: Sequence[Measured], answer: Measured) -> list[OutputTrouble | OutputWell]:
        """One more hop of every channel, and what was made of them."""
        said: list[OutputTrouble | OutputWell] = []
        if answer.state != "ok":
            return said
        for k, hop in enumerate(hops):
            patience = PATIENCE_S.get(hop.state)
            self._bad_s[k] = 0.0 if patience is None else self._bad_s[k] + hop.span
            self._good_s[k] = self._good_s[k] + hop.span if hop.state == "ok" else 0.0
            name = f"channel {k + 1}"
            if patience is not None and self._bad_s[k] >= patience and not self._told[k]:
                self._told[k] = True
                said.append(OutputTrouble(name, self._sentence(k, hop.state)))
            elif self._told[k] and self._good_s[k] >= WELL_S:
                self._told[k] = False
                said.append(OutputWell(name))
        return said

    def _sentence(self, channel: int, state: str) -> str:
        what = f"the {ORDER[channel]} ({NAMES[self._signals[channel]]})"
        return f"Of the two channels {what} cannot be believed: {SAID[state]}. The other one goes on alone."
