"""What every output is: something that is started, told what happened, and stopped.

A module `station/outputs/NAME` *must* offer `Settings` (a frozen msgspec struct, every field described) and
`open(settings, house) -> Output`; with `ON_REQUEST = True` it is off until its owner asks for it.  The name in
`[output.NAME]` is the name of the file; there is no registry.

    start()        may raise OutputError: the app says so once, and tries again with back-off
    take(moment)   is called on the main thread for every event and must return at once (< 1 ms); slow work goes to the
                   output's own thread and bounded queue, inside its own file.  May raise: the app guards it once,
                   stops the output and starts it again later
    trouble()      a sentence when something is wrong *now* that take() could not raise (broker gone), else "";
                   a `Trouble` where others must know what it is, not only read it
    stop()         always possible; returns within 2 s; what is durable is on disk afterwards

An output may put requests (station.core.inputs) into `house.inbox`, from any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from station.core.events import Moment
from station.core.inputs import Input


@dataclass(frozen=True, slots=True)
class House:
    """What an output may know of the station it lives in.

    station_id: `desk_` + 8 hex digits, never the hostname.
    language: of everything shown, `de` or `en`.  voice: the language that exercises speak in, if it is another one.
    state_dir: where this station keeps what must survive (exists, writable).
    inbox: puts a request into the main loop; safe from every thread, never blocks.
    name: what dashboards call this station.
    techniques: the names of the exercises there are, as `Start.technique` takes them.
    signals, power: what each channel measures, and how the owner says the station is powered (see [sensor]).
    simulated: the signal is made up (the simulated person), so that nothing is on anybody's skin.
    """

    station_id: str
    language: str
    version: str
    state_dir: Path
    inbox: Callable[[Input], None]
    name: str = "Desk Station"
    techniques: tuple[str, ...] = ()
    signals: tuple[str, ...] = ("emg-raw",)
    power: str = ""
    simulated: bool = False
    voice: str = ""

    @property
    def signal(self) -> str:
        """What the first channel measures."""
        return self.signals[0]


class OutputError(Exception):
    """An output cannot work now.  `problem` says what is wrong and where, `remedy` what a person can do.

    `kind`: what it is, where it is one of those that `OutputTrouble` knows.
    """

    def __init__(self, problem: str, remedy: str = "", kind: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.kind = kind


class Trouble(str):
    """A sentence for people that also carries what it is: the `kind` of an `OutputTrouble`."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, sentence: str, kind: str) -> Self:
        """`sentence`, which is of this kind."""
        made = super().__new__(cls, sentence)
        made.kind = kind
        return made


class Output(Protocol):
    """A running output."""

    def start(self) -> None:
        """Open the device, file or connection.  Raises OutputError."""

    def take(self, moment: Moment) -> None:
        """Learn one event."""

    def trouble(self) -> str:
        """What is wrong right now, or an empty string."""

    def stop(self) -> None:
        """Close everything."""
