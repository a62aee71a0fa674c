"""Everything that can be asked, as one table: the server routes by it and `/openapi.json` is written from it.

A row that is not here does not exist; a handler cannot be reached in a way that is not documented.
"""

from __future__ import annotations

from station.outputs.web import api, files, observing, sealing
from station.outputs.web.answer import Answer, Asked, as_json
from station.outputs.web.commands import (
    COMMANDS,
    AnswerId,
    Feeling,
    FeelingId,
    MarkText,
    Nothing,
    Passphrase,
    QuestionAnswer,
    SetupStep,
    WantFeelings,
)
from station.outputs.web.desk import Desk
from station.outputs.web.openapi import document
from station.outputs.web.pages import data, day, diary, exercises, help, insight, login, now, setup, sheet, wishes
from station.outputs.web.route import Handler, Query, Route


def _described(desk: Desk, asked: Asked) -> Answer:
    """The table itself, for programs."""
    return as_json(document(ROUTES, desk.house.version))


DATE = Query("date", r"^\d{4}-\d{2}-\d{2}$", "A local day, `2026-11-23`; today where it is left out.")
BEFORE = Query("before", r"^\d{1,11}(\.\d{1,3})?$", "Seconds since 1970 (UTC); now where it is left out.")
LANG = Query("lang", r"^(de|en)$", "Show it in this language, and keep to it (a cookie).")
NUMBERS = Query("numbers", r"^(show|hide)$", "Show or hide figures, and keep to it (a cookie).")
STEP = Query("step", r"^[a-z]{1,20}$", "A step of the set-up.")
SEAL = Query("seal", r"^(wrong|again)$", "What a form about the seal answered.")
VERSION = Query("v", r"^[0-9a-f]{1,64}$", "Which version of the file is meant; for the browser's cache.")


def _page(path: str, handler: Handler, summary: str, *query: Query, open: bool = False) -> Route:
    return Route("GET", path, handler, summary, "page", query=(*query, LANG, NUMBERS), open=open)


def _form(path: str, handler: Handler, summary: str, *fields: str) -> Route:
    """One that leads back to its page."""
    return Route("POST", path, handler, summary, "form", answers=(303,), fields=fields)


def _command(name: str) -> Route:
    body, _, summary = COMMANDS[name]
    return Route("POST", f"/api/{name}", api.command(name), summary, body=body, slow=False, answers=(202,))


ROUTES: tuple[Route, ...] = (
    _page("/", now.page, "Now: the level, the state and why, exercises."),
    _page("/day", day.page, "A day: rest map, marks, exercises, cues with reasons.", DATE),
    _page("/insight", insight.page, "What can be known by now."),
    _page("/exercises", exercises.page, "All exercises."),
    _page("/exercises/{name}", exercises.one, "One exercise with its words."),
    _page("/diary", diary.page, "The diary.", BEFORE, SEAL),
    _page("/data", data.page, "Your data: take it along, or delete it."),
    _page("/setup", setup.page, "The first set-up, step by step.", STEP),
    _page("/sheet", sheet.page, "One page to print."),
    _page("/help", help.page, "When to see a doctor, safety, licences.", open=True),
    _page("/login", login.page, "The way in.", open=True),
    Route(
        "POST",
        "/login",
        login.enter,
        "The way in, as a form.",
        "form",
        open=True,
        answers=(303,),
        fields=("passphrase",),
    ),
    Route("POST", "/export", data.export, "All of it as one zip: CSV, JSON, recordings.", "form", gives=(data.ZIP,)),
    Route(
        "POST",
        "/forget",
        data.forget,
        "Delete a range or everything; asks once more unless `sure` is `yes`.",
        "form",
        fields=("what", "since?", "until?", "sure?"),
    ),
    _form("/seal", sealing.close, "Seal the diary with a passphrase of its own.", "passphrase", "again", "understood?"),
    _form("/unlock", sealing.unlock, "Open the sealed diary for this browser.", "passphrase"),
    _form("/lock", sealing.lock, "Shut the sealed diary again."),
    _form("/unseal", sealing.unseal, "Take the seal off; the diary has to be open."),
    _form("/daily", wishes.keep_daily, "When the day's small pause is offered.", "daily", "at?"),
    _form("/observe", observing.observe_form, "Two weeks of looking at one thing: begin, or end.", "subject?"),
    _form("/question", observing.question_form, "Answer the two weeks' question, or skip it.", "answer?"),
    _form("/unanswer", observing.unanswer_form, "Take such an answer back.", "answer"),
    Route("GET", "/api/state", api.state, "The public state now.", slow=False),
    Route("GET", "/api/live", None, "State, readings and events as they happen (10 Hz).", "stream", slow=False),
    Route("GET", "/api/today", api.today, "Today so far, in a few figures."),
    Route("GET", "/api/day", api.the_day, "One day in tiles of ten minutes, with all that happened.", query=(DATE,)),
    Route("GET", "/api/exercises", api.exercises, "All exercises with the words they speak.", query=(LANG,)),
    Route("GET", "/api/marks", api.marks, "Marks of the 31 days before a moment.", query=(BEFORE,)),
    Route("GET", "/api/observations", observing.listed, "The two weeks of looking at one thing, and what they say."),
    Route("GET", "/api/setup", api.setup, "How far the first set-up has come.", slow=False),
    *(_command(name) for name in COMMANDS),
    Route("POST", "/api/annotate", api.annotated, "Keep your words to a mark.", body=MarkText),
    Route("POST", "/api/feeling", api.felt, "Keep how you feel, for the diary alone.", body=Feeling),
    Route("POST", "/api/unfeel", api.unfelt, "Take such an entry back.", body=FeelingId),
    Route(
        "POST", "/api/feelings", api.want_to_feel, "Offer a place for it in the diary, or no longer.", body=WantFeelings
    ),
    Route("POST", "/api/question", observing.answered, "Answer the two weeks' question.", body=QuestionAnswer),
    Route("POST", "/api/unanswer", observing.unanswered, "Take such an answer back.", body=AnswerId),
    Route("POST", "/api/setup", api.set_up, "A step of the set-up is done, or to be done anew.", body=SetupStep),
    Route("POST", "/api/passphrase", api.passphrase, "Set or remove the page's passphrase.", body=Passphrase),
    Route("POST", "/api/login", api.sign_in, "Show the passphrase, get a session.", body=Passphrase, open=True),
    Route("POST", "/api/logout", api.sign_out, "End this browser's session.", body=Nothing),
    Route("GET", "/openapi.json", _described, "This list.", open=True),
    Route(
        "GET",
        "/manifest.webmanifest",
        files.manifest,
        "What a home screen needs to know.",
        "file",
        open=True,
        gives=(files.MANIFEST,),
    ),
    Route(
        "GET",
        "/static/{name}",
        files.static,
        "Style, scripts and icons.",
        "file",
        query=(VERSION,),
        open=True,
        answers=(200, 304),
        gives=tuple(kind.partition(";")[0] for kind in files.KINDS.values()),
    ),
)


def find(method: str, path: str) -> Route:
    """The row of this method and path.  Raises KeyError."""
    for route in ROUTES:
        if (route.method, route.path) == (method, path):
            return route
    raise KeyError(f"{method} {path}")
