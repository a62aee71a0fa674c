"""What the station's entities are called: (German, English).  Ids and option values are the same in every language."""

from __future__ import annotations

NAMES: dict[str, tuple[str, str]] = {
    "state": ("Zustand", "State"),
    "level": ("Anspannung", "Tension level"),
    "rest": ("Ruheanteil", "Rest share"),
    "rest_today": ("Ruheanteil heute", "Rest share today"),
    "longest_stretch": ("Längste Zeit ohne Ruhe", "Longest time without rest"),
    "sessions_today": ("Übungen heute", "Exercises today"),
    "last_cue": ("Letzter Hinweis", "Last cue"),
    "quality": ("Signalgüte", "Signal quality"),
    "sampling_rate": ("Abtastrate", "Sampling rate"),
    "version": ("Version", "Version"),
    "tension": ("Schultern angespannt", "Shoulders tense"),
    "present": ("Am Platz", "At the desk"),
    "worn": ("Sensor angelegt", "Sensor worn"),
    "sensor_ok": ("Sensor", "Sensor"),
    "problem": ("Störung", "Problem"),
    "quiet": ("Ruhezeit", "Quiet"),
    "quiet_switch": ("Ruhezeit schalten", "Switch quiet"),
    "button": ("Taste", "Button"),
    "cue": ("Hinweis", "Cue"),
    "session": ("Übung", "Exercise"),
    "spoken": ("Gesprochener Satz", "Spoken sentence"),
    "tension_event": ("Anspannung beginnt oder endet", "Tension begins or ends"),
    "start": ("Lieblingsübung beginnen", "Start the favourite exercise"),
    "stop": ("Übung beenden", "End the exercise"),
    "mark": ("Moment merken", "Mark this moment"),
    "monitoring": ("Messen", "Monitoring"),
    "cues": ("Hinweise", "Cues"),
    "favourite": ("Lieblingsübung", "Favourite exercise"),
    "language": ("Sprache der Stimme", "Language of the voice"),
    "quiet_minutes": ("Länge der Ruhezeit", "Length of quiet"),
    "volume": ("Lautstärke", "Volume"),
    "cue_budget": ("Hinweise am Tag", "Cues a day"),
}

# Techniques whose name is more than its words with capitals; others are shown as they are called.
TECHNIQUES: dict[str, tuple[str, str]] = {
    "breathing": ("Atemübung", "Breathing"),
    "shoulder-drop": ("Schultern fallen lassen", "Shrug and drop"),
    "pmr": ("Progressive Muskelentspannung", "Progressive muscle relaxation"),
    "mindfulness": ("Achtsamkeit", "Mindfulness"),
    "autogenic": ("Autogenes Training", "Autogenic training"),
    "imagery": ("Fantasiereise", "Imagery journey"),
    "biofeedback": ("Biofeedback", "Biofeedback"),
    "movement": ("Bewegung", "Movement"),
    "daily": ("Kleine Übung des Tages", "Little exercise of the day"),
}


def name(key: str, language: str) -> str:
    """An entity's name."""
    return NAMES[key][0 if language == "de" else 1]


def technique_name(technique: str, language: str) -> str:
    """An exercise's name."""
    titles = TECHNIQUES.get(technique)
    return titles[0 if language == "de" else 1] if titles else technique.replace("-", " ").capitalize()
