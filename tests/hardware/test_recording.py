"""Recordings: what is written is read back to the code, and whatever file comes along, a sentence comes back."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal, read_edf
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.sensors import recording
from hardware.sensors.contract import SensorError
from hardware.sensors.edf_reader import read
from hardware.sensors.edf_writer import EdfWriter

STEP = 125e-6  # one code of the ADS1115 at ±4.096 V


def volts(rows: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    """Mid-supply noise on whole codes, so that nothing may be lost on the way."""
    return np.rint(np.random.default_rng(seed).normal(1.65, 0.1, (rows, channels)) / STEP) * STEP


def foreign(path: Path, data: np.ndarray, unit: str, span: tuple[float, float], label: str = "EMG") -> Path:
    """A file as other programs write it."""
    signal = EdfSignal(data, sampling_frequency=100, label=label, physical_dimension=unit, physical_range=span)
    Edf([signal]).write(path)
    return path


# --- there and back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [860.0, 861.337, 475.2, 99.9, 50.0, 15.5])
def test_what_the_station_records_it_reads_back_code_for_code(tmp_path: Path, rate: float) -> None:
    data = volts(int(rate * 5.4), channels=2)
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw", "Pressure"], rate, started=datetime.datetime(2026, 11, 23, 9, 0))
    for start in range(0, len(data), 17):
        writer.add(data[start : start + 17])
    writer.note(1.5, "mark")
    writer.note(2.0, "session/breathing", 3.0)
    writer.close()

    back = read(tmp_path / "a.edf", ("EMG raw", "Pressure"))
    assert back.rate == pytest.approx(rate, rel=2e-6)
    assert np.abs(back.volts()[: len(data)] - data).max() < 1e-6
    assert [a.text for a in back.annotations][:2] == ["mark", "session/breathing"]
    assert back.noted("session/breathing")[0].end == pytest.approx(5.0)
    assert not back.remarks
    assert read_edf(tmp_path / "a.edf").is_continuous


def test_the_last_incomplete_second_is_filled_and_the_filler_is_left_out_on_replay(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 100.0)
    writer.add(volts(250))
    writer.close()
    back = read(tmp_path / "a.edf")
    assert back.length == 300
    assert sum(len(f.volts) for f in back.frames()) == 250


def test_a_recording_cut_off_at_any_byte_keeps_every_whole_second(tmp_path: Path) -> None:
    """A killed process or a pulled plug: the file is whole up to the last second, and says so."""
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 100.0)
    data = volts(1000)
    writer.add(data[:970])
    writer.note(2.0, "mark")
    whole = (tmp_path / "a.edf").read_bytes()  # as it lies on the disk now, not closed
    assert len(read(tmp_path / "a.edf").volts()) == 900
    for missing in (1, 200, 441, 1000):
        (tmp_path / "cut.edf").write_bytes(whole[:-missing])
        back = read(tmp_path / "cut.edf")
        assert back.length in range(600, 901, 100)
        assert np.abs(back.volts() - data[: back.length]).max() < 1e-6
        assert "ends early" in back.remarks[0]


def test_notes_that_come_faster_than_a_second_can_hold_are_kept(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 50.0)
    for number in range(20):
        writer.note(number / 10, f"note {number} " + "x" * 60)
    writer.add(volts(500))
    writer.close()
    assert len(read(tmp_path / "a.edf").annotations) == 20


def test_notes_made_at_the_very_end_find_room_in_the_records_before(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw", "Pressure"], 50.0)
    data = volts(500, channels=2)
    writer.add(data)
    for number in range(20):
        writer.note(9.0 + number / 100, f"note {number} " + "x" * 30)
    writer.close()
    back = read(tmp_path / "a.edf", ("EMG raw", "Pressure"))
    assert [a.text.split("x")[0].strip() for a in back.annotations] == [f"note {n}" for n in range(20)]
    assert np.abs(back.volts() - data).max() < 1e-6
    assert read_edf(tmp_path / "a.edf").is_continuous


def test_more_notes_than_a_recording_can_hold_are_left_out_and_the_rest_is_whole(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 50.0)
    writer.add(volts(100))
    for number in range(50):
        writer.note(0.5, f"note {number} " + "x" * 60)
    writer.close()
    assert 2 <= len(read(tmp_path / "a.edf").annotations) < 50


def test_a_recording_needs_a_rate(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rate above 0"):
        EdfWriter(tmp_path / "a.edf", ["EMG raw"], 0.0)


def test_a_note_may_hold_any_text(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 50.0)
    writer.note(0.5, "session/Übung\x14\x00\n" + "ä" * 200)
    writer.add(volts(50))
    writer.close()
    assert read(tmp_path / "a.edf").annotations[0].text.startswith("session/Übung")


def test_more_than_the_range_is_clipped_and_not_wrapped(tmp_path: Path) -> None:
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], 4.0, span=2.048)
    writer.add([1.0, 9.0, -9.0, 0.0])
    writer.close()
    assert read(tmp_path / "a.edf").volts()[:, 0] == pytest.approx([1.0, 2.048, -2.048, 0.0], abs=1e-4)


# --- frames -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.integers(1, 50)), max_size=5),
    seconds=st.sampled_from([0.02, 0.1, 0.37, 2.0]),
)
def test_frames_hold_every_real_sample_once_and_count_every_lost_one(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int, int]], seconds: float
) -> None:
    path = tmp_path_factory.mktemp("edf") / "a.edf"
    notes = [EdfAnnotation(at / 100, skip / 100 if skip else None, f"lost/{n}") for at, skip, n in cuts]
    data = volts(1000)[:, 0]
    Edf(
        [EdfSignal(data, 100, label="EMG raw", physical_range=(0, 3.3), physical_dimension="V")], annotations=notes
    ).write(path)
    back = read(path)
    filler = np.zeros(1000, bool)
    for at, skip, _ in cuts:
        filler[at : at + skip] = True
    frames = list(back.frames(seconds))
    assert np.array_equal(np.concatenate([f.volts for f in frames]), back.volts()[~filler])
    last = max((i for i in range(1000) if not filler[i]), default=-1)
    assert sum(f.lost for f in frames) == sum(n for at, _, n in cuts if at <= last)
    assert all(len(f.volts) <= np.ceil(seconds * 100) + 1 for f in frames)
    assert [f.t_last for f in frames] == sorted({f.t_last for f in frames})


# --- other people's files ---------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "factor"), [("V", 1.0), ("mV", 1e3), ("uV", 1e6)])
def test_volts_at_the_pin_come_out_as_volts_whatever_the_unit(tmp_path: Path, unit: str, factor: float) -> None:
    data = volts(500)[:, 0]
    path = foreign(tmp_path / "a.edf", data * factor, unit, (0, 3.3 * factor))
    assert np.abs(read(path).volts()[:, 0] - data).max() < 1e-4
    assert not read(path).remarks


def test_a_skin_signal_in_microvolts_is_amplified_and_says_so(tmp_path: Path) -> None:
    data = np.random.default_rng(0).normal(0, 50, 500)
    back = read(foreign(tmp_path / "a.edf", data, "uV", (-3000, 3000)))
    assert np.abs(back.volts()[:, 0] - (1.65 + data * 1e-4)).max() < 1e-5
    assert "×100 around 1.65 V" in back.remarks[0]


def test_the_muscle_is_chosen_among_many_channels_and_a_sentence_says_which(tmp_path: Path) -> None:
    names = ["ECG", "Resp", "EMG L-TRAP", "EMG R-TRAP"]
    Edf([EdfSignal(np.full(100, float(i)), 100, label=n, physical_range=(0, 3.3)) for i, n in enumerate(names)]).write(
        tmp_path / "a.edf"
    )
    assert read(tmp_path / "a.edf").labels == ("EMG L-TRAP",)
    assert "“EMG L-TRAP” is used" in read(tmp_path / "a.edf").remarks[0]
    assert read(tmp_path / "a.edf", ["r-trap"]).labels == ("EMG R-TRAP",)
    assert read(tmp_path / "a.edf", ["1"]).labels == ("ECG",)
    with pytest.raises(SensorError, match=r"no channel “biceps”; there are: 1 “ECG”"):
        read(tmp_path / "a.edf", ["biceps"])


@pytest.mark.parametrize(
    ("label", "signal"),
    [
        ("EMG raw", "emg-raw"),
        ("EMG envelope", "emg-envelope"),
        ("EMG TRAP env", "emg-envelope"),
        ("Pressure", "pressure"),
        ("EMG R-TRAP", "emg-raw"),
        ("ch1", ""),
    ],
)
def test_the_label_tells_the_kind_of_signal(tmp_path: Path, label: str, signal: str) -> None:
    assert read(foreign(tmp_path / "a.edf", volts(100)[:, 0], "V", (0, 3.3), label)).signals == (signal,)


# --- files that are none ----------------------------------------------------------------------------


def _spoil(good: bytes, at: int, text: str) -> bytes:
    return good[:at] + text.encode() + good[at + len(text) :]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda good: b"", "is empty"),
        (lambda good: b"RIFF" + bytes(2000), "not an EDF file"),
        (lambda good: good[:100], "not an EDF file"),
        (lambda good: good[:300], "damaged"),
        (lambda good: good[:512], "no samples"),
        (lambda good: good[:600], "no samples"),
        (lambda good: _spoil(good, 244, "0       "), "length of 0 seconds"),
        (lambda good: _spoil(good, 244, "wrong   "), "damaged"),
        (lambda good: _spoil(good, 252, "xx  "), "damaged"),
        (lambda good: _spoil(good, 192, "EDF+D"), "discontinuous"),
        (lambda good: _spoil(good, 256 + 16 + 80 + 8, "3.3     "), "no usable range"),
        (lambda good: _spoil(good, 256 + 216, "0       "), "damaged|no samples|rate of 0"),
    ],
)
def test_a_broken_file_gives_a_sentence(tmp_path: Path, spoil, sentence: str) -> None:
    good = foreign(tmp_path / "good.edf", volts(500)[:, 0], "V", (0, 3.3)).read_bytes()
    (tmp_path / "bad.edf").write_bytes(spoil(good))
    with pytest.raises(SensorError, match=sentence) as caught:
        read(tmp_path / "bad.edf")
    assert "bad.edf" in caught.value.problem
    assert caught.value.remedy


def test_a_missing_file_and_a_folder_give_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SensorError, match="does not exist"):
        read(tmp_path / "none.edf")
    with pytest.raises(SensorError, match="is a folder"):
        read(tmp_path)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 520), junk=st.binary(min_size=1, max_size=12))
def test_no_damage_to_a_header_ends_in_anything_but_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("edf")
    good = foreign(folder / "good.edf", volts(500)[:, 0], "V", (0, 3.3)).read_bytes()
    (folder / "bad.edf").write_bytes(good[:at] + junk + good[at + len(junk) :])
    try:
        assert read(folder / "bad.edf").length > 0
    except SensorError as error:
        assert error.problem and error.remedy


# --- the driver -------------------------------------------------------------------------------------


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_driver_plays_at_the_speed_of_life_and_starts_again_when_told_to(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.edf", volts(200)[:, 0], "V", (0, 3.3))
    clock = Clock()
    source = recording.RecordingSource(read(path), True, clock, clock.sleep)
    frames = [source.read() for _ in range(250)]
    assert clock.now == pytest.approx(1000.0 + 250 * 0.02, abs=0.02)
    assert frames[0].t_last == pytest.approx(1000.02)
    assert np.allclose(frames[0].volts, frames[100].volts)
    assert frames[100].t_last - frames[99].t_last == pytest.approx(0.02)


def test_a_single_play_ends_with_a_sentence(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.edf", volts(100)[:, 0], "V", (0, 3.3))
    clock = Clock()
    source = recording.RecordingSource(read(path), False, clock, clock.sleep)
    for _ in range(50):
        source.read()
    with pytest.raises(SensorError, match="played to its end"):
        source.read()


def test_open_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(SensorError, match="does not exist"):
        recording.open(recording.Settings(file=str(tmp_path / "none.edf")))
    with pytest.raises(SensorError, match="not named"):
        recording.open(recording.Settings())
