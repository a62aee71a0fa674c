"""The fake bus: what busio.I2C promises, the time on the wire, and the faults of a real one."""

from __future__ import annotations

import pytest
from adafruit_ads1x15.ads1115 import ADS1115
from adafruit_ads1x15.analog_in import AnalogIn

from hardware.sensors.bus import ERRORS, FakeBus
from hardware.sensors.clock import RealClock, VirtualClock
from hardware.sensors.edges import GpioEdges


@pytest.mark.parametrize(("pins", "volts"), [((0,), 1.0), ((1,), 2.0), ((2,), 0.5), ((3,), 3.0), ((0, 1), -1.0)])
def test_the_librarys_own_way_reads_every_pin_on_the_twin(bench, pins, volts):
    assert AnalogIn(ADS1115(bench.bus), *pins).voltage == pytest.approx(volts, abs=2e-4)


@pytest.mark.parametrize("khz", [100, 400])
@pytest.mark.parametrize(
    ("move", "bits"),
    [
        (lambda bus: bus.writeto(0x48, b""), 11),
        (lambda bus: bus.writeto(0x48, bytes(3)), 38),
        (lambda bus: bus.readfrom_into(0x48, bytearray(2)), 29),
        (lambda bus: bus.writeto_then_readfrom(0x48, bytes(1), bytearray(2)), 48),
    ],
    ids=["probe", "register write", "fast read", "register read"],
)
def test_a_transfer_takes_its_bits_on_the_wire(make_bench, khz, move, bits):
    bench = make_bench(khz=khz)
    before = bench.clock.now()
    move(bench.bus)
    assert bench.clock.now() - before == pytest.approx(bits / (khz * 1000))


def test_slices_are_respected_in_both_directions(bench):
    out, back = bytes([99, 3, 0x12, 0x34, 99]), bytearray(6)
    bench.bus.writeto(0x48, out, start=1, end=4)
    bench.bus.writeto_then_readfrom(0x48, out, back, out_start=1, out_end=2, in_start=2, in_end=4)
    assert bytes(back) == bytes([0, 0, 0x12, 0x34, 0, 0])
    bench.bus.readfrom_into(0x48, back, start=4)
    assert back[4:] == back[2:4]


def test_a_general_call_resets_every_chip(bench):
    bench.bus.writeto(0x48, bytes([3, 0x12, 0x34]))
    bench.bus.writeto(0x00, bytes([6]))
    assert bench.registers() == [0x0000, 0x8583, 0x8000, 0x7FFF]


def test_the_lock_is_given_to_one_at_a_time(bench):
    assert bench.bus.try_lock()
    assert not bench.bus.try_lock()
    bench.bus.unlock()
    assert bench.bus.try_lock()


def test_a_scan_finds_who_is_there(bench):
    assert bench.bus.scan() == [0x48]
    bench.bus.fault("missing")
    assert bench.bus.scan() == []
    bench.bus.heal()
    assert bench.bus.scan() == [0x48]


@pytest.mark.parametrize("fault", list(ERRORS))
def test_a_fault_has_the_number_linux_gives_it_and_ends_as_told(bench, fault):
    bench.bus.fault(fault, times=2)
    for _ in range(2):
        with pytest.raises(OSError) as caught:
            bench.bus.readfrom_into(0x48, bytearray(2))
        assert caught.value.errno == ERRORS[fault][0]
    bench.bus.readfrom_into(0x48, bytearray(2))


def test_a_stuck_bus_waits_for_its_time_out_until_it_is_healed(bench):
    bench.bus.fault("stuck")
    before = bench.clock.now()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            bench.bus.writeto(0x48, b"")
    assert bench.clock.now() - before == pytest.approx(3 * bench.bus.time_out_s)
    bench.bus.heal()
    bench.bus.writeto(0x48, b"")


def test_corrupt_data_arrives_with_wrong_bits_and_without_an_error(bench):
    bench.bus.fault("corrupt", times=1, mask=0x00FF)
    words = [bytearray(2), bytearray(2)]
    for word in words:
        bench.bus.writeto_then_readfrom(0x48, bytes([1]), word)
    assert [bytes(w) for w in words] == [b"\x85\x7c", b"\x85\x83"]


def test_an_unknown_fault_names_those_there_are(bench):
    with pytest.raises(ValueError, match="brown_out"):
        bench.bus.fault("lightning")


def test_the_virtual_clock_only_moves_when_somebody_waits():
    clock = VirtualClock(5.0)
    clock.sleep(1.0)
    clock.sleep_until(3.0)
    assert clock.now() == 6.0
    clock.sleep_until(7.5)
    assert clock.now() == 7.5


@pytest.mark.slow
def test_on_the_real_clock_a_transfer_really_takes_its_time(bench):
    clock = RealClock()
    bus = FakeBus(clock, {0x48: bench.chip}, khz=1)  # slow enough to measure
    before = clock.now()
    bus.readfrom_into(0x48, bytearray(2))
    assert 0.029 <= clock.now() - before < 0.2


def test_a_machine_without_a_pis_gpio_says_so():
    pytest.importorskip("lgpio")
    from pathlib import Path

    from hardware.sensors.contract import SensorError

    if list(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has GPIO")
    with pytest.raises(SensorError, match="No Raspberry Pi GPIO") as caught:
        GpioEdges(22)
    assert "timed" in caught.value.remedy
