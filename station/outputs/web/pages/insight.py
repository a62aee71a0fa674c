"""Insight: what can honestly be known by now, in words, with how sure it is; and often: not yet."""

from __future__ import annotations

from collections.abc import Sequence

from station.core.insight.findings import LEAST_EACH, Finding
from station.core.insight.shrink import Effect
from station.core.insight.situations import HOURS_TOGETHER, Situation
from station.outputs.web import catalogue
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, tag
from station.outputs.web.known import DAY_S, Known, known
from station.outputs.web.pages.frame import action, card, framed, view_of
from station.outputs.web.view import View

# Where the picture of an interval ends, in shares of the load.
WIDEST = 0.6


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/insight`."""
    view, found = view_of(asked), known(desk)
    anything = any(each.effect for each in (*found.exercises, *([found.alert] if found.alert else [])))
    return framed(
        desk,
        asked,
        "insight",
        view.w("nav.insight"),
        tag("h1", view.w("insight.title_some" if anything else "insight.title")),
        tag("p", view.w("insight.lead_some" if anything else "insight.lead"), class_="lead"),
        tag(
            "div",
            tag("div", _exercises(view, found), _liked(desk, view), _why(view)),
            tag("div", _alerts(desk, view, found), _situations(view, found.situations)),
            class_="two",
        ),
        script="page.js",
        wide=True,
    )


# --- exercises -----------------------------------------------------------------------------------------------------


def _exercises(view: View, found: Known) -> Html:
    days = tag("p", view.w("insight.days", days=found.days), class_="soft figure")
    if not found.exercises:
        return card(view.w("insight.exercises"), tag("p", view.w("insight.none")), days)
    rows = [
        tag(
            "li",
            tag("h3", catalogue.title_of(each.name, view.language)),
            *_told(view, each, "exercise"),
            tag("p", _times(view, found.done[each.name]), class_="soft figure") if not each.effect else None,
        )
        for each in found.exercises
    ]
    return card(view.w("insight.exercises"), tag("ul", *rows, class_="findings"), days)


def _times(view: View, n: int) -> str:
    return view.w("insight.times_1") if n == 1 else view.w("insight.times", n=n)


def _told(view: View, finding: Finding, what: str) -> list[Html]:
    """One finding: in words, as a picture, and what it rests on."""
    effect = finding.effect
    if effect is None:
        return [tag("p", tag("strong", view.w("insight.not_yet")), " ", _missing(view, finding, what))]
    if not effect.clear:
        said = view.w(f"insight.{what}_open")
    elif effect.change < 0:
        said = view.w(f"insight.{what}_less", size=_size(view, effect.change))
    else:
        said = view.w(f"insight.{what}_more", size=_size(view, effect.change))
    between = view.w("insight.between", low=_signed(view, effect.low), high=_signed(view, effect.high))
    rests_on = view.w(f"insight.{what}_n", n=effect.exercises, pauses=effect.pauses)
    again = view.w(f"insight.{what}_next", next=finding.next_look) if finding.next_look else ""
    return [
        tag("p", tag("strong", said) if effect.clear else said),
        _picture(effect),
        tag(
            "p",
            *[tag("span", view.w(f"insight.end_{end}")) for end in ("less", "more")],
            class_="ends",
            aria_hidden="true",
        ),
        tag("p", between, class_="figure"),
        tag("p", f"{rests_on} {again}".strip(), class_="soft figure"),
    ]


def _size(view: View, change: float) -> str:
    """How much: a figure, or a word where figures are hidden."""
    if view.numbers:
        return view.w("insight.about", share=view.share(abs(change)))
    return view.w("insight.much" if abs(change) >= 0.2 else "insight.little")


def _signed(view: View, change: float) -> str:
    """-0.12 -> "12 % less"."""
    if abs(change) < 0.005:
        return view.w("insight.same")
    return view.w("insight.less" if change < 0 else "insight.more", share=view.share(abs(change)))


def _missing(view: View, finding: Finding, what: str) -> str:
    """What is still needed before anything is compared; nobody has to hurry."""
    needs = (
        (f"need_{what}", LEAST_EACH - finding.exercises),
        (f"need_{what}_pause", LEAST_EACH - finding.pauses),
        ("need_days", int(-(-finding.wait_s // DAY_S))),
    )
    said = ", ".join(view.w(f"insight.{key}{'_1' if n == 1 else ''}", n=n) for key, n in needs if n > 0)
    if not view.numbers or not said:
        return view.w("insight.need_time")
    return view.w("insight.need", what=said)


def _picture(effect: Effect) -> Html:
    """The interval on a line from much less (left) to much more (right); the words beside it say the same."""

    def x(change: float) -> str:
        return f"{100 + 100 * max(-1.0, min(1.0, change / WIDEST)):.1f}"

    low, high = x(effect.low), x(effect.high)
    return tag(
        "svg",
        tag("path", d="M2 12H198", class_="axis-line"),
        tag("path", d="M100 3V21", class_="axis-line"),
        tag("path", d=f"M{low} 12H{high}", class_="interval"),
        tag("circle", cx=x(effect.change), cy="12", r="5", class_="middle"),
        viewBox="0 0 200 24",
        class_="effect is-clear" if effect.clear else "effect",
        aria_hidden="true",
        focusable="false",
    )


# --- alerts, liking, situations -------------------------------------------------------------------------------------


def _alerts(desk: Desk, view: View, found: Known) -> Html:
    drawn = bool(desk.live.state.preferences.get("silent_alerts", False))
    switch = action(
        "prefer",
        view.w("insight.lots_off" if drawn else "insight.lots_on"),
        name="silent_alerts",
        value="false" if drawn else "true",
        reload="1",
    )
    if found.alert is None:
        told = [tag("p", tag("strong", view.w("insight.not_yet")), " ", view.w("insight.alerts_need_lots"))]
    else:
        told = _told(view, found.alert, "alert")
    return card(
        view.w("insight.alerts"),
        *told,
        tag("p", view.w("insight.lots_are_on" if drawn else "insight.lots"), class_="soft"),
        tag("div", switch, class_="buttons"),
    )


def _liked(desk: Desk, view: View) -> Html:
    """Liking stands apart: it needs no proof."""
    liked = dict.fromkeys(name.partition("/")[0] for name in desk.live.state.liked)
    names = [tag("li", catalogue.title_of(name, view.language)) for name in liked]
    return card(
        view.w("insight.liked"),
        tag("ul", *names, class_="plain-list") if names else tag("p", view.w("insight.liked_none"), class_="soft"),
        tag("p", view.w("insight.liked_apart"), class_="soft"),
    )


def _situations(view: View, found: Sequence[Situation]) -> Html:
    if not any(each.difference is not None for each in found):
        return card(
            view.w("insight.situations"),
            tag("p", tag("strong", view.w("insight.not_yet")), " ", view.w("insight.situations_wait")),
        )
    clear = [each for each in found if each.clear]
    rows = [
        tag(
            "tr",
            tag("th", _where(view, each), scope="row"),
            tag("td", view.share(each.rest)),
            tag("td", _differs(view, each)),
        )
        for each in found
    ]
    head = tag("tr", *[tag("th", view.w(f"insight.column_{key}"), scope="col") for key in ("where", "rest", "differs")])
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="sheet-table")
    label = view.w("insight.all_situations")
    return card(
        view.w("insight.situations"),
        tag("ul", *[tag("li", _stands_out(view, each)) for each in clear], class_="plain-list")
        if clear
        else tag("p", view.w("insight.situations_alike")),
        tag("p", view.w("insight.situations_picture"), class_="soft"),
        tag(
            "details",
            tag("summary", label),
            tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=label),
        ),
    )


def _where(view: View, situation: Situation) -> str:
    """ "context call" -> "in calls"; "weekday 0" -> "Monday"; "hour 10" -> "10 to 12"."""
    kind, _, which = situation.name.partition(" ")
    if kind == "context":
        return view.known("insight", f"context_{which}").removeprefix("context_")
    if kind == "weekday":
        return view.list("calendar.weekdays")[int(which)]
    return view.w("insight.hours", first=int(which), last=int(which) + HOURS_TOGETHER)


def _stands_out(view: View, situation: Situation) -> str:
    key = "more_rest" if situation.low > 0 else "less_rest"
    return view.w(
        f"insight.{key}", where=_where(view, situation), share=view.share(situation.rest), days=situation.days
    )


def _differs(view: View, situation: Situation) -> str:
    if situation.difference is None:
        return view.w("insight.differs_open")
    if not situation.clear:
        return view.w("insight.differs_unsure")
    if not view.numbers:
        return view.w("insight.differs_more" if situation.low > 0 else "insight.differs_less")
    return f"{100 * situation.low:+.0f} … {100 * situation.high:+.0f}"


def _why(view: View) -> Html:
    return card(view.w("insight.why_title"), *[tag("p", each) for each in view.list("insight.why")])
