"""Scripts become exact timelines, and a broken one says where and why, all at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.script import Condition, Names, Script, ScriptError, clip_name
from station.core.technique import compile, describe

TECHNIQUE = """\
family = "breathing"
title.de = "Atmen"
title.en = "Breathing"
about.de = "Ruhig atmen."
about.en = "Calm breathing."
source.de = "Quelle"
source.en = "Source"
evidence.de = "Stand"
evidence.en = "State"
caution.de = "Vorsicht"
caution.en = "Caution"
safety = ["dizziness"]
[[closing]]
slot = 5
say.de = "Gut, wir hören auf."
say.en = "All right, we stop."
"""

SCRIPT = """\
technique = "breathing"
length = "micro"
total = 48
bed = "waves"
safety = ["eyes_open"]

[[step]]
slot = 8
say.de = "Atme in Ruhe aus."
say.en = "Breathe out calmly."

[[step]]
breathe = { in = 4, out = 6, cycles = 2 }
spoken = 1
say_in.de = "Sanft einatmen."
say_in.en = "Gently in."
say_out.de = "Langsam ausatmen."
say_out.en = "Slowly out."

[[step]]
when = "sensor_ok"
slot = 6
say.de = "Jetzt ist es ruhig."
say.en = "It is quiet now."
otherwise.de = "Spür kurz nach."
otherwise.en = "Notice how it is."

[[step]]
slot = 4
silence = true
until = { state = "relaxed", hold = 1, after = 2 }

[[step]]
slot = 10
return = true
sound = "bowl-end"
say.de = "Schau dich um."
say.en = "Look around."
"""

NAMES = Names(frozenset({"bowl-end", "breath-in-4", "breath-out-6"}))


def made(script: str = SCRIPT, language: str = "de", technique: str = TECHNIQUE, names: Names | None = NAMES) -> Script:
    return compile(technique, script, language, names, ("breathing/technique.toml", "breathing/micro.toml"))


def mistakes(
    script: str = SCRIPT, technique: str = TECHNIQUE, names: Names | None = NAMES, language: str = "de"
) -> list[tuple[int, str]]:
    with pytest.raises(ScriptError) as caught:
        made(script, language, technique, names)
    return [(problem.line, problem.sentence) for problem in caught.value.problems]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))


def test_a_script_becomes_a_timeline_in_the_chosen_language() -> None:
    script = made()
    assert (script.technique, script.length, script.language, script.seconds) == ("breathing", "micro", "de", 48.0)
    assert (script.bed, script.family, script.title, script.name) == ("waves", "breathing", "Atmen", "micro")
    assert script.safety == ("dizziness", "eyes_open")
    assert [(step.at, step.seconds, step.kind, step.text, step.sound) for step in script.steps] == [
        (0, 8, "say", "Atme in Ruhe aus.", ""),
        (8, 4, "breath_in", "Sanft einatmen.", "breath-in-4"),
        (12, 6, "breath_out", "Langsam ausatmen.", "breath-out-6"),
        (18, 4, "breath_in", "", "breath-in-4"),
        (22, 6, "breath_out", "", "breath-out-6"),
        (28, 6, "say", "Jetzt ist es ruhig.", ""),
        (28, 6, "say", "Spür kurz nach.", ""),
        (34, 4, "silence", "", ""),
        (38, 10, "sound", "", "bowl-end"),
        (38, 10, "say", "Schau dich um.", ""),
    ]


def test_every_language_has_the_same_times() -> None:
    german, english = made(language="de"), made(language="en")
    assert [(s.at, s.seconds, s.kind) for s in german.steps] == [(s.at, s.seconds, s.kind) for s in english.steps]
    assert german.seconds == english.seconds
    assert english.steps[0].text == "Breathe out calmly."


def test_a_clip_is_named_after_its_language_and_words() -> None:
    step = made().steps[0]
    assert step.clip == clip_name("de", "Atme in Ruhe aus.")
    assert step.clip != clip_name("en", "Atme in Ruhe aus.")
    assert made().steps[3].clip == ""


def test_what_a_sensor_may_change_is_carried_along() -> None:
    steps = made().steps
    assert steps[5].condition == Condition("when", "sensor_ok")
    assert steps[6].condition == Condition("otherwise", "sensor_ok")
    assert steps[7].condition == Condition("until", "relaxed", after=2, hold=1)
    assert all(step.condition is None for step in steps[:5])


def test_ended_early_the_technique_has_its_closing_words_and_a_script_may_have_its_own() -> None:
    assert [(step.at, step.text) for step in made().closing] == [(0, "Gut, wir hören auf.")]
    own = SCRIPT + '[[closing]]\nslot = 6\nsay.de = "Wir kommen zurück."\nsay.en = "We come back."\n'
    assert [step.text for step in made(own, "en").closing] == ["We come back."]


def test_a_muscle_group_is_announced_tensed_and_released() -> None:
    group = """\
[[step]]
group = "shoulders"
slot = 5
say.de = "Nun die Schultern."
say.en = "Now the shoulders."
tense = 6
tense_say.de = "Sanft hochziehen."
tense_say.en = "Draw them up."
release = 30
release_say.de = "Und sinken lassen."
release_say.en = "And let them sink."
settle_after = 16
settle_when = "relaxed"

"""
    text = SCRIPT.replace("total = 48", "total = 89").replace('[[step]]\nwhen = "s', group + '[[step]]\nwhen = "s')
    steps = [step for step in made(text).steps if 28 <= step.at < 69]
    assert [(step.at, step.seconds) for step in steps] == [(28, 5), (33, 6), (39, 30)]
    assert steps[2].condition == Condition("until", "relaxed", after=16, hold=2)


def test_all_mistakes_are_told_at_once_with_their_lines() -> None:
    text = (
        SCRIPT.replace("total = 48", "total = 50")
        .replace('bed = "waves"', 'bed = "storm"')
        .replace('say.de = "Atme in Ruhe aus."', 'say.de = "Du musst 3 Mal ausatmen."')
        .replace('sound = "bowl-end"', 'sound = "gong"')
        .replace("when = ", "wenn = ")
    )
    found = mistakes(text)
    assert [line for line, _ in found] != []
    assert any(line == line_of(text, "total") and "add up to" in sentence for line, sentence in found)
    assert any(line == line_of(text, "bed") and "rain" in sentence for line, sentence in found)
    assert any(line == 9 and "musst" in sentence for line, sentence in found)
    assert any(line == 9 and "numbers as words" in sentence for line, sentence in found)
    assert any(line == line_of(text, "sound") and "bowl-end" in sentence for line, sentence in found)
    assert any(line == line_of(text, "wenn") and "wenn" in sentence for line, sentence in found)


@pytest.mark.parametrize(
    ("old", "new", "at", "word"),
    [
        ('say.en = "Look around."', "", "say.de", "say.en is missing"),
        ('say.en = "Look around."', 'say.fr = "Regarde."', "say.fr", 'no language "fr"'),
        ("out = 6, cycles", "out = 3, cycles", "breathe", "8 to 15"),
        ("in = 4, out = 6", "in = 6, out = 4", "breathe", "at least as long"),
        ("cycles = 2 }", "cycles = 2, hold = 3 }", "breathe", "never held"),
        ("cycles = 2 }", "cycles = 0 }", "breathe", "whole number"),
        ("spoken = 1", "spoken = 3", "spoken", "0 to 2"),
        ("slot = 4\n", "slot = -4\n", "slot = -4", "above 0"),
        ("silence = true\n", "", "[[step]]", "does something"),
        ('state = "relaxed"', 'state = "happy"', "until", "no condition"),
        ("hold = 1, after = 2", "hold = 3, after = 2", "until", "do not fit"),
        ("return = true\n", "", "[[step]]", "ends in the room"),
        ('sound = "bowl-end"\n', "", "[[step]]", "rings"),
        ('length = "micro"', 'length = "tiny"', "length", "micro, middle, long"),
        ('["eyes_open"]', '["eyes_shut"]', "safety", "no safety note"),
        ('say.de = "Schau dich um."', 'say.de = "Umschauen."', 'say.de = "Umschauen', "single word"),
        ('say.de = "Schau dich um."', 'say.de = "Schau, dass Sie da sind."', 'say.de = "Schau, dass', "formal"),
        ('say.en = "Look around."', 'say.en = "This heals you."', 'say.en = "This', "medical"),
        ('say.en = "Look around."', 'say.en = "Look around"', 'say.en = "Look around"', "ends with"),
        ('say.en = "Gently in."', f'say_in.en = "{"Very " * 12}gently in."', "say_in.en", "to say"),
        ('say.en = "Look around."', f'say.en = "{"and look " * 16}."', "say.en", "characters"),
    ],
)
def test_a_mistake_is_named_in_its_line(old: str, new: str, at: str, word: str) -> None:
    text = SCRIPT.replace(old, new) if old in SCRIPT else SCRIPT.replace(old.replace("say.", "say_in."), new)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith(at)]
    assert any(line in lines and word in sentence for line, sentence in mistakes(text))


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('family = "breathing"', 'family = "breath"', "breathing, pmr"),
        ('about.en = "Calm breathing."', "", "about.en is missing"),
        ('title.de = "Atmen"\ntitle.en = "Breathing"\n', "", "title"),
        ('family = "breathing"', 'family = "autogenic"', "return"),
        ("safety", "safty", "did you mean safety?"),
        ('title.de = "Atmen"', "title.de = Atmen", "none of"),
    ],
)
def test_a_technique_is_judged_too(old: str, new: str, word: str) -> None:
    assert any(word in sentence for _, sentence in mistakes(technique=TECHNIQUE.replace(old, new)))


def test_broken_toml_is_one_more_mistake_and_not_a_crash() -> None:
    assert mistakes("total = \n") == [(1, "this value is none of: text in quotation marks, a number, true, false, "
                                      "[a list], {a table}")]  # fmt: skip


def test_a_sentence_that_accompanies_other_exercises_needs_no_way_back() -> None:
    lone = (
        'technique = "breathing"\nlength = "micro"\ntotal = 40\nbed = "none"\n'
        '[[step]]\nslot = 40\nsay.de = "Bleib noch so."\nsay.en = "Stay like this."\n'
    )
    assert len(mistakes(lone)) == 2
    assert made('name = "stillness"\n' + lone).name == "stillness"


def test_tension_is_short_and_letting_go_is_long() -> None:
    group = SCRIPT.replace(
        'when = "sensor_ok"\nslot = 6\n',
        'group = "x"\ntense = 12\nrelease = 10\nslot = 6\nsettle_after = 9\nsettle_when = "relaxed"\n',
    ).replace("otherwise.", "release_say.")
    sentences = [sentence for _, sentence in mistakes(group)]
    assert any("held 4 to 8 s, not 12" in sentence for sentence in sentences)
    assert any("at least 20 s, not 10" in sentence for sentence in sentences)
    assert any("tense_say" in sentence for sentence in sentences)
    assert any("exceeds the release" in sentence for sentence in sentences)


def test_a_clip_that_is_longer_than_its_slot_is_found_once_it_exists() -> None:
    long = Names(NAMES.sounds, {clip_name("de", "Atme in Ruhe aus."): 8.4})
    assert mistakes(names=long) == [(9, "de: takes 8.4 s to say, there are 8")]


def test_a_language_nobody_wrote_is_named() -> None:
    assert "de, en" in mistakes(language="fr")[0][1]


def test_a_technique_describes_itself() -> None:
    technique = describe(TECHNIQUE)
    assert technique.languages == ("de", "en")
    assert technique.about["en"] == "Calm breathing."
    with pytest.raises(ScriptError):
        describe("family = 1")


@given(st.lists(st.integers(5, 60), min_size=1, max_size=8), st.integers(1, 6), st.sampled_from([(4, 6), (5, 5)]))
def test_steps_follow_each_other_without_gap_or_overlap_and_end_at_the_total(
    slots: list[int], cycles: int, pattern: tuple[int, int]
) -> None:
    breath = f"[[step]]\nbreathe = {{ in = {pattern[0]}, out = {pattern[1]}, cycles = {cycles} }}\n"
    says = "".join(f'[[step]]\nslot = {slot}\nsay.de = "Sei da."\nsay.en = "Be here."\n' for slot in slots)
    end = '[[step]]\nslot = 9\nreturn = true\nsound = "bowl-end"\nsay.de = "Schau auf."\nsay.en = "Look up."\n'
    total = sum(slots) + cycles * sum(pattern) + 9
    head = f'technique = "breathing"\nlength = "micro"\ntotal = {total}\nbed = "none"\n'
    script = made(head + says + breath + end, names=None)
    clock = 0.0
    for at in sorted({step.at for step in script.steps}):
        assert at == clock
        clock = max(step.at + step.seconds for step in script.steps if step.at == at)
    assert clock == script.seconds == total


_ODD = ("3", "[]", "[[1]]", "{}", "true", '""', "{ de = 1 }", "[{ slot = {} }]", "1979-05-27")


@given(st.sampled_from([line for line in SCRIPT.split("\n") if "=" in line]), st.sampled_from(_ODD))
def test_any_value_of_a_wrong_kind_is_a_problem_and_never_a_crash(line: str, value: str) -> None:
    broken = SCRIPT.replace(line, f"{line.partition('=')[0]} = {value}")
    try:
        made(broken)
    except ScriptError as error:
        assert error.problems


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_a_script_or_problems_but_never_a_crash(technique: str, script: str) -> None:
    for first in (technique, TECHNIQUE):
        with pytest.raises(ScriptError) as caught:
            compile(first, script, "de", NAMES)
        assert caught.value.problems


def with_step(step: str, seconds: int) -> str:
    """The script with one more step before its last one."""
    head, mark, tail = SCRIPT.rpartition("[[step]]")
    return head.replace("total = 48", f"total = {48 + seconds}") + step + "\n" + mark + tail


def test_beds_sounds_and_tones_lie_under_one_slot() -> None:
    script = made(with_step('[[step]]\nslot = 7\nbed = "rain"\nsound = "bowl-end"\ntone = { source = "tension" }', 7))
    assert [(step.at, step.seconds, step.kind, step.sound) for step in script.steps if step.at == 38] == [
        (38, 7, "bed", "rain"),
        (38, 7, "sound", "bowl-end"),
        (38, 7, "tone", "tension"),
    ]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ('[[step]]\nslot = 7\nbed = "traffic"', "there is no bed"),
        ("[[step]]\nslot = 7\ntone = 440", "a tone has a source"),
        ('[[step]]\nslot = 7\ntone = { source = "radio" }', "a tone has a source"),
        ("[[step]]\nslot = 7\nsilence = true\nuntil = 3", "until = {"),
        ("[[step]]\nslot = 7", "a step does something"),
    ],
)
def test_a_step_that_cannot_be_played_says_what_could(step: str, says: str) -> None:
    assert [says in sentence for _, sentence in mistakes(with_step(step, 7))] == [True]


def group(settle: str) -> str:
    words = "".join(
        f'{key}.de = "Schultern hoch."\n{key}.en = "Shoulders up."\n' for key in ("say", "tense_say", "release_say")
    )
    return f'[[step]]\ngroup = "shoulders"\nslot = 5\ntense = 6\nrelease = 30\n{settle}{words}'


def test_a_group_may_wait_for_the_release_and_may_not() -> None:
    (plain,) = [s for s in made(with_step(group(""), 41)).steps if s.at == 49]
    assert (plain.seconds, plain.condition) == (30, None)
    settled = with_step(group('settle_when = "relaxed"\nsettle_after = 10\n'), 41)
    (waits,) = [s for s in made(settled).steps if s.at == 49]
    assert waits.condition == Condition("until", "relaxed", 10.0, 2.0)
    late = with_step(group('settle_when = "relaxed"\nsettle_after = 28\nsettle_hold = 3\n'), 41)
    assert ["exceeds the release" in sentence for _, sentence in mistakes(late)] == [True]


def test_steps_are_a_list_of_tables() -> None:
    head = SCRIPT.partition("[[step]]")[0]
    assert any("write [[step]]" in sentence for _, sentence in mistakes(head + "step = [1, 2]\n"))


def test_whoever_pressed_the_button_hears_at_once_that_it_worked() -> None:
    first, mark, rest = SCRIPT.partition("[[step]]")
    silent = first.replace("48", "52") + "[[step]]\nslot = 4\nsilence = true\n\n" + mark + rest
    assert any("the first step speaks" in sentence for _, sentence in mistakes(silent))


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (SCRIPT.replace('safety = ["eyes_open"]', "safety = 3"), "safety is a list"),
        (SCRIPT.replace("breathe = { in = 4, out = 6, cycles = 2 }", "breathe = 5"), "breathe = { in = 4"),
        (SCRIPT.replace('technique = "breathing"\n', ""), 'technique = "…" is missing'),
    ],
)
def test_a_key_of_another_kind_is_answered_with_how_it_is_written(script: str, says: str) -> None:
    assert any(says in sentence for _, sentence in mistakes(script))
