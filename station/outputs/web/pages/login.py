"""The way in: one passphrase, a plain form that works without any script."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from station.outputs.web import api
from station.outputs.web.answer import Answer, Asked, No, elsewhere
from station.outputs.web.desk import Desk
from station.outputs.web.html import tag
from station.outputs.web.pages.frame import bare, view_of


def page(desk: Desk, asked: Asked, wrong: str = "") -> Answer:
    """The page at `/login`."""
    if not desk.access.locked or asked.signed_in:
        return elsewhere("/")
    view = view_of(asked)
    form = tag(
        "form",
        tag("input", type="hidden", name="token", value=asked.token),
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
        method="post",
        action="/login",
        class_="card",
    )
    return bare(
        desk,
        asked,
        view.w("login.title"),
        tag("h1", desk.house.name),
        tag("p", view.w("login.lead"), class_="lead"),
        form,
        tag("p", tag("a", view.w("login.help"), href="/help")),
    )


def enter(desk: Desk, asked: Asked) -> Answer:
    """The form, sent."""
    try:
        sent = parse_qs(asked.body.decode(), max_num_fields=8, keep_blank_values=True)
    except (UnicodeDecodeError, ValueError):
        raise No(400, "That is no form.") from None
    words, token = sent.get("passphrase", [""])[0], sent.get("token", [""])[0]
    if not hmac.compare_digest(token.encode(), asked.token.encode()):
        raise No(403, "The page is too old: load it anew.")
    try:
        cookie = api.entered(desk, asked, words)
    except No as no:
        if no.status != 401:
            raise
        answer = page(desk, asked, view_of(asked).w("login.wrong"))
        return Answer(answer.body, 401, answer.kind)
    return elsewhere("/", (api.session_cookie(cookie),))
