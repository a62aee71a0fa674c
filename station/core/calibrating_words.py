"""What the station says while it calibrates: one table, German and English, spoken and shown alike.

`{seconds}` is the step's length, in words: a voice reads digits as it likes.  A pressure pad has words of its own where
the posture is another one.  What is changed here wants its voice anew: sounds/README.md, "What is said beside them".
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("de", "en")

# step -> (German, English)
WORDS: Mapping[str, tuple[str, str]] = {
    "welcome": (
        "Zuerst geht es um Ruhe. Mach es dir bequem.",
        "First, you show me your rest. Sit down comfortably.",
    ),
    "rest": (
        "Leg die Unterarme auf den Tisch und lass die Schultern sinken. Eine Minute nur da sein.",
        "Lay your forearms on the desk and let your shoulders sink. One minute of just being here.",
    ),
    "reference_ready": (
        "Gleich kommen beide Arme zur Seite, bis auf Schulterhöhe, und nur, wenn dabei nichts wehtut.",
        "In a moment you lift both arms sideways, to shoulder height. If that hurts, leave it out.",
    ),
    "reference_1": (
        "Arme zur Seite und halten, ganz ohne Kraftakt, {seconds} Sekunden.",
        "Arms out to the side and hold, gently, for {seconds} seconds.",
    ),
    "reference_pause": (
        "Lass die Arme wieder sinken. Du darfst kurz ausruhen.",
        "Let your arms sink. Rest for a moment.",
    ),
    "reference_2": ("Und noch einmal beide Arme zur Seite, und halten.", "Once more: arms out to the side and hold."),
    "shrug": (
        "Arme runter. Zieh jetzt die Schultern hoch, bis zu den Ohren.",
        "Arms down. Now pull your shoulders up, towards your ears.",
    ),
    "drop": ("Und fallen lassen, ganz nach unten.", "And let them drop, all the way down."),
    "typing": (
        "Wenn du magst, tippe zwei Minuten wie sonst auch. So lerne ich, was bei dir üblich ist.",
        "If you like, type as you always do for two minutes. That way I learn what is usual for you.",
    ),
    "daily_ready": (
        "Kurz nachmessen: Gleich beide Arme zur Seite.",
        "A quick check: in a moment, both arms out to the side.",
    ),
    "daily_reference": (
        "Arme zur Seite und halten, {seconds} Sekunden.",
        "Arms out to the side and hold for {seconds} seconds.",
    ),
}

PRESSURE_WORDS: Mapping[str, tuple[str, str]] = {
    "rest": (
        "Du darfst dich anlehnen und die Schultern sinken lassen. Eine Minute nur da sein.",
        "Lean back and let your shoulders sink. One minute of just being here.",
    ),
    "reference_ready": (
        "Gleich kommen die Schultern sanft nach oben. Du bleibst dabei angelehnt.",
        "In a moment you raise your shoulders gently. Stay leaning back.",
    ),
    "reference_1": (
        "Nun die Schultern ein wenig heben und halten, {seconds} Sekunden.",
        "Raise your shoulders and hold for {seconds} seconds.",
    ),
    "reference_pause": (
        "Lass die Schultern wieder sinken. Du darfst kurz ausruhen.",
        "Let your shoulders sink. Rest for a moment.",
    ),
    "reference_2": (
        "Noch einmal: Schultern sanft hoch und halten.",
        "Once more: raise your shoulders gently and hold.",
    ),
    "shrug": ("Und einmal ganz hoch, bis zu den Ohren.", "And once all the way up, to your ears."),
    "daily_ready": (
        "Kurz nachmessen: Gleich die Schultern sanft hoch.",
        "A quick check: raise your shoulders in a moment.",
    ),
    "daily_reference": (
        "Nun die Schultern ein wenig heben und halten, {seconds} Sekunden.",
        "Raise your shoulders and hold for {seconds} seconds.",
    ),
}


# Lengths that are spoken of, in words.
NUMBERS: Mapping[int, tuple[str, str]] = {15: ("fünfzehn", "fifteen"), 20: ("zwanzig", "twenty")}

# What the voice says when it is over: a calibration that was not taken says why instead.
TAKEN = (
    "Das war alles. Ab jetzt kenne ich deine Ruhe.",
    "That is it. From now on I know what your rest feels like.",
)


def words(step: str, language: str, seconds: float, signal: str = "emg-raw") -> str:
    """What is said at this step, in `de` or `en`."""
    table = {**WORDS, **PRESSURE_WORDS} if signal == "pressure" else WORDS
    which = 0 if language == "de" else 1
    length = round(seconds)
    return table[step][which].format(seconds=NUMBERS[length][which] if length in NUMBERS else length)


def taken(language: str) -> str:
    """What is said of a new yardstick, in `de` or `en`."""
    return TAKEN[0 if language == "de" else 1]


# What the terminal says around the steps, and of the result: key -> (German, English).
SAYINGS: Mapping[str, tuple[str, str]] = {
    "keys": (
        "Enter: weiter, nur nicht, solange Ruhe oder Kraft gemessen wird.  s + Enter: diesen Schritt auslassen.  "
        "Strg + C: aufhören, dann bleibt alles, wie es war.",
        "Enter: go on, but not while rest or effort is measured.  s + Enter: leave this step out.  "
        "Ctrl + C: stop, and everything stays as it was.",
    ),
    "live": ("  Signal {bar}  noch {left} s", "  signal {bar}  {left} s left"),
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
    "loud": (
        "Das Signal rauscht ziemlich ({noise:.0f} %). Hinweise kommen noch; "
        "mit frischen Elektroden oder einem kürzeren Kabel wird es besser.",
        "The signal is rather noisy ({noise:.0f} %). There will be cues all the same; "
        "fresh electrodes or a shorter cable make it better.",
    ),
    "hum": (
        "Das Netz brummt lauter als dein Muskel. Die Station rechnet es heraus; "
        "besser ist, Ladegeräte weiter weg zu legen und die Elektroden fest anzudrücken.",
        "The mains hum is louder than your muscle. The station takes it out; "
        "it is better to move chargers away and to press the electrodes on.",
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
    "not noted": (
        "Die Kalibrierung gilt. In {path} konnte sie nicht vermerkt werden: {error}.",
        "The calibration counts. It could not be noted in {path}: {error}.",
    ),
    "kept": ("Gemerkt in {path}.", "Kept in {path}."),
}


def said(what: str, language: str) -> str:
    """One of `SAYINGS`, in `de` or `en`."""
    return SAYINGS[what][0 if language == "de" else 1]


# Why a calibration was not taken: the English sentence of the core -> the German one.
GERMAN: Mapping[str, str] = {
    "The calibration was stopped; the one you had stays.": (
        "Die Kalibrierung wurde beendet; deine bisherige gilt weiter."
    ),
    "The sensor stopped sending during the calibration. Check its cable, then try once more.": (
        "Der Sensor hat unterwegs aufgehört zu senden. Schau nach dem Kabel und versuch es noch einmal."
    ),
    "An electrode came off during the calibration. Press it on or take a fresh one, then try once more.": (
        "Eine Elektrode hat sich gelöst. Drück sie an oder nimm eine frische und versuch es noch einmal."
    ),
    "There is no calibration yet that a daily reference could refresh. Do the complete one once: four minutes.": (
        "Es gibt noch keine Kalibrierung, die man auffrischen könnte. Mach einmal die ganze: vier Minuten."
    ),
    "The shrug was hardly felt. The sensor may sit beside the muscle: it belongs halfway between neck and shoulder, "
    "where the muscle bulges when you pull the shoulder up.": (
        "Das Schulterheben war kaum zu spüren. Vielleicht sitzt der Sensor neben dem Muskel: Er gehört in die Mitte "
        "zwischen Nacken und Schulter, dort wo sich der Muskel beim Hochziehen wölbt."
    ),
    "Today's reference is very different from the stored one. "
    "Check where the electrodes sit, or do the complete calibration once.": (
        "Die Referenz ist heute ganz anders als die gespeicherte. "
        "Schau, wo die Elektroden sitzen, oder mach einmal die ganze Kalibrierung."
    ),
    "For a while the signal stood quite still, as if the cable were out. "
    "Check the cable and the sensor's power, then try once more.": (
        "Das Signal stand eine Weile ganz still, als wäre das Kabel ab. "
        "Schau nach dem Kabel und dem Strom des Sensors und versuch es noch einmal."
    ),
    "The two references were very different. Do the same both times, from beginning to end, then try once more.": (
        "Die beiden Referenzen waren sehr verschieden. "
        "Mach beide Male das Gleiche, von Anfang bis Ende, und versuch es noch einmal."
    ),
    "The reference is hardly above rest. Hold both arms out to the side for the whole time, then try again.": (
        "Die Referenz liegt kaum über der Ruhe. Halte beide Arme die ganze Zeit zur Seite und versuch es noch einmal."
    ),
    "Rest and reference differ by less than a factor of 3. "
    "Let the arms rest on the desk for the first part, hold them out for the second, "
    "and check that the electrodes stick.": (
        "Ruhe und Referenz unterscheiden sich um weniger als das Dreifache. Lass die Arme im ersten Teil auf dem Tisch "
        "liegen, halte sie im zweiten zur Seite, und schau, ob die Elektroden kleben."
    ),
    "The pad feels no difference between relaxed and raised shoulders. Move it a little and try again.": (
        "Das Kissen spürt keinen Unterschied zwischen lockeren und hochgezogenen Schultern. "
        "Rück es ein wenig zurecht und versuch es noch einmal."
    ),
    "A pressure pad needs both: shoulders relaxed, then raised. Lift them once for fifteen seconds.": (
        "Das Kissen braucht beides: lockere und hochgezogene Schultern. Heb sie einmal für fünfzehn Sekunden."
    ),
}


def in_language(reason: str, language: str) -> str:
    """The reason of a refusal in `de` or `en`; a sentence without a translation stays as it is."""
    return GERMAN.get(reason, reason) if language == "de" else reason
