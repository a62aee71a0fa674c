"""Tells systemd that the station is ready and alive (sd_notify), without a library: one datagram.

Does nothing where no service manager listens.
"""

from __future__ import annotations

import os
import socket


def notify(message: str) -> None:
    """Send e.g. `READY=1` or `WATCHDOG=1` to the service manager, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address[0] == "@":  # an abstract socket's name begins with a zero byte
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
            wire.sendto(message.encode(), address)
    except OSError:  # a manager that has gone is no reason to stop
        return
