"""Goodbye for good: everything that brokers and Home Assistant keep of this station is taken back.

announced topics, availability, state  ──empty, retained──►  broker: forgotten      Home Assistant: removed
"""

from __future__ import annotations

import time
from collections import deque

import msgspec

from station.outputs.contract import House, OutputError
from station.outputs.mqtt import announced, discovery
from station.outputs.mqtt.connection import Acked, Connected, Connection, Lost, News, next_news
from station.outputs.mqtt.settings import Settings

PATIENCE_S = 10.0


def retire(settings: Settings, house: House) -> list[str]:
    """Empty every topic that may be retained; answers with them.  Raises OutputError when the broker does not take it.

    Both ways of announcing are taken back, and whatever the list on the disk knows of.  Stop the station first: a
    running one announces itself again at its next connection.
    """
    if settings.level == 0:
        raise OutputError("Privacy is 0: the station does not connect.", "Set [output.mqtt] privacy for this once.")
    topics = _topics(settings, house)
    told: deque[News] = deque()
    connection = Connection(settings, f"{house.station_id}-purge", "", told.append, lambda _: None)
    until = time.monotonic() + PATIENCE_S
    waiting: dict[int, str] = {}
    left = list(topics)
    try:
        connection.open(fresh=True, session_s=0)
        while left or waiting:
            try:
                news = next_news(connection, told, until)
            except TimeoutError:
                raise OutputError(f"{settings.where()} does not answer.", "Is it an MQTT broker?") from None
            if isinstance(news, Lost):
                raise news.error
            if isinstance(news, Connected):
                waiting = {connection.publish(topic, b"", retain=True): topic for topic in left}
                left = []
            elif isinstance(news, Acked):
                topic = waiting.pop(news.mid, "")
                if news.refusal:
                    raise OutputError(
                        f"The broker does not let us empty {topic} ({news.refusal}).", "Check its access list."
                    )
    finally:
        connection.close()
    announced.forget(house.state_dir)
    return topics


def _topics(settings: Settings, house: House) -> list[str]:
    found = dict.fromkeys(announced.load(house.state_dir))
    for mode in ("device", "component"):
        both = msgspec.structs.replace(settings, discovery=mode)
        found |= dict.fromkeys(topic for topic, _ in discovery.payloads(both, house))
    base = f"{settings.base}/{house.station_id}"
    return [*found, f"{base}/state", f"{base}/availability"]
