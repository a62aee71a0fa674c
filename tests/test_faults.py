"""What goes wrong on a desk, as far as no other file tells it: the rows of the table in tests/README.md.

The first test keeps that table honest: every row names tests that exist.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hardware.power import Interlock
from station import app as loop
from station import assembly, clock, config, memory
from station.core.events import Event, Minute, Moment, Quality, SensorTrouble, TensionStarted
from station.core.inputs import (
    Calibrate,
    Frame,
    Input,
    NewDay,
    SensorLost,
    SetPrivate,
    SetQuiet,
    Start,
    TogglePause,
)
from station.outputs import history
from tests.configured import MOCK_PINS, NO_PAGE, SILENT, SIMULATED, STATE
from tests.desk import Desk
from tests.hardware.sysfs import Sysfs

HERE = Path(__file__).parent
ROW = re.compile(r"`([\w/]+\.py)::(\w+)`")
WANTED = """
    NACK burst, bus stuck, brown-out, chip unplugged, electrode off, sensor saturating, ALERT wire, process killed,
    process hung, sound card gone, broker gone, disk full, read-only, clock jumps, SIGTERM, out of memory,
    configuration broken, database broken, memory broken, ten times too slow, cable plugged in
"""


def rows() -> list[str]:
    """The rows of the table of faults."""
    text = (HERE / "README.md").read_text("utf-8")
    table = text.split("<!-- faults -->")[1]
    return [line for line in table.splitlines() if line.startswith("|")][2:]


def test_every_row_of_the_table_names_tests_that_exist() -> None:
    for row in rows():
        named = ROW.findall(row)
        assert named, f"no test is named in: {row}"
        for file, test in named:
            assert f"def {test}(" in (HERE / file).read_text("utf-8"), f"{file} has no {test}"
        assert len([cell for cell in row.split("|")[1:-1] if cell.strip()]) == 5, f"an empty cell in: {row}"


@pytest.mark.parametrize("fault", [fault.strip() for fault in WANTED.split(",")])
def test_every_fault_a_desk_knows_has_its_row(fault: str) -> None:
    assert [row for row in rows() if fault in row.split("|")[1]]


# --- the clock ----------------------------------------------------------------------------------------


def test_a_date_that_jumps_by_a_day_and_back_loses_no_minute_and_brings_no_flood_of_offers() -> None:
    desk = Desk()
    desk.wait(minutes=11)
    desk.person("raised")
    for date in ("2026-11-26", "2026-11-25", "2026-11-24", "2026-11-25"):
        desk.wait(minutes=30)
        desk.day(date)
    desk.wait(minutes=30)
    ends = desk.times(Minute)
    assert all(59.0 < later - sooner < 61.5 for sooner, later in itertools.pairwise(ends)) and len(ends) > 155
    lights = desk.lights
    assert lights, "a wrong date silences nothing"
    assert all(len([t for t in lights if begin <= t < begin + 3600]) <= 2 for begin in lights)
    assert all(later - sooner >= 20 * 60 for sooner, later in itertools.pairwise(lights))


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("utc", "minutes"), [(1_792_882_800, 180), (1_774_742_400, 120)], ids=["autumn", "spring"])
def test_the_hour_that_comes_twice_or_never_costs_no_minute(
    berlin: None, tmp_path: Path, utc: int, minutes: int
) -> None:
    """Summer time ends on 2026-10-25 and begins on 2026-03-29: stored in UTC, every minute has a place of its own."""
    diary = history.History(tmp_path / history.FILE_NAME)
    diary.start()
    for k in range(minutes):
        diary.take(Moment(Minute(0.5, 1.0, 2.0, 3.0, 4, 5.0, 60.0, "ok"), 60.0 * k, utc + 60.0 * k))
    assert diary.flush()
    diary.stop()
    kept = [row["ended"] for row in history.minutes(tmp_path / history.FILE_NAME)]
    assert kept == [utc + 60.0 * k for k in range(minutes)]
    offsets = {time.localtime(at).tm_gmtoff for at in kept}
    assert offsets == {3600, 7200}, "the change lies within"


# --- what is on the disk ------------------------------------------------------------------------------


def with_mounts_of_its_own(folder: Path) -> list[str]:
    """What to put before a command that mounts something at `folder`; skips where the kernel gives us none."""
    folder.mkdir()
    for alone in (["unshare", "-m"], ["unshare", "-rm"]):
        mount = [*alone, "mount", "-t", "tmpfs", "tmpfs", str(folder)]
        if shutil.which("unshare") and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            return alone
    pytest.skip("mounts are not permitted here")


def on_a_disk_of_its_own(folder: Path, *faults: str) -> dict[str, dict[str, Any]]:
    """What `disk_of_its_own.py` tells, on a disk that nobody else sees."""
    command = [*with_mounts_of_its_own(folder), sys.executable, str(HERE / "disk_of_its_own.py"), str(folder), *faults]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return told


READ_ONLY = 'mount -t tmpfs tmpfs "$0" && mkdir "$0/state" && mount -o remount,ro "$0" && exec "$@"'


@pytest.mark.slow
def test_a_station_that_starts_on_a_read_only_card_feels_the_muscle_and_says_what_it_cannot_keep(
    tmp_path: Path,
) -> None:
    """Cards fail by turning read-only, and the next start is then the first that meets it."""
    card, log, file = tmp_path / "card", tmp_path / "log", tmp_path / "desk.toml"
    alone = with_mounts_of_its_own(card)
    settings = STATE.format(folder=card / "state") + SIMULATED + MOCK_PINS + SILENT + NO_PAGE
    file.write_text('[station]\nlanguage = "en"\n' + settings.removeprefix("[station]\n"))
    command = [*alone, "sh", "-c", READ_ONLY, card, sys.executable, "-m", "station", "run", "--config", file]
    with log.open("w") as out:
        station = subprocess.Popen(command, cwd=HERE.parent, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60.0
        while not all(word in log.read_text() for word in ("sensor_well", "mounted read-only")):
            assert station.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
    finally:
        station.send_signal(signal.SIGTERM)
        assert station.wait(20) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_a_read_only_card_is_named_and_what_was_told_meanwhile_is_written_when_it_is_mounted_anew(
    tmp_path: Path,
) -> None:
    """The kernel's own refusal: the diary goes on in memory, and every minute is there in the end."""
    told = on_a_disk_of_its_own(tmp_path / "card", "read_only")["read_only"]
    assert "mounted read-only" in told["said"] and "3 entries wait in memory" in told["said"]
    assert told["back_s"] < 10.0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"coach": 5}', "\x00" * 40])
def test_a_damaged_memory_is_kept_aside_and_the_station_starts_afresh(tmp_path: Path, content: str) -> None:
    (tmp_path / memory.NAME).write_text(content)
    station = small_station(tmp_path)
    station._recall(0.0)
    assert (tmp_path / "memory.bad").read_text() == content
    station._remember(1.0)
    assert isinstance(json.loads((tmp_path / memory.NAME).read_text()), dict)


# --- the end, whenever it comes -----------------------------------------------------------------------

# An offer comes at once, and its chime a second later.
HASTY = "[coach]\npatience_s = 0\nsettle_s = 0\nreturn_s = 0\nbaseline_days = 0\nlight_s = 1\n"
CONFIG = STATE + SIMULATED + MOCK_PINS + SILENT + NO_PAGE + HASTY


class NoSensor:
    """A sensor that gives nothing."""

    def start(self) -> None:
        """Nothing to open."""

    close = False

    def closely(self, on: bool) -> None:
        """Nothing to listen to."""
        self.close = on

    def release(self) -> None:
        """Nothing to close."""

    stop = release


def small_station(folder: Path) -> loop.App:
    """The whole station with pins that are twins, and without sensor, sound and page."""
    station = assembly.app(config.from_text(CONFIG.format(folder=folder)), folder)
    station.sensor = NoSensor()
    return station


TENSE: list[Input | Event] = [NewDay("2026-11-25", 9), Quality("ok", ""), TensionStarted(30.0, 0.05, "raised")]
STATES: dict[str, list[Input | Event]] = {
    "monitoring": [],
    "without a sensor": [SensorLost("No ADS1115 answers.", "Check its four wires.")],
    "light": TENSE,
    "offer": TENSE,
    "exercise": [Start("breathing", "micro")],
    "paused": [Start("breathing", "micro"), TogglePause()],
    "closing": [Start("autogenic", "micro"), SetPrivate(True)],
    "calibrating": [Calibrate("start")],
    "quiet": [SetQuiet(60.0)],
    "private": [SetPrivate(True)],
}


@pytest.mark.parametrize("state", STATES)
def test_sigterm_in_every_state_ends_cleanly_within_five_seconds(tmp_path: Path, state: str) -> None:
    station = small_station(tmp_path)
    for message in STATES[state]:
        station.inbox.put(message)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    sent = [0.0]

    def service_manager() -> None:
        until = time.monotonic() + 10.0
        while signal.getsignal(signal.SIGTERM) == before[signal.SIGTERM] and time.monotonic() < until:
            time.sleep(0.01)
        while station.inbox._queue.qsize() and time.monotonic() < until:  # a busy machine has not come to it yet
            time.sleep(0.01)
        time.sleep(1.4 if state == "offer" else 0.2)
        sent[0] = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # should it come too early, the test must outlive it
    before[signal.SIGTERM] = signal.SIG_IGN
    other = threading.Thread(target=service_manager)
    other.start()
    try:
        station.run()
        ended = time.monotonic()
    finally:
        other.join()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, before[number] or signal.SIG_DFL)
    print(f"SIGTERM while {state}: {ended - sent[0]:.2f} s to the end")
    assert ended - sent[0] < 5.0
    diary = tmp_path / history.FILE_NAME
    with sqlite3.connect(diary) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        cues = database.execute("select chime_ms is not null from cue").fetchall()
    assert all(session["reason"] for session in history.sessions(diary)), "no exercise is left open"
    kept = memory.load(tmp_path)
    assert set(kept) >= {"coach", "quiet", "preferences", "workdays"}
    if state in ("light", "offer"):
        assert cues == [(state == "offer",)], "with its chime, or still without"
        assert kept["coach"]["budget"]["spent"], "the hour's budget remembers the offer"
    if state == "private":
        assert "true" in json.dumps(kept["quiet"]), "private mode outlives the restart"


# --- on the skin --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "good_again_s"), [("off", 2.5), ("rail", 6.0)], ids=["electrode off", "saturated"])
def test_volts_that_are_no_muscle_blink_within_a_second_cost_unknown_minutes_and_end_by_themselves(
    fault: str, good_again_s: float
) -> None:
    """A person's volts through the real signal path; after a rail its slow filters need seconds to forget it."""
    desk = Desk(signal=True)
    desk.person("raised")
    desk.wait(seconds=30)
    fell = desk.now
    desk.electrode(fault)
    desk.wait(seconds=1.0)
    assert desk.light == "sensor"
    assert desk.told(Quality)[-1].state == fault
    desk.wait(minutes=2)
    back = desk.now
    desk.electrode("ok")
    desk.wait(seconds=good_again_s)
    assert desk.told(Quality)[-1].state == "ok"
    assert desk.light != "sensor"
    desk.wait(minutes=2)
    unknown = [minute for t, minute in zip(desk.times(Minute), desk.minutes, strict=True) if fell + 60 < t < back]
    assert unknown
    assert all(minute.quality == "X" for minute in unknown), "neither rest nor load"
    assert desk.minutes[-1].quality == "A"


# --- too slow, and too close to the mains -------------------------------------------------------------


def test_a_machine_ten_times_too_slow_leaves_frames_out_and_says_how_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    station = small_station(tmp_path)
    frame = Frame(np.zeros((10, 1), np.float32), 0.0, 500.0)
    for _ in range(10 * loop.LONGEST_INBOX):
        station.inbox.put(frame)
    station.inbox.put(SetQuiet(60.0))
    assert station.inbox._queue.qsize() <= loop.LONGEST_INBOX + 2, "bounded, and a person's wish is never left out"
    station._keep_house(clock.now())
    assert "could not keep up" in caplog.text and station.inbox.left_out == 0


def test_a_person_on_a_machine_that_gets_one_frame_in_ten_is_never_told_off() -> None:
    """What is missing is unknown: neither rest nor load, so there is nothing to remind of."""
    desk = Desk(signal=True)
    desk.one_frame_in = 10
    desk.person("raised")
    desk.wait(minutes=8)
    assert desk.cues == []
    assert desk.minutes and all(minute.valid_s < 20.0 for minute in desk.minutes)


def test_a_cable_that_is_plugged_in_makes_the_light_blink_and_the_sentence_names_it(tmp_path: Path) -> None:
    sysfs = Sysfs(tmp_path)
    desk = Desk()
    desk.wait(minutes=1)
    sysfs.plug("ethernet")
    desk.unplug(*Interlock("ads1115", ["emg-raw"], "battery", sysfs.root).verdict("de"))
    assert desk.light == "sensor"
    assert "ein Netzwerkkabel steckt (eth0)" in desk.told(SensorTrouble)[-1].problem
    desk.wait(61)
    assert desk.light == "fault"
