"""The diary's two weeks of looking at one thing: asked without script, kept for the diary, summed up in the end."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.core.inputs import EffectsKnown, Observe, QuestionDone
from station.core.observation import SUBJECTS
from station.outputs.history import answers, read
from station.outputs.history.erase import purge
from station.outputs.web.known import known
from station.outputs.web.observing import observations
from station.outputs.web.view import words
from tests.outputs.web_desk import Rig, remember

DAY, HOUR = 86_400.0, 3600.0


def morning(days_ago: int) -> float:
    """Eight o'clock."""
    date = datetime.date(2026, 11, 27) - datetime.timedelta(days=days_ago)
    return datetime.datetime.combine(date, datetime.time(8)).timestamp()


NOW = morning(0) + 7 * HOUR


@pytest.fixture
def rig(rig: Rig) -> Rig:
    rig.wall = NOW
    return rig


def form(rig: Rig, path: str, **sent: str) -> Any:
    client = rig.client()
    found = re.search(r'name="token" value="([^"]+)"', client.get("/diary").text)
    token = found[1] if found else rig.token(client, "/diary")
    return client.post(path, data={**sent, "token": token})


def card(rig: Rig, language: str = "de") -> str:
    """The words of the diary's place for it."""
    page = rig.client().get(f"/diary?lang={language}").text.partition('id="observation"')[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<script")[0]))


def two_weeks(folder: Path, calm: float, pressing: float, ends: str = "completed", of_days: int = 14) -> None:
    """Two answers a day, one of each kind, each after ten minutes with so much rest."""
    began = morning(14) + HOUR
    told: list[tuple[float, e.Event]] = [(began, e.ObservationBegan("pace", "page"))]
    said = []
    for n in range(of_days):
        for hour, rest, what in ((2, calm, "calm"), (5, pressing, "pressing")):
            at = morning(14 - n) + hour * HOUR
            share = rest + 0.02 * (n % 3)
            told += [(at - 60 * k, e.Minute(share, 2.0, 8.0, 15.0, 5, 40.0, 60.0, "A")) for k in range(10, 0, -1)]
            said.append((at, what))
    remember(folder, *told)
    for at, what in said:
        assert answers.keep(folder / "history.db", at, at - HOUR, "pace", what)
    end = morning(14 - of_days) - 8 * HOUR
    remember(folder, (end, e.ObservationEnded("pace", ends)))


# --- what is kept --------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_once_and_only_if_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    remember(tmp_path, (NOW - HOUR, e.ObservationBegan("felt", "page")))
    assert answers.keep(path, NOW, NOW - 9 * HOUR, "felt", "up")
    assert not answers.keep(path, NOW + 1, NOW - 9 * HOUR, "felt", "down"), "a second press on the same question"
    assert answers.keep(path, NOW + 2 * HOUR, NOW - 9 * HOUR, "felt", "down")
    assert not answers.keep(path, NOW + 5 * HOUR, NOW - 9 * HOUR, "felt", "down"), "two a day"
    assert answers.keep(path, NOW + 12 * HOUR, NOW + 9 * HOUR, "felt", "down"), "the next day"
    for subject, answer in (("felt", "calm"), ("sleep", "up")):
        with pytest.raises(ValueError, match="no answer"):
            answers.keep(path, NOW + 40 * HOUR, NOW, subject, answer)
    first, *_ = read.ask(path, "answers")
    assert (first["at"], first["subject"], first["answer"]) == (NOW, "felt", "up")
    assert answers.take_back(path, first["id"]) and not answers.take_back(path, first["id"])
    assert not answers.take_back(tmp_path / "nowhere.db", 1)
    gone = purge(path)
    assert (gone["answer"], gone["observation"]) == (2, 1)


def test_the_rest_before_an_answer_is_that_of_its_ten_minutes(tmp_path: Path) -> None:
    told = [
        (NOW - 60 * k, e.Minute(0.2 if k <= 10 else 0.9, 2.0, 8.0, 15.0, 5, 40.0, 60.0, "A")) for k in range(20, 0, -1)
    ]
    remember(tmp_path, *told)
    path = tmp_path / "history.db"
    assert answers.keep(path, NOW, NOW - 9 * HOUR, "pace", "calm")
    assert answers.keep(path, NOW + 3 * HOUR, NOW - 9 * HOUR, "pace", "pressing")
    assert answers.with_rest(path, 0, NOW + DAY) == [
        ("pace", "calm", NOW, 0.2),
        ("pace", "pressing", NOW + 3 * HOUR, None),
    ]
    assert answers.with_rest(path, NOW + 1, NOW + 2) == []


def test_one_that_was_cut_off_is_closed_by_the_next_and_private_mode_lets_it_end(tmp_path: Path) -> None:
    remember(
        tmp_path,
        (NOW, e.ObservationBegan("pace", "page")),
        (NOW + 60, e.ObservationBegan("felt", "page")),
        (NOW + 90, e.Private(True, "button")),
        (NOW + 120, e.ObservationEnded("felt", "ended")),
        (NOW + 130, e.ObservationBegan("task", "page")),
    )
    found = [(row["subject"], row["ended"], row["reason"]) for row in read.ask(tmp_path / "history.db", "observations")]
    assert found == [("pace", NOW + 60, "ended"), ("felt", NOW + 120, "ended")]


# --- the page ------------------------------------------------------------------------------------------------------


def test_it_is_offered_folded_away_and_begun_with_one_press(rig: Rig) -> None:
    page = rig.client().get("/diary").text
    assert '<details class="card folded" id="observation">' in page
    assert all(f'name="subject" value="{subject}"' in page for subject in SUBJECTS)
    answer = form(rig, "/observe", subject="pace")
    assert (answer.status_code, answer.headers["location"]) == (303, "/diary#observation")
    assert rig.told == [Observe("pace", "page")]
    assert form(rig, "/observe", subject="sleep").status_code == 422


def test_a_question_stands_there_until_it_is_answered_and_the_station_hears_no_answer(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (NOW - HOUR, e.ObservationBegan("pace", "page")))
    rig.tell(e.Observing("pace", "2026-11-27", False))
    assert "Gerade ist nichts zu fragen" in card(rig) and "Bis Donnerstag, 10. Dezember 2026" in card(rig)
    assert 'id="question-hint" hidden' in rig.client().get("/").text
    rig.tell(e.Observing("pace", "2026-11-27", True))
    assert "Wie war es in den letzten zehn Minuten? in Ruhe die Zeit drängte Auslassen" in card(rig)
    assert "How were the last ten minutes? calm pressing Skip" in card(rig, "en")
    assert 'id="question-hint">' in rig.client().get("/").text
    answer = form(rig, "/question", answer="pressing")
    assert (answer.status_code, answer.headers["location"]) == (303, "/diary#observation")
    assert rig.told == [QuestionDone("page")]
    rig.tell(e.Observing("pace", "2026-11-27", False))
    assert form(rig, "/question", answer="calm").status_code == 303, "an old page is no error"
    assert len(rig.told) == 1
    assert "· die Zeit drängte Zurücknehmen" in card(rig)
    [kept] = rig.desk.ask("answers")
    assert form(rig, "/unanswer", answer=str(kept["id"])).status_code == 303
    assert rig.desk.ask("answers") == [] and "Zurücknehmen" not in card(rig)
    assert form(rig, "/unanswer", answer=str(kept["id"])).status_code == 404
    assert form(rig, "/unanswer", answer="one").status_code == 422


def test_skipping_keeps_nothing_and_the_station_hears_the_same(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (NOW - HOUR, e.ObservationBegan("pace", "page")))
    rig.tell(e.Observing("pace", "2026-11-27", True))
    form(rig, "/question", answer="")
    assert rig.told == [QuestionDone("page")] and rig.desk.ask("answers") == []


def test_it_is_ended_with_one_press_from_the_page(rig: Rig) -> None:
    rig.tell(e.Observing("task", "2026-11-27", False))
    assert "Jetzt aufhören" in card(rig)
    form(rig, "/observe", subject="")
    assert rig.told == [Observe("", "page")]


def test_in_private_mode_nothing_is_asked_begun_or_kept(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (NOW - HOUR, e.ObservationBegan("pace", "page")))
    rig.tell(e.Observing("pace", "2026-11-27", True), e.Private(True, "button"))
    assert "Es wird nichts gefragt und nichts aufgehoben" in card(rig) and "die Zeit drängte" not in card(rig)
    assert 'id="question-hint" hidden' in rig.client().get("/").text
    assert form(rig, "/question", answer="calm").status_code == 409
    assert rig.post("question", {"answer": "calm"}) == 409
    rig.tell(e.Observing("", "", False))
    assert form(rig, "/observe", subject="pace").status_code == 409
    assert rig.told == [] and rig.desk.ask("answers") == []


def test_the_same_can_be_asked_as_json(rig: Rig, tmp_path: Path) -> None:
    assert rig.post("question", {"answer": "calm"}) == 409
    rig.tell(e.Observing("pace", "2026-11-27", True))
    assert rig.post("question", {"answer": "calm"}) == 409, "no history yet"
    remember(tmp_path, (NOW - HOUR, e.ObservationBegan("pace", "page")))
    assert rig.post("question", {"answer": "up"}) == 422
    assert rig.post("question", {"answer": "calm"}) == 200
    assert rig.post("question", {}) == 200
    assert rig.told == [QuestionDone("page")] * 2
    [one] = rig.client().get("/api/observations").json()
    assert (one["subject"], one["started"], one["ended"], one["whole"]) == ("pace", NOW - HOUR, None, False)
    assert [(each["answer"], each["said"], each["difference"]) for each in one["answers"]] == [
        ("calm", 1, None),
        ("pressing", 0, None),
    ]
    [kept] = rig.desk.ask("answers")
    assert rig.post("unanswer", {"answer": kept["id"]}) == 200
    assert rig.post("unanswer", {"answer": kept["id"]}) == 404


def test_a_form_without_the_pages_token_changes_nothing(rig: Rig) -> None:
    rig.tell(e.Observing("pace", "2026-11-27", True))
    for path, sent in (("/observe", {"subject": ""}), ("/question", {"answer": ""}), ("/unanswer", {"answer": "1"})):
        assert rig.client().post(path, data={**sent, "token": "wrong"}).status_code == 403
    assert rig.told == []


# --- the summary ---------------------------------------------------------------------------------------------------


def test_after_two_weeks_the_difference_is_told_in_words_with_its_interval(rig: Rig, tmp_path: Path) -> None:
    two_weeks(tmp_path, calm=0.5, pressing=0.15)
    said = card(rig)
    assert "Vor der Antwort „die Zeit drängte“ hat dein Muskel weniger geruht als vor den anderen." in said
    between = re.search(r"Recht sicher sind es (\d+) bis (\d+) Prozentpunkte", said)
    assert between and int(between[1]) < 35 <= int(between[2]) + 1
    assert "„in Ruhe“: 14 ×, davor 52 % Ruhe" in said and "„in Ruhe“ hat dein Muskel mehr" not in said
    assert "Ein Bild, keine Ursache" in said
    assert "Before the answer “pressing” your muscle rested less" in card(rig, "en")
    hidden = rig.client().get("/diary?numbers=hide").text
    assert '<html lang="de" class="no-numbers">' in hidden, "its figures are hidden by the style sheet"
    [one] = rig.client().get("/api/observations").json()
    assert one["whole"] and one["answers"][1]["high"] < 0


def test_where_nothing_differs_that_is_said(rig: Rig, tmp_path: Path) -> None:
    two_weeks(tmp_path, calm=0.4, pressing=0.4)
    assert "Ein Unterschied zeigt sich nicht." in card(rig)


def test_too_few_answers_cant_be_known_yet_and_that_is_fine(rig: Rig, tmp_path: Path) -> None:
    two_weeks(tmp_path, calm=0.5, pressing=0.1)
    for entry in rig.desk.ask("answers")[14:]:
        answers.take_back(tmp_path / "history.db", entry["id"])
    said = card(rig)
    assert "Das kann man noch nicht wissen. Zum Vergleichen braucht es acht" in said and "weniger geruht" not in said


@pytest.mark.parametrize(("ends", "of_days"), [("ended", 12), ("completed", 12), ("ended", 14)])
def test_before_two_whole_weeks_nothing_is_compared(rig: Rig, tmp_path: Path, ends: str, of_days: int) -> None:
    """Neither when it was ended early, nor when a clock that jumped ended it."""
    two_weeks(tmp_path, 0.5, 0.1, ends, of_days)
    assert "Verglichen wird erst nach zwei ganzen Wochen. Früher aufzuhören ist in Ordnung." in card(rig)


def test_a_summary_is_worked_out_once_and_anew_when_an_answer_is_taken_back(rig: Rig, tmp_path: Path) -> None:
    two_weeks(tmp_path, 0.6, 0.3)
    (first,), (again,) = observations(rig.desk), observations(rig.desk)
    assert again == first and again.answers is first.answers
    entry = read.ask(tmp_path / "history.db", "answers")[0]
    answers.take_back(tmp_path / "history.db", entry["id"])
    (less,) = observations(rig.desk)
    assert sum(each.said for each in less.answers) == sum(each.said for each in first.answers) - 1


def test_earlier_times_stay_to_be_read(rig: Rig, tmp_path: Path) -> None:
    two_weeks(tmp_path, calm=0.5, pressing=0.15)
    remember(
        tmp_path, (NOW - HOUR, e.ObservationBegan("felt", "page")), (NOW - 60, e.ObservationEnded("felt", "ended"))
    )
    said = card(rig)
    assert [one.subject for one in observations(rig.desk)] == ["felt", "pace"]
    assert [one.subject for one in observations(rig.desk, 1)] == ["felt"]
    assert said.index("Was du selbst spürst Freitag") < said.index("Frühere Male") < said.index("weniger geruht")


# --- and nothing hangs on it ---------------------------------------------------------------------------------------


def test_answers_change_nothing_that_the_station_decides_or_says(tmp_path: Path) -> None:
    """The same day with one answer and with the other: the same requests, the same insight, the same other pages."""
    seen = []
    for answer in SUBJECTS["pace"]:
        folder = tmp_path / answer
        folder.mkdir()
        rig = Rig(folder)
        rig.wall = NOW
        told = [(NOW - 60 * k, e.Minute(0.3, 2.0, 8.0, 15.0, 5, 40.0, 60.0, "A")) for k in range(60, 0, -1)]
        remember(folder, (NOW - 2 * HOUR, e.ObservationBegan("pace", "page")), *told)
        rig.tell(e.Observing("pace", "2026-11-27", True))
        form(rig, "/question", answer=answer)
        pages = [rig.client().get(path).text for path in ("/", "/insight", "/day", "/exercises", "/sheet")]
        plain = [re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL) for page in pages]
        seen.append((list(rig.told), known(rig.desk), plain, rig.client().get("/api/state").json()))
        assert [each["answer"] for each in rig.desk.ask("answers")] == [answer]
    assert seen[0] == seen[1]
    assert {type(each) for each in seen[0][0]} == {QuestionDone, EffectsKnown}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_subject_and_answer_has_its_words(language: str) -> None:
    said = words(language)
    for subject, kinds in SUBJECTS.items():
        for key in (subject, f"{subject}_text", f"{subject}_question", *(f"{subject}_{each}" for each in kinds)):
            assert said[f"observation.{key}"]
