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
