"""What a person at the desk sees, hears and does, through a real kernel's I2C, GPIO and sound; and what a bus does."""

from __future__ import annotations

import errno
import time

import pytest

import sounds
from station.library import Library
from tests.hil.guest import BUTTON, LIGHT, LIGHT_S, RAISED_V, Guest

pytestmark = [pytest.mark.hil, pytest.mark.benchmark]

VOLUME = 0.7**2
"""As delivered; station/outputs/audio/levels.py."""
VOICE = 0.95
"""Its clips are Opus, and two decoders differ by a little."""


def test_raised_shoulders_light_the_led_then_chime_and_the_broker_hears_of_it(guest: Guest) -> None:
    time.sleep(5.0)
    up = time.monotonic()
    guest.volts = RAISED_V
    told = guest.says("cue phase=light")
    chimed = guest.says("cue phase=chime")
    at_broker = guest.says('"event_type":"chime"', "mqtt.log", within_s=10.0)
    lit = guest.lit(told)
    assert guest.bench.gpio.dir[LIGHT] == guest.bench.gpio.OUT
    assert lit == pytest.approx(told, abs=0.5), "the light was lit by something else than the cue"

    guest.listen(2.5)
    found = guest.heard(sounds.sound("chime"), 0.99)
    assert found.gain == pytest.approx(VOLUME, rel=0.02)
    assert guest.recording.silent(0.0, found.second - 0.01), "something was heard before the chime"
    assert found.at - lit == pytest.approx(LIGHT_S, abs=0.5)

    heard = guest.read("mqtt.log")
    assert "/event/tension {" in heard and '"event_type":"light"' in heard
    print(f"  shoulders up (over a window of 20 s) to the light's edge on the gpiochip: {lit - up:.2f} s")
    print(f"  the cue in the station's log to that edge: {lit - told:+.2f} s")
    print(f"  that edge to the chime in the recording (light_s = {LIGHT_S:.0f}): {found.at - lit:.2f} s")
    print(f"  the chime's likeness to its file: {found.likeness:.6f}, its gain {found.gain:.3f}")
    print(f"  the cue in the station's log to the chime in the recording: {found.at - chimed:+.2f} s")
    print(f"  the cue in the station's log to the event at a subscriber: {at_broker - chimed:+.2f} s")


def test_a_press_begins_breathing_and_its_voice_is_in_the_recording(guest: Guest) -> None:
    script = Library()("breathing", "micro", "en")
    german = Library()("breathing", "micro", "de")
    assert script and german
    first, second = [step for step in script.steps if step.kind == "say"][:2]

    edge = time.monotonic()
    guest.bench.press(BUTTON, 0.2, bounce=3)
    told = guest.says("session_started technique=breathing")
    guest.listen(second.at + second.seconds)
    voice = guest.heard(sounds.clip("breathing", "en", first.clip), VOICE)
    then = guest.heard(sounds.clip("breathing", "en", second.clip), VOICE, since=voice.second)
    assert then.second - voice.second == pytest.approx(second.at - first.at, abs=0.1)
    assert voice.gain == pytest.approx(VOLUME, rel=0.05)
    other = guest.recording.find(sounds.clip("breathing", "de", german.steps[0].clip))
    assert other and other.likeness < 0.3, "this ear cannot tell one sentence from another"
    assert guest.read().count("session_started") == 1, "a bouncing press counted more than once"

    print("  pressed for 0.2 s, then 0.5 s to see whether it becomes a double press; from the first edge")
    print(f"  to the exercise: {told - edge:.2f} s")
    print(f"  to the voice in the recording: {voice.at - edge:.2f} s")
    print(f"  the voice's likeness to its clip: {voice.likeness:.4f}; of another sentence: {other.likeness:.2f}")
    print(f"  first sentence to second: {then.second - voice.second:.3f} s (written: {second.at - first.at:.1f})")


def test_a_broken_bus_is_told_in_a_sentence_and_read_again_when_it_is_whole(guest: Guest) -> None:
    bus = guest.bench.bus
    for number in (errno.EREMOTEIO, errno.ETIMEDOUT, errno.EIO, errno.EAGAIN):  # what i2c-bcm2835 gives
        bus.inject(err=number, count=2)
        time.sleep(1.0)
    guest.bench.chip.brown_out()
    time.sleep(1.0)
    assert "sensor_trouble" not in guest.read(), "a glitch was noticed"

    for number, sentence in (
        (errno.EREMOTEIO, "No ADS1115 answers at 0x48 on I2C bus 1; no other address answers either."),
        (errno.ETIMEDOUT, "I2C bus 1 hangs: a transfer to 0x48 timed out."),
        (errno.EIO, "I2C bus 1 gives an input/output error at 0x48"),
        (errno.EAGAIN, "I2C bus 1 is disturbed: another master talks at the same time"),
    ):
        known, broken = len(guest.read()), time.monotonic()
        bus.inject(err=number, count=-1)
        told = guest.says(sentence, known=known)
        known, whole = len(guest.read()), time.monotonic()
        bus.faults.clear()
        well = guest.says("sensor_well", known=known, within_s=30.0)
        print(f"  {errno.errorcode[number]}: told after {told - broken:.2f} s, read again after {well - whole:.2f} s")
