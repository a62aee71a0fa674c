"""The core's reasons as one plain sentence, without a figure: what a person reads first.

    rest share 16 % for 20 s, load 11 %RVE; 3 min since; budget 1 of 6 …   ->   Hardly any rest in the shoulders for …
    quiet: quiet was asked for, 22 min left                                ->   You had asked for quiet.

The figures come after it (`reasons.py`), smaller, and not at all for those who hide them.  A reason without a plain
sentence in `words/reasons.toml` stays as it is.
"""

from __future__ import annotations

from station.outputs.web.reasons import in_language, look, parts

# How long there was hardly any rest: up to so many seconds -> German, English.
LASTED: tuple[tuple[float, str, str], ...] = (
    (50.0, "Eine Weile", "a while"),
    (100.0, "Etwa eine Minute", "about a minute"),
    (300.0, "Ein paar Minuten", "a few minutes"),
    (float("inf"), "Viele Minuten", "many minutes"),
)


def plain(reason: str, language: str) -> str:
    """The sentence in `de` or `en`; empty where there is no reason."""
    found = [each for part in parts(reason) if (each := look(part))]
    # What hinders a cue stands above what brought it.
    for row, _ in found:
        if row.plain_en:
            return row.plain_de if language == "de" else row.plain_en
    lasted = sum(
        unit * float(values.get(name, 0.0))
        for _, values in found
        for name, unit in (("lasted_s", 1.0), ("lasted_min", 60.0))
    )
    if not lasted:
        return in_language(reason, language)
    german, english = next((de, en) for limit, de, en in LASTED if lasted <= limit)
    if language == "de":
        return f"{german} lang fast keine Ruhe in den Schultern."
    return f"Hardly any rest in the shoulders for {english}."


def beside(reason: str, language: str) -> str:
    """What the plain sentence rests on, as a line of its own; empty where it would only say the same again."""
    told = parts(reason)
    found = look(told[0]) if len(told) == 1 else None
    figures = in_language(reason, language)
    if figures == plain(reason, language) or (found and found[0].plain_en and not found[1]):
        return ""
    return figures[:1].upper() + figures[1:]
