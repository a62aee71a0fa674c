"""What the acquisition process and the station say to each other, one message per packet (SOCK_SEQPACKET).

    to the process     JSON   {"driver": ..., "settings": {...}} first, then anything the driver's twin understands;
                              {"stop": true} or a closed socket ends it
    from the process   F + header + float32 volts      a frame
                       S + JSON                        {"status": "ready", ...} or {"status": "error", ...}

Both ends run on one machine, so native byte order is right; packets keep messages apart.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Mapping
from typing import Any

from hardware.sensors.contract import Frame

# kind, channels, lost, t_last, rate; 24 bytes, so that the volts behind it are aligned.
HEADER = struct.Struct("=cBxxIdd")
FRAME, STATUS = b"F", b"S"
MAX_MESSAGE = 65536


def pack_frame(frame: Frame) -> bytes:
    """A frame as one packet."""
    volts = frame.volts if isinstance(frame.volts, array) and frame.volts.typecode == "f" else array("f", frame.volts)
    lost = min(frame.lost, 0xFFFFFFFF)
    return HEADER.pack(FRAME, frame.channels, lost, frame.t_last, frame.rate) + volts.tobytes()


def unpack_frame(packet: bytes) -> Frame:
    """The frame in a packet; its volts are an array of float32 that numpy can look at without a copy."""
    _, channels, lost, t_last, rate = HEADER.unpack_from(packet)
    volts = array("f")
    volts.frombytes(memoryview(packet)[HEADER.size :])
    return Frame(volts, channels, t_last, rate, lost)


def pack_status(status: str, **details: Any) -> bytes:
    """A status as one packet."""
    return STATUS + json.dumps({"status": status, **details}).encode()


def unpack_json(packet: bytes) -> dict[str, Any]:
    """The object in a JSON packet."""
    message: dict[str, Any] = json.loads(packet)
    return message


def pack_control(message: Mapping[str, Any]) -> bytes:
    """A control message as one packet."""
    return json.dumps(dict(message)).encode()
