"""What the station says while it calibrates: one table, German and English, spoken and shown alike.

`{seconds}` is the step's length.  A pressure pad has words of its own where the posture is another one.
"""

from __future__ import annotations

from collections.abc import Mapping

# step -> (German, English)
WORDS: Mapping[str, tuple[str, str]] = {
    "welcome": (
        "Das ist die erste Übung: Du zeigst mir deine Ruhe. Setz dich bequem hin.",
        "This is the first exercise: you show me your rest. Sit down comfortably.",
    ),
    "rest": (
        "Leg die Unterarme auf den Tisch und lass die Schultern sinken. Eine Minute nur da sein.",
        "Lay your forearms on the desk and let your shoulders sink. One minute of just being here.",
    ),
    "reference_ready": (
        "Gleich hebst du beide Arme zur Seite, nicht höher als die Schultern. Wenn das wehtut, lass es aus.",
        "In a moment you lift both arms sideways, no higher than your shoulders. If that hurts, leave it out.",
    ),
    "reference_1": (
        "Arme zur Seite und halten, ganz ohne Kraftakt, {seconds} Sekunden.",
        "Arms out to the side and hold, gently, for {seconds} seconds.",
    ),
    "reference_pause": ("Arme sinken lassen. Kurz ausruhen.", "Let your arms sink. Rest for a moment."),
    "reference_2": ("Noch einmal: Arme zur Seite und halten.", "Once more: arms out to the side and hold."),
    "shrug": ("Arme runter. Zieh jetzt die Schultern hoch zu den Ohren …", "Arms down. Now pull your shoulders up …"),
    "drop": ("… und fallen lassen. Spür den Unterschied.", "… and let them drop. Feel the difference."),
    "typing": (
        "Wenn du magst, tippe zwei Minuten wie sonst auch. So lerne ich, was bei dir üblich ist.",
        "If you like, type as you always do for two minutes. That way I learn what is usual for you.",
    ),
    "daily_ready": (
        "Kurz nachmessen: Gleich beide Arme zur Seite, ganz ohne Kraftakt.",
        "A quick check: in a moment both arms out to the side, gently.",
    ),
    "daily_reference": (
        "Arme zur Seite und halten, {seconds} Sekunden.",
        "Arms out to the side and hold for {seconds} seconds.",
    ),
}

PRESSURE_WORDS: Mapping[str, tuple[str, str]] = {
    "rest": (
        "Lehn dich an und lass die Schultern sinken. Eine Minute nur da sein.",
        "Lean back and let your shoulders sink. One minute of just being here.",
    ),
    "reference_ready": (
        "Gleich ziehst du die Schultern sanft hoch. Bleib dabei angelehnt.",
        "In a moment you raise your shoulders gently. Stay leaning back.",
    ),
    "reference_1": (
        "Schultern sanft hoch und halten, {seconds} Sekunden.",
        "Raise your shoulders and hold, {seconds} s.",
    ),
    "reference_pause": ("Schultern sinken lassen. Kurz ausruhen.", "Let your shoulders sink. Rest for a moment."),
    "reference_2": (
        "Noch einmal: Schultern sanft hoch und halten.",
        "Once more: raise your shoulders gently and hold.",
    ),
    "shrug": ("Und einmal ganz hoch, bis zu den Ohren …", "And once all the way up, to your ears …"),
    "daily_ready": (
        "Kurz nachmessen: Gleich die Schultern sanft hoch.",
        "A quick check: raise your shoulders in a moment.",
    ),
    "daily_reference": (
        "Schultern sanft hoch und halten, {seconds} Sekunden.",
        "Raise your shoulders and hold, {seconds} s.",
    ),
}


def words(step: str, language: str, seconds: float, signal: str = "emg-raw") -> str:
    """What is said at this step, in `de` or `en`."""
    table = {**WORDS, **PRESSURE_WORDS} if signal == "pressure" else WORDS
    return table[step][0 if language == "de" else 1].format(seconds=round(seconds))


# What the terminal says around the steps, and of the result: key -> (German, English).
SAYINGS: Mapping[str, tuple[str, str]] = {
    "keys": (
        "Enter: weiter.  s + Enter: diesen Schritt auslassen.  Strg-C: aufhören, dann bleibt alles, wie es war.",
        "Enter: go on.  s + Enter: leave this step out.  Ctrl-C: stop, and everything stays as it was.",
    ),
    "done": ("Geschafft.", "Done."),
    "factor": (
        "Deine Referenz ist {factor}-mal so stark wie deine Ruhe (ab 3-mal kann die Station beides unterscheiden).",
        "Your reference is {factor} times as strong as your rest (from 3 times on the station can tell them apart).",
    ),
    "rest only": (
        "Ohne Referenz sind die Prozente nur untereinander vergleichbar; Pausen erkennt die Station trotzdem.",
        "Without a reference the percentages compare only with each other; the station knows your pauses all the same.",
    ),
    "quiet": (
        "Das Signal ist schön ruhig: {noise:.1f} % Rauschen.",
        "The signal is nice and quiet: {noise:.1f} % noise.",
    ),
    "fair": (
        "Das Signal rauscht ein wenig ({noise:.1f} %), das reicht. Frische Elektroden machen es ruhiger.",
        "The signal is a little noisy ({noise:.1f} %), which will do. Fresh electrodes make it quieter.",
    ),
    "noisy": (
        "Das Signal rauscht stark ({noise:.0f} %). Hinweise bleiben deshalb aus; "
        "frische Elektroden oder ein kürzeres Kabel helfen.",
        "The signal is very noisy ({noise:.0f} %), so there will be no cues; fresh electrodes or a shorter cable help.",
    ),
    "typing": ("Beim Tippen liegst du meist um {load:.0f} %.", "While typing you are mostly around {load:.0f} %."),
    "gain": (
        "Heute kommen {gain:.0f} % der früheren Stärke an; das rechnet die Station ab jetzt ein.",
        "Today {gain:.0f} % of the former strength arrive; from now on the station takes that into account.",
    ),
    "nothing changed": ("Es ist alles, wie es vorher war.", "Everything is as it was before."),
    "kept": ("Gemerkt in {path}.", "Kept in {path}."),
}


def said(what: str, language: str) -> str:
    """One of `SAYINGS`, in `de` or `en`."""
    return SAYINGS[what][0 if language == "de" else 1]
