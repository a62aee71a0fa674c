"""The sensor contract (`hardware/sensors/contract.py`), the same questions to every driver and twin.

With `--real` also to this machine's own ADS1115; what cannot start is skipped with its reason.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardware.sensors import ads1115, ramp
from hardware.sensors.contract import FRAME_S, Frame, SensorError, Source

SECONDS = 1.0
Opener = Callable[[Any, Path], Source]


def of_ads1115(**settings: object) -> Opener:
    return lambda make_bench, tmp_path: make_bench().open(**settings)


def of_two_chips(make_bench: Any, tmp_path: Path) -> Source:
    bench = make_bench()
    bench.beside(0x49)
    return bench.open(channels=("A0", "A0"), second_address=0x49, rate=500)


def of_simulated(make_bench: Any, tmp_path: Path) -> Source:
    from hardware.sensors import simulated
    from hardware.sensors.clock import VirtualClock

    return simulated.open(simulated.Settings(), clock=VirtualClock())


def of_recording(make_bench: Any, tmp_path: Path) -> Source:
    import numpy as np
    from edfio import Edf, EdfSignal

    from hardware.sensors import recording

    volts = 1.5 + 0.2 * np.random.default_rng(1).normal(size=2000)
    Edf([EdfSignal(volts, 500, label="EMG", physical_dimension="V", physical_range=(-4.096, 4.096))]).write(
        tmp_path / "a.edf"
    )
    return recording.open(recording.Settings(file=str(tmp_path / "a.edf")))


def of_the_real_thing(make_bench: Any, tmp_path: Path) -> Source:
    return ads1115.open(ads1115.Settings())


DRIVERS: dict[str, Opener] = {
    "ads1115 timed": of_ads1115(),
    "ads1115 timed 100 kHz": of_ads1115(bus_khz=100, rate=400),
    "ads1115 timed slow": of_ads1115(rate=50),
    "ads1115 timed differential": of_ads1115(channels=("A2-A3",)),
    "ads1115 timed two channels": of_ads1115(channels=("A0", "A1"), rate=200),
    "ads1115 timed with a guest": of_ads1115(channels=("A0", "A1"), rate=500),
    "ads1115 timed two chips": of_two_chips,
    "ads1115 rdy": of_ads1115(mode="rdy"),
    "ramp, in real time": lambda make_bench, tmp_path: ramp.open(ramp.Settings()),
    "simulated": of_simulated,
    "recording, in real time": of_recording,
    "real": of_the_real_thing,
}


SLOW = (pytest.mark.slow,)
MARKS = {
    "ramp, in real time": (*SLOW, pytest.mark.alone),  # beside others a late host is what would be judged
    "recording, in real time": SLOW,
    "real": SLOW,
}


@pytest.fixture(params=[pytest.param(n, marks=MARKS.get(n, ())) for n in DRIVERS])
def source(request: pytest.FixtureRequest, make_bench: Any, tmp_path: Path) -> Iterator[Source]:
    name: str = request.param
    if name == "real" and not request.config.getoption("--real", default=False):
        pytest.skip("no real sensor asked for (--real)")
    module = name.split(maxsplit=1)[0].strip(",")
    if module in ("simulated", "recording") and importlib.util.find_spec(f"hardware.sensors.{module}") is None:
        pytest.skip(f"there is no driver {module}")
    try:
        opened = DRIVERS[name](make_bench, tmp_path)
    except SensorError as error:
        if name == "real":
            pytest.skip(f"{error.problem} {error.remedy}")
        raise
    yield opened
    opened.close()


def read_a_second(source: Source) -> list[Frame]:
    frames = [source.read()]
    while frames[-1].t_last - frames[0].t_last < SECONDS:
        frames.append(source.read())
    return frames


def test_frames_are_short_whole_rows_of_plausible_volts(source):
    for frame in read_a_second(source):
        assert frame.channels >= 1
        assert len(frame.volts) >= 1
        assert len(frame.volts) % frame.channels == 0
        assert len(frame.volts) / frame.channels <= 2 * FRAME_S * frame.rate + 1
        assert all(-6.144 <= v <= 6.144 for v in frame.volts)


def test_time_goes_forward_and_samples_and_losses_fill_it(source):
    frames = read_a_second(source)
    times = [f.t_last for f in frames]
    assert times == sorted(set(times))
    counted = sum(len(f.volts) // f.channels + f.lost for f in frames[1:])
    assert counted == pytest.approx((times[-1] - times[0]) * frames[-1].rate, abs=3.0)


def test_the_measured_rate_is_steady(source):
    rates = [f.rate for f in read_a_second(source)][10:]
    assert max(rates) / min(rates) < 1.01


def test_lost_is_a_count(source):
    assert all(isinstance(f.lost, int) and f.lost >= 0 for f in read_a_second(source))


def test_an_unknown_order_does_no_harm_or_is_refused_with_a_sentence(source):
    source.read()
    try:
        source.control({"shoulders": 10.0})
    except SensorError as error:
        assert error.problem
    source.read()


def test_closing_is_quick_and_may_be_done_twice(source):
    source.read()
    start = time.monotonic()
    source.close()
    source.close()
    assert time.monotonic() - start < 0.5


@pytest.mark.parametrize("name", ["ads1115", "ramp", "simulated", "recording"])
def test_every_setting_has_a_sentence_for_its_owner(name):
    if importlib.util.find_spec(f"hardware.sensors.{name}") is None:
        pytest.skip(f"there is no driver {name}")
    module = importlib.import_module(f"hardware.sensors.{name}")
    fields = msgspec.json.schema(module.Settings)["$defs"]["Settings"]["properties"]
    for field, schema in fields.items():
        assert len(schema.get("description", "")) > 15, f"{name}.{field} has no description"
