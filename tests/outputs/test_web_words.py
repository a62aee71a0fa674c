"""The page's words: complete in both languages, and nothing in them that this device must not say."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

import pytest

from station.core import budget, coach, hindrances, sensing, tension
from station.core.state import WORDS
from station.outputs.web.reasons import ROWS, _row, in_german, in_language, look
from station.outputs.web.view import HERE, View, words

WEB = Path(__file__).parents[2] / "station" / "outputs" / "web"

# PRODUCT §7: never a promise, never a verdict.
NEVER = {
    "de": r"heil\w*|linder\w*|behandel\w*|therapi(?!e\b)\w*|vorbeug\w*|diagnos\w*|stress\w*|haltung\w*|"
    r"versag\w*|streak|punkte|verpasst|leider|geschafft!\w*",
    "en": r"cure\w*|heal(s|ed|ing)?|reliev\w*|treat\w*|prevent\w*|diagnos\w*|stress\w*|"
    r"posture|failed|streak|score|missed",
}
# Where the words stand in order to say what this is not, or to name those who do it.
ALLOWED = {"sheet.not_medical", "help.where_list", "live.failed"}


def test_both_languages_say_the_same_things() -> None:
    de, en = words("de"), words("en")
    assert de.keys() == en.keys()
    for key, said in de.items():
        assert type(said) is type(en[key]), key
        if isinstance(said, list):
            assert len(said) == len(en[key]), key
        else:
            assert set(re.findall(r"\{(\w+)\}", said)) == set(re.findall(r"\{(\w+)\}", en[key])), key


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_word_promises_or_judges(language: str) -> None:
    found = [
        f"{key}: {said}"
        for key, value in words(language).items()
        for said in (value if isinstance(value, list) else [value])
        if key not in ALLOWED and re.search(rf"\b({NEVER[language]})\b", said, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_german_says_du() -> None:
    formal = [
        key for key, value in words("de").items() if re.search(r"(?<=[\w,;:–] )(Ihnen|Ihre[mnrs]?)\b", str(value))
    ]
    assert not formal


def test_every_word_that_is_asked_for_exists() -> None:
    known = set(words("de"))
    code = "\n".join(path.read_text() for path in (*WEB.glob("pages/*.py"), *WEB.glob("static/*.js")))
    asked = set(re.findall(r'\bw\(\s*"([\w.]+)"', code)) | set(re.findall(r'view\.list\("([\w.]+)"', code))
    assert len(asked) > 100
    assert asked <= known, asked - known


def test_there_is_a_word_and_a_sentence_for_every_state() -> None:
    for word in [*(word for word, _ in WORDS), "monitoring"]:
        for language in ("de", "en"):
            assert f"state.{word}" in words(language) and f"state.long_{word}" in words(language)


def test_the_cores_reasons_are_said_in_german() -> None:
    """Every fixed part of a reason in the core has its German; what is added there must be added here."""
    modules = (hindrances, coach, budget, tension, sensing)
    source = "\n".join(Path(str(module.__file__)).read_text() for module in modules)
    sentences = [f"{said} (0 of 5 min)" for said in re.findall(r'_since\("\w+", "([^"]+)"', source)]
    sentences += re.findall(r'Block\("[\w ]+", f?"([^"]+)"', source)
    sentences += re.findall(r'(?:CueWithheld\(|DOUBTFUL, |doubt = )f?"([^"]+)"', source)
    sentences = [sentence for sentence in sentences if not sentence.startswith("{text}")]
    assert len(sentences) >= 18, sentences
    for sentence in sentences:
        filled = re.sub(r"\{left\}", ", 22 min left", re.sub(r"\{[^}]*(quality|name)[^}]*\}", "hum", sentence))
        filled = re.sub(r"\{(?!left)[^}]+\}", "3", filled)
        german = in_german(filled)
        assert german != re.sub("^[a-z ]+: ", "", filled), filled


def test_every_row_of_the_reasons_is_whole_and_is_found() -> None:
    table = tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))["reason"]
    assert len(table) == len(ROWS) > 40
    for n, row in enumerate(table):
        said = row["said"]
        values = {name: "hum" if name == "word" else f"{k + 3}" for k, name in enumerate(re.findall(r"{(\w+)}", said))}
        assert look(said.format(**values)) == (ROWS[n], values), f"another row stands before: {said}"
        for language in ("de", "en"):
            assert sorted(re.findall("{.*?}", row.get(language, said))) == sorted(re.findall("{.*?}", said)), said
        plain = [row.get(f"plain_{language}", "") for language in ("de", "en")]
        assert plain == ["", ""] or all(re.fullmatch(r"[^\d{}]+\.", each) for each in plain), said


def test_a_row_with_a_key_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="plan_de"):
        _row(said="x", de="y", plan_de="z")  # type: ignore[call-arg]


def test_a_figure_has_the_languages_own_decimal_mark() -> None:
    said = "in the last 120 min, even the busiest minutes at 1.6 %RVE"
    assert in_german(said) == "in den letzten 120 min selbst die lebhaftesten Minuten bei 1,6 %RVE"
    assert in_language(said, "en") == said


def test_a_reason_is_told_without_its_code() -> None:
    assert in_language("switched off: cues are switched off", "en") == "cues are switched off"


def test_a_reason_with_a_semicolon_of_its_own_is_one_sentence() -> None:
    example = "apart: the last reminder was 5 min ago; 20 min lie between two"
    assert in_german(example) == "der letzte Hinweis war vor 5 min, dazwischen liegen 20 min"


def test_hidden_figures_become_plain_words() -> None:
    assert View("de", numbers=False).share(0.62) == "viel"
    assert View("en", numbers=False).share(0.05) == "little"
    assert View("de").share(0.62) == "62\u202f%"
    assert View("de").span(4800) == "1 h 20 min"


def test_percent_signs_and_dates_are_those_of_the_language() -> None:
    de, en, day = View("de"), View("en"), datetime.date(2026, 11, 28)
    assert (de.share(0.65), en.share(0.65)) == ("65\u202f%", "65%")
    assert (de.short_date(day), en.short_date(day)) == ("28.11.2026", "28 Nov 2026")
    assert (de.weekday(day), en.weekday(day)) == ("Sa 28.11.", "Sat 28 Nov")
    said = "only 40 % of the signal could be believed"
    assert in_german(said) == "nur 40\u202f% des Signals waren zu glauben"
    assert in_language(said, "en") == "only 40% of the signal could be believed"


def test_what_is_wrong_with_the_signal_is_said_in_words_too() -> None:
    said = "sensor: the signal is not to be believed (off)"
    assert in_german(said) == "dem Signal ist gerade nicht zu trauen (keine Elektrode zu spüren)"
    assert in_language(said, "en") == "the signal is not to be believed (no electrode felt)"
