"""Your data: take all of it along as one zip, or delete a range or everything, for good.

Both are plain forms.  Both are done by a process of its own, with the code of `desk-station export` and `purge`: the
station goes on beside them.  It writes to the same file through SQLite's locks; while something is deleted its writer
keeps its rows and tries again, and what it measured in its last minute may be written after a deletion.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from typing import IO, Final

from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.desk import Desk
from station.outputs.web.forms import fields, form
from station.outputs.web.html import Html, tag
from station.outputs.web.pages.frame import card, framed, view_of
from station.outputs.web.sealing import open_key, sealed
from station.outputs.web.view import View

ZIP: Final = "application/zip"
# Five years are written within a minute on a PC; a Pi with a slow card needs several times that.
LONGEST_S: Final = 600.0
DELETED: Final = re.compile(r"Deleted and verified: (\d+) entr\w+, (\d+) recording")
COPIES: Final = re.compile(r"Older copies stay and may still hold it: (.+)\.$", re.MULTILINE)

# One at a time: two would only wait for each other.
_busy: Final = threading.Lock()


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/data`."""
    view = view_of(asked)
    what = card(view.w("setup.privacy_title"), kept(view), id="kept")
    along = _take_along(view, asked, desk.history.exists(), _shut(desk, asked))
    return _page(desk, asked, what, along, _delete(view, asked))


def kept(view: View) -> Html:
    """What is kept of the person, for how long, and what leaves the device."""
    return tag("ul", *[tag("li", each) for each in view.list("setup.privacy_list")], class_="plain-list")


def export(desk: Desk, asked: Asked) -> Answer:
    """All of it, as a download.  The zip has no name on the disk: it is gone as soon as it was sent."""
    fields(asked)
    if not desk.history.exists():
        raise No(404, "There is no history yet.")
    file = tempfile.TemporaryFile(dir=desk.house.state_dir)  # noqa: SIM115 - closed by whoever sends it
    try:
        done, said = _run(
            ["station.outputs.history.bundle", str(desk.house.state_dir)], file, open_key(desk, asked) or b""
        )
        if not done:
            raise No(503, said)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = (("content-disposition", f'attachment; filename="desk-station-{desk.today()}.zip"'),)
    return Answer(kind=ZIP, headers=headers, file=file)


def forget(desk: Desk, asked: Asked) -> Answer:
    """Ask once more, or delete and say what is gone."""
    view, sent = view_of(asked), fields(asked)
    days = _days(sent.get("since", ""), sent.get("until", ""))
    what = sent.get("what", "")
    if what not in ("range", "everything"):
        raise No(422, "Say what is to be deleted: `range` or `everything`.")
    if what == "range" and not any(days.values()):
        return _page(desk, asked, tag("p", view.w("data.no_days"), role="alert", class_="warn"), _delete(view, asked))
    if sent.get("sure") != "yes":
        return _page(desk, asked, _really(view, asked, what, days))
    chosen = ["--everything"] if what == "everything" else [f"--{key}={day}" for key, day in days.items() if day]
    with tempfile.TemporaryFile() as out:
        done, problem = _run(["station", "purge", "--state", str(desk.house.state_dir), *chosen, "--yes"], out)
        out.seek(0)
        told = out.read().decode(errors="replace")
    said, copies = DELETED.search(told), COPIES.search(told)
    desk.kept.clear()
    if not done or not said:
        result = tag("p", view.w("data.not_deleted", why=problem), role="alert", class_="warn")
    else:
        result = tag("p", view.w("data.deleted", entries=said[1], recordings=said[2]), role="status", class_="lead")
    left = tag("p", view.w("data.copies", names=copies[1])) if copies else None
    return _page(desk, asked, result, left, tag("p", tag("a", view.w("data.back"), href="/data")))


def _run(module: list[str], out: IO[bytes], told: bytes = b"") -> tuple[bool, str]:
    """One of this station's programs: whether it came to a good end, and what it said of the trouble.  Raises No."""
    if not _busy.acquire(blocking=False):
        raise No(409, "Your data is being written or deleted this very moment.")
    try:
        # Only our own program with checked arguments, and never through a shell.
        ended = subprocess.run(
            [sys.executable, "-m", *module],
            input=told,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"},  # what it says is read here, in English
            timeout=LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    finally:
        _busy.release()
    return ended.returncode == 0, ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]


def _days(since: str, until: str) -> dict[str, datetime.date | None]:
    """The days of the form.  Raises No for one that does not exist, and for an end before the beginning."""
    days: dict[str, datetime.date | None] = {}
    for key, text in (("since", since), ("until", until)):
        try:
            days[key] = datetime.date.fromisoformat(text) if text else None
        except ValueError:
            raise No(422, "There is no such day.") from None
    if days["since"] and days["until"] and days["until"] < days["since"]:
        raise No(422, "The last day is before the first one.")
    return days


def _page(desk: Desk, asked: Asked, *body: object) -> Answer:
    view = view_of(asked)
    title = view.w("data.title")
    asked = replace(asked, path="/data")  # the question before deleting answers /forget, where nothing can be looked at
    return framed(desk, asked, "data", title, tag("h1", title), *body, script="page.js")


def _shut(desk: Desk, asked: Asked) -> bool:
    """Would the words come along sealed?  Of a history that cannot be read nothing is said here."""
    try:
        return sealed(desk) and open_key(desk, asked) is None
    except No:
        return False


def _take_along(view: View, asked: Asked, something: bool, shut: bool) -> Html:
    button = tag("button", view.w("data.export"), type="submit", class_="button primary")
    return card(
        view.w("data.export_title"),
        tag("p", view.w("data.export_lead")),
        tag("p", view.w("seal.export")) if shut else None,
        form(asked, "/export", button) if something else tag("p", view.w("data.nothing"), class_="soft"),
    )


def _delete(view: View, asked: Asked) -> Html:
    def days(key: str) -> Html:
        return tag("label", view.w(f"data.{key}"), " ", tag("input", type="date", name=key))

    def ask(what: str, *children: object) -> Html:
        hidden = tag("input", type="hidden", name="what", value=what)
        button = tag("button", view.w(f"data.delete_{what}"), type="submit", class_="button")
        return form(asked, "/forget", hidden, *children, tag("p", button))

    return card(
        view.w("data.delete_title"),
        tag("p", view.w("data.delete_lead")),
        ask("range", tag("p", days("since")), tag("p", days("until"))),
        ask("everything"),
    )


def _really(view: View, asked: Asked, what: str, days: dict[str, datetime.date | None]) -> Html:
    if what == "everything":
        said = view.w("data.really_everything")
    else:
        shown = {key: view.date(day) if day else view.w(f"data.open_{key}") for key, day in days.items()}
        said = view.w("data.really_range", since=shown["since"], until=shown["until"])
    hidden = {"what": what, "sure": "yes", **{key: str(day) for key, day in days.items() if day}}
    return card(
        view.w("data.really_title"),
        tag("p", said, class_="lead"),
        tag("p", view.w("data.goes_on"), class_="soft"),
        form(
            asked,
            "/forget",
            *[tag("input", type="hidden", name=key, value=value) for key, value in hidden.items()],
            tag("p", tag("button", view.w("data.really_yes"), type="submit", class_="button")),
        ),
        tag("p", tag("a", view.w("data.really_no"), href="/data", class_="button primary")),
    )
