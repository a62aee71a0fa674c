"""What is served as it is: style, scripts, icons; read once at the start, so that no path of a request ever meets a
disk.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.desk import Desk

HERE = Path(__file__).with_name("static")

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
MANIFEST = "application/manifest+json"


def read_all() -> dict[str, tuple[str, bytes, str]]:
    """Name -> (kind, content, ETag) of every file there is."""
    found = {}
    for path in sorted(HERE.iterdir()):
        if path.suffix in KINDS:
            content = path.read_bytes()
            found[path.name] = (KINDS[path.suffix], content, hashlib.sha256(content).hexdigest()[:16])
    return found


def static(desk: Desk, asked: Asked) -> Answer:
    """One of them."""
    try:
        kind, content, etag = desk.files[asked.params["name"]]
    except KeyError:
        raise No(404, "There is no such file.") from None
    return Answer(content, 200, kind, (("etag", f'"{etag}"'), ("cache-control", "no-cache")))


def manifest(desk: Desk, asked: Asked) -> Answer:
    """What a phone's home screen needs to know."""
    icon = {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    drawn = [
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    told = {
        "name": desk.house.name,
        "short_name": desk.house.name[:12],
        "lang": desk.house.language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f3ec",
        "theme_color": "#f6f3ec",
        "icons": [icon, *drawn],
    }
    return Answer(msgspec.json.encode(told), 200, MANIFEST, (("cache-control", "no-cache"),))
