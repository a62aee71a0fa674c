"""What is plugged into this computer that may lead to the mains, as the kernel tells it below /sys.

    class/net/*/carrier            a network cable, a PC on the Pi's own USB socket acting as a network
    class/drm/*-HDMI*/status       a monitor, even one that is switched off
    bus/usb/devices/*              anything on a USB socket
    class/udc/*/state              a PC on the socket through which a Pi Zero can be a USB device
    class/power_supply/*           a laptop's charger, a battery that is being charged
    class/hwmon/*/in0_lcrit_alarm  a power bank that can no longer carry the Pi

A look reads a few dozen short files.  Whatever cannot be read, or says something unheard of, counts as attached.  What
sysfs cannot show (composite video, the audio socket, a wire on a pin, what the power bank hangs on) only a person can
see; hardware/SAFETY.md says so.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SYS: Final = Path("/sys")

Kind = str
# What a person reads about each kind, English and German; {} is the name the kernel gives it.
SENTENCES: Final[dict[Kind, tuple[str, str]]] = {
    "ethernet": ("a network cable is plugged in ({})", "ein Netzwerkkabel steckt ({})"),
    "display": ("a screen is plugged in ({})", "ein Bildschirm steckt ({})"),
    "usb": ("something is plugged into USB ({})", "etwas steckt am USB ({})"),
    "computer": ("a computer is plugged into the USB socket ({})", "ein Rechner hängt am USB-Anschluss ({})"),
    "charger": ("a charger is plugged in ({})", "ein Netzteil steckt ({})"),
    "dark": (
        "a network socket is switched off and cannot tell whether a cable is in it ({})",
        "eine Netzwerkbuchse ist abgeschaltet und kann nicht sagen, ob ein Kabel steckt ({})",
    ),
    "weak": ("the power is too weak ({})", "der Strom reicht nicht ({})"),
    "unseen": ("the kernel does not say what is plugged in ({})", "das System sagt nicht, was eingesteckt ist ({})"),
}

ETHERNET: Final = 1  # ARPHRD_ETHER in linux/if_arp.h
# Connectors inside the case, fed by the Pi itself, and those that are no plug at all.
INNER_DISPLAYS: Final = ("DSI", "LVDS", "eDP", "DPI", "SPI", "Writeback", "Virtual")
# Nobody can tell whether a composite cable is plugged in: the kernel says `unknown` for ever.
UNKNOWABLE_DISPLAYS: Final = ("Composite", "TV", "SVIDEO")
# Soldered to the board: (beginning of the model's name, place, vendor:product).  The same chip at another place, or at
# this place on another board (a hub on a Zero's only socket), is something plugged in.
MODEL: Final = "firmware/devicetree/base/model"
ON_BOARD: Final = frozenset(
    {
        ("Raspberry Pi 2 Model B ", "1-1", "0424:9514"),  # hub
        ("Raspberry Pi 2 Model B ", "1-1.1", "0424:ec00"),  # its Ethernet
        ("Raspberry Pi 3 Model B ", "1-1", "0424:9514"),
        ("Raspberry Pi 3 Model B ", "1-1.1", "0424:ec00"),
        ("Raspberry Pi 3 Model B Plus ", "1-1", "0424:2514"),
        ("Raspberry Pi 3 Model B Plus ", "1-1.1", "0424:2514"),  # its second hub
        ("Raspberry Pi 3 Model B Plus ", "1-1.1.1", "0424:7800"),  # its Ethernet
        ("Raspberry Pi 4 Model B ", "1-1", "2109:3431"),
    }
)
# A power bank gives power and never speaks; whoever has given the Pi an address, or put it to sleep, is a computer.
SILENT_SOCKET: Final = frozenset({"not attached", "attached", "powered"})


@dataclass(frozen=True, slots=True)
class Attached:
    """One thing that should not be there: its kind (a key of SENTENCES) and its name."""

    kind: Kind
    name: str

    def say(self, language: str = "en") -> str:
        """What it is, as half a sentence in `de` or `en`."""
        return SENTENCES[self.kind][language == "de"].format(self.name)


def attached(sys: Path = SYS) -> list[Attached]:
    """Everything found that may lead to the mains, or that is wrong with the power bank; empty when all is well.

    What cannot be read counts as attached: electrodes are read only where somebody can vouch for them.
    """
    if not (sys / "class").is_dir():
        return [Attached("unseen", str(sys))]
    found: list[Attached] = []
    for look in LOOKS:
        try:
            found += look(sys)
        except Exception as error:  # a look that stumbles has seen nothing, and that is not the same as "nothing there"
            found.append(Attached("unseen", getattr(error, "filename", None) or str(sys)))
    return found


def tells_of_displays(sys: Path = SYS) -> bool:
    """Whether this kernel has a display driver that knows its sockets at all."""
    return any((connector / "status").exists() for connector in _entries(sys / "class/drm"))


def _ethernet(sys: Path) -> Iterator[Attached]:
    """Network sockets with a cable in them.  A bridge or a tunnel has no `device`; Wi-Fi has no cable."""
    for port in _entries(sys / "class/net"):
        wired = (port / "device").exists() and not ((port / "wireless").exists() or (port / "phy80211").exists())
        if not wired or _read(port / "type") != str(ETHERNET):
            continue
        carrier = _read(port / "carrier")
        if carrier == "1":
            yield Attached("ethernet", port.name)
        elif carrier != "0" and port.exists():  # EINVAL: the socket is down, the kernel does not look at its cable
            yield Attached("dark", port.name)


def _displays(sys: Path) -> Iterator[Attached]:
    """Screens, switched on or off: `card1-HDMI-A-1` says `connected`."""
    for connector in _entries(sys / "class/drm"):
        card, _, kind = connector.name.partition("-")
        if not card.startswith("card") or not kind or kind.startswith(INNER_DISPLAYS):
            continue
        status = _read(connector / "status")
        unknowable = status == "unknown" and kind.startswith(UNKNOWABLE_DISPLAYS)
        if status != "disconnected" and not unknowable and connector.exists():
            yield Attached("display", kind)


def _usb(sys: Path) -> Iterator[Attached]:
    """Everything on a USB socket, a hub without anything in it, too: hubs are often fed from the mains."""
    for device in _entries(sys / "bus/usb/devices"):
        if ":" in device.name or device.name.startswith("usb"):
            continue  # a function of a device, or the socket itself
        identity = f"{_read(device / 'idVendor')}:{_read(device / 'idProduct')}"
        if not _on_board(sys, device.name, identity):
            yield Attached("usb", _read(device / "product") or identity)


def _on_board(sys: Path, place: str, identity: str) -> bool:
    models = [model for model, *rest in ON_BOARD if rest == [place, identity]]
    return bool(models) and f"{_read(sys / MODEL)} ".startswith(tuple(models))


def _computer(sys: Path) -> Iterator[Attached]:
    for controller in _entries(sys / "class/udc"):
        if _read(controller / "state") not in SILENT_SOCKET and controller.exists():
            yield Attached("computer", controller.name)


def _charger(sys: Path) -> Iterator[Attached]:
    """What feeds this machine from outside, by plug or USB-C, and a battery of its own that is being charged."""
    for supply in _entries(sys / "class/power_supply"):
        kind = _read(supply / "type")
        if not kind or _read(supply / "scope") == "Device":
            continue  # gone while we looked, or the battery of a mouse
        fed = _read(supply / "status") == "Charging" if kind == "Battery" else _read(supply / "online") != "0"
        if fed:
            yield Attached("charger", supply.name)


def _weak(sys: Path) -> Iterator[Attached]:
    """The Pi's firmware saw less than 4.63 V in the last two seconds (the kernel's raspberrypi-hwmon)."""
    for monitor in _entries(sys / "class/hwmon"):
        if _read(monitor / "name") == "rpi_volt" and _read(monitor / "in0_lcrit_alarm") == "1":
            yield Attached("weak", "under-voltage")


LOOKS: Final[tuple[Callable[[Path], Iterable[Attached]], ...]] = (
    _ethernet,
    _displays,
    _usb,
    _computer,
    _charger,
    _weak,
)


def _entries(folder: Path) -> list[Path]:
    """What is in a folder of sysfs; a folder that is not there is a computer without such sockets."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _read(file: Path) -> str:
    """One line of sysfs; empty when it is gone, or when the kernel has nothing to say.  Raises OSError otherwise."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip("\0 \n")
    except (FileNotFoundError, NotADirectoryError):
        return ""  # unplugged while we looked
    except OSError as error:
        # A network socket that is switched off answers EINVAL, a device that is just going ENODEV.
        if error.errno in (errno.EINVAL, errno.ENODEV, errno.ENXIO):
            return ""
        raise
