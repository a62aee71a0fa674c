"""What the picture of `analyse` says, in German and English."""

from __future__ import annotations

from collections.abc import Mapping

from station.replaying import REFERENCE, REST

# key -> (German, English)
WORDS: Mapping[str, tuple[str, str]] = {
    "valid": ("verwertbar", "believable"),
    "rest": ("Ruheanteil", "rest share"),
    "load": ("Last, Mitte", "load, middle"),
    "stretch": ("längste Zeit ohne Ruhe", "longest without rest"),
    "tensions": ("Anspannungen", "tension episodes"),
    "signal": ("Signal (V)", "signal (V)"),
    "rve": ("Last (%RVE)", "load (%RVE)"),
    "raise": ("Höhe (%)", "raise (%)"),
    "map": ("Ruhe je Minute (%)", "rest per minute (%)"),
    "quality": ("Signalgüte", "quality"),
    "rest line": ("Ruhe", "rest"),
    "tension line": ("Grenze", "limit"),
    REST: ("Ruhe", "rest"),
    REFERENCE: ("Referenz", "reference"),
    "noticed": ("Was die Station bemerkt hätte", "What the station would have noticed"),
    "nothing": ("Keine anhaltende Anspannung.", "No sustained tension."),
    "lasted": (
        "{t}   {length} Anspannung: in der Minute davor nur {rest} Ruhe, bei {load:.0f} {unit} Last",
        "{t}   {length} of tension: in the minute before only {rest} rest, at a load of {load:.0f} {unit}",
    ),
    "done": ("Was sie angeboten hätte", "What it would have offered"),
    "light": ("das Licht", "the light"),
    "chime": ("ein Ton", "one chime"),
    "withheld": ("nichts: {reason}", "nothing: {reason}"),
    "nothing done": ("Nichts.", "Nothing."),
    "no minute": ("keine ganze Minute", "no whole minute"),
    "hatched": (" Schraffiert: zu wenig verwertbares Signal.", " Hatched: too little believable signal."),
    "to the end": ("bis zum Ende", "to the end"),
    "more": ("… und {count} weitere", "… and {count} more"),
    "foot": (
        "Desk Station, kein Medizinprodukt. %RVE: Prozent einer sanften Referenz, keine Maximalkraft.",
        "Desk Station, not a medical device. %RVE: per cent of a gentle reference, not of full strength.",
    ),
    "ok": ("gut", "good"),
    "motion": ("Bewegung", "motion"),
    "hum": ("Brummen", "hum"),
    "off": ("Elektrode ab", "electrode off"),
    "rail": ("Anschlag", "at its limit"),
    "flat": ("tot", "flat"),
    "stale": ("fehlt", "missing"),
    "absent": ("niemand da", "nobody there"),
}


def word(language: str, key: str) -> str:
    """One of `WORDS`."""
    return WORDS[key][0 if language == "de" else 1]
