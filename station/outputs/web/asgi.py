"""Carries requests to handlers: the guard first, then the table's row, then the answer with its headers.

The only file that knows Starlette.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from station import german
from station.outputs.web import guard, language
from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.desk import Desk
from station.outputs.web.pages.frame import refused_page
from station.outputs.web.route import Handler, Route
from station.outputs.web.routes import ROUTES
from station.outputs.web.streams import Receive, Scope, Send, Streams
from station.outputs.web.unlocked import COOKIE as DIARY

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

App = Callable[[Scope, Receive, Send], Awaitable[None]]
YEAR_S = 31_536_000
PIECE_BYTES = 65_536
# Kinds of answer that a person sees as a page; the others are for programs, the page's own scripts among them.
FOR_EYES = ("page", "form")


def build(desk: Desk, streams: Streams, names: frozenset[str]) -> App:
    """The whole page as one ASGI application."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import Route as Way

    ways = []
    for route in ROUTES:
        handler = route.handler
        serves: Any = _guarded_stream(desk, streams) if handler is None else _endpoint(desk, route, handler)
        ways.append(Way(route.path, serves, methods=[route.method]))

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        sentence = "There is no such page." if status == 404 else "That cannot be done here."
        headers = tuple((error.headers or {}).items()) if isinstance(error, HTTPException) else ()
        return _response(_no(desk, No(status, sentence, headers), "page", _language(desk, request)))

    app = Starlette(routes=ways, exception_handlers={HTTPException: missing})
    app.router.redirect_slashes = False
    return _door(app, desk, names)


def _door(app: App, desk: Desk, names: frozenset[str]) -> App:
    """Host, origin and length before anything else; the policy's headers on every answer."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                told = {name for name, _ in message["headers"]}
                more = [(b"cache-control", b"no-store")] if b"cache-control" not in told else []
                own = [(name.encode(), value.encode()) for name, value in guard.HEADERS]
                message = {**message, "headers": [*message["headers"], *own, *more]}
            await send(message)

        headers = _headers(scope)
        try:
            guard.check_host(headers.get("host", ""), names, (scope.get("server") or ("",))[0])
            guard.check_origin(headers)
            guard.check_length(headers)
        except No as no:
            told = language.refused_in(headers.get("accept-language", ""))
            await _response(_no(desk, no, "json", told))(scope, receive, send_with_headers)
            return
        await app(scope, receive, send_with_headers)

    return door


def _endpoint(desk: Desk, route: Route, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    from starlette.concurrency import run_in_threadpool

    async def answer(request: Request) -> Response:
        shown = _language(desk, request)
        told = shown if route.kind in FOR_EYES else language.refused_in(request.headers.get("accept-language", ""))
        try:
            asked = await _asked(desk, route, request, shown)
            if route.slow:
                return _response(await run_in_threadpool(handler, desk, asked), _choices(request), request)
            return _response(handler(desk, asked), _choices(request), request)
        except No as no:
            if no.status == 401 and route.kind == "page":
                return _response(Answer(b"", 303, "text/plain", (("location", "/login"),)))
            return _response(_no(desk, no, route.kind, told))
        except OSError as error:
            why = error.strerror or str(error)
            log.warning("%s %s could not be kept: %s", route.method, route.path, why)
            full = No(503, f"That could not be kept ({why}). Is the card full, or mounted read-only?")
            return _response(_no(desk, full, route.kind, told))

    return answer


def _guarded_stream(desk: Desk, streams: Streams) -> Any:
    class Stream:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            from starlette.requests import cookie_parser

            cookie = cookie_parser(_headers(scope).get("cookie", "")).get(guard.COOKIE, "")
            if desk.access.locked and not desk.access.knows(cookie, desk.wall()):
                await _response(_no(desk, No(401, "Sign in first."), "json", "en"))(scope, receive, send)
                return
            await streams(scope, receive, send)

    return Stream()


async def _asked(desk: Desk, route: Route, request: Request, shown: str) -> Asked:
    """The request as a handler sees it.  Raises No."""
    cookie = request.cookies.get(guard.COOKIE, "")
    signed_in = desk.access.knows(cookie, desk.wall())
    if desk.access.locked and not signed_in and not route.open:
        raise No(401, "Sign in first.")
    token = desk.access.token_of(cookie if signed_in else "")
    query = _query(route, request)
    body: Any = None
    if route.body is not None:
        guard.check_token(request.headers, token)
        guard.check_kind(request.headers, "application/json")
        body = _decode(await _read(request), route.body)
    elif route.kind == "form":
        guard.check_kind(request.headers, "application/x-www-form-urlencoded")
        body = await _read(request)
    return Asked(
        path=request.url.path,
        params=request.path_params,
        query=query,
        body=body,
        language=shown,
        rather=_rather(request),
        numbers=(query.get("numbers") or request.cookies.get("desk_numbers", "show")) != "hide",
        token=token,
        address=request.client.host if request.client else "",
        cookie=cookie,
        signed_in=signed_in,
        diary=request.cookies.get(DIARY, ""),
    )


def _query(route: Route, request: Request) -> dict[str, str]:
    """The known keys, each of its shape."""
    found = {}
    for query in route.query:
        value = request.query_params.get(query.name, "")
        if value and not re.fullmatch(query.pattern, value):
            raise No(400, f"{query.name}: {query.description}")
        found[query.name] = value
    return found


async def _read(request: Request) -> bytes:
    """The body, at most as long as the guard allows whatever was announced, and within a few seconds."""
    import asyncio

    from starlette.requests import ClientDisconnect

    body = b""
    try:
        async with asyncio.timeout(10.0):
            async for part in request.stream():
                body += part
                if len(body) > guard.MOST_BYTES:
                    raise No(413, f"At most {guard.MOST_BYTES} bytes.")
    except TimeoutError:
        raise No(408, "The request did not come to its end.") from None
    except ClientDisconnect:
        raise No(400, "The request was cut off.") from None
    return body


def _decode(body: bytes, kind: type[msgspec.Struct]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise No(422, f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise No(400, f"That is no JSON: {error}.") from None


def _language(desk: Desk, request: Request) -> str:
    return language.chosen(request.query_params, request.cookies) or desk.house.language


def _rather(request: Request) -> str:
    """What a browser would rather read in which nobody has chosen yet."""
    if language.chosen(request.query_params, request.cookies):
        return ""
    return language.preferred(request.headers.get("accept-language", ""))


def _choices(request: Request) -> list[tuple[str, str]]:
    """Cookies for a choice that came with the address: the language, and whether figures are shown."""
    kept = []
    for key, cookie, allowed in (
        ("lang", language.COOKIE, language.SHOWN),
        ("numbers", "desk_numbers", ("show", "hide")),
    ):
        value = request.query_params.get(key, "")
        if value in allowed:
            kept.append(("set-cookie", f"{cookie}={value}; Path=/; Max-Age={YEAR_S}; SameSite=Strict"))
    return kept


def _no(desk: Desk, no: No, kind: str, told: str) -> Answer:
    """A refusal, for eyes or for programs, told in this language."""
    if kind in FOR_EYES:
        return Answer(refused_page(desk, told, no).encode(), no.status, "text/html; charset=utf-8", no.headers)
    sentence = german.in_language(no.sentence, told)
    return Answer(msgspec.json.encode({"error": sentence}), no.status, "application/json", no.headers)


def _response(answer: Answer, more: list[tuple[str, str]] | None = None, request: Request | None = None) -> Response:
    from starlette.responses import Response

    known = dict(answer.headers).get("etag")
    unchanged = request is not None and known is not None and request.headers.get("if-none-match") == known
    if answer.file is not None:
        return _sent(answer)
    response = Response(status_code=304) if unchanged else Response(answer.body, answer.status, media_type=answer.kind)
    for name, value in (*answer.headers, *(more or ())):
        response.headers.append(name, value)
    return response


def _sent(answer: Answer) -> Response:
    """A file in pieces, so that it is never in memory as a whole."""
    from starlette.responses import StreamingResponse

    def pieces() -> Iterator[bytes]:
        assert answer.file is not None
        with answer.file as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    return StreamingResponse(pieces(), answer.status, dict(answer.headers), answer.kind)


def _headers(scope: Scope) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
