"""The core's reasons as one plain sentence, without a figure: what a person reads first.

    rest share 16 % for 20 s, load 11 %RVE; 3 min since; budget 1 of 6 …   ->   Hardly any rest in the shoulders for …
    quiet: quiet was asked for, 22 min left                                ->   You had asked for quiet.

The sentences fit the moment itself and an hour later, too.  The figures come after it (`reasons.py`), smaller, and not
at all for those who hide them.  A reason without an entry here stays as it is.
"""

from __future__ import annotations

import re

from station.outputs.web.reasons import PREFIX, in_language, parts

# A part of the reason -> German, English.  What hinders a cue stands above what brought it.
SENTENCES: tuple[tuple[str, str, str], ...] = (
    (r"cues are switched off", "Hinweise waren ausgeschaltet.", "Cues were switched off."),
    (
        r"the signal is not to be believed .*|only \d+ % of the signal .*|the sensor's noise is .*",
        "Dem Signal war nicht genug zu trauen.",
        "The signal could not be trusted enough.",
    ),
    (
        r"the yardstick does not seem to fit today",
        "Die Messlatte schien nicht zu passen.",
        "The yardstick did not seem to fit.",
    ),
    (
        r"the signal has only just come back .*",
        "Das Signal war gerade erst wieder da.",
        "The signal had only just come back.",
    ),
    (r"the sensor cannot be read", "Der Sensor war nicht zu lesen.", "The sensor could not be read."),
    (r"nobody is at the desk", "Niemand war am Platz.", "Nobody was at the desk."),
    (r"an exercise is running", "Eine Übung lief gerade.", "An exercise was running."),
    (r"the arms are up .*", "Die Kalibrierung lief gerade.", "The calibration was running."),
    (r"the house says 'call'", "Dein Zuhause meldete ein Gespräch.", "Your home said that you were in a call."),
    (r"the house says 'focus'", "Du wolltest dich vertiefen.", "You wanted to focus."),
    (r"the house says 'away'", "Dein Zuhause meldete dich als abwesend.", "Your home said that you were away."),
    (r"the house says 'quiet'", "Dein Zuhause bat um Ruhe.", "Your home asked for quiet."),
    (r"quiet was asked for.*", "Du hattest um Ruhe gebeten.", "You had asked for quiet."),
    (r"these are your quiet hours.*", "Es waren deine Ruhestunden.", "It was your quiet hours."),
    (
        r"day \d+ of \d+ that are only watched",
        "In den ersten Tagen schaut die Station nur zu.",
        "For the first days the station only watches.",
    ),
    (r"\d+ of \d+ reminders today", "Für den Tag waren es genug Hinweise.", "That was enough cues for the day."),
    (
        r"\d+ of \d+ reminders this hour",
        "Für die Stunde waren es genug Hinweise.",
        "That was enough cues for the hour.",
    ),
    (
        r"the last reminder was .*",
        "Der letzte Hinweis war noch nicht lange her.",
        "The last cue was not long ago.",
    ),
    (
        r"the sensor was just put on .*",
        "Der Sensor saß noch nicht lange.",
        "The sensor had not been on for long.",
    ),
    (
        r"the shoulders came down before .*",
        "Die Schultern sind von selbst gesunken.",
        "The shoulders came down by themselves.",
    ),
    (
        r"when it was time for the chime, .*",
        "Von den Schultern war gerade nichts bekannt.",
        "Nothing was known of the shoulders just then.",
    ),
    (r"another offer is on show", "Ein anderes Angebot stand schon da.", "Another offer was there already."),
    (
        r"left out by chance, .*",
        "Das Los hat diesen Hinweis ausgelassen.",
        "This cue was left out by lot.",
    ),
    (r"you just came back .*", "Du warst gerade erst zurück.", "You had only just come back."),
    (r"there was an exercise just now .*", "Eben war schon eine Übung.", "There had just been an exercise."),
    (r"your small pause of the day", "Zeit für deine kleine Pause.", "Time for your small pause."),
    (r"\d+ min of sitting .*", "Eine ganze Weile Sitzen ohne Pause.", "A good while of sitting without a break."),
    (r"still on offer after .*", "Das Angebot steht noch.", "The offer still stands."),
    (r"tension", "Die Schultern waren angespannt.", "The shoulders were tense."),
)
_COMPILED = tuple((re.compile(pattern), german, english) for pattern, german, english in SENTENCES)

# How long there was hardly any rest: up to so many seconds -> German, English.
LASTED: tuple[tuple[float, str, str], ...] = (
    (50.0, "Eine Weile", "a while"),
    (100.0, "Etwa eine Minute", "about a minute"),
    (300.0, "Ein paar Minuten", "a few minutes"),
    (float("inf"), "Viele Minuten", "many minutes"),
)
_REST = re.compile(r"rest share \d+ % for (\d+) s, .*")
_SINCE = re.compile(r"(\d+) min since")
_LIGHT = re.compile(r"still so after (\d+) s of light")


def plain(reason: str, language: str) -> str:
    """The sentence in `de` or `en`; empty where there is no reason."""
    each = [PREFIX.sub("", part) for part in parts(reason)] if reason else []
    for part in each:
        for pattern, german, english in _COMPILED:
            if pattern.fullmatch(part):
                return german if language == "de" else english
    lasted = sum(
        factor * float(found[1])
        for pattern, factor in ((_REST, 1.0), (_SINCE, 60.0), (_LIGHT, 1.0))
        for part in each
        if (found := pattern.fullmatch(part))
    )
    if not lasted:
        return in_language(reason, language)
    german, english = next((de, en) for limit, de, en in LASTED if lasted <= limit)
    if language == "de":
        return f"{german} lang fast keine Ruhe in den Schultern."
    return f"Hardly any rest in the shoulders for {english}."
