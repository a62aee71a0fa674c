"""The traps of Adafruit's driver and of the chip: each one sprung on the twin first, then avoided by our driver.

The first half of each pair proves that the twin is faithful (it falls in as the real chip does), the second that the
station's driver does not.
"""

from __future__ import annotations

import time

import pytest
from adafruit_ads1x15.ads1x15 import Mode
from adafruit_ads1x15.analog_in import AnalogIn

from hardware.sensors import i2c
from hardware.sensors.bus import FakeBus
from hardware.sensors.chip import Ads1115
from hardware.sensors.contract import SensorError


def rows(source, seconds: float, bench) -> list:
    """Frames over so many virtual seconds."""
    frames, until = [], bench.clock.now() + seconds
    while bench.clock.now() < until:
        frames.append(source.read())
    return frames


def values(frames) -> list[float]:
    return [v for frame in frames for v in frame.volts]


# --- the pin that is never selected -------------------------------------------------------------------


def test_trap_a_cold_chip_in_continuous_mode_reads_a0_minus_a1_whatever_pin_is_asked(bench):
    ads = bench.naive(mode=Mode.CONTINUOUS, data_rate=860)
    a3 = AnalogIn(ads, 3)
    a3.value  # noqa: B018 - the library's own "selection"
    bench.clock.sleep(0.01)
    assert a3.voltage == pytest.approx(1.0 - 2.0, abs=1e-3)  # A3 carries 3.0 V


@pytest.mark.parametrize("mode", ["timed", "rdy"])
@pytest.mark.parametrize(("pin", "volts"), [("A0", 1.0), ("A1", 2.0), ("A2", 0.5), ("A3", 3.0), ("A1-A3", -1.0)])
def test_our_driver_reads_the_pin_it_was_asked_for_from_a_cold_chip(bench, mode, pin, volts):
    source = bench.open(mode=mode, channels=(pin,))
    assert values([source.read()]) == pytest.approx([volts] * len(values([source.read()])), abs=2e-4)


# --- the config word as a voltage ---------------------------------------------------------------------


def test_trap_after_a_property_is_set_a_fast_read_is_the_config_word_forever(bench):
    ads = bench.naive(data_rate=860)
    AnalogIn(ads, 0).value  # noqa: B018 - selects the pin
    ads.mode = Mode.CONTINUOUS
    fast = []
    for _ in range(5):
        bench.clock.sleep(0.01)
        fast.append(ads.get_last_result(True))
    config = bench.registers()[1]
    assert fast == [config] * 5
    assert 0 < config * 125e-6 < 4.096  # it even looks like a voltage


def test_our_rdy_mode_reads_results_also_right_after_every_config_check(bench):
    source = bench.open(mode="rdy")
    frames = rows(source, 10.0, bench)  # several checks
    assert {round(v, 3) for v in values(frames)} == {1.0}


# --- unsigned results ---------------------------------------------------------------------------------


def test_trap_the_last_result_is_unsigned_although_its_docstring_says_signed(bench):
    ads = bench.naive(mode=Mode.CONTINUOUS, data_rate=860)
    bench.clock.sleep(0.01)
    assert ads.get_last_result() == 0x10000 - 8000


def test_our_driver_gives_negative_differences(bench):
    source = bench.open(channels=("A0-A1",))
    assert source.read().volts[-1] == pytest.approx(-1.0, abs=2e-4)


# --- busy-polling without an end ----------------------------------------------------------------------


class ImpatientError(Exception):
    """The test has seen enough."""


class NeverReady(Ads1115):
    """A chip whose OS bit never comes back, as when another program has set it to continuous mode."""

    def __init__(self) -> None:
        super().__init__(lambda ain, t: 1.0)
        self.polls = 0

    def read(self, n: int, t: float) -> bytes:
        data = super().read(n, t)
        if self._pointer != 1:
            return data
        self.polls += 1
        if self.polls > 5000:
            raise ImpatientError
        return bytes([data[0] & 0x7F, data[1]])


def test_trap_single_shot_polls_for_ever_when_the_chip_never_says_ready(bench):
    bench.bus.devices[0x48] = NeverReady()
    ads = bench.naive(data_rate=860)
    with pytest.raises(ImpatientError):
        AnalogIn(ads, 0).value  # noqa: B018


@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_our_driver_does_not_depend_on_the_busy_bit(bench, mode):
    bench.bus.devices[0x48] = bench.wire.chip = NeverReady()
    assert set(values(rows(bench.open(mode=mode), 5.0, bench))) == {1.0}


def test_our_driver_waits_by_the_clock_and_never_polls(bench):
    source = bench.open()
    before = bench.bus.transfers
    frames = rows(source, 2.0, bench)
    per_row = (bench.bus.transfers - before) / len(values(frames))
    assert per_row == pytest.approx(2.0, abs=0.01)


# --- the silent brown-out -----------------------------------------------------------------------------


def test_trap_after_a_brown_out_continuous_mode_reads_a_constant_zero_without_any_error(bench):
    ads = bench.naive(data_rate=860)
    AnalogIn(ads, 0).value  # noqa: B018
    ads.mode = Mode.CONTINUOUS
    ads.get_last_result(False)
    bench.bus.fault("brown_out")
    read = []
    for _ in range(100):
        bench.clock.sleep(0.01)
        read.append(ads.get_last_result(True))
    assert read == [0] * 100


@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_our_driver_is_right_again_within_a_fifth_of_a_second_after_a_brown_out(bench, mode):
    source = bench.open(mode=mode)
    rows(source, 1.0, bench)
    bench.bus.fault("brown_out")
    rows(source, 0.2, bench)
    frames = rows(source, 1.0, bench)
    assert {round(v, 3) for v in values(frames)} == {1.0}
    assert sum(f.lost for f in frames) == 0


def test_what_a_brown_out_costs_in_rdy_mode_is_counted(bench):
    source = bench.open(mode="rdy")
    before = rows(source, 1.0, bench)
    bench.bus.fault("brown_out")
    after = rows(source, 1.0, bench)
    got = len(values(after))
    lost = sum(f.lost for f in after)
    assert lost > 50
    assert got + lost == pytest.approx((after[-1].t_last - before[-1].t_last) * 860, abs=2)


def test_another_program_that_changes_the_configuration_is_noticed_and_undone(bench):
    source = bench.open(mode="rdy")
    rows(source, 0.5, bench)
    bench.bus.writeto(0x48, bytes([1, 0x52, 0xE0]))  # A1 instead of A0, still continuous
    bench.bus.writeto(0x48, bytes([0]))
    frames = rows(source, 8.0, bench)
    wrong = [v for v in values(frames) if v > 1.5]
    assert 0 < len(wrong) < 860 * 3.2  # until the next look at the config, every 3 s
    assert round(frames[-1].volts[-1], 3) == 1.0


def test_a_chip_that_never_keeps_its_settings_is_given_up_with_a_sentence(bench):
    source = bench.open(mode="rdy")
    bench.bus.fault("corrupt", times=10**9, mask=0x0040)
    with pytest.raises(SensorError, match="does not keep its settings") as caught:
        rows(source, 30.0, bench)
    assert "supply" in caught.value.remedy


# --- the wire in trouble ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["nack", "timeout", "arbitration", "stretch"])
@pytest.mark.parametrize("mode", ["timed", "rdy"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_fault_that_passes_costs_a_counted_gap_and_no_error(bench, mode, fault, times):
    source = bench.open(mode=mode)
    first = rows(source, 0.5, bench)
    bench.bus.fault(fault, times=times)
    later = rows(source, 1.5, bench)
    frames = first + later
    assert {round(v, 3) for v in values(frames)} == {1.0}
    lost = sum(f.lost for f in frames)
    assert lost > 0
    begin = first[0].t_last - (len(first[0].volts) - 1) / first[0].rate
    slots = round((frames[-1].t_last - begin) * frames[-1].rate) + 1
    assert abs(len(values(frames)) + lost - slots) <= 1


def test_trap_the_naive_driver_raises_at_the_first_nack(bench):
    ads = bench.naive()
    bench.bus.fault("nack")
    with pytest.raises(OSError) as caught:
        AnalogIn(ads, 0).value  # noqa: B018
    assert caught.value.errno == 121


@pytest.mark.parametrize(
    ("fault", "says", "remedy"),
    [
        ("nack", "answers only now and then|No ADS1115 answers", "wires"),
        ("timeout", "hangs", "power off and on"),
        ("stuck", "hangs", "SDA and SCL"),
        ("arbitration", "another master", "other programs"),
        ("stretch", "input/output error", "30 cm"),
    ],
)
@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_a_fault_that_stays_ends_in_a_sentence_and_a_remedy_within_a_second(bench, mode, fault, says, remedy):
    source = bench.open(mode=mode)
    source.read()
    start = bench.clock.now()
    bench.bus.fault(fault, times=10**9)
    with pytest.raises(SensorError, match=says) as caught:
        rows(source, 5.0, bench)
    assert remedy in caught.value.remedy
    assert bench.clock.now() - start < 1.0


class HalfDead(FakeBus):
    """Everything works, except that no result is ever delivered."""

    def writeto_then_readfrom(self, address, buffer_out, buffer_in, **span):
        if buffer_out[0] == 0:
            raise OSError(121, "Remote I/O error")
        super().writeto_then_readfrom(address, buffer_out, buffer_in, **span)


def test_a_chip_that_can_always_be_opened_but_never_read_is_given_up(bench):
    bench.bus = HalfDead(bench.clock, bench.bus.devices, 400)
    source = bench.open()
    start = bench.clock.now()
    with pytest.raises(SensorError, match="only now and then"):
        source.read()
    assert bench.clock.now() - start < 1.0


def test_after_it_gave_up_the_source_can_be_opened_again(bench):
    source = bench.open()
    bench.bus.fault("missing")
    with pytest.raises(SensorError):
        rows(source, 5.0, bench)
    source.close()
    bench.bus.heal()
    assert bench.open().read().volts[-1] == pytest.approx(1.0, abs=2e-4)


class AsBlinka(FakeBus):
    """Plain reads as Blinka has them: with arbitration lost the device file gives None, and that is indexed."""

    def readfrom_into(self, address, buffer, **span):
        try:
            super().readfrom_into(address, buffer, **span)
        except BlockingIOError:
            raise TypeError("'NoneType' object is not subscriptable") from None


@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_arbitration_lost_in_a_plain_read_is_healed_or_told_although_it_is_a_type_error(bench, mode):
    bench.bus = AsBlinka(bench.clock, bench.bus.devices, 400)
    source = bench.open(mode=mode)
    source.read()
    bench.bus.fault("arbitration", times=2)
    assert sum(f.lost for f in rows(source, 1.0, bench)) > 0
    bench.bus.fault("arbitration", times=10**9)
    with pytest.raises(SensorError, match="another master"):
        rows(source, 1.0, bench)


# --- nobody there -------------------------------------------------------------------------------------


def test_trap_the_library_says_no_device_whatever_was_wrong(bench):
    bench.bus.fault("timeout", times=10)
    with pytest.raises(ValueError, match="No I2C device"):
        bench.naive()


def test_a_missing_chip_is_named_with_the_wires_to_check(bench):
    bench.bus.fault("missing")
    with pytest.raises(SensorError, match="No ADS1115 answers at 0x48 on I2C bus 1; no other address") as caught:
        bench.open()
    assert "GPIO 2" in caught.value.remedy


def test_a_wrong_address_is_told_which_one_would_be_right(make_bench):
    bench = make_bench(address=0x4A)
    with pytest.raises(SensorError, match="these addresses answer: 0x4a") as caught:
        bench.open(address=0x48)
    assert "address = 0x4a" in caught.value.remedy
    assert "GND" in caught.value.remedy


def test_another_chip_on_the_bus_is_mentioned_but_not_recommended(make_bench):
    bench = make_bench(address=0x3C)
    with pytest.raises(SensorError, match="0x3c") as caught:
        bench.open()
    assert "address =" not in caught.value.remedy


def test_a_hanging_bus_at_the_start_is_not_called_a_missing_chip(bench):
    bench.bus.fault("stuck")
    with pytest.raises(SensorError, match="hangs"):
        bench.open()


def test_a_missing_bus_says_how_to_enable_i2c():
    with pytest.raises(SensorError, match="no I2C bus 97") as caught:
        i2c.open_bus(97)
    assert "raspi-config" in caught.value.remedy


def test_a_silent_ready_wire_is_told_from_a_dead_chip(bench):
    source = bench.open(mode="rdy")
    bench.wire.connected = False
    with pytest.raises(SensorError, match="no conversion-ready pulse arrives at GPIO 22") as caught:
        rows(source, 2.0, bench)
    assert "timed" in caught.value.remedy


# --- too fast -----------------------------------------------------------------------------------------


def test_trap_above_its_limit_a_start_first_pipeline_swaps_the_channels_silently(bench):
    """Start the next, then read 'the previous' - too late: every value stands under the other channel."""
    from hardware.sensors.ads1115_link import Link

    link = Link(bench.bus, 0x48, 1, 860)
    words = [link.word("A0", single=True), link.word("A1", single=True)]
    got: dict[int, list[float]] = {0: [], 1: []}
    link.start(words[0])
    for i in range(1, 50):
        bench.clock.sleep(0.0013)
        link.start(words[i % 2])
        bench.clock.sleep(0.0013)  # the host slept between start and read
        got[(i - 1) % 2].append(round(link.volts(), 3))
    assert set(got[0]) == {2.0}
    assert set(got[1]) == {1.0}


def test_our_pipeline_never_mixes_channels_however_late_the_host_is(make_bench):
    bench = make_bench()
    source = bench.open(channels=("A0", "A1"), rate=200)
    frames = []
    for i in range(400):
        bench.clock.sleep((i * 7919 % 23) * 1e-3)  # the host is away for 0 ... 22 ms
        frames.append(source.read())
    assert {round(v, 3) for f in frames for v in f.volts[0::2]} == {1.0}
    assert {round(v, 3) for f in frames for v in f.volts[1::2]} == {2.0}
    assert sum(f.lost for f in frames) > 0


def test_a_bus_slower_than_it_says_loses_slots_and_counts_them(make_bench):
    bench = make_bench(khz=100, clock_error=-0.1)
    source = bench.open(rate=500, bus_khz=400)
    frames = rows(source, 5.0, bench)
    got, lost = len(values(frames)), sum(f.lost for f in frames)
    assert lost > 100
    assert got + lost == pytest.approx(2500, abs=15)


@pytest.mark.parametrize(("khz", "rate"), [(400, 500), (100, 400)], ids=["500/s at 400 kHz", "400/s at 100 kHz"])
def test_at_the_cap_even_the_slowest_chip_loses_nothing(make_bench, khz, rate):
    bench = make_bench(khz=khz, clock_error=-0.1)
    frames = rows(bench.open(rate=rate, bus_khz=khz), 10.0, bench)
    assert sum(f.lost for f in frames) == 0
    assert len(values(frames)) == pytest.approx(10.0 * rate, abs=15)


def test_these_tests_take_no_real_time(bench):
    start = time.monotonic()
    rows(bench.open(), 10.0, bench)
    assert time.monotonic() - start < 5.0


def test_the_twin_converts_only_what_was_asked(bench):
    """A guard for the guards: in timed mode one conversion a slot, no hidden ones."""
    assert isinstance(bench.chip, Ads1115)
    frames = rows(bench.open(), 1.0, bench)
    assert bench.chip.conversions == pytest.approx(len(values(frames)), abs=2)
