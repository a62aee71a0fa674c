"""The insight's page over a made-up history, and the feelings that nothing is decided by."""

from __future__ import annotations

import ast
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.core.inputs import EffectsKnown
from station.core.insight.findings import Finding
from station.core.insight.shrink import Effect
from station.outputs.web import day
from station.outputs.web.known import best_first, known
from station.outputs.web.view import words
from tests.outputs.web_desk import Rig, remember

DAY = 86_400.0


def years_first_weeks(rig: Rig, days: int, effect: float = 0.5, lots: bool = False) -> list[tuple[float, e.Event]]:
    """Workdays with four tense moments each; every second one has an exercise, after which the load is `effect`."""
    draw = random.Random(1)
    began = day.bounds(rig.desk.today())[0] - days * DAY + 8 * 3600
    told: list[tuple[float, e.Event]] = []
    for n in range(days):
        level = draw.uniform(7, 9)
        for hour in range(8):
            for minute in range(60):
                at = began + n * DAY + hour * 3600 + 60 * minute
                tense, done = 25 <= minute < 30, hour % 2 and minute >= 33
                load = level * draw.uniform(0.8, 1.25) * (2 if tense else effect if done else 1)
                rest = 0.1 if hour in (2, 3) else draw.uniform(0.3, 0.5)
                told.append((at, e.Minute(rest, 2.0, load, 15.0, 5, 40.0, 60.0, "A")))
                if minute == 30:
                    told += _moment(at, hour, lots)
        told.append((began + n * DAY + 2 * 3600, e.ContextChanged("call", True)))
        told.append((began + n * DAY + 4 * 3600, e.ContextChanged("call", False)))
    return sorted(told, key=lambda each: each[0])


def _moment(at: float, hour: int, lots: bool) -> list[tuple[float, e.Event]]:
    if lots and not hour % 2:
        return [(at, e.AlertRandomised("silent"))]
    begun: list[tuple[float, e.Event]] = [(at, e.AlertRandomised("light"))] if lots else []
    begun.append((at + 0.1, e.Cue("light", "tension; 3 min since", "breathing")))
    if hour % 2:
        begun += [
            (at + 60, e.CueAnswered("accepted")),
            (at + 61, e.SessionStarted("breathing", "micro", "de", 80.0, "button")),
            (at + 141, e.SessionEnded("breathing", "de", "completed")),
        ]
    else:
        begun.append((at + 105, e.CueAnswered("ignored")))
    return begun


def plain(rig: Rig, path: str = "/insight") -> str:
    """The page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", rig.client().get(path).text.partition("<script")[0]))


def test_an_empty_history_is_told_kindly_that_it_cant_be_known_yet(rig: Rig) -> None:
    said = plain(rig)
    assert "Das kann man noch nicht wissen" in said
    assert "Noch keine gemessene Übung. Das ist in Ordnung." in said
    assert "%" not in said


@pytest.mark.parametrize(
    ("language", "on_insight", "on_sheet"),
    [("de", "bisher einmal", "Ruhig atmen: einmal, 1 min"), ("en", "once so far", "Calm breathing: once, 1 min")],
)
def test_what_was_done_once_is_told_as_once(
    rig: Rig, tmp_path: Path, language: str, on_insight: str, on_sheet: str
) -> None:
    began = day.bounds(rig.desk.today())[0] - DAY + 8 * 3600
    minutes = [(began + 60 * n, e.Minute(0.3, 2.0, 8.0, 15.0, 5, 40.0, 60.0, "A")) for n in range(120)]
    told = [*minutes, *_moment(began + 3600, 1, lots=False)]
    remember(tmp_path, *sorted(told, key=lambda each: each[0]))
    assert on_insight in plain(rig, f"/insight?lang={language}")
    assert on_sheet in plain(rig, f"/sheet?lang={language}")


@pytest.mark.parametrize(
    ("signals", "de", "en"),
    [
        (("emg-raw",), "Trapezmuskel einer Seite", "muscle of one side"),
        (("emg-raw", "pressure"), "Trapezmuskel einer Seite", "muscle of one side"),
        (("emg-raw", "emg-envelope"), "Trapezmuskel beider Seiten", "muscle of both sides"),
        (("pressure",), "Gemessen mit einem Druckkissen", "Measured with a pressure pad"),
    ],
)
def test_the_sheet_says_what_was_measured_as_the_station_is_built(
    rig: Rig, signals: tuple[str, ...], de: str, en: str
) -> None:
    rig.desk.house = replace(rig.desk.house, signals=signals)
    for language, said in (("de", de), ("en", en)):
        text = plain(rig, f"/sheet?lang={language}")
        known = [words(language)[f"sheet.reading_{each}"] for each in ("one_side", "both_sides", "pad")]
        assert said in text and sum(each in text for each in known) == 1


@pytest.mark.parametrize(
    ("language", "date", "grades"), [("de", "{0:%a} {0.day}.{0.month}.", "A 50\u202f% B 50\u202f%"),
                                     ("en", "{0:%a} {0.day} {0:%b}", "A 50% B 50%")],
)  # fmt: skip
def test_the_sheet_writes_dates_and_shares_as_its_language_does(
    rig: Rig, tmp_path: Path, language: str, date: str, grades: str
) -> None:
    noon = day.bounds(rig.desk.today())[0] + 12 * 3600
    remember(tmp_path, *[(noon + 60 * n, e.Minute(0.3, 2.0, 8.0, 15.0, 5, 40.0, 60.0, "AB"[n])) for n in range(2)])
    text = rig.client().get(f"/sheet?lang={language}").text
    assert f">{grades}</td>" in text
    table = text.partition("<tbody")[2]
    shown = date.format(rig.desk.today())
    if language == "de":
        shown = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][rig.desk.today().weekday()] + shown[3:]
    assert f">{shown}</th>" in table and not re.search(r"\d %", table)
    names = words(language)
    columns = ("valid", "rest", "p50", "stretch", "quality", "reference", "cues", "marks")
    assert re.findall('data-column="([^"]+)"', table) == [names[f"sheet.column_{each}"] for each in columns]


def test_before_two_weeks_it_says_what_is_still_to_come(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, *years_first_weeks(rig, 8))
    said = plain(rig)
    assert re.search(r"Zum Vergleichen braucht es noch: [67] Tage", said)
    assert "weniger angespannt" not in said


def test_an_effect_is_told_in_words_with_its_interval_and_how_many(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, *years_first_weeks(rig, 20, lots=True))
    said = plain(rig)
    assert "Was sich inzwischen sagen lässt" in said
    assert re.search(r"war dein Muskel etwa [45]\d % weniger angespannt als nach einer Pause", said)
    assert re.search(r"Recht sicher liegt es zwischen \d+ % weniger und \d+ % weniger", said)
    assert re.search(r"Aus 6\d Übungen und 6\d Pausen ohne Übung", said)
    assert "als nach einem ausgelassenen" in said
    assert "In Gesprächen: weniger Ruhe als sonst (10 %" in said
    english = plain(rig, "/insight?lang=en")
    assert re.search(r"your muscle was about [45]\d% less tense", english)
    hidden = plain(rig, "/insight?numbers=hide")
    assert "deutlich weniger angespannt" in hidden


def test_no_effect_is_told_as_none(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, *years_first_weeks(rig, 20, effect=1.0))
    said = plain(rig)
    assert "Ein Unterschied zu einer Pause ohne Übung zeigt sich bisher nicht." in said
    assert "Dann fällt etwa jeder fünfte Hinweis aus" in said


def test_liking_stands_apart_and_is_said_with_one_press(rig: Rig) -> None:
    from station.core import inputs as i

    assert rig.post("like", {"technique": "breathing", "on": True}) == 202
    assert rig.told == [i.Like("breathing", True, "page")]
    rig.tell(e.Liked("breathing", True, "page"))
    assert "Was dir gefällt Ruhig atmen" in plain(rig)
    assert "Du magst diese Übung: Sie wird zuerst vorgeschlagen." in plain(rig, "/exercises/breathing")


# --- feelings ------------------------------------------------------------------------------------------------------


def test_feelings_are_off_until_they_are_wanted(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    assert 'data-do="feeling"' not in rig.client().get("/diary").text
    assert rig.post("feelings", {"on": True}) == 200
    assert rig.client().get("/diary").text.count('data-do="feeling"') == 22
    assert rig.post("feeling", {"discomfort": 4}) == 200
    rig.wall += 5
    assert "Unbehagen 4" in plain(rig, "/diary")
    [entry] = rig.desk.ask("feelings")
    assert rig.post("unfeel", {"feeling": entry["id"]}) == 200
    assert rig.post("unfeel", {"feeling": entry["id"]}) == 404
    assert rig.post("feelings", {"on": False}) == 200
    assert 'data-do="feeling"' not in rig.client().get("/diary").text


@pytest.mark.parametrize("body", [{}, {"mood": 11}, {"mood": -1}, {"discomfort": 2.5}, {"mood": "good"}, {"pain": 3}])
def test_a_feeling_that_is_none_is_refused(rig: Rig, tmp_path: Path, body: dict[str, Any]) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    assert rig.post("feeling", body) == 422


def test_without_a_history_there_is_no_place_to_keep_a_feeling(rig: Rig) -> None:
    assert rig.post("feeling", {"mood": 3}) == 409


def test_feelings_change_nothing_that_the_station_decides_or_says(tmp_path: Path) -> None:
    """The same days with the worst and with the best feelings: the same requests, the same insight, the same pages."""
    seen = []
    for which, (discomfort, mood) in enumerate(((10, 0), (0, 10))):
        folder = tmp_path / str(which)
        folder.mkdir()
        rig = Rig(folder)
        rig.wall = 1_800_000_000.0
        remember(folder, *years_first_weeks(rig, 16, lots=True))
        for _ in range(4):
            rig.wall += 1
            assert rig.post("feeling", {"discomfort": discomfort, "mood": mood}) == 200
        pages = [plain(rig, path) for path in ("/", "/insight", "/day", "/exercises", "/sheet")]
        state = rig.client().get("/api/state").json()
        seen.append((list(rig.told), known(rig.desk), pages, state))
    assert seen[0] == seen[1]
    assert {type(each) for each in seen[0][0]} <= {EffectsKnown}, "the core was told nothing else"


def test_the_core_is_told_what_was_measured_once_and_only_what_is_clearly_less_load(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, *years_first_weeks(rig, 16, lots=True))
    first, again = known(rig.desk), known(rig.desk)
    assert first is again
    assert rig.told == [EffectsKnown(best_first(first.exercises))]


def test_the_largest_difference_comes_first_and_more_load_not_at_all() -> None:
    def found(name: str, effect: Effect | None) -> Finding:
        return Finding(name, effect, 9, 9, 0.0, 15)

    effects = {
        "imagery": Effect(-0.1, -0.15, -0.05, 9, 9),
        "pmr": Effect(-0.3, -0.4, -0.2, 9, 9),
        "movement": Effect(-0.2, -0.5, 0.1, 9, 9),
        "mindfulness": Effect(0.3, 0.2, 0.4, 9, 9),
        "breathing": None,
    }
    assert best_first([found(*each) for each in effects.items()]) == ("pmr", "imagery")


def test_no_input_and_no_event_of_the_core_can_carry_a_feeling() -> None:
    from station.core import inputs as i

    for base in (e.Event, i.Input):
        for kind in base.__subclasses__():
            assert not {*e.fields_of(kind)} & {"mood", "discomfort", "feeling", "pain"}, kind
    for path in Path(str(e.__file__)).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {getattr(node, "id", getattr(node, "attr", getattr(node, "arg", ""))) for node in ast.walk(tree)}
        assert not names & {"mood", "discomfort", "feelings"}, path
