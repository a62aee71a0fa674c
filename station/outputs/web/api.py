"""The answers in JSON: what the page's scripts, and whoever else likes, may ask.  Documented by `/openapi.json`."""

from __future__ import annotations

import datetime
import sqlite3
from typing import Any, Final

from station.core import hours
from station.outputs.history import feelings
from station.outputs.history.annotate import annotate
from station.outputs.history.seal import SealedError
from station.outputs.web import catalogue, day
from station.outputs.web.answer import Answer, Asked, No, as_json
from station.outputs.web.commands import COMMANDS
from station.outputs.web.desk import Desk
from station.outputs.web.guard import COOKIE, LOOPBACK
from station.outputs.web.live import picture
from station.outputs.web.progress import STEPS
from station.outputs.web.sealing import SHUT, key_of, readable
from station.outputs.web.wanted import want_feelings

DAY_S: Final = 86_400.0
# As far as marks are listed at a time.
MARKS_BACK_S: Final = 31 * DAY_S

# How an exercise ended when it counts as one that was done.
FINISHED: Final = frozenset({"completed", "stopped"})

DONE: Final = {"done": True}

NO_QUIET_HOURS: Final = (
    "These are no times of the week. Write for example mon-fri 12:00-13:00, sat-sun, or nothing. "
    "The quiet hours stay as they were."
)


def state(desk: Desk, asked: Asked) -> Answer:
    """The station's public state now."""
    return as_json(picture(desk.live.state))


def exercises(desk: Desk, asked: Asked) -> Answer:
    """Every exercise there is, with its versions and the words it speaks."""
    return as_json(catalogue.exercises(asked.language))


def today(desk: Desk, asked: Asked) -> Answer:
    """Today so far, in a few figures."""
    return as_json(so_far(desk))


def so_far(desk: Desk) -> dict[str, Any]:
    """Today's figures: from the history where there is one, else what this start has seen."""
    state = desk.live.state
    if not desk.history.exists():
        return {
            "rest": state.rest_today,
            "longest_stretch_s": state.longest_stretch_s,
            "sessions": state.sessions_today,
            "marks": state.marks_today,
            "cues": state.cues_today,
        }
    since, until = day.bounds(desk.today())
    sums = day.sums(desk.ask("minutes", since, until))
    return {
        "rest": sums.rest,
        "longest_stretch_s": sums.longest_stretch_s,
        "sessions": sum(row["reason"] in FINISHED for row in desk.ask("sessions", since, until)),
        "marks": len(desk.ask("marks", since, until)),
        "cues": len(desk.ask("cues", since, until)),
    }


def the_day(desk: Desk, asked: Asked) -> Answer:
    """One day: tiles of ten minutes and what happened."""
    date = date_of(asked, desk)
    since, until = day.bounds(date)
    minutes = desk.ask("minutes", since, until)
    away = away_spans(desk, since, until)
    return as_json(
        {
            "date": date.isoformat(),
            "tiles": day.tiles(minutes, away, since, until),
            "sums": day.sums(minutes, day.overlap(away, since, min(until, desk.wall()))),
            **{
                kind: desk.ask(kind, since, until)
                for kind in ("episodes", "cues", "withheld", "sessions", "references")
            },
            "doubts": doubts(desk, since, until),
            "marks": readable(desk, asked, desk.ask("marks", since, until)),
        }
    )


def doubts(desk: Desk, since: float, until: float) -> list[dict[str, Any]]:
    """When on these days the yardstick did not seem to fit, and why."""
    spans = desk.ask("spans", since, until)
    return [
        {k: each[k] for k in ("state", "started", "ended", "reason")} for each in spans if each["kind"] == "yardstick"
    ]


def away_spans(desk: Desk, since: float, until: float) -> list[dict[str, Any]]:
    """The pauses of a day: when nobody was at the desk between two times of work.  One that still lasts ends now."""
    spans = desk.ask("spans", since - DAY_S, until + day.LONGEST_PAUSE_S)
    return day.pauses((each for each in spans if each["kind"] == "presence"), since, until, desk.wall())


def marks(desk: Desk, asked: Asked) -> Answer:
    """The marks of the 31 days before a moment (now), oldest first."""
    until = float(asked.query.get("before") or desk.wall() + 1)
    return as_json(readable(desk, asked, desk.ask("marks", until - MARKS_BACK_S, until)))


def annotated(desk: Desk, asked: Asked) -> Answer:
    """Keep somebody's words to a mark; they are on the disk when this answers."""
    try:
        found = annotate(desk.history, asked.body.mark, asked.body.text, key_of(desk, asked))
    except SealedError:  # it was sealed this very moment
        raise No(409, SHUT) from None
    except sqlite3.Error:
        raise No(503, "The words could not be kept just now; they are still in the page.") from None
    if not found:
        raise No(404, "There is no such mark.")
    return as_json(DONE)


def felt(desk: Desk, asked: Asked) -> Answer:
    """Keep how somebody feels.  The station itself is told nothing of it."""
    if asked.body.discomfort is None and asked.body.mood is None:
        raise No(422, "Say one of the two.")
    try:
        kept = feelings.keep(desk.history, desk.wall(), asked.body.discomfort, asked.body.mood, key_of(desk, asked))
    except SealedError:
        raise No(409, SHUT) from None
    except sqlite3.Error:
        raise No(503, "That could not be kept just now.") from None
    if not kept:
        raise No(409, "There is no history yet to keep it in.")
    return as_json(DONE)


def unfelt(desk: Desk, asked: Asked) -> Answer:
    """Take one of these entries back."""
    try:
        found = feelings.take_back(desk.history, asked.body.feeling)
    except sqlite3.Error:
        raise No(503, "That could not be done just now.") from None
    if not found:
        raise No(404, "There is no such entry.")
    return as_json(DONE)


def want_to_feel(desk: Desk, asked: Asked) -> Answer:
    """Switch the diary's place for it on or off."""
    want_feelings(desk.house.state_dir, asked.body.on)
    return as_json(DONE)


def command(name: str) -> Any:
    """A handler for one of `COMMANDS`."""
    build = COMMANDS[name][1]

    def handler(desk: Desk, asked: Asked) -> Answer:
        # From afar the station can be made more private, never less.
        if name == "private" and not asked.body.on and asked.address not in LOOPBACK:
            raise No(403, "Private mode ends only at the desk: hold the button for six seconds.")
        # What the core would refuse is refused here at once: whoever typed it gets one answer, not a yes and then a no.
        if name == "prefer" and not hours.is_possible(asked.body.quiet_hours or ""):
            raise No(422, NO_QUIET_HOURS)
        desk.put(build(asked.body))
        return as_json(DONE, 202)

    handler.__doc__ = COMMANDS[name][2]
    return handler


def setup(desk: Desk, asked: Asked) -> Answer:
    """How far the first set-up has come."""
    steps = [{"step": s, "done": desk.progress.done(s), "choice": desk.progress.choice(s)} for s in STEPS]
    return as_json({"next": desk.progress.next(), "steps": steps})


def set_up(desk: Desk, asked: Asked) -> Answer:
    """One step of the set-up is done, or to be done anew."""
    if asked.body.done:
        desk.progress.finish(asked.body.step, desk.today().isoformat(), asked.body.choice)
    else:
        desk.progress.again(asked.body.step)
    return as_json({"next": desk.progress.next()})


def passphrase(desk: Desk, asked: Asked) -> Answer:
    """Set or remove the passphrase; afterwards the page listens where that allows, and this browser stays signed in."""
    words = asked.body.passphrase
    if not words:
        desk.access.remove()
        desk.rebind()
        return as_json(DONE)
    try:
        desk.access.set(words)
    except ValueError as error:
        raise No(422, f"{error}.".capitalize()) from None
    cookie = desk.access.sign_in(words, asked.address, desk.wall())
    desk.rebind()
    return as_json(DONE, headers=(session_cookie(cookie),))


def sign_in(desk: Desk, asked: Asked) -> Answer:
    """Show the passphrase, get a session."""
    cookie = entered(desk, asked, asked.body.passphrase)
    return as_json(DONE, headers=(session_cookie(cookie),))


def entered(desk: Desk, asked: Asked, words: str) -> str:
    """The cookie of a new session.  Raises No for a wrong passphrase, or when it is too early to try again."""
    now = desk.wall()
    wait = desk.access.limit.wait(asked.address, now)
    if wait > 0:
        raise No(429, f"Too many tries. Wait {wait:.0f} seconds.", (("retry-after", str(int(wait) + 1)),))
    cookie = desk.access.sign_in(words, asked.address, now)
    if not cookie:
        raise No(401, "That is not the passphrase.")
    return cookie


def sign_out(desk: Desk, asked: Asked) -> Answer:
    """End this browser's session."""
    desk.access.sign_out(asked.cookie)
    return as_json(DONE, headers=(session_cookie("", 0),))


def session_cookie(cookie: str, lasts_s: int = 30 * 86_400) -> tuple[str, str]:
    """The header that keeps (or forgets) a session: unreadable for scripts, never sent along from another site."""
    return ("set-cookie", f"{COOKIE}={cookie}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Strict")


def date_of(asked: Asked, desk: Desk) -> datetime.date:
    """The day that was asked for; today where none was.  Raises No for a day that does not exist."""
    wanted = asked.query.get("date", "")
    if not wanted:
        return desk.today()
    try:
        date = datetime.date.fromisoformat(wanted)
    except ValueError:
        raise No(400, "There is no such day.") from None
    if not datetime.date(2000, 1, 1) <= date <= datetime.date(2200, 1, 1):
        raise No(400, "There is no such day.")
    return date
