"""The one local page: everything the person at the desk needs, without a terminal.

`take()` folds one event into the live picture and wakes the server's thread; everything else happens there.  Until a
passphrase is set, only this computer is answered.  The web framework is imported when the output starts, on its own
thread: a station without the page never loads it.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from station.core.events import DayBegan, Moment
from station.outputs.contract import House, OutputError
from station.outputs.installing import installing

log = logging.getLogger(__name__)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[output.web]`: where the page is found."""

    port: Annotated[int, Meta(ge=0, le=65535, description="The page's port; 0 takes any free one.")] = 8765
    bind: Annotated[
        Literal["auto", "localhost"],
        Meta(
            description="auto: this computer only until a passphrase is set, then your home network, too. "
            "localhost: this computer only, always."
        ),
    ] = "auto"
    passphrase: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{10,200}$",
            description="At least 10 characters; opens the page to your home network. Usually set on the page itself.",
        ),
    ] = ""
    hosts: Annotated[
        tuple[str, ...],
        Meta(
            max_length=10,
            description="More names the page is reached by, such as desk.home.arpa; this machine's own name and "
            "addresses are known.",
        ),
    ] = ()


class Web:
    """See `station.outputs.contract.Output`."""

    def __init__(self, settings: Settings, house: House) -> None:
        from station.outputs.web.access import Access
        from station.outputs.web.desk import Desk
        from station.outputs.web.guard import own_names
        from station.outputs.web.live import Live
        from station.outputs.web.progress import Progress
        from station.outputs.web.server import Server

        access = Access(house.state_dir, settings.passphrase)
        live = Live(house.signal)
        desk = Desk(house, live, access, Progress(house.state_dir), lan=settings.bind == "auto")
        self.desk = desk
        self.server = Server(desk, settings.port, own_names(settings.hosts))
        desk.rebind = self.server.rebind

    @property
    def address(self) -> str:
        """Where the page is, seen from this computer."""
        return f"http://localhost:{self.server.port}/"

    def start(self) -> None:
        """Listen.  Raises OutputError when the port is taken or the web framework is not installed."""
        missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
        if missing:
            raise OutputError(f"The page needs {' and '.join(missing)}.", f"Install it:  {installing(*missing)}")
        if not self.desk.files:
            from station.outputs.web.files import read_all

            self.desk.files.update(read_all())
        self.server.start()
        log.info("the page is at %s", self.address)

    def take(self, moment: Moment) -> None:
        """Learn one event.  Raises OutputError once the server is gone."""
        if not self.server.alive():
            raise OutputError(self.server.problem or "The page's server has stopped.", "It is started again.")
        if isinstance(moment.event, DayBegan):
            self.server.think()
        if self.desk.live.take(moment):
            self.server.streams.wake()

    def trouble(self) -> str:
        """What is wrong with the page now, or ''."""
        damaged = self.desk.access.damaged
        if damaged:
            return "page-access.json cannot be read, so nobody is let in. Delete it and set a passphrase anew."
        return self.server.problem

    def stop(self) -> None:
        """Close every connection, within two seconds."""
        self.server.stop()


def open(settings: Settings, house: House) -> Web:
    """The page of the station in `house`."""
    return Web(settings, house)
