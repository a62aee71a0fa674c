"""The page's interface as an OpenAPI 3.1 document, written from the route table: it cannot say more or less than it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from station.outputs.web.guard import TOKEN_HEADER
from station.outputs.web.route import Route

ABOUT = (
    "The local page of a desk station. Everything stays on this machine. Requests that change something carry the "
    f"page's token in the header {TOKEN_HEADER}; once a passphrase is set, everything needs a session cookie."
)
KINDS = {
    "page": "text/html",
    "form": "text/html",
    "json": "application/json",
    "stream": "text/event-stream",
    "file": "application/octet-stream",
}
# Look elsewhere; unchanged.
WITHOUT_CONTENT = (303, 304)
REFUSALS = {
    400: "Not understood.",
    401: "No session.",
    403: "Another site asked, or the token is missing.",
    404: "There is no such thing.",
    408: "The request did not come to its end.",
    409: "Not just now: there is no history yet, or it is being written or deleted.",
    413: "Too long.",
    415: "Another kind of body is expected.",
    421: "Asked under a name that is not this station's.",
    422: "Understood, but not possible.",
    429: "Too many tries or streams.",
    503: "It could not be read or kept just now, for a disk that is full or a history that is busy; try again.",
}
REFUSED = {
    "type": "object",
    "properties": {
        "error": {
            "type": "string",
            "description": "A sentence for a person: in English, or in German where Accept-Language ranks it first.",
        }
    },
    "required": ["error"],
}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document."""
    bodies = [route.body for route in routes if route.body is not None]
    _, components = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Desk Station", "version": version, "description": ABOUT, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": {**components, "Refused": REFUSED},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "desk_session"},
                "token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
            },
        },
    }


def operation(route: Route) -> dict[str, Any]:
    """One row of the table."""
    needs: dict[str, list[str]] = {}
    if not route.open:
        needs["session"] = []
    if route.method == "POST" and route.kind == "json":
        needs["token"] = []
    kinds = route.gives or (KINDS[route.kind],)
    done: dict[str, Any] = {
        str(status): {
            "description": "Done.",
            **({} if status in WITHOUT_CONTENT else {"content": {kind: {} for kind in kinds}}),
        }
        for status in route.answers
    }
    if route.kind == "page":
        done["303"] = {"description": "Look there instead: without a session the way in, with one the page."}
    refusals = {str(status): _refusal(sentence) for status, sentence in REFUSALS.items()}
    found: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_') or 'now'}",
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": {**done, **refusals},
        "security": [needs] if needs else [],
    }
    if route.body is not None:
        schema = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif route.kind == "form":
        form: dict[str, Any] = {
            "type": "object",
            "properties": {name.rstrip("?"): {"type": "string"} for name in (*route.fields, "token")},
            "required": [name for name in (*route.fields, "token") if not name.endswith("?")],
        }
        found["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": form}},
        }
    return found


def _refusal(sentence: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refused"}
    return {"description": sentence, "content": {"application/json": {"schema": schema}, "text/html": {}}}


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": query.name,
            "in": "query",
            "required": False,
            "description": query.description,
            "schema": {"type": "string", "pattern": query.pattern},
        }
        for query in route.query
    ]
