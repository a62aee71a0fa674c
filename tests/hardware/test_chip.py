"""The ADS1115's twin against its data sheet (TI SBAS444), register by register, at the chip's own pins."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.sensors.chip import DATA_RATE, FULL_SCALE, Ads1115
from hardware.sensors.track import Track

CONVERSION, CONFIG, LO, HI = range(4)
WAKE = 25e-6
VOLTS = (1.0, 2.0, 0.5, 3.0)


def chip_at(source=lambda ain, t: VOLTS[ain], **options) -> Ads1115:
    return Ads1115(source, **options)


def write(chip: Ads1115, register: int, word: int, t: float) -> None:
    chip.write(bytes((register, word >> 8, word & 0xFF)), t)


def read(chip: Ads1115, register: int, t: float) -> int:
    chip.write(bytes((register,)), t)
    return int.from_bytes(chip.read(2, t), "big")


def signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


def one_shot(chip: Ads1115, t: float, mux: int = 4, pga: int = 1, dr: int = 7) -> int:
    """The code of one single-shot conversion begun at second t."""
    write(chip, CONFIG, 0x8000 | mux << 12 | pga << 9 | 0x100 | dr << 5 | 3, t)
    return signed(read(chip, CONVERSION, t + 0.2))


# --- registers ----------------------------------------------------------------------------------------


def test_after_power_up_the_registers_hold_their_reset_values():
    chip = chip_at()
    assert [read(chip, r, 0.0) for r in range(4)] == [0x0000, 0x8583, 0x8000, 0x7FFF]


def test_the_pointer_stays_where_it_was_left():
    chip = chip_at()
    chip.write(bytes([HI]), 0.0)
    assert [chip.read(2, t) for t in (0.0, 1.0, 2.0)] == [b"\x7f\xff"] * 3


def test_a_write_leaves_the_pointer_on_the_written_register():
    chip = chip_at()
    write(chip, LO, 0x1234, 0.0)
    assert chip.read(2, 0.0) == b"\x12\x34"


def test_only_the_two_lowest_bits_of_the_pointer_count():
    chip = chip_at()
    chip.write(b"\xfd", 0.0)
    assert chip.read(2, 0.0) == b"\x85\x83"


def test_the_conversion_register_cannot_be_written():
    chip = chip_at()
    write(chip, CONVERSION, 0x1234, 0.0)
    assert read(chip, CONVERSION, 0.0) == 0


def test_general_call_reset_restores_everything_and_other_commands_do_nothing():
    chip = chip_at()
    write(chip, LO, 0x1234, 0.0)
    chip.general_call(0x05, 0.0)
    assert read(chip, LO, 0.0) == 0x1234
    chip.general_call(0x06, 0.0)
    assert [read(chip, r, 0.0) for r in range(4)] == [0x0000, 0x8583, 0x8000, 0x7FFF]


# --- single-shot --------------------------------------------------------------------------------------


def test_the_busy_bit_falls_at_the_start_and_rises_when_the_result_is_there():
    chip = chip_at()
    write(chip, CONFIG, 0xC3E3, 1.0)  # OS, AIN0, +-4.096 V, single, 860/s
    done = 1.0 + WAKE + 1 / 860
    assert not read(chip, CONFIG, 1.0) & 0x8000
    assert not read(chip, CONFIG, done - 1e-6) & 0x8000
    assert read(chip, CONVERSION, done - 1e-6) == 0
    assert read(chip, CONFIG, done + 1e-6) & 0x8000
    assert read(chip, CONVERSION, done + 1e-6) == 8000  # 1.0 V / 125 uV


def test_without_the_start_bit_nothing_is_converted():
    chip = chip_at()
    write(chip, CONFIG, 0x43E3, 0.0)
    assert read(chip, CONVERSION, 1.0) == 0
    assert chip.conversions == 0


def test_the_result_stays_until_the_next_one_is_ready():
    chip = chip_at()
    one_shot(chip, 0.0, mux=4)
    write(chip, CONFIG, 0xD3E3, 1.0)  # AIN1
    assert read(chip, CONVERSION, 1.001) == 8000
    assert read(chip, CONVERSION, 1.002) == 16000


def test_a_conversion_in_flight_keeps_its_settings_and_ignores_a_second_start():
    chip = chip_at()
    write(chip, CONFIG, 0xC3E3, 0.0)
    write(chip, CONFIG, 0xD3E3, 0.0005)  # AIN1 with OS, half-way through
    assert read(chip, CONVERSION, 0.01) == 8000
    assert read(chip, CONFIG, 0.01) == 0xD3E3
    assert chip.conversions == 1


@pytest.mark.parametrize(("mux", "volts"), list(enumerate([-1.0, -2.0, -1.0, -2.5, 1.0, 2.0, 0.5, 3.0])))
def test_each_of_the_eight_mux_settings_selects_its_inputs(mux, volts):
    assert one_shot(chip_at(), 0.0, mux=mux) == round(volts / 125e-6)


@pytest.mark.parametrize(("pga", "full_scale"), list(enumerate(FULL_SCALE)))
def test_each_range_scales_and_clips_at_its_ends(pga, full_scale):
    small = full_scale / 4
    assert one_shot(chip_at(lambda ain, t: small if ain == 0 else 0.0), 0.0, pga=pga) == 8192
    if full_scale <= 2.048:
        assert one_shot(chip_at(lambda ain, t: 3.0 if ain == 0 else 0.0), 0.0, pga=pga) == 32767
        assert one_shot(chip_at(lambda ain, t: 3.0 if ain == 1 else 0.0), 0.0, mux=0, pga=pga) == -32768


@given(volts=st.floats(-10, 10), vdd=st.sampled_from([2.0, 3.3, 5.0]))
def test_no_input_can_be_driven_beyond_the_supply(volts, vdd):
    measured = one_shot(chip_at(lambda ain, t: volts, vdd=vdd), 0.0, pga=0) * 187.5e-6
    assert -0.3002 <= measured <= vdd + 0.3002
    if 0 <= volts <= vdd:
        assert measured == pytest.approx(volts, abs=1e-4)


@pytest.mark.parametrize("clock_error", [-0.1, 0.0, 0.1])
@pytest.mark.parametrize(("dr", "rate"), list(enumerate(DATA_RATE)))
def test_a_conversion_takes_one_period_of_the_chips_own_clock(dr, rate, clock_error):
    chip = chip_at(clock_error=clock_error)
    write(chip, CONFIG, 0xC303 | dr << 5, 0.0)
    done = WAKE + 1 / (rate * (1 + clock_error))
    assert not read(chip, CONFIG, done - 1e-6) & 0x8000
    assert read(chip, CONFIG, done + 1e-6) & 0x8000


def test_a_clock_beyond_the_data_sheets_tolerance_is_refused():
    with pytest.raises(ValueError, match="10 %"):
        chip_at(clock_error=0.2)


def test_the_result_is_the_mean_over_the_conversion_not_a_moment():
    rising = Track({0: [0.0, 3.0]}, rate=1 / 0.125)  # 0 to 3 V in 125 ms, one conversion at 8/s
    assert one_shot(chip_at(rising), -WAKE, dr=0) == pytest.approx(12000, abs=1)
    assert one_shot(chip_at(rising.__call__, points=4), -WAKE, dr=0) == pytest.approx(12000, abs=1)


# --- continuous ---------------------------------------------------------------------------------------


def test_continuous_mode_converts_without_end_and_reads_busy():
    chip = chip_at(lambda ain, t: t)
    write(chip, CONFIG, 0x42E3, 0.0)
    for t in (0.5, 1.0, 2.0):
        assert read(chip, CONVERSION, t) * 125e-6 == pytest.approx(t - 0.5 / 860, abs=1.1 / 860)
        assert not read(chip, CONFIG, t) & 0x8000
    assert chip.conversions == pytest.approx(2.0 * 860, abs=1)


def test_a_new_input_counts_from_the_next_conversion_on():
    chip = chip_at()
    write(chip, CONFIG, 0x42E3, 0.0)
    end = WAKE + 100 / 860
    write(chip, CONFIG, 0x52E3, end - 0.0005)  # AIN1, in the middle of conversion 100
    assert read(chip, CONVERSION, end + 1e-6) == 8000
    assert read(chip, CONVERSION, end + 1 / 860 + 1e-6) == 16000


def test_back_to_single_shot_the_last_conversion_ends_and_the_chip_sleeps():
    chip = chip_at()
    write(chip, CONFIG, 0x42E3, 0.0)
    write(chip, CONFIG, 0x43E3, 1.0)
    assert read(chip, CONFIG, 1.01) & 0x8000
    done = chip.conversions
    chip.settle(5.0)
    assert chip.conversions == done


def test_a_brown_out_in_continuous_mode_is_silent_and_reads_zero_forever():
    chip = chip_at()
    write(chip, CONFIG, 0x42E3, 0.0)
    assert read(chip, CONVERSION, 1.0) == 8000
    chip.brown_out()
    assert [chip.read(2, t) for t in (1.1, 2.0, 60.0)] == [b"\0\0"] * 3


@given(st.lists(st.floats(1e-5, 0.05), min_size=1, max_size=30))
@example([0.049999999999999996, 2.5e-05])  # looked at in the moment in which a conversion ends
def test_it_does_not_matter_how_often_the_chip_is_looked_at(pauses):
    """The lazy chip and one that is looked at all the time agree."""

    def source(ain, t):
        return 1.0 + t % 1.0

    lazy, watched = chip_at(source), chip_at(source)
    for chip in (lazy, watched):
        write(chip, CONFIG, 0x42E3, 0.0)
    t = 0.0
    for pause in pauses:
        for i in range(1, 20):
            watched.settle(t + pause * i / 20)
        t += pause
        assert read(lazy, CONVERSION, t) == read(watched, CONVERSION, t)
        assert lazy.conversions == watched.conversions


# --- ALERT/RDY ----------------------------------------------------------------------------------------


def comparator(config_bits: int, lo: int, hi: int, levels: list[float]) -> list[bool]:
    """The pin after each of a row of single-shot conversions at these volts."""
    now = {"volts": 0.0}
    chip = chip_at(lambda ain, t: now["volts"])
    write(chip, LO, lo & 0xFFFF, 0.0)
    write(chip, HI, hi & 0xFFFF, 0.0)
    pins = []
    for i, volts in enumerate(levels):
        now["volts"] = volts
        write(chip, CONFIG, 0xC3E0 | config_bits, i + 0.0)
        pins.append(chip.alert_pin(i + 0.5))
    return pins


def test_with_the_queue_off_the_pin_floats_high():
    assert comparator(0x03, 0, 100, [3.0, 3.0]) == [True, True]


def test_the_traditional_comparator_has_hysteresis_between_its_thresholds():
    assert comparator(0x00, 8000, 16000, [1.5, 2.5, 1.5, 0.5, 1.5]) == [True, False, False, True, True]


def test_the_window_comparator_speaks_outside_and_is_quiet_inside():
    assert comparator(0x10, 8000, 16000, [1.5, 2.5, 1.5, 0.5, 1.5]) == [True, False, True, False, True]


def test_active_high_turns_the_pin_round():
    assert comparator(0x18, 8000, 16000, [1.5, 2.5, 1.5]) == [False, True, False]


@pytest.mark.parametrize(("bits", "needed"), [(0, 1), (1, 2), (2, 4)])
def test_the_queue_waits_for_so_many_conversions_in_a_row(bits, needed):
    pins = comparator(bits, 8000, 16000, [2.5] * (needed - 1) + [1.5] + [2.5] * needed)
    assert pins == [True] * (2 * needed - 1) + [False]


def test_a_latched_alert_stays_until_the_result_is_read():
    now = {"volts": 2.5}
    chip = chip_at(lambda ain, t: now["volts"])
    write(chip, LO, 8000, 0.0)
    write(chip, HI, 16000, 0.0)
    write(chip, CONFIG, 0xC3E4, 0.0)
    chip.settle(0.5)
    now["volts"] = 0.5
    write(chip, CONFIG, 0xC3E4, 1.0)
    assert not chip.alert_pin(1.5)
    read(chip, CONVERSION, 1.5)
    assert chip.alert_pin(1.5)


def ready_chip() -> Ads1115:
    chip = chip_at()
    write(chip, LO, 0x0000, 0.0)
    write(chip, HI, 0x8000, 0.0)
    return chip


def test_conversion_ready_is_a_pulse_of_8_us_after_every_conversion():
    chip = ready_chip()
    write(chip, CONFIG, 0x42E0, 0.0)
    edges = chip.take_edges(1.0)
    falls = [t for t, level in edges if not level]
    rises = [t for t, level in edges if level]
    assert falls[0] == pytest.approx(WAKE + 1 / 860)
    assert len(falls) in (859, 860)
    assert all(b - a == pytest.approx(1 / 860) for a, b in itertools.pairwise(falls))
    assert all(up - down == pytest.approx(8e-6) for down, up in zip(falls, rises, strict=False))


def test_the_pin_can_be_watched_through_its_pulse():
    chip = ready_chip()
    write(chip, CONFIG, 0x42E0, 0.0)
    end = WAKE + 1 / 860
    assert [chip.alert_pin(end + dt) for dt in (-1e-6, 1e-6, 7e-6, 9e-6)] == [True, False, False, True]


def test_in_single_shot_conversion_ready_holds_until_the_next_start():
    chip = ready_chip()
    write(chip, CONFIG, 0xC3E0, 0.0)
    assert [chip.alert_pin(t) for t in (0.0005, 0.0013, 5.0)] == [True, False, False]
    write(chip, CONFIG, 0xC3E0, 6.0)
    assert chip.alert_pin(6.0005)
    assert [level for _, level in chip.take_edges(7.0)] == [False, True, False]


# --- the recording as a source ------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 3.3), min_size=2, max_size=20),
    st.floats(-0.5, 2.5),
    st.floats(0.001, 1.0),
)
def test_a_tracks_mean_is_the_mean_of_its_line(samples, start, length):
    track = Track({0: samples}, rate=10.0)
    points = [track(0, start + length * (i + 0.5) / 2000) for i in range(2000)]
    assert track.mean(0, start, start + length) == pytest.approx(sum(points) / 2000, abs=2e-3)


def test_an_input_without_a_track_is_at_ground():
    track = Track({0: [1.0, 1.0]}, rate=10.0)
    assert (track(3, 0.0), track.mean(3, 0.0, 1.0)) == (0.0, 0.0)
