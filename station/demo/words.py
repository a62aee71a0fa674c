"""What the demo's picture says, in German and English."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from station.core import events as e
from station.german import in_german
from station.outputs.web import reasons
from station.outputs.web.view import NARROW

STATES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "starting": "wacht auf",
        "monitoring": "achtet auf deine Schultern",
        "cue": "Licht: die Schultern sind oben",
        "offer": "Angebot: eine kleine Pause?",
        "exercise": "Übung",
        "calibration": "Kalibrierung läuft",
        "quiet": "Ruhezeit",
        "standby": "achtet gerade nicht auf die Schultern",
        "private": "privat: der Sensor ist zu",
        "sensor_trouble": "der Sensor braucht Hilfe",
        "away": "niemand am Platz",
    },
    "en": {
        "starting": "waking up",
        "monitoring": "sensing quietly",
        "cue": "light: the shoulders are up",
        "offer": "an offer: a small pause?",
        "exercise": "exercise",
        "calibration": "calibrating",
        "quiet": "quiet time",
        "standby": "not sensing now",
        "private": "private: the sensor is closed",
        "sensor_trouble": "the sensor needs help",
        "away": "nobody at the desk",
    },
}

LABELS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "level": "Spannung",
        "scale": "│ Ruhe bis {rest}   │ Anspannung ab {load} % deiner Referenz (%RVE)",
        "minute": "letzte Minute",
        "state": "Zustand",
        "light": "Licht",
        "voice": "Stimme",
        "events": "Was geschah",
        "mqtt": "Was ein Dashboard per MQTT sieht",
        "keys": "[b]Leertaste[/b] Knopf  [b]d[/b] doppelt  [b]l[/b] lang  [b]p[/b] privat (hält 6 s)\n "
        "Person: [b]h[/b] Schultern hoch  [b]t[/b] tippen  [b]r[/b] ruhen    [b]q[/b] Ende",
        "unknown": "–",
        "exercise": "„{title}“",
        "left": ", noch {seconds:.0f} s",
        "paused": ": Pause; Leertaste: weiter",
        "leads_out": "Übung hört hier auf: „{said}“",
        "no_messages": "noch keine Nachrichten",
        "trouble": "Hinweis",
        "no_speaker": "Kein Lautsprecher; Licht und Seite genügen.",
        "page": "Die Seite für deinen Browser",
        "title": "Desk Station · Vorführung mit einer simulierten Person",
        "bye": "Bis bald. Wie du deine eigene Station baust, steht in der README.",
    },
    "en": {
        "level": "tension",
        "scale": "│ rest up to {rest}   │ tension from {load} % of your reference (%RVE)",
        "minute": "last minute",
        "state": "state",
        "light": "light",
        "voice": "voice",
        "events": "What happened",
        "mqtt": "What a dashboard sees over MQTT",
        "keys": "[b]space[/b] button  [b]d[/b] double  [b]l[/b] long  [b]p[/b] private (holds 6 s)\n "
        "person: [b]h[/b] shoulders up  [b]t[/b] typing  [b]r[/b] rest    [b]q[/b] quit",
        "unknown": "–",
        "exercise": "“{title}”",
        "left": ", {seconds:.0f} s left",
        "paused": ": paused; space goes on",
        "leads_out": "the exercise ends here: “{said}”",
        "no_messages": "no messages yet",
        "trouble": "note",
        "no_speaker": "No speaker; light and page are enough.",
        "page": "the page for your browser",
        "title": "Desk Station · demo with a simulated person",
        "bye": "See you. How to build a station of your own is in the README.",
    },
}

LIGHTS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "off": "aus",
        "glow": "glimmt leise",
        "cue": "wird langsam heller",
        "offer": "pulsiert langsam",
        "breathing": "begleitet",
        "feedback": "zeigt, was der Muskel tut",
        "calibration": "leuchtet schwach: Ruhe",
        "calibration_hold": "leuchtet hell: halten",
        "breath_in": "wird heller: einatmen",
        "breath_out": "wird dunkler: ausatmen",
        "paused": "wartet",
        "quiet": "blinkt zweimal alle 15 s",
        "yardstick": "blinkt dreimal alle 20 s: kurz nachmessen?",
        "private": "aus",
        "sensor": "blinkt violett",
        "fault": "blinkt rot: bitte nachsehen",
        "held_short": "Knopf unten",
        "held_long": "Loslassen: Ruhezeit oder Ende",
        "held_hold": "Loslassen: privat",
        "mark": "gemerkt",
    },
    "en": {
        "off": "off",
        "glow": "a faint glow",
        "cue": "slowly getting brighter",
        "offer": "a slow pulse",
        "breathing": "keeps you company",
        "feedback": "shows what the muscle does",
        "calibration": "a faint light: rest",
        "calibration_hold": "a bright light: hold",
        "breath_in": "getting brighter: breathe in",
        "breath_out": "getting darker: breathe out",
        "paused": "waits",
        "quiet": "double blink every 15 s",
        "yardstick": "three blinks every 20 s: a quick check?",
        "private": "off",
        "sensor": "violet blink",
        "fault": "red blink: please have a look",
        "held_short": "button down",
        "held_long": "let go for: quiet, or the end",
        "held_hold": "let go for: private",
        "mark": "remembered",
    },
}

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "accepted": "angenommen",
        "not_now": "jetzt nicht",
        "wrong": "war keine Anspannung",
        "ignored": "unbeantwortet, das ist in Ordnung",
        "self_released": "von selbst losgelassen",
        "withdrawn": "zurückgenommen",
    },
    "en": {
        "accepted": "accepted",
        "not_now": "not now",
        "wrong": "was no tension",
        "ignored": "unanswered, and that is fine",
        "self_released": "let go all by itself",
        "withdrawn": "taken back",
    },
}

REASONS: Mapping[str, Mapping[str, str]] = {
    "de": {"completed": "zu Ende", "stopped": "beendet", "aborted": "abgebrochen", "replaced": "abgelöst"},
    "en": {"completed": "done", "stopped": "ended", "aborted": "broken off", "replaced": "replaced"},
}

GESTURES: Mapping[str, Mapping[str, str]] = {
    "de": {"short": "kurz", "double": "doppelt", "long": "lang", "hold": "gehalten"},
    "en": {"short": "short", "double": "double", "long": "long", "hold": "held"},
}


def sentence(event: e.Event, language: str, title: Callable[[str], str] = str) -> str:
    """One event as a person would tell it; empty for what is not worth a line.  `title` names an exercise."""
    if isinstance(event, e.SessionStarted | e.SessionEnded):
        event = replace(event, technique=title(event.technique))
    teller = _TELLERS[language].get(type(event))
    return teller(event) if teller else ""


def _why(reason: str, language: str) -> str:
    """A reason of the core in the page's words, with a space that a terminal knows."""
    return reasons.in_language(reason, language).replace(NARROW, "\N{NO-BREAK SPACE}")


_TELLERS: Mapping[str, Mapping[type[e.Event], Callable[[Any], str]]] = {
    "de": {
        e.TensionStarted: lambda v: (
            f"Anspannung erkannt: {v.load_rve_percent:.0f} %RVE, Ruheanteil {math.floor(100 * v.relative_rest_time)} %"
        ),
        e.TensionEnded: lambda v: f"Anspannung vorbei nach {v.lasted_s:.0f} s",
        e.Cue: lambda v: "Licht geht langsam an" if v.phase == "light" else "ein leiser Klang: ein Angebot",
        e.CueAnswered: lambda v: f"Hinweis: {ANSWERS['de'][v.answer]}",
        e.CueWithheld: lambda v: f"kein Hinweis ({_why(v.reason, 'de')})",
        e.SessionStarted: lambda v: f"Übung „{v.technique}“ beginnt, {v.seconds:.0f} s",
        e.SessionEnded: lambda v: f"Übung „{v.technique}“ {REASONS['de'][v.reason]}",
        e.SessionPaused: lambda v: "Übung hält an",
        e.SessionResumed: lambda v: "Übung geht weiter",
        e.Button: lambda v: f"Knopf: {GESTURES['de'][v.gesture]}",
        e.Mark: lambda v: "Moment gemerkt",
        e.Quiet: lambda v: "Ruhezeit" if v.on else "Ruhezeit vorbei",
        e.Private: lambda v: "privat: der Sensor ist zu" if v.on else "nicht mehr privat",
        e.Presence: lambda v: {"present": "jemand ist am Platz", "away": "niemand am Platz"}.get(v.state, ""),
        e.SensorTrouble: lambda v: f"Sensor: {in_german(v.problem)}",
        e.SensorWell: lambda v: f"Sensor liefert {v.rate:.0f} Werte je Sekunde",
        e.Refused: lambda v: _why(v.reason, "de"),
    },
    "en": {
        e.TensionStarted: lambda v: (
            f"tension noticed: {v.load_rve_percent:.0f} %RVE, rest share {math.floor(100 * v.relative_rest_time)} %"
        ),
        e.TensionEnded: lambda v: f"tension over after {v.lasted_s:.0f} s",
        e.Cue: lambda v: "the light comes up slowly" if v.phase == "light" else "one soft chime: an offer",
        e.CueAnswered: lambda v: f"the cue: {ANSWERS['en'][v.answer]}",
        e.CueWithheld: lambda v: f"no cue ({_why(v.reason, 'en')})",
        e.SessionStarted: lambda v: f"exercise “{v.technique}” begins, {v.seconds:.0f} s",
        e.SessionEnded: lambda v: f"exercise “{v.technique}” {REASONS['en'][v.reason]}",
        e.SessionPaused: lambda v: "exercise pauses",
        e.SessionResumed: lambda v: "exercise goes on",
        e.Button: lambda v: f"button: {GESTURES['en'][v.gesture]}",
        e.Mark: lambda v: "moment remembered",
        e.Quiet: lambda v: "quiet time" if v.on else "quiet time is over",
        e.Private: lambda v: "private: the sensor is closed" if v.on else "no longer private",
        e.Presence: lambda v: {"present": "somebody is at the desk", "away": "nobody at the desk"}.get(v.state, ""),
        e.SensorTrouble: lambda v: f"sensor: {v.problem}",
        e.SensorWell: lambda v: f"the sensor gives {v.rate:.0f} samples a second",
        e.Refused: lambda v: _why(v.reason, "en"),
    },
}
