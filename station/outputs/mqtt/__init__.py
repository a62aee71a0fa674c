"""The station on MQTT: what it is now, what happens, what happened; and what the house may ask of it.

BASE/STATION/availability   online | offline        retained; the broker says `offline` when we vanish
BASE/STATION/state          one JSON document       retained; always all keys; at most every 5 s
BASE/STATION/event/NAME     tension button cue session   for those who react now; never retained
BASE/STATION/log            every durable event     once the broker has it it is deleted here, not before
BASE/STATION/cmd/NAME       exercise stop quiet mark     in
BASE/STATION/context/NAME   call focus away quiet        in, with an end
"""

from __future__ import annotations

from station.outputs.contract import House
from station.outputs.mqtt.doctor import examine
from station.outputs.mqtt.output import Mqtt
from station.outputs.mqtt.retire import retire
from station.outputs.mqtt.settings import Settings

__all__ = ["Mqtt", "Settings", "examine", "open", "retire"]

ON_REQUEST = True
"""Not every house has a broker: `[output.mqtt] enabled = true` says that this one does."""


def open(settings: Settings, house: House) -> Mqtt:
    """The MQTT output of the station in `house`."""
    return Mqtt(settings, house)
