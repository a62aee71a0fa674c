"""The web server's one thread: listens on this computer, or on the home network once there is a passphrase.

start() binds on the caller's thread, so that a taken port is said at once ──► thread: serve, rebind when asked, serve
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from typing import TYPE_CHECKING, Final

from station.outputs.contract import OutputError
from station.outputs.web.answer import No
from station.outputs.web.desk import Desk
from station.outputs.web.known import known
from station.outputs.web.streams import Streams

if TYPE_CHECKING:
    import uvicorn

log = logging.getLogger(__name__)

STOP_S: Final = 1.8
# After an answer that changes where the page listens: long enough for that answer to arrive.
REBIND_S: Final = 0.3
# The library looks ten times a second whether it is to end, and what the date is; a second's date needs no more.
LOOK_S: Final = 1.0
# The insight is thought over when the start, or midnight, is long past: a small Pi has other things to do then.
THINK_S: Final = 600.0
THIS_COMPUTER: Final = ("127.0.0.1", "::1")
EVERYWHERE: Final = ("0.0.0.0", "::")


class Server:
    """Serves one desk."""

    def __init__(self, desk: Desk, port: int, names: frozenset[str]) -> None:
        """port: 0 takes a free one."""
        self.desk = desk
        self.streams = Streams(desk.live)
        self.port = port
        self._wanted = port
        self._names = names
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._uvicorn: uvicorn.Server | None = None
        self._ending = asyncio.Event()
        self._stopping = False
        self.problem = ""

    def start(self) -> None:
        """Listen and serve.  Raises OutputError when the port is taken."""
        self._stopping, self.problem = False, ""
        sockets = self._bind(self._wanted)
        self._thread = threading.Thread(target=self._run, args=(sockets,), name="web", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Is the thread at work?"""
        return self._thread is not None and self._thread.is_alive()

    def rebind(self) -> None:
        """Listen anew, where the passphrase allows it now; from any thread."""
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(loop.call_later, REBIND_S, self._end)

    def think(self, after_s: float = THINK_S) -> None:
        """Work out what the insight says by now, in a while, so that nobody has to ask for it; from any thread."""
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(loop.call_later, after_s, loop.run_in_executor, None, self._think)

    def _think(self) -> None:
        try:
            known(self.desk)
        except No as no:
            log.info("the insight waits for another day: %s", no)

    def stop(self) -> None:
        """End within two seconds."""
        self._stopping = True
        loop, thread = self._loop, self._thread
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._end)
        if thread is not None:
            thread.join(STOP_S)
        self._thread = None

    def _end(self) -> None:
        self.streams.close()
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True
            self._ending.set()

    def _bind(self, port: int) -> list[socket.socket]:
        """Sockets that listen.  A computer without IPv6 is served over IPv4 alone."""
        sockets: list[socket.socket] = []
        try:
            for address in EVERYWHERE if self.desk.access.locked and self.desk.lan else THIS_COMPUTER:
                try:
                    sockets.append(_listen(address, port))
                except OSError:
                    if ":" not in address:
                        raise
                    continue
                port = sockets[0].getsockname()[1]
        except OSError as error:
            for each in sockets:
                each.close()
            if error.errno == errno.EADDRINUSE:
                raise OutputError(
                    f"The page's port {port} is already in use on this computer.",
                    f"Another station may be running. Else choose a free one: [output.web] port = {beside(port)}.",
                ) from None
            raise OutputError(
                f"The page cannot listen on port {port}: {error.strerror}.", "Choose another [output.web] port."
            ) from None
        self.port = port
        return sockets

    def _run(self, sockets: list[socket.socket]) -> None:
        """The thread: serve until told to stop; after a change of the passphrase listen anew."""
        try:
            while not self._stopping:
                asyncio.run(self._serve(sockets))
                for each in sockets:
                    each.close()
                if not self._stopping:
                    sockets = self._bind(self.port)
        except OutputError as error:
            self.problem = f"{error.problem} {error.remedy}"
        except Exception as error:
            log.exception("the page's server failed")
            self.problem = f"The page's server failed: {error}."
        finally:
            self._loop = self._uvicorn = None

    async def _serve(self, sockets: list[socket.socket]) -> None:
        import uvicorn

        from station.outputs.web.asgi import build

        config = uvicorn.Config(
            build(self.desk, self.streams, self._names),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=1,
            limit_concurrency=100,
            h11_max_incomplete_event_size=16_384,
        )
        self._uvicorn, self._loop = uvicorn.Server(config), asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._uvicorn.main_loop = self._look_on  # type: ignore[method-assign]
        if self._stopping:
            return
        pump = asyncio.create_task(self.streams.pump())
        self.think()
        try:
            await self._uvicorn.serve(sockets=sockets)
        finally:
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pump

    async def _look_on(self) -> None:
        """The server's own loop, until it is to end."""
        assert self._uvicorn is not None
        while not await self._uvicorn.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), LOOK_S)


def beside(port: int) -> int:
    """Another port, to be tried where this one is taken."""
    return port % 65535 + 1


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((address, port))
        listening.listen(64)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
