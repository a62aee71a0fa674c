"""What is around every page: the head, the way around, the state in one word, the big stop, and the way to help."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from station.outputs.web import catalogue
from station.outputs.web.answer import Answer, Asked, No, as_page
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, data, join, tag
from station.outputs.web.pages.icons import icon
from station.outputs.web.view import View

# Sections of the words that the scripts need.
SPOKEN = ("live", "state", "quality", "gesture", "figures")
SPOKEN_AT_SETUP = ("setup", "wishes")

PAGES = (("now", "/"), ("day", "/day"), ("exercises", "/exercises"), ("diary", "/diary"), ("insight", "/insight"))


def view_of(asked: Asked) -> View:
    """The words and figures for this browser."""
    return View(asked.language, asked.numbers)


def framed(
    desk: Desk, asked: Asked, name: str, title: str, *body: object, script: str = "", wide: bool = False
) -> Answer:
    """A whole page.  name: which way is the current one.  script: the module that brings it to life."""
    view = view_of(asked)
    main = tag("main", _rather(view, asked), *body, id="main", class_="wide" if wide else None, tabindex="-1")
    around = join(_header(desk, view, asked, name), main, _choices(view, asked), _bar(desk, view), _TOAST)
    return as_page(_html(desk, view, asked, name, title, around, script))


def bare(desk: Desk, asked: Asked, title: str, *body: object, script: str = "") -> Answer:
    """A page without the ways around: the way in, and the sheet that is printed."""
    view = view_of(asked)
    main = tag("main", _rather(view, asked), *body, id="main", class_="bare")
    return as_page(_html(desk, view, asked, "", title, main, script))


def refused_page(desk: Desk, language: str, no: No) -> str:
    """A friendly page for what cannot be shown."""
    view = View(language)
    key = f"refused.{no.status}" if no.status in (404, 429, 503) else "refused.other"
    body = tag(
        "main",
        tag("h1", view.w(f"{key}_title")),
        tag("p", view.w(key), class_="lead"),
        tag("p", tag("a", view.w("refused.home"), href="/", class_="button")),
        id="main",
        class_="bare",
    )
    return _html(desk, view, Asked(language=language), "", view.w(f"{key}_title"), body, "")


def _html(desk: Desk, view: View, asked: Asked, name: str, title: str, body: Html, script: str) -> str:
    def static(file: str) -> str:
        return f"/static/{file}?v={desk.files[file][2]}" if file in desk.files else f"/static/{file}"

    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("title", f"{title} · {desk.house.name}"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="theme-color", content="#f6f3ec", media="(prefers-color-scheme: light)"),
        tag("meta", name="theme-color", content="#12191a", media="(prefers-color-scheme: dark)"),
        tag("link", rel="stylesheet", href=static("style.css")),
        tag("link", rel="icon", href=static("icon.svg"), type="image/svg+xml"),
        tag("link", rel="apple-touch-icon", href=static("icon-192.png")),
        tag("link", rel="manifest", href="/manifest.webmanifest"),
    )
    told = {
        "language": view.language,
        "voice": view.language if desk.house.voice in ("", "de", "en") else desk.house.voice,
        "numbers": view.numbers,
        "token": asked.token,
        "words": view.section(*SPOKEN, *(SPOKEN_AT_SETUP if name == "setup" else ())),
        "titles": {each.name: each.title for each in catalogue.exercises(view.language)},
    }
    scripts = [data("desk", told), tag("script", type="module", src=static(script))] if script else []
    skip = tag("a", view.w("frame.skip"), href="#main", class_="skip")
    classes = "" if view.numbers else "no-numbers"
    whole = tag(
        "html", head, tag("body", skip, body, *scripts, data_page=name or None), lang=view.language, class_=classes
    )
    return f"<!doctype html>{whole}"


def _header(desk: Desk, view: View, asked: Asked, name: str) -> Html:
    ways = [
        tag(
            "a",
            icon(page),
            tag("span", view.w(f"nav.{page}")),
            href=href,
            aria_current="page" if page == name else None,
        )
        for page, href in PAGES
    ]
    small = [
        tag(
            "a",
            icon(page),
            tag("span", view.w(f"nav.{page}")),
            href=f"/{page}",
            aria_current="page" if page == name else None,
        )
        for page in ("setup", "help")
    ]
    word = desk.live.state.state
    return tag(
        "header",
        tag(
            "div",
            tag("a", tag("span", class_="dot", aria_hidden="true"), desk.house.name, href="/", class_="brand"),
            tag("p", view.w(f"state.{word}"), class_="pill", id="state-word", data_state=word),
            tag("nav", *small, aria_label=view.w("nav.more"), class_="small"),
            class_="top",
        ),
        tag("nav", *ways, aria_label=view.w("nav.main"), class_="ways"),
    )


def _bar(desk: Desk, view: View) -> Html:
    """What runs now, wherever one is on the page."""
    state = desk.live.state
    return tag(
        "section",
        tag(
            "p",
            tag(
                "strong", catalogue.title_of(state.technique, view.language) if state.technique else "", id="bar-title"
            ),
            tag("span", "", id="bar-left"),
        ),
        tag("button", icon("stop"), view.w("live.stop"), type="button", class_="stop", data_do="stop"),
        id="bar",
        class_="bar js",
        hidden=not state.technique,
        aria_label=view.w("live.running"),
    )


def _choices(view: View, asked: Asked) -> Html:
    """The choices that hold for all pages."""
    switch = "hide" if view.numbers else "show"
    return tag(
        "footer",
        _in_language(asked, _other(view.language)),
        tag("a", view.w(f"frame.numbers_{switch}"), href=_here(asked, numbers=switch)),
        tag("a", view.w("frame.sheet"), href="/sheet"),
        tag("a", view.w("frame.data"), href="/data"),
        tag("span", view.w("frame.not_medical")),
    )


def _rather(view: View, asked: Asked) -> Html | None:
    """Asked in the language that this browser would rather read; either answer ends it."""
    if asked.rather in ("", view.language):
        return None
    return tag(
        "p",
        tag("span", View(asked.rather).w("frame.rather")),
        tag("span", _in_language(asked, asked.rather), " ", _in_language(asked, view.language)),
        class_="hint rather no-print",
        lang=asked.rather,
    )


def _other(language: str) -> str:
    return "en" if language == "de" else "de"


def _in_language(asked: Asked, language: str) -> Html:
    """The way to this very page in a language, which is kept from then on."""
    name = View(_other(language)).w("frame.other_language")
    return tag("a", name, href=_here(asked, lang=language), hreflang=language, lang=language)


def _here(asked: Asked, **choice: str) -> str:
    """This page as it was asked for (the day, the step), with one choice more."""
    kept = {key: value for key, value in asked.query.items() if value and key not in ("lang", "numbers", "seal")}
    return f"{quote(asked.path)}?{urlencode({**kept, **choice})}"


_TOAST = tag("p", "", id="toast", role="status", aria_live="polite")


def card(title: str, *children: object, id: str | None = None, class_: str = "card") -> Html:
    """A titled box."""
    return tag("section", tag("h2", title), *children, id=id, class_=class_)


def action(
    do: str, label: object, *, class_: str = "button", hidden: bool = False, id: str | None = None, **values: object
) -> Html:
    """A button that asks the station for something; it needs the scripts, so it hides without them."""
    more = {key if key == "title" else f"data_{key}": value for key, value in values.items()}
    return tag("button", label, type="button", class_=f"{class_} js", data_do=do, hidden=hidden, id=id, **more)
