"""An EDF+ file that grows second by second, and is whole at every second.

    [header][record][record][record]...          one record = about one second: samples of each channel, then notes
       ^ number of records, rewritten after each record

Whoever pulls the plug loses the second that was being collected, nothing else: a half-written last record is ignored
by every reader, and the count in the header is never ahead of what is on the disk.

edfio writes the header (field widths, encodings, the annotation signal); it cannot append, so the records are
written here, by the EDF+ specification (edfplus.info, sections 2.1.3 and 2.2).
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

# Bytes of a record kept for its own time stamp (at most 20) and the notes that fell into it.
NOTE_BYTES = 240
# A note longer than this is cut: two of them still fit into one record.
LONGEST_NOTE = 80
# Power may go at any time; the page cache is forced to the card this often (PRODUCT §6: at most 30 s are lost).
SYNC_S = 15.0
# ADS1115 codes are 16 bit, two's complement, as EDF samples are: nothing is lost on the way.
CODE_MIN, CODE_MAX = -32768, 32767
_COUNT_AT, _DURATION_AT = 236, 244  # byte positions of "number of data records" and "duration of a data record"


def printable(text: str) -> str:
    """A note's text as EDF+ can hold it: no control characters, at most `LONGEST_NOTE` bytes of UTF-8."""
    clean = "".join(c if c.isprintable() else " " for c in text).encode()[:LONGEST_NOTE]
    return clean.decode(errors="ignore")


class EdfWriter:
    """Writes channels of equal rate, in volts, as they come.

    path: created, or overwritten; the caller asks before.
    labels: one per channel, e.g. `EMG raw`.
    rate: samples a second of each channel; any positive number, kept to six digits in the record's duration.
    span: volts of full scale either side of zero (the PGA range: 4.096 gives the chip's own 125 µV step).
    started: local wall time of the first sample; None leaves the date out.
    Raises OSError when the file cannot be made, ValueError for a rate or label that EDF+ cannot hold.
    """

    def __init__(
        self,
        path: Path,
        labels: Sequence[str],
        rate: float,
        *,
        span: float = 4.096,
        started: datetime.datetime | None = None,
        transducer: str = "",
    ) -> None:
        if not rate > 0:
            raise ValueError(f"a recording needs a rate above 0 samples a second, not {rate}")
        self.samples = max(1, round(rate))
        self.duration = Decimal(str(self.samples / rate)[:8]).quantize(Decimal("0.000001"))
        self.rate = self.samples / float(self.duration)
        self.channels = len(labels)
        self.records = 0
        self._step = 2 * span / (CODE_MAX - CODE_MIN + 1)
        self._waiting: list[npt.NDArray[np.float64]] = []
        self._waiting_rows = 0
        self._notes: list[bytes] = []
        self._synced_at = 0.0
        header = _header(labels, self.samples, span, started, transducer)
        header[_COUNT_AT : _COUNT_AT + 8] = b"0       "
        header[_DURATION_AT : _DURATION_AT + 8] = str(self.duration).ljust(8).encode()
        self._file = path.open("wb")
        self._file.write(header)
        self._file.flush()

    @property
    def seconds(self) -> float:
        """Length of everything handed in so far, in the file's own time."""
        return (self.records * self.samples + self._waiting_rows) / self.rate

    def add(self, volts: npt.ArrayLike) -> None:
        """Append samples, shape (n, channels), volts; whole records go to the disk at once."""
        block = np.asarray(volts, dtype=np.float64).reshape(-1, self.channels)
        self._waiting.append(block)
        self._waiting_rows += len(block)
        if self._waiting_rows < self.samples:
            return
        rows = np.concatenate(self._waiting)
        while len(rows) >= self.samples:
            self._write(rows[: self.samples])
            rows = rows[self.samples :]
        self._waiting, self._waiting_rows = [rows], len(rows)

    def note(self, onset: float, text: str, duration: float | None = None) -> None:
        """Annotate `onset` seconds from the start; it is written with the next record that has room."""
        length = "" if duration is None else f"\x15{max(0.0, duration):.6f}"
        self._notes.append(f"{max(0.0, onset):+.6f}{length}\x14{printable(text)}\x14\x00".encode())

    def close(self) -> None:
        """Finish: the last, incomplete record is filled with its last value and noted `lost/N`.  Safe to call twice."""
        if self._file.closed:
            return
        rows = np.concatenate(self._waiting) if self._waiting_rows else np.zeros((0, self.channels))
        self._waiting, self._waiting_rows = [], 0
        if len(rows):
            missing = self.samples - len(rows)
            onset = (self.records * self.samples + len(rows)) / self.rate
            self.note(onset, f"lost/{missing}", missing / self.rate)
            self._write(np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)]))
        while self._notes and self.records:
            # Notes that found no room yet: records of silence would lie about time, so the last record is rewritten.
            if not self._squeeze():
                break
        os.fsync(self._file.fileno())
        self._file.close()

    def _write(self, rows: npt.NDArray[np.float64]) -> None:
        codes = np.clip(np.rint(rows / self._step), CODE_MIN, CODE_MAX).astype("<i2")
        self._file.seek(0, os.SEEK_END)
        self._file.write(codes.T.tobytes() + self._notes_of(self.records))
        self.records += 1
        self._file.flush()
        self._file.seek(_COUNT_AT)
        self._file.write(str(self.records).ljust(8).encode())
        self._file.flush()
        at = float(self.records * self.duration)
        if at - self._synced_at >= SYNC_S:
            os.fsync(self._file.fileno())
            self._synced_at = at

    def _notes_of(self, record: int) -> bytes:
        """The annotation signal of one record: its own time first, then what fits of the waiting notes."""
        raw = f"+{record * self.duration}\x14\x14\x00".encode()
        while self._notes and len(raw) + len(self._notes[0]) <= NOTE_BYTES:
            raw += self._notes.pop(0)
        return raw.ljust(NOTE_BYTES, b"\x00")

    def _squeeze(self) -> bool:
        """Put waiting notes into the free bytes of the newest records; False when there is no room at all."""
        size = 2 * self.samples * self.channels + NOTE_BYTES
        end = self._file.seek(0, os.SEEK_END)
        placed = False
        with Path(self._file.name).open("r+b") as file:
            for record in range(self.records, 0, -1):
                at = end - (self.records - record) * size - NOTE_BYTES
                file.seek(at)
                raw = file.read(NOTE_BYTES).rstrip(b"\x00") + b"\x00"
                while self._notes and len(raw) + len(self._notes[0]) <= NOTE_BYTES:
                    raw += self._notes.pop(0)
                    placed = True
                file.seek(at)
                file.write(raw.ljust(NOTE_BYTES, b"\x00"))
                if not self._notes:
                    break
        return placed


def _header(
    labels: Sequence[str], samples: int, span: float, started: datetime.datetime | None, transducer: str
) -> bytearray:
    """The header edfio writes for one record of these channels and one annotation signal of `NOTE_BYTES`."""
    from edfio import Edf, EdfAnnotation, EdfSignal, Recording

    # A hair below the exact value: edfio rounds upwards to eight characters and would turn 4.095875 into 4.095876.
    upper = span * CODE_MAX / (CODE_MAX + 1) * (1 - 1e-12)
    signals = [
        EdfSignal(
            np.zeros(samples),
            sampling_frequency=samples,
            label=label,
            transducer_type=transducer,
            physical_dimension="V",
            physical_range=(-span, upper),
            digital_range=(CODE_MIN, CODE_MAX),
        )
        for label in labels
    ]
    overhead = len(b"+0\x14\x14\x00") + len(b"+0\x14\x14\x00")
    room = [EdfAnnotation(0.0, None, "x" * (NOTE_BYTES - overhead))]
    head = Edf(
        signals,
        recording=Recording(startdate=started.date() if started else None, equipment_code="desk-station"),
        starttime=started.time().replace(microsecond=0) if started else None,
        data_record_duration=1,
        annotations=room,
    )
    return bytearray(head.to_bytes()[: head.bytes_in_header_record])
