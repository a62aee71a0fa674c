"""The diary's place for two weeks of looking at one thing: plain forms, so that they need no script."""

from __future__ import annotations

import datetime

from station.core.insight.observed import Observed
from station.core.observation import DAYS, SUBJECTS
from station.outputs.web.answer import Asked
from station.outputs.web.desk import Desk
from station.outputs.web.forms import form
from station.outputs.web.html import Html, tag
from station.outputs.web.observing import Observation, observations
from station.outputs.web.view import View

# Years of them would make the page slow; all are in `/api/observations` and in the export.
SHOWN = 6


def place(desk: Desk, asked: Asked, view: View) -> list[Html]:
    """The question, or the way to begin; and what the last two weeks showed."""
    found = observations(desk, SHOWN)
    state = desk.live.state
    past = [each for each in found if each.ended is not None]
    if state.observing in SUBJECTS:
        here = _running(desk, asked, view, found[0].started if found and found[0].ended is None else None)
    else:
        here = _offer(asked, view, state.private)
    return [here, *[_summary(view, each) for each in past[:1]], *_older(view, past[1:])]


def _button(label: str, name: str, value: str, class_: str = "button") -> Html:
    return tag("button", label, type="submit", name=name, value=value, class_=class_)


# --- to begin ------------------------------------------------------------------------------------------------------


def _offer(asked: Asked, view: View, private: bool) -> Html:
    choices = [
        tag(
            "li",
            tag(
                "button",
                tag("strong", view.w(f"observation.{subject}")),
                tag("span", view.w(f"observation.{subject}_text")),
                type="submit",
                name="subject",
                value=subject,
                class_="button choice",
            ),
        )
        for subject in SUBJECTS
    ]
    return tag(
        "details",
        tag("summary", view.w("observation.title")),
        *[tag("p", each) for each in view.list("observation.offer")],
        tag("p", view.w("observation.private"))
        if private
        else form(asked, "/observe", tag("ul", *choices, class_="choices")),
        class_="card folded",
        id="observation",
    )


# --- while they run ------------------------------------------------------------------------------------------------


def _running(desk: Desk, asked: Asked, view: View, started: float | None) -> Html:
    state = desk.live.state
    subject = state.observing
    if state.private:
        now = tag("p", view.w("observation.private"))
    elif state.asks:
        now = _question(asked, view, subject)
    else:
        now = tag("p", view.w("observation.no_question"))
    return tag(
        "section",
        tag("h2", view.w(f"observation.{subject}")),
        now,
        tag("p", view.w("observation.until", date=view.date(_last_day(state.observing_since))), class_="soft"),
        _answers(desk, asked, view, subject, started) if started is not None else None,
        form(asked, "/observe", _button(view.w("observation.end"), "subject", "", "button plain")),
        class_="card observation",
        id="observation",
    )


def _last_day(since: str) -> datetime.date:
    return datetime.date.fromisoformat(since) + datetime.timedelta(days=DAYS - 1)


def _question(asked: Asked, view: View, subject: str) -> Html:
    buttons = [_button(view.w(f"observation.{subject}_{each}"), "answer", each) for each in SUBJECTS[subject]]
    skip = _button(view.w("observation.skip"), "answer", "", "button plain")
    question = view.w(f"observation.{subject}_question")
    group = tag("div", *buttons, skip, class_="buttons", role="group", aria_label=question)
    return tag("div", tag("p", question, class_="question"), form(asked, "/question", group))


def _answers(desk: Desk, asked: Asked, view: View, subject: str, started: float) -> Html | None:
    """What was said so far, to be taken back if it was a slip of the finger."""
    entries = [each for each in desk.ask("answers", started) if each["subject"] == subject]
    rows = []
    for entry in reversed(entries):
        at = datetime.datetime.fromtimestamp(entry["at"])
        when = f"{view.date(at.date())}, {view.clock(entry['at'])}"
        hear = tag("span", f" ({when})", class_="hear")
        back = tag(
            "button",
            view.w("diary.take_back"),
            hear,
            type="submit",
            name="answer",
            value=entry["id"],
            class_="button plain",
        )
        said = tag("span", tag("time", when), " · ", view.known("observation", f"{subject}_{entry['answer']}"))
        rows.append(tag("li", said, form(asked, "/unanswer", back)))
    if not rows:
        return None
    return tag("details", tag("summary", view.w("observation.answers")), tag("ul", *rows, class_="felt"))


# --- when they are over --------------------------------------------------------------------------------------------


def _summary(view: View, found: Observation) -> Html:
    return tag(
        "section",
        tag("h2", view.w("observation.summary")),
        *_found(view, found),
        class_="card observation",
    )


def _older(view: View, past: list[Observation]) -> list[Html]:
    if not past:
        return []
    each = [tag("div", *_found(view, one), class_="observation") for one in past]
    return [tag("details", tag("summary", view.w("observation.older")), *each, class_="card folded")]


def _found(view: View, found: Observation) -> list[Html | None]:
    first = datetime.datetime.fromtimestamp(found.started).date()
    last = datetime.datetime.fromtimestamp((found.ended or found.started) - 1).date()
    rows = [tag("li", _row(view, found.subject, each)) for each in found.answers if each.said]
    return [
        tag("h3", view.w(f"observation.{found.subject}")),
        tag("p", f"{view.date(first)} – {view.date(max(first, last))}", class_="soft"),
        *_said(view, found),
        tag("ul", *rows, class_="plain-list figure") if rows else None,
        tag("p", view.w("observation.picture"), class_="soft") if found.whole else None,
    ]


def _row(view: View, subject: str, each: Observed) -> str:
    what = view.w(f"observation.{subject}_{each.answer}")
    if each.rest is None:
        return view.w("observation.row_unmeasured", answer=what, n=each.said)
    return view.w("observation.row", answer=what, n=each.said, share=view.share(each.rest))


def _said(view: View, found: Observation) -> list[Html]:
    """In words; and often: can't be known yet."""
    known = [each for each in found.answers if each.difference is not None]
    if not known:
        why = view.w("observation.need" if found.whole else "observation.not_whole")
        return [tag("p", tag("strong", view.w("insight.not_yet")), " ", why)]
    clear = [each for each in known if each.clear]
    if len(found.answers) == 2:  # the one against the other says what the other against the one does
        clear = [each for each in clear if each.high < 0]
    if not clear:
        return [tag("p", view.w("observation.alike"))]
    return [tag("p", *_differs(view, found.subject, each)) for each in clear]


def _differs(view: View, subject: str, each: Observed) -> list[Html]:
    less = each.high < 0
    low, high = (-each.high, -each.low) if less else (each.low, each.high)
    what = view.w(f"observation.{subject}_{each.answer}")
    between = view.w("observation.between", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")
    return [
        tag("strong", view.w("observation.less" if less else "observation.more", answer=what)),
        tag("span", " ", between, class_="figure"),
    ]
