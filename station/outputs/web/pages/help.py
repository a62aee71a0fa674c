"""Help: when to see a doctor first, where to get help, how to stay safe.  Static and dated; needs no sensor, no script,
no network and no session.
"""

from __future__ import annotations

from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import card, framed, view_of
from station.outputs.web.view import View


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/help`."""
    view = view_of(asked)
    return framed(
        desk,
        asked,
        "help",
        view.w("nav.help"),
        tag("h1", view.w("help.title")),
        tag("p", view.w("help.not_medical"), class_="lead"),
        card(view.w("help.flags"), red_flags(view), class_="card caution", id="flags"),
        card(
            view.w("help.where"),
            tag("ul", *[tag("li", each) for each in view.list("help.where_list")], class_="plain-list"),
        ),
        tag(
            "div",
            card(view.w("help.electric"), _paragraphs(view, "help.electric_text")),
            card(view.w("help.exercise"), _paragraphs(view, "help.exercise_text")),
            class_="two even",
        ),
        card(view.w("help.button"), _button(view)),
        card(
            view.w("help.licence"),
            _paragraphs(view, "help.licence_text"),
            tag("p", f"Desk Station {desk.house.version}", class_="soft"),
        ),
        script="page.js",
    )


def red_flags(view: View) -> Html:
    """When to see a doctor first: now, soon, neck and back; with its sources and its date."""
    parts = []
    for key in ("now", "neck", "back"):
        parts.append(tag("h3", view.w(f"help.flags_{key}")))
        parts.append(tag("ul", *[tag("li", each) for each in view.list(f"help.flags_{key}_list")], class_="plain-list"))
    return join(tag("p", view.w("help.flags_lead")), *parts, tag("p", view.w("help.flags_source"), class_="soft"))


def _paragraphs(view: View, key: str) -> list[Html]:
    return [tag("p", each) for each in view.list(key)]


def _button(view: View) -> Html:
    """The one button's grammar, as a table."""
    rows = [
        tag(
            "tr",
            tag("th", view.w(f"help.press_{press}"), scope="row"),
            *[tag("td", view.w(f"help.{press}_{when}")) for when in ("free", "offer", "exercise")],
        )
        for press in ("short", "double", "long", "hold")
    ]
    head = tag(
        "tr",
        tag("th", view.w("help.press"), scope="col"),
        *[tag("th", view.w(f"help.when_{when}"), scope="col") for when in ("free", "offer", "exercise")],
    )
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="grammar")
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=view.w("help.button"))
