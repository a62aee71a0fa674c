"""Setup: seven steps, each in one minute, to be left and taken up again at any time.

    red flags → power → sensor → sound → calibration → button → privacy

Nothing here is a condition for anything: the station works as its configuration says.  What the steps do, they do
through the same requests as every other page.
"""

from __future__ import annotations

from collections.abc import Callable

from station.outputs.web import catalogue
from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.data import kept
from station.outputs.web.pages.frame import action, framed, view_of
from station.outputs.web.pages.help import red_flags
from station.outputs.web.pages.icons import icon
from station.outputs.web.pages.meter import bar, trace
from station.outputs.web.progress import STEPS
from station.outputs.web.view import View

# What the field for the small pause takes, and what it offers.
DAILY = r"off|arrival|return|([01][0-9]|2[0-3]):[0-5][0-9]"
DAILY_CHOICES = ("off", "arrival", "return", "09:30", "14:00")


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/setup`."""
    view = view_of(asked)
    step = asked.query.get("step") or desk.progress.next() or "privacy"
    if step not in STEPS:
        raise No(404, "There is no such step.")
    finished = not desk.progress.next() and not asked.query.get("step")
    content = _finished(view) if finished else _STEPS[step](desk, view)
    return framed(
        desk,
        asked,
        "setup",
        view.w("nav.setup"),
        tag("h1", view.w("setup.title")),
        _stepper(desk, view, "" if finished else step),
        tag("section", content, class_="card step", data_step=None if finished else step, id="step"),
        _wishes(desk, view) if desk.live.state.preferences else None,
        script="setup.js",
    )


def _wishes(desk: Desk, view: View) -> Html:
    """What may be changed at any time."""
    now = desk.live.state.preferences

    def field(key: str, **attributes: object) -> Html:
        return tag(
            "p",
            tag("label", view.w(f"wishes.{key}"), for_=f"wish-{key}"),
            tag("input", id=f"wish-{key}", data_wish=key, **attributes),
        )

    titles = [
        tag("option", each.title, value=each.name, selected=each.name == now.get("favourite"))
        for each in catalogue.exercises(view.language)
    ]
    return tag(
        "section",
        tag("h2", view.w("wishes.title")),
        field("volume", type="range", min="0", max="100", step="5", value=now.get("volume", 50)),
        field("cues", type="checkbox", checked=bool(now.get("cues", True))),
        field("chime", type="checkbox", checked=bool(now.get("chime", True))),
        field("cue_budget", type="number", min="0", max="24", value=now.get("cue_budget", 6)),
        field("quiet_minutes", type="number", min="1", max="720", value=now.get("quiet_minutes", 60)),
        tag(
            "p",
            tag("label", view.w("wishes.favourite"), for_="wish-favourite"),
            tag("select", *titles, id="wish-favourite", data_wish="favourite"),
        ),
        tag("h3", view.w("wishes.reminders")),
        field("daily", type="text", list="daily-times", pattern=DAILY, required=True, value=now.get("daily", "off")),
        tag("datalist", *[tag("option", value=each) for each in DAILY_CHOICES], id="daily-times"),
        tag("p", view.w("wishes.daily_hint"), class_="soft"),
        field("movement", type="checkbox", checked=bool(now.get("movement", False))),
        field("quiet_hours", type="text", maxlength="200", value=now.get("quiet_hours", "")),
        tag("p", view.w("wishes.quiet_hours_hint"), class_="soft"),
        tag("h3", view.w("wishes.finding_out")),
        field("try_out", type="checkbox", checked=bool(now.get("try_out", False))),
        tag("p", view.w("wishes.try_out_hint"), class_="soft"),
        field("silent_alerts", type="checkbox", checked=bool(now.get("silent_alerts", False))),
        tag("p", view.w("wishes.silent_alerts_hint"), class_="soft"),
        tag("p", "", id="wish-result", class_="soft saved", role="status"),
        class_="card wishes js",
    )


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
    declared = view.w("setup.power_declared", power=view.known("power", desk.house.power)) if desk.house.power else ""
    return join(
        tag("h2", view.w("setup.power_title")),
        *[tag("p", each) for each in view.list("setup.power_lead")],
        tag("ul", *choices, class_="choices"),
        tag("noscript", tag("p", view.w("setup.needs_script"))),
        tag("p", declared, class_="soft") if declared else None,
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
        tag("ul", *[tag("li", each) for each in view.list(f"setup.sensor_{kind}")], class_="plain-list"),
        _meter(view),
        tag(
            "div", _on(view, "setup.sensor_good"), _on(view, "setup.later", "skipped", "button plain"), class_="buttons"
        ),
    )


def _sound(desk: Desk, view: View) -> Html:
    return join(
        tag("h2", view.w("setup.sound_title")),
        tag("p", view.w("setup.sound_lead")),
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
            hidden=desk.progress.choice("sound") != "silent",
        ),
    )


def _calibration(desk: Desk, view: View) -> Html:
    return join(
        tag("h2", view.w("setup.calibration_title")),
        tag("p", view.w("setup.calibration_lead")),
        tag("p", "", id="calibration-words", class_="saying", aria_live="assertive"),
        tag("div", tag("div", id="calibration-done"), class_="progress", aria_hidden="true", hidden=True),
        _meter(view),
        tag("p", "", id="calibration-result", role="status"),
        tag(
            "div",
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
            _on(view, "setup.later", "skipped", "button plain"),
            class_="buttons",
        ),
        tag(
            "div",
            action("setup", view.w("setup.next"), class_="button primary", when="taken", hidden=True),
            class_="buttons",
        ),
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


def _finished(view: View) -> Html:
    return join(
        tag("h2", view.w("setup.finished_title")),
        tag("p", view.w("setup.finished")),
        tag("p", tag("a", view.w("setup.finished_go"), href="/", class_="button primary")),
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
