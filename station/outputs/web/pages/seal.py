"""The diary's seal: offered folded away with what it means, opened with the passphrase, shut with one press."""

from __future__ import annotations

from station.outputs.history.seal import SHORTEST, available
from station.outputs.installing import installing
from station.outputs.web.answer import Asked
from station.outputs.web.forms import form
from station.outputs.web.html import Html, tag
from station.outputs.web.sealing import State
from station.outputs.web.view import View


def gate(state: State, asked: Asked, view: View) -> Html | None:
    """Above the diary: the way in where it is shut, the way out where it is open."""
    said = tag("p", view.w("seal.wrong"), role="alert", class_="warn") if asked.query.get("seal") == "wrong" else None
    if state == "lost":
        way = form(asked, "/unseal", tag("button", view.w("seal.without"), type="submit", class_="button plain"))
        return _box(view, "seal.lost", way, *_offer(asked, view))
    if state == "none":
        return None
    if state == "shut":
        if not available():
            return _box(
                view, "seal.is_shut", tag("p", view.w("seal.needs", install=installing("desk-station[sealed]")))
            )
        button = tag("p", tag("button", view.w("seal.open"), type="submit", class_="button primary"))
        field = _field(view, "passphrase", "current-password")
        return _box(view, "seal.is_shut", said, form(asked, "/unlock", *field, button))
    return _box(
        view, "seal.is_open", form(asked, "/lock", tag("button", view.w("seal.shut"), type="submit", class_="button"))
    )


def place(state: State, asked: Asked, view: View) -> Html | None:
    """Below the diary: to seal it, or to take the seal off."""
    if state == "none":
        again = asked.query.get("seal") == "again"
        said = tag("p", view.w("seal.again_please"), role="alert", class_="warn") if again else None
        return tag(
            "details",
            tag("summary", view.w("seal.title")),
            said,
            *_offer(asked, view),
            class_="card folded",
            open=again,
            id="seal",
        )
    if state != "open":
        return None
    button = tag("button", view.w("seal.off"), type="submit", class_="button plain")
    text = tag("p", view.w("seal.off_text"), class_="soft")
    return tag(
        "details", tag("summary", view.w("seal.off_title")), text, form(asked, "/unseal", button), class_="card folded"
    )


def _box(view: View, lead: str, *children: object) -> Html:
    return tag(
        "section", tag("h2", view.w("seal.name")), tag("p", view.w(lead)), *children, class_="card seal", id="seal"
    )


def _offer(asked: Asked, view: View) -> list[Html]:
    means = tag("ul", *[tag("li", each) for each in view.list("seal.means")], class_="plain-list")
    if not available():
        return [means, tag("p", view.w("seal.needs", install=installing("desk-station[sealed]")))]
    understood = tag(
        "p",
        tag(
            "label",
            tag("input", type="checkbox", name="understood", value="yes", required=True),
            " ",
            view.w("seal.understood"),
        ),
    )
    fields = (*_field(view, "passphrase", "new-password"), *_field(view, "again", "new-password"))
    button = tag("p", tag("button", view.w("seal.seal"), type="submit", class_="button"))
    return [means, form(asked, "/seal", *fields, understood, button)]


def _field(view: View, name: str, complete: str) -> tuple[Html, Html]:
    identity = f"seal-{name}"
    return (
        tag("label", view.w(f"seal.{name}"), for_=identity),
        tag(
            "input",
            type="password",
            name=name,
            id=identity,
            minlength=SHORTEST if complete == "new-password" else None,
            maxlength="200",
            required=True,
            autocomplete=complete,
        ),
    )
