"""A kernel's /sys for the interlock's tests, with hands that plug and unplug."""

from __future__ import annotations

from pathlib import Path


class Sysfs:
    """A kernel's /sys, as far as the interlock reads it: a Pi 4 on a power bank, Wi-Fi on, nothing plugged in."""

    # what a person does -> (file, what the kernel then says there, what it says without)
    PLUGS: dict[str, tuple[tuple[str, str, str | None], ...]] = {  # noqa: RUF012
        "ethernet": (("class/net/eth0/carrier", "1", "0"),),
        "display": (("class/drm/card1-HDMI-A-1/status", "connected", "disconnected"),),
        "usb": (
            ("bus/usb/devices/1-1.3/idVendor", "046d", None),
            ("bus/usb/devices/1-1.3/idProduct", "c31c", None),
            ("bus/usb/devices/1-1.3/product", "USB Keyboard", None),
        ),
        "computer": (("class/udc/fe980000.usb/state", "configured", "not attached"),),
        "charger": (("class/power_supply/ADP1/online", "1", "0"),),
        "dark": (("class/net/eth1/carrier", "", "0"),),
        "weak": (("class/hwmon/hwmon1/in0_lcrit_alarm", "1", "0"),),
    }

    def __init__(self, root: Path) -> None:
        self.root = root
        for file, said in {
            "firmware/devicetree/base/model": "Raspberry Pi 4 Model B Rev 1.5\0",
            "class/net/lo/type": "772",
            "class/net/eth0/type": "1",
            "class/net/eth0/device/uevent": "DRIVER=bcmgenet",
            "class/net/eth1/type": "1",
            "class/net/eth1/device/uevent": "DRIVER=w5100",
            "class/net/wlan0/type": "1",
            "class/net/wlan0/carrier": "1",
            "class/net/wlan0/device/uevent": "DRIVER=brcmfmac",
            "class/net/wlan0/phy80211/index": "0",
            "class/net/docker0/type": "1",
            "class/net/docker0/carrier": "1",
            "class/drm/version": "drm 1.1.0 20060810",
            "class/drm/card0/dev": "226:0",
            "class/drm/card1-HDMI-A-2/status": "disconnected",
            "class/drm/card1-DSI-1/status": "connected",
            "class/drm/card1-Composite-1/status": "unknown",
            "class/drm/card1-Writeback-1/status": "unknown",
            "bus/usb/devices/usb1/idVendor": "1d6b",
            "bus/usb/devices/1-0:1.0/bInterfaceClass": "09",
            "bus/usb/devices/1-1/idVendor": "2109",
            "bus/usb/devices/1-1/idProduct": "3431",
            "class/power_supply/ADP1/type": "Mains",
            "class/power_supply/BAT0/type": "Battery",
            "class/power_supply/BAT0/online": "1",
            "class/hwmon/hwmon0/name": "cpu_thermal",
            "class/hwmon/hwmon1/name": "rpi_volt",
        }.items():
            self.say(file, said)
        for plug in self.PLUGS:
            self.unplug(plug)

    def say(self, file: str, said: str | None) -> None:
        path = self.root / file
        if said is None:
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said + "\n")

    def plug(self, plug: str) -> None:
        for file, there, _ in self.PLUGS[plug]:
            self.say(file, there)

    def unplug(self, plug: str) -> None:
        for file, _, gone in self.PLUGS[plug]:
            self.say(file, gone)
