"""A station that says what happened as fast as it can, to be killed at any moment: PORT FOLDER FIRST LAST.

Prints the number of each event once it is in the outbox; that, and nothing else, is what "it happened" means here.
"""

import random
import sys
import time
from pathlib import Path

from station.core import events as ev
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt.pace import BackOff

port, folder, first, last = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
house = House("desk_0123abcd", "de", "0.1.0", folder, print)
output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=port), house)
# Between half a second and one: whoever listens is back before us, or nobody could count.
output._talk.back_off = BackOff(random.random, first_s=1.0, longest_s=1.0)
keep = output._talk.speech.log.keep
committed = first


def keep_and_tell(records, now):  # type: ignore[no-untyped-def]
    global committed  # noqa: PLW0603
    records = list(records)
    keep(records, now)
    if records and not output._talk.speech.log._spilled:
        committed += len(records)
        print(committed, flush=True)


output._talk.speech.log.keep = keep_and_tell  # type: ignore[method-assign]
output.start()
for n in range(first, last):
    output.take(ev.Moment(ev.SessionEnded(f"t{n}", "de", "completed"), time.monotonic(), time.time()))
    while n - committed > 50:
        time.sleep(0.002)
    time.sleep(0.004)
time.sleep(600)
