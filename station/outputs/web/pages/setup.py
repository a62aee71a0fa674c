"""Setup: seven steps, each in one minute, to be left and taken up again at any time.

    red flags → power → sensor → sound → calibration → button → privacy

Nothing here is a condition for anything: the station works as its configuration says.  What the steps do, they do
through the same requests as every other page.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from station import german
from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.data import kept
from station.outputs.web.pages.frame import action, framed, view_of
from station.outputs.web.pages.help import red_flags
from station.outputs.web.pages.icons import icon
from station.outputs.web.pages.meter import bar, trace
from station.outputs.web.pages.wishes import wishes
from station.outputs.web.progress import STEPS
from station.outputs.web.view import View


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/setup`."""
    view = view_of(asked)
    step = asked.query.get("step") or desk.progress.next() or "privacy"
    if step not in STEPS:
        raise No(404, "There is no such step.")
    finished = not desk.progress.next() and not asked.query.get("step")
    content = _finished(desk, view) if finished else _STEPS[step](desk, view)
    return framed(
        desk,
        asked,
        "setup",
        view.w("nav.setup"),
        tag("h1", view.w("setup.title")),
        _stepper(desk, view, "" if finished else step),
        tag("section", content, class_="card step", id="step", **_place(desk, finished, step)),
        wishes(desk, asked, view, folded=not finished) if desk.live.state.preferences else None,
        script="setup.js",
    )


def _place(desk: Desk, finished: bool, step: str) -> dict[str, str]:
    """Which step this is and where its end leads: on, not back to what was passed over before."""
    return {} if finished else {"data_step": step, "data_after": desk.progress.after(step)}


def _stepper(desk: Desk, view: View, current: str) -> Html:
    items = []
    for number, step in enumerate(STEPS, 1):
        day = desk.progress.done(step)
        mark = icon("done") if day else tag("span", str(number), class_="number", aria_hidden="true")
        label = tag("span", view.w(f"setup.{step}"))
        said = tag("span", f" ({view.w('setup.is_done')})", class_="hear") if day else None
        items.append(
            tag(
                "li",
                tag(
                    "a", mark, label, said, href=f"/setup?step={step}", aria_current="step" if step == current else None
                ),
                class_="done" if day else None,
            )
        )
    return tag("nav", tag("ol", *items, class_="stepper"), aria_label=view.w("setup.title"))


def _on(view: View, label: str = "setup.next", choice: str = "", class_: str = "button primary") -> Html:
    return action("setup", view.w(label), class_=class_, choice=choice)


def _flags(desk: Desk, view: View) -> Html:
    return join(
        tag("h2", view.w("setup.flags_title")),
        tag("p", view.w("help.not_medical")),
        red_flags(view),
        tag("div", _on(view, "setup.flags_read"), class_="buttons"),
        tag(
            "details",
            tag("summary", view.w("setup.flags_some")),
            *[tag("p", each) for each in view.list("setup.flags_some_text")],
            tag("div", _on(view, "setup.flags_some_on", class_="button"), class_="buttons"),
            id="flags-some",
        ),
    )


def _power(desk: Desk, view: View) -> Html:
    chosen = desk.progress.choice("power")
    choices = [
        tag(
            "li",
            action(
                "setup",
                join(tag("strong", view.w(f"setup.power_{kind}")), tag("span", view.w(f"setup.power_{kind}_text"))),
                class_="choice",
                choice=kind,
            ),
            class_="chosen" if kind == chosen else None,
        )
        for kind in ("battery", "isolated", "mains")
    ]
    return join(
        tag("h2", view.w("setup.power_title")),
        *[tag("p", each) for each in view.list("setup.power_lead")],
        tag("ul", *choices, class_="choices"),
        tag("noscript", tag("p", view.w("setup.needs_script"))),
        _declared(desk, view),
    )


def _declared(desk: Desk, view: View) -> Html | None:
    """What the configuration says of the power; and where it is not what was chosen here, who makes it so, and how."""
    if desk.house.simulated:
        return tag("p", view.w("setup.power_simulated"), class_="soft")
    chosen, declared = desk.progress.choice("power"), desk.house.power
    if not declared:
        return None
    said = view.w("setup.power_declared", power=view.known("power", declared))
    if chosen not in ("battery", "isolated", "mains") or chosen == declared:
        return tag("p", said, class_="soft")
    return tag(
        "div",
        tag("p", said),
        tag("p", view.w("setup.power_todo")),
        tag("p", tag("code", f'power = "{chosen}"')),
        tag("p", view.w("setup.power_until"), class_="soft"),
        class_="hint power-todo",
    )


def _meter(view: View) -> Html:
    """The live level, small."""
    return join(
        tag("p", view.w("live.word_unknown"), id="level-word", class_="level-word"),
        bar(view),
        trace(view, height=120),
        tag("p", "", id="signal", class_="soft", aria_live="polite"),
    )


def _sensor(desk: Desk, view: View) -> Html:
    kind = "pad" if desk.house.signal == "pressure" else "electrodes"
    return join(
        tag("h2", view.w("setup.sensor_title")),
        _sensor_hint(desk, view),
        None
        if desk.house.simulated
        else tag("ul", *[tag("li", each) for each in view.list(f"setup.sensor_{kind}")], class_="plain-list"),
        _meter(view),
        tag(
            "div", _on(view, "setup.sensor_good"), _on(view, "setup.later", "skipped", "button plain"), class_="buttons"
        ),
    )


def _sensor_hint(desk: Desk, view: View) -> Html | None:
    """That nothing is to be put on, or that the power is not yet declared as it was chosen."""
    if desk.house.simulated:
        return tag("p", view.w("setup.sensor_simulated"), class_="soft")
    return _declared(desk, view) if desk.progress.choice("power") not in ("", desk.house.power) else None


def _sound(desk: Desk, view: View) -> Html:
    trouble = german.in_language(desk.live.state.troubles.get("audio", ""), view.language)
    return join(
        tag("h2", view.w("setup.sound_title")),
        tag("p", view.w("setup.sound_lead")),
        tag("p", trouble, class_="warn", id="sound-trouble", role="status", hidden=not trouble),
        tag(
            "div",
            action("start", join(icon("play"), view.w("setup.sound_play")), technique="shoulder-drop", length="micro"),
            class_="buttons",
        ),
        tag("p", "", id="saying", class_="saying", aria_live="polite"),
        tag(
            "div",
            _on(view, "setup.sound_heard", "heard"),
            _on(view, "setup.sound_silent", "silent", "button plain"),
            class_="buttons",
        ),
        tag(
            "p",
            view.w("setup.sound_help"),
            class_="soft",
            id="sound-help",
            hidden=bool(trouble) or desk.progress.choice("sound") != "silent",
        ),
        tag("p", view.w("setup.sound_without"), class_="soft"),
    )


def _calibration(desk: Desk, view: View) -> Html:
    return join(
        tag("h2", view.w("setup.calibration_title"), id="calibration-title"),
        tag("p", view.w("setup.calibration_lead"), id="calibration-lead"),
        _measured(desk, view),
        tag("p", "", id="calibration-words", class_="saying", aria_live="assertive"),
        tag("div", tag("div", id="calibration-done"), class_="progress", aria_hidden="true", hidden=True),
        _meter(view),
        tag("p", "", id="calibration-result", role="status"),
        tag(
            "div",
            action("setup", view.w("setup.next"), class_="button primary", when="taken", hidden=True),
            action("calibrate", view.w("setup.calibration_start"), class_="button primary", move="start", when="idle"),
            action("calibrate", view.w("setup.calibration_next"), move="next", when="running", hidden=True),
            action("calibrate", view.w("setup.calibration_skip"), move="skip", when="running", hidden=True),
            action(
                "calibrate",
                view.w("setup.calibration_abort"),
                class_="button plain",
                move="abort",
                when="running",
                hidden=True,
            ),
            action("setup", view.w("setup.later"), class_="button plain", choice="skipped", when="not_taken"),
            class_="buttons",
        ),
        _daily(desk, view),
    )


def _measured(desk: Desk, view: View) -> Html | None:
    """What the tick beside this step means."""
    day, skipped = desk.progress.done("calibration"), desk.progress.choice("calibration") == "skipped"
    try:
        date = view.date(datetime.date.fromisoformat(day))
    except ValueError:  # not done; or somebody wrote in the file
        return None
    said = view.w(f"setup.calibration_{'skipped' if skipped else 'measured'}", date=date)
    return tag("p", said, class_="soft", id="calibration-before", data_measured=None if skipped else "yes")


def _daily(desk: Desk, view: View) -> Html:
    """The short way for whoever puts the sensor on anew each morning: only how strong its signal arrives today."""
    kind = "pad" if desk.house.signal == "pressure" else "electrodes"
    start = action("calibrate", view.w("setup.daily_start"), move="daily", when="idle")
    return tag(
        "section",
        tag("h3", view.w(f"setup.daily_{kind}")),
        tag("p", view.w("setup.daily_lead"), " ", view.w(f"setup.daily_{kind}_how")),
        tag("div", start, class_="buttons"),
        tag("noscript", tag("p", view.w("setup.needs_script"))),
        class_="again",
        id="daily",
    )


def _button(desk: Desk, view: View) -> Html:
    tries = [
        tag(
            "li",
            tag("span", icon("done"), class_="tick-box", aria_hidden="true"),
            tag("div", tag("strong", view.w(f"setup.button_{g}")), tag("p", view.w(f"setup.button_{g}_text"))),
            data_gesture=g,
        )
        for g in ("short", "double", "long")
    ]
    return join(
        tag("h2", view.w("setup.button_title")),
        tag("p", view.w("setup.button_lead")),
        tag("ul", *tries, class_="tries", id="tries"),
        tag("p", "", id="button-now", class_="saying", aria_live="polite"),
        tag("p", view.w("setup.button_hold"), class_="soft"),
        tag("div", _on(view), _on(view, "setup.button_none", "skipped", "button plain"), class_="buttons"),
    )


def _privacy(desk: Desk, view: View) -> Html:
    locked = desk.access.locked
    form = tag(
        "form",
        tag("label", view.w("setup.pass_label"), for_="new-passphrase"),
        tag(
            "input", type="password", id="new-passphrase", minlength="10", maxlength="200", autocomplete="new-password"
        ),
        tag("button", view.w("setup.pass_set"), type="submit", class_="button"),
        action("open", view.w("setup.pass_remove"), class_="button plain") if locked else None,
        tag("p", "", id="pass-result", role="status"),
        id="pass-form",
        class_="js",
    )
    return join(
        tag("h2", view.w("setup.privacy_title")),
        kept(view),
        tag("p", tag("a", view.w("data.title"), href="/data")),
        tag("h3", view.w("setup.pass_title")),
        tag("p", view.w("setup.pass_is_set" if locked else "setup.pass_lead" if desk.lan else "setup.pass_local")),
        form if desk.lan or locked else None,
        tag("div", _on(view, "setup.finish"), class_="buttons"),
    )


def _finished(desk: Desk, view: View) -> Html:
    return join(
        tag("h2", view.w("setup.finished_title")),
        tag("p", view.w("setup.finished")),
        tag("p", tag("a", view.w("setup.finished_go"), href="/", class_="button primary")),
        tag("p", tag("a", view.w("setup.finished_daily"), href="/setup?step=calibration#daily")),
    )


_STEPS: dict[str, Callable[[Desk, View], Html]] = {
    "flags": _flags,
    "power": _power,
    "sensor": _sensor,
    "sound": _sound,
    "calibration": _calibration,
    "button": _button,
    "privacy": _privacy,
}
