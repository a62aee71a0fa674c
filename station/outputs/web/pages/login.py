"""The way in: one passphrase, a plain form that works without any script."""

from __future__ import annotations

from station.outputs.web import api
from station.outputs.web.answer import Answer, Asked, No, elsewhere
from station.outputs.web.desk import Desk
from station.outputs.web.forms import fields, form
from station.outputs.web.html import tag
from station.outputs.web.pages.frame import bare, view_of


def page(desk: Desk, asked: Asked, wrong: str = "") -> Answer:
    """The page at `/login`."""
    if not desk.access.locked or asked.signed_in:
        return elsewhere("/")
    view = view_of(asked)
    way_in = form(
        asked,
        "/login",
        tag("label", view.w("login.passphrase"), for_="passphrase"),
        tag(
            "input",
            type="password",
            id="passphrase",
            name="passphrase",
            required=True,
            autocomplete="current-password",
            maxlength="200",
        ),
        tag("p", wrong, role="alert", class_="warn") if wrong else None,
        tag("button", view.w("login.enter"), type="submit", class_="button primary"),
        class_="card",
    )
    return bare(
        desk,
        asked,
        view.w("login.title"),
        tag("h1", desk.house.name),
        tag("p", view.w("login.lead"), class_="lead"),
        way_in,
        tag("p", tag("a", view.w("login.help"), href="/help")),
    )


def enter(desk: Desk, asked: Asked) -> Answer:
    """The form, sent."""
    words = fields(asked).get("passphrase", "")
    if not desk.access.locked or asked.signed_in:
        return elsewhere("/")
    try:
        cookie = api.entered(desk, asked, words)
    except No as no:
        if no.status != 401:
            raise
        answer = page(desk, asked, view_of(asked).w("login.wrong"))
        return Answer(answer.body, 401, answer.kind)
    return elsewhere("/", (api.session_cookie(cookie),))
