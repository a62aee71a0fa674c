"""What may be changed at any time, below the set-up; the day's small pause needs no script."""

from __future__ import annotations

from station.core.daily import ANCHORS, is_possible
from station.core.inputs import Prefer
from station.outputs.web import catalogue
from station.outputs.web.answer import Answer, Asked, No, elsewhere
from station.outputs.web.commands import SOURCE
from station.outputs.web.desk import Desk
from station.outputs.web.forms import fields, form
from station.outputs.web.html import Html, tag
from station.outputs.web.view import View

# What the time field holds while the small pause goes by something else.
FIRST_TIME = "09:30"


def wishes(desk: Desk, asked: Asked, view: View, *, folded: bool) -> Html:
    """The card, folded away while a step of the set-up waits above it.

    Every field keeps itself; without a script there is the small pause alone.
    """
    now = desk.live.state.preferences
    fields = tag(
        "div",
        _field(view, "volume", type="range", min="0", max="100", step="5", value=now.get("volume", 50)),
        _field(view, "monitoring", type="checkbox", checked=bool(now.get("monitoring", True))),
        _field(view, "cues", type="checkbox", checked=bool(now.get("cues", True))),
        _field(view, "chime", type="checkbox", checked=bool(now.get("chime", True))),
        _field(view, "cue_budget", type="number", min="0", max="24", value=now.get("cue_budget", 6)),
        _field(view, "quiet_minutes", type="number", min="1", max="720", value=now.get("quiet_minutes", 60)),
        _favourite(view, now.get("favourite")),
        tag("h3", view.w("wishes.reminders")),
        _daily(asked, view, str(now.get("daily", "off"))),
        tag("p", view.w("wishes.daily_hint"), class_="soft"),
        _field(view, "movement", type="checkbox", checked=bool(now.get("movement", False))),
        _field(view, "quiet_hours", type="text", maxlength="200", value=now.get("quiet_hours", "")),
        _hint(view, "quiet_hours_hint"),
        tag("h3", view.w("wishes.finding_out"), class_="js"),
        _field(view, "try_out", type="checkbox", checked=bool(now.get("try_out", False))),
        _hint(view, "try_out_hint"),
        _field(view, "silent_alerts", type="checkbox", checked=bool(now.get("silent_alerts", False))),
        _hint(view, "silent_alerts_hint"),
        tag("p", "", id="wish-result", class_="soft saved", role="status"),
        id="wishes",  # inside, so that whoever is led here finds it unfolded
    )
    title = view.w("wishes.title")
    if folded:
        return tag("details", tag("summary", title), fields, class_="card folded wishes")
    return tag("section", tag("h2", title), fields, class_="card wishes")


def _field(view: View, key: str, **attributes: object) -> Html:
    return tag(
        "p",
        tag("label", view.w(f"wishes.{key}"), for_=f"wish-{key}"),
        tag("input", id=f"wish-{key}", data_wish=key, **attributes),
        class_="js",
    )


def _hint(view: View, key: str) -> Html:
    return tag("p", view.w(f"wishes.{key}"), class_="soft js")


def _favourite(view: View, now: object) -> Html:
    titles = [
        tag("option", each.title, value=each.name, selected=each.name == now)
        for each in catalogue.exercises(view.language)
    ]
    return tag(
        "p",
        tag("label", view.w("wishes.favourite"), for_="wish-favourite"),
        tag("select", *titles, id="wish-favourite", data_wish="favourite"),
        class_="js",
    )


def _daily(asked: Asked, view: View, wish: str) -> Html:
    """When the small pause is offered: a choice, and a time for the one that needs it."""
    timed = wish not in ("off", *ANCHORS)
    choices = [
        tag("option", view.w(f"wishes.daily_{each}"), value=each, selected=each == ("time" if timed else wish))
        for each in ("off", *ANCHORS, "time")
    ]
    return form(
        asked,
        "/daily",
        tag(
            "p",
            tag("label", view.w("wishes.daily"), for_="wish-daily"),
            tag("select", *choices, id="wish-daily", name="daily", data_wish="daily"),
        ),
        tag(
            "p",
            tag("label", view.w("wishes.daily_at"), for_="daily-at"),
            tag("input", type="time", id="daily-at", name="at", value=wish if timed else FIRST_TIME, required=True),
            id="daily-at-row",
        ),
        tag("noscript", tag("button", view.w("wishes.keep"), type="submit", class_="button")),
    )


def keep_daily(desk: Desk, asked: Asked) -> Answer:
    """The small pause as the form says it.  Raises No."""
    sent = fields(asked)
    wish = sent.get("at", "") if sent.get("daily") == "time" else sent.get("daily", "")
    if not is_possible(wish):
        raise No(422, "The small pause comes at a time like 09:30, on arrival, on return, or not at all.")
    desk.put(Prefer({"daily": wish}, SOURCE))
    desk.until(lambda state: state.preferences.get("daily") == wish)
    return elsewhere("/setup#wishes")
