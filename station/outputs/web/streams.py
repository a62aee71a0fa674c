"""The live stream to every open browser: one message written once, sent to all.

    take() on the main thread ──call_soon_threadsafe──► one frame ──► every client's queue ──► its connection

A browser that cannot keep up is let go; it comes back by itself and gets the whole picture.  Without a browser a
reading costs nothing but a place in a list.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from station.outputs.web.live import Live, sse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_CLIENTS: Final = 40
# Four seconds of readings; who is further behind sees more in a fresh picture.
LONGEST_QUEUE: Final = 40
# Two events in the same moment travel together; below what an eye can tell.
GATHER_S: Final = 0.02
STILL_HERE_S: Final = 15.0

HEADERS: Final = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
FULL: Final = b'{"error":"Too many open pages; close one."}'

Client = asyncio.Queue[bytes | None]


class Streams:
    """All open streams of one server.  Everything but `wake` belongs to the server's thread."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._clients: dict[Client, asyncio.Task[Any] | None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told_at = 0.0
        self._waking = False
        self._closing = False

    def wake(self) -> None:
        """Something is new; from any thread."""
        loop = self._loop
        if loop is None or self._waking or not self._clients:
            return
        self._waking = True
        with contextlib.suppress(RuntimeError):  # the loop has just closed
            loop.call_soon_threadsafe(self._woken)

    def _woken(self) -> None:
        """Tell what is new now, or as soon as a moment has passed since the last time."""
        loop = self._loop
        if loop is None:
            return
        wait = self._told_at + GATHER_S - loop.time()
        if wait > 0:
            loop.call_later(wait, self._tell_news)
        else:
            self._tell_news()

    def _tell_news(self) -> None:
        if self._loop is None:
            return
        self._waking = False
        frame = self.live.frame()
        if frame is not None:
            self._tell(frame)

    async def pump(self) -> None:
        """Keep the streams open, also while nothing happens, until cancelled."""
        self._loop = loop = asyncio.get_running_loop()
        self._told_at, self._waking, self._closing = loop.time(), False, False
        try:
            while True:
                wait = self._told_at + STILL_HERE_S - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                else:
                    self._tell(b": still here\n\n")
        finally:
            self._loop = None

    def close(self) -> None:
        """End every stream, so that the server can go."""
        self._closing = True
        for client, task in list(self._clients.items()):
            if client.full() and task is not None:
                task.cancel()
            else:
                client.put_nowait(None)

    def _tell(self, frame: bytes) -> None:
        if self._loop is not None:
            self._told_at = self._loop.time()
        for client, task in list(self._clients.items()):
            try:
                client.put_nowait(frame)
            except asyncio.QueueFull:
                if task is not None:
                    task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One browser's stream, as an ASGI application."""
        if len(self._clients) >= MOST_CLIENTS or self._closing:
            await send(
                {"type": "http.response.start", "status": 429, "headers": [(b"content-type", b"application/json")]}
            )
            await send({"type": "http.response.body", "body": FULL})
            return
        client: Client = asyncio.Queue(LONGEST_QUEUE)
        self.live.frame() if not self._clients else None  # what nobody waited for is in the picture already
        self._clients[client] = asyncio.current_task()
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: None if client.full() else client.put_nowait(None))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            frame: bytes | None = b"retry: 1000\n" + sse(self.live.snapshot())
            while frame is not None:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
                frame = await client.get()
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if self._loop is None:
                raise
        finally:
            del self._clients[client]
            gone.cancel()


async def _gone(receive: Receive) -> None:
    """Comes back when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
