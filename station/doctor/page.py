"""What `check` finds out about the page: where it will be, and whether its port is free."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from station.doctor import Examined, Roots, read
from station.outputs.web.server import beside

THIS_COMPUTER = "127.0.0.1"


def examine(port: int, folder: Path, roots: Roots) -> Examined:
    """About the page of the station that keeps its things in `folder`."""
    if port == 0:
        yield "ok", "The page takes any free port; the station says which at its start.", ""
        return
    where, refusal = address(port), refused(port)
    if refusal is None:
        yield "ok", f"The page will be at {where}.", ""
    elif refusal.errno != errno.EADDRINUSE:
        yield (
            "warning",
            f"The page cannot listen on port {port}: {refusal.strerror}.",
            "Choose another [output.web] port.",
        )
    elif runs(folder, roots):
        yield "ok", f"The page is at {where}; the station is running.", ""
    else:
        said = f"The page's port {port} is already in use on this computer."
        yield "warning", said, f"End the other program, or choose a free port: [output.web] port = {beside(port)}."


def runs(folder: Path, roots: Roots) -> bool:
    """Does a station hold this folder (station/place.py)?  The kernel's list is read: to look hinders nobody."""
    inode = str(folder.stat().st_ino)
    held = (line.split() for line in read(roots.proc / "locks").splitlines())
    return any(words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode for words in held if len(words) > 5)


def address(port: int) -> str:
    """Where the page is, seen from this computer."""
    return f"http://localhost:{port}/"


def refused(port: int) -> OSError | None:
    """Why nobody could listen on this port now; None where it is free."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((THIS_COMPUTER, port))
        except OSError as error:
            return error
    return None
