"""Help: when to see a doctor first, where to get help, how to stay safe.  Static and dated; needs no sensor, no script,
no network and no session.
"""

from __future__ import annotations

from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import card, framed, view_of
from station.outputs.web.view import View

# The columns of the button's table.
WHENS = ("free", "offer", "exercise")


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
        card(view.w("frame.data"), tag("p", tag("a", view.w("data.look"), href="/data"))),
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
    """The one button's grammar, as a table; on a phone each row stands by itself, with its columns' names."""
    rows = [
        tag(
            "tr",
            tag("th", view.w(f"help.press_{press}"), scope="row", role="rowheader"),
            *[
                tag("td", view.w(f"help.{press}_{when}"), role="cell", data_when=view.w(f"help.when_{when}"))
                for when in WHENS
            ],
            role="row",
        )
        for press in ("short", "double", "long", "hold")
    ]
    head = tag(
        "tr",
        tag("th", view.w("help.press"), scope="col", role="columnheader"),
        *[tag("th", view.w(f"help.when_{when}"), scope="col", role="columnheader") for when in WHENS],
        role="row",
    )
    # The roles are said outright: where the style stacks the rows on a phone, a browser would no longer see a table.
    return tag(
        "table",
        tag("thead", head, role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        class_="grammar",
        role="table",
        aria_label=view.w("help.button"),
    )
