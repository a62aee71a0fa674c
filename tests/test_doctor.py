"""The doctor on made-up machines: what the kernel and the system tell, and what is made of it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hardware.button
import hardware.light
from hardware.gpio import pin_factory
from hardware.sensors.bus import FakeBus
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import VirtualClock
from hardware.sensors.contract import SensorError
from station import config, place
from station.core.inputs import Frame
from station.doctor import Roots, bus, clock, hands, machine, page, power, sensor, storage
from station.doctor.noise import clean
from station.errors import StationError
from station.settings import Sensor

Write = Callable[..., Roots]


@pytest.fixture
def pi(tmp_path: Path) -> Write:
    """A Pi 4 that is well; `pi({"sys/…": "…"})` changes what one file says."""
    files = {
        "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0",
        "proc/meminfo": "MemTotal:        3884512 kB\nMemFree: 12 kB\n",
        "proc/uptime": "86400.00 300000.00\n",
        "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n',
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0x0\n",
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
        "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
    }

    def write(changed: dict[str, str] | None = None) -> Roots:
        for name, said in {**files, **(changed or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(said)
        return Roots(*(tmp_path / name for name in ("proc", "sys", "dev", "etc", "run")))

    return write


def said(findings: object, severity: str) -> str:
    """Every sentence of this severity, with its remedy."""
    return " ".join(f"{what} {remedy}" for how, what, remedy in findings if how == severity)  # type: ignore[attr-defined]


# --- the machine --------------------------------------------------------------------------------------


def test_a_healthy_pi_is_named_with_its_versions_and_nothing_is_wrong(pi: Write) -> None:
    found = list(machine.examine(pi(), "aarch64"))
    assert {severity for severity, _, _ in found} == {"ok"}
    told = said(found, "ok")
    assert "Raspberry Pi 4 Model B" in told and "trixie" in told and "desk-station" in told and "48 °C" in told


def test_a_laptop_is_no_mistake_and_a_32_bit_system_is_one(pi: Write) -> None:
    roots = pi({"proc/device-tree/model": ""})
    assert "no Raspberry Pi" in said(machine.examine(roots, "x86_64"), "ok")
    assert "64-bit" in said(machine.examine(roots, "armv7l"), "broken")


@pytest.mark.parametrize(
    ("bits", "severity", "word"),
    [
        (0x1, "broken", "under-voltage"),
        (0x50005, "broken", "under-voltage"),
        (0x10000, "warning", "at least once since the start (under-voltage)"),
        (0x2, "warning", "slowed down at this moment"),
        (0x4, "warning", "slowed down at this moment"),
        (0x8, "warning", "hot"),
        (0x20000, "warning", "was slowed down"),
        (0x40000, "warning", "was slowed down"),
    ],
)
def test_every_bit_of_the_firmware_has_its_sentence(pi: Write, bits: int, severity: str, word: str) -> None:
    roots = pi({"sys/devices/platform/soc/soc:firmware/get_throttled": f"{bits:x}\n"})
    assert word in said(machine.examine(roots, "aarch64"), severity)


def test_the_firmware_is_found_where_a_pi_5_has_it(pi: Write) -> None:
    roots = pi()
    (roots.sys / "devices/platform/soc/soc:firmware/get_throttled").unlink()
    place = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
    (roots.sys / "devices/platform/soc/soc:firmware").rmdir()
    at = roots.sys.parent / place
    at.parent.mkdir(parents=True)
    at.write_text("10000\n")
    assert "at least once since the start (under-voltage)" in said(machine.examine(roots, "aarch64"), "warning")


def test_the_kernels_own_voltage_alarm_counts_where_the_firmware_is_silent(pi: Write) -> None:
    roots = pi(
        {"sys/devices/platform/soc/soc:firmware/get_throttled": "", "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1"}
    )
    assert "cable" in said(machine.examine(roots, "aarch64"), "broken")


def test_too_little_memory_is_worth_a_look(pi: Write) -> None:
    assert "190 MB" in said(machine.examine(pi({"proc/meminfo": "MemTotal: 194560 kB\n"}), "aarch64"), "warning")


# --- the clock ----------------------------------------------------------------------------------------

NOVEMBER = 1_795_593_600.0


@pytest.mark.parametrize(
    ("wall", "synced", "rtc", "severity"),
    [
        (NOVEMBER, True, False, "ok"),
        (NOVEMBER, False, True, "ok"),
        (NOVEMBER, False, False, "warning"),
        (NOVEMBER, None, False, "warning"),
        (1_000_000.0, True, True, "broken"),
    ],
)
def test_a_clock_is_believed_when_somebody_has_set_it(
    pi: Write, wall: float, synced: bool | None, rtc: bool, severity: str
) -> None:
    roots = pi({"sys/class/rtc/rtc0/name": "rtc-ds1307\n"} if rtc else None)
    ((found, _, remedy),) = clock.examine(roots, lambda: wall, lambda: synced)
    assert found == severity and bool(remedy) == (severity != "ok")


def test_timesyncds_word_counts_where_the_kernel_cannot_be_asked(pi: Write) -> None:
    ((severity, _, _),) = clock.examine(pi({"run/systemd/timesync/synchronized": ""}), lambda: NOVEMBER, lambda: None)
    assert severity == "ok"


def test_the_real_kernel_can_be_asked() -> None:
    assert clock.synchronised() in (True, False, None)


# --- the disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mb", "severity"), [(20, "broken"), (300, "warning"), (9000, "ok")])
def test_a_disk_that_runs_full_is_told_in_time(pi: Write, tmp_path: Path, mb: float, severity: str) -> None:
    ((found, _, _),) = storage.examine(tmp_path, pi(), lambda folder: mb * 1e6)
    assert found == severity


@pytest.mark.parametrize(
    ("gb_a_day", "severity", "words"), [(0.2, "ok", "20 years"), (2.0, "warning", "about 2 years")]
)
def test_a_card_is_told_how_long_it_bears_what_is_written(
    pi: Write, tmp_path: Path, gb_a_day: float, severity: str, words: str
) -> None:
    import os

    number = tmp_path.stat().st_dev
    sectors = int(gb_a_day * 1e9 / 512)
    disk = "sys/devices/mmcblk0"
    roots = pi(
        {
            f"{disk}/size": str(16_000_000_000 // 512),
            f"{disk}/stat": f"1 2 3 4 5 6 {sectors} 8 9",
            f"{disk}/mmcblk0p2/partition": "2",
        }
    )
    link = roots.sys / f"dev/block/{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / disk / "mmcblk0p2")
    found = list(storage.examine(tmp_path, roots, lambda folder: 9e9))
    assert words in said(found[1:], severity) and "16 GB" in found[1][1]


def test_in_the_first_hour_nobody_can_tell_how_long_a_card_lasts_and_that_is_said(pi: Write, tmp_path: Path) -> None:
    import os

    number = tmp_path.stat().st_dev
    roots = pi({"sys/devices/mmcblk0/size": "31250000", "proc/uptime": "600 600"})
    link = roots.sys / f"dev/block/{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "sys/devices/mmcblk0")
    assert "an hour after the start" in said(storage.examine(tmp_path, roots, lambda folder: 9e9), "ok")


def test_soldered_flash_tells_itself_how_worn_it_is(pi: Write, tmp_path: Path) -> None:
    import os

    number = tmp_path.stat().st_dev
    roots = pi({"sys/devices/mmcblk0/device/life_time": "0x01 0x09\n", "proc/uptime": "100 100"})
    link = roots.sys / f"dev/block/{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "sys/devices/mmcblk0")
    assert "90 %" in said(storage.examine(tmp_path, roots, lambda folder: 9e9), "warning")


# --- power --------------------------------------------------------------------------------------------


def test_the_power_rules_are_told_for_every_topology(pi: Write) -> None:
    roots = pi({"sys/class/net/lo/type": "772"})
    bad = Roots(sys=pi().sys.parent / "nowhere")
    emg = Sensor(driver="ads1115", signal=("emg-raw",), power="battery")
    assert "nothing is plugged in" in said(power.examine(emg, roots), "ok")
    assert "does not say" in said(power.examine(emg, bad), "broken")
    assert "isolated" in said(power.examine(Sensor(driver="ads1115", power="isolated"), roots), "ok")
    assert "power bank" in said(power.examine(Sensor(driver="ads1115", power="mains"), roots), "broken")
    assert "Powerbank" in said(power.examine(Sensor(driver="ads1115", power="mains"), roots, "de"), "broken")
    assert "No electrodes" in said(power.examine(Sensor(driver="ads1115", signal=("pressure",)), roots), "ok")


def test_where_the_system_cannot_say_whether_a_screen_is_plugged_in_the_person_is_asked_to_look(pi: Write) -> None:
    emg = Sensor(driver="ads1115", signal=("emg-raw",), power="battery")
    blind = said(power.examine(emg, pi({"sys/class/net/lo/type": "772"})), "warning")
    assert "no display driver" in blind and "vc4-kms-v3d" in blind
    sees = pi({"sys/class/drm/card1-HDMI-A-1/status": "disconnected"})
    assert [severity for severity, _, _ in power.examine(emg, sees)] == ["ok"]


# --- the wire and the sensor --------------------------------------------------------------------------


def test_the_bus_says_who_answers_and_how_fast_it_is() -> None:
    fake = FakeBus(VirtualClock(), {0x49: Ads1115(lambda pin, t: 1.0)}, khz=400)
    found = list(bus.examine(1, lambda number: fake, 400))
    assert found == [
        ("ok", "I2C bus 1 can be opened, 400 kHz; where an ADS1115 can be answers: 0x49 (ADDR at VDD).", "")
    ]
    slow = said(bus.examine(1, lambda number: FakeBus(VirtualClock(), {}), 100), "ok")
    assert "nobody" in slow and "i2c_arm_baudrate" in slow


def test_a_bus_that_cannot_be_opened_is_broken_with_its_remedy() -> None:
    def nowhere(number: int) -> FakeBus:
        raise SensorError("There is no I2C bus 1.", "Enable it.")

    assert said(bus.examine(1, nowhere), "broken") == "There is no I2C bus 1. Enable it."


def test_a_running_station_keeps_its_sensor_to_itself(pi: Write) -> None:
    roots = pi()
    holder = roots.proc / "815/fd"
    holder.mkdir(parents=True)
    (holder / "0").symlink_to("/dev/null")
    assert not sensor.running(roots, 1)
    (holder / "5").symlink_to("/dev/i2c-1")
    assert sensor.running(roots, 1) and not sensor.running(roots, 0)


def test_a_station_of_another_user_keeps_its_sensor_to_itself_too(pi: Write) -> None:
    """Whose files this user may not see; its command line everybody may."""
    roots = pi({"proc/7/cmdline": "/usr/bin/python3\0-m\0hardware.sensors.simulated_things\0"})
    assert not sensor.running(roots, 1)
    roots = pi({"proc/8/cmdline": "/opt/desk-station/current/bin/python\0-m\0hardware.sensors.acquisition\0006\0"})
    assert sensor.running(roots, 1)


def test_a_command_that_reads_the_sensor_itself_gives_way_to_a_station_that_runs(pi: Write) -> None:
    """Two hosts on one chip: each would read what the other asked for."""
    running = pi({"proc/8/cmdline": "python\0-m\0hardware.sensors.acquisition\0006\0"})
    with pytest.raises(StationError, match="two readers") as told:
        sensor.only_reader(config.from_text('[sensor]\npower = "battery"\n'), running)
    assert "systemctl stop" in told.value.remedy
    sensor.only_reader(config.from_text('[sensor]\ndriver = "simulated"\n'), running)
    sensor.only_reader(config.from_text('[sensor]\npower = "battery"\n'), pi({"proc/8/cmdline": "bash"}))


RATE = 500.0


def frames(volts: np.ndarray, rate: float = RATE, lost: int = 0) -> list[Frame]:
    return [Frame(volts.astype(np.float32).reshape(-1, 1), 5.0, rate, lost)]


def signal(noise: float = 0.001, hum: float = 0.0, mains: int = 50) -> np.ndarray:
    t = np.arange(int(5 * RATE)) / RATE
    rng = np.random.default_rng(7)
    return 1.5 + noise * rng.standard_normal(len(t)) + hum * np.sin(2 * np.pi * mains * t)


EMG = Sensor(driver="ads1115", signal=("emg-raw",), power="battery")


def test_a_clean_signal_is_well_and_its_noise_is_told() -> None:
    found = list(sensor.heard(EMG, frames(signal())))
    assert {severity for severity, _, _ in found} == {"ok"}
    assert "0.00 % lost" in found[0][1] and "Hum: " in found[1][1]
    assert "the station to take it out" in found[1][1], "a share alone alarms where nothing is wrong"


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_is_told_by_its_frequency_and_what_helps(mains: int) -> None:
    told = said(sensor.heard(EMG, frames(signal(hum=0.01, mains=mains))), "warning")
    assert f"{mains} Hz" in told and "reference electrode" in told


def test_a_little_hum_beside_a_relaxed_muscle_moves_nobody_to_move_cables() -> None:
    """3 µV at the skin, a thousandfold: most of what a relaxed muscle shows, and 1.4 % of a 25 µV reference's power."""
    found = clean((signal(noise=0.001, hum=0.0042)).astype(np.float32), RATE)
    assert found is not None and found.hum > 2 / 3
    assert found.hum_uv == pytest.approx(4200 / 2**0.5, rel=0.03)
    assert {severity for severity, _, _ in sensor.heard(EMG, frames(signal(hum=0.0042)))} == {"ok"}


def test_losses_slowness_and_a_signal_at_its_limit_are_worth_a_look() -> None:
    assert "keeps this machine busy" in said(sensor.heard(EMG, frames(signal(), lost=100)), "warning")
    assert "few for raw EMG" in said(sensor.heard(EMG, frames(signal(), rate=400.0)), "warning")
    assert "few for raw EMG" in said(sensor.heard(EMG, frames(signal(), rate=250.0)), "broken")
    assert "electrode" in said(sensor.heard(EMG, frames(np.full(2500, 3.3))), "warning")


def test_a_smoothed_sensor_may_rest_at_its_lower_end_but_not_stay_at_its_upper_one() -> None:
    envelope = Sensor(driver="ads1115", signal=("emg-envelope",), power="battery")
    assert said(sensor.heard(envelope, frames(np.zeros(320), rate=64.0)), "warning") == ""
    assert "electrode" in said(sensor.heard(envelope, frames(np.full(320, 3.29), rate=64.0)), "warning")


def test_noise_is_measured_beside_the_hum_and_in_the_stillest_moment() -> None:
    found = clean((signal(noise=0.001, hum=0.02)).astype(np.float32), RATE)
    assert found is not None and found.mains_hz == 50 and found.hum > 0.9
    # White noise of 1 mV: what is above 30 Hz and beside four tones of 3 Hz is about 0.9 mV, its stillest moments less.
    assert 600 < found.floor_uv < 950
    assert clean(np.zeros(100, np.float32), RATE) is None


# --- with --try ---------------------------------------------------------------------------------------


def test_the_light_shows_every_colour_and_goes_dark_again() -> None:
    shown = []
    factory = pin_factory("mock")
    settings = hardware.light.Settings(pins=(5, 6, 13), gpio="mock")
    found = list(
        hands.shine(settings, factory, lambda s: shown.append(tuple(factory.pin(p).state for p in (5, 6, 13))))
    )
    assert [severity for severity, _, _ in found] == ["ok"]
    assert any(r and not g and not b for r, g, b in shown) and any(b and not r and not g for r, g, b in shown)
    assert all(not factory.pin(pin).state for pin in (5, 6, 13))


def test_a_button_is_waited_for_and_its_absence_comes_with_what_to_look_at() -> None:
    import threading
    import time

    settings = hardware.button.Settings(pin=19, gpio="mock")
    factory = pin_factory("mock")
    assert "ground" in said(hands.press(settings, factory, 0.05), "warning")

    def finger() -> None:
        for level in ("drive_low", "drive_high") * 20:
            time.sleep(0.1)
            getattr(factory.pin(19), level)()

    threading.Thread(target=finger, daemon=True).start()
    assert [severity for severity, _, _ in hands.press(settings, factory, 5.0)] == ["ok"]
    assert list(hands.press(hardware.button.Settings(enabled=False))) == []


def test_the_chime_sounds_on_the_sink_that_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from station.outputs.audio import Settings

    raw = tmp_path / "sound.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(raw))
    assert [severity for severity, _, _ in hands.sound(Settings())] == ["ok"]
    assert np.abs(np.fromfile(raw, "<i2").astype(int)).max() > 1000


def test_the_page_says_where_it_will_be_and_a_taken_port_comes_with_another(pi: Write, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        (found,) = page.examine(port, tmp_path, pi({"proc/locks": "1: FLOCK  ADVISORY  WRITE 815 08:01:7 0 EOF"}))
        assert found[:2] == ("warning", f"The page's port {port} is already in use on this computer.")
        assert f"[output.web] port = {port + 1}" in found[2]
        mine = pi({"proc/locks": f"1: FLOCK  ADVISORY  WRITE 815 08:01:{tmp_path.stat().st_ino} 0 EOF"})
        assert f":{port}/; the station is running." in said(page.examine(port, tmp_path, mine), "ok")
    assert f"The page will be at http://localhost:{port}/." in said(page.examine(port, tmp_path, pi()), "ok")
    assert "any free port" in said(page.examine(0, tmp_path, pi()), "ok")


def test_the_kernel_s_own_list_names_a_station_that_runs(tmp_path: Path) -> None:
    assert not page.runs(tmp_path, Roots())
    with place.alone(tmp_path):
        assert page.runs(tmp_path, Roots())
    assert not page.runs(tmp_path, Roots())
