"""What a recording tells, in words for the terminal: a table of 80 columns, in German or English.

print(summary(prepared, Story.of(play(prepared)), "de"))
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import pairwise

from station.core.load import SULMA_EDGES_S
from station.outputs.web import reasons
from station.outputs.web.view import NARROW
from station.replaying import Prepared
from station.story import Story, clock, percent

WIDTH = 80
# Keeps a figure and its sign on one line while the words are wrapped.
TIED = "\N{NO-BREAK SPACE}"

# key -> (German, English)
WORDS: Mapping[str, tuple[str, str]] = {
    "head": ("{name}: {length} lang; {channels}, {rate} Werte je Sekunde",
             "{name}: {length} long; {channels}, {rate} samples a second"),
    "label": ("„{label}“", "“{label}”"),
    "taken for": ("als {kind} gelesen", "taken for {kind}"),
    "believable": ("verwertbar", "believable"),
    "of": ("{valid} von {all}", "{valid} of {all}"),
    "aside": ("; die ersten {begun}, mit der Kalibrierung, zählen nicht",
              "; its first {begun}, with the calibration, are not counted"),
    "rest": ("Ruhe", "rest"),
    "share": ("{rest} davon; längste Zeit ohne Ruhe: {stretch}",
              "{rest} of it; longest stretch without any: {stretch}"),
    "load": ("Last", "load"),
    "apdf": ("die Hälfte der Zeit höchstens {middle:.0f} {unit} (p50), ein Zehntel höchstens {low:.0f} (p10), "
             "neun Zehntel höchstens {high:.0f} (p90)",
             "half of the time up to {middle:.0f} {unit} (p50); one tenth up to {low:.0f} (p10), "
             "nine tenths up to {high:.0f} (p90)"),
    "raised": ("% von ganz hochgezogen", "% of fully raised"),
    "gaps": ("Lücken", "gaps"),
    "a minute": ("{gaps} in der Minute: So oft hat der Muskel kurz losgelassen",
                 "{gaps} a minute: so often the muscle let go for a moment"),
    "unbroken": ("am Stück", "unbroken"),
    "to": ("{low} bis {high}: {count}-mal", "{low} to {high}: {count}"),
    "over": ("über {low}: {count}-mal", "over {low}: {count}"),
    "quality": ("Signalgüte", "quality"),
    "none": ("Keine anhaltende Anspannung.", "No sustained tension."),
    "once": ("Einmal anhaltende Anspannung:", "Sustained tension once:"),
    "times": ("{count} anhaltende Anspannung:", "Sustained tension {count} times:"),
    "at": ("bei", "at"),
    "light": ("das Licht wäre angegangen", "the light would have come on"),
    "chime": ("ein Ton", "one chime"),
    "withheld": ("kein Hinweis: {reason}", "nothing offered: {reason}"),
    "tension": ("Anspannung, {lasted}: {reason}", "tension {lasted}: {reason}"),
    "for": ("{time} lang", "for {time}"),
    "until the end": ("bis zum Ende", "until the end"),
    "ok": ("gut", "ok"),
    "motion": ("Bewegung", "motion"),
    "hum": ("Brummen", "hum"),
    "off": ("Elektrode ab", "off"),
    "rail": ("am Anschlag", "rail"),
    "flat": ("verdächtig still", "flat"),
    "stale": ("fehlt", "stale"),
    "absent": ("niemand da", "absent"),
}  # fmt: skip


# What a German sentence begins with; more than that is `13-mal`.
TIMES = ("", "", "Zweimal", "Dreimal", "Viermal", "Fünfmal", "Sechsmal", "Siebenmal", "Achtmal", "Neunmal", "Zehnmal",
         "Elfmal", "Zwölfmal")  # fmt: skip


def word(key: str, language: str) -> str:
    """One of `WORDS`."""
    return WORDS[key][0 if language == "de" else 1]


def reason(said: str, language: str) -> str:
    """A reason of the core without its code, in the person's language."""
    if language == "de":
        return reasons.in_german(said).replace(NARROW, TIED).replace(" · ", "; ")
    return "; ".join(reasons.parts(said))


def summary(prepared: Prepared, story: Story, language: str = "en") -> str:
    """The recording in a few lines for a person."""

    def w(key: str, **values: object) -> str:
        return word(key, language).format(**values)

    def figure(value: float) -> str:
        said = f"{value:g}"
        return said.replace(".", ",") if language == "de" else said

    recording = prepared.recording
    channels = ", ".join(
        w("label", label=label) + (f", {w('taken for', kind=kind)}" if kind != own else "")
        for label, own, kind in zip(recording.labels, recording.signals, prepared.signals, strict=True)
    )
    begun = prepared.in_force_s
    length = clock(recording.seconds)
    head = w("head", name=recording.path.name, length=length, channels=channels, rate=figure(recording.rate))
    valid = w("of", valid=clock(story.valid_s), all=clock(recording.seconds - begun))
    rows = [("believable", valid + (w("aside", begun=clock(begun)) if begun else ""))]
    rest, load = story.relative_rest_time, story.percentiles()
    if rest is not None and load is not None:
        unit = w("raised") if prepared.unit == "%" else prepared.unit
        low, middle, high = load
        rows.append(("rest", w("share", rest=percent(rest, language), stretch=clock(story.longest_stretch_s()))))
        rows.append(("load", w("apdf", low=low, middle=middle, high=high, unit=unit)))
        if (gaps := story.gaps_per_minute()) is not None:
            rows.append(("gaps", w("a minute", gaps=figure(round(gaps, 1)))))
        if work := _unbroken(story.sulma(), language):
            rows.append(("unbroken", work))
    shares = (f"{word(state, language)} {percent(share, language)}" for state, share in story.quality_shares())
    rows.append(("quality", ", ".join(shares)))
    count = len(story.tensions)
    lines = [_wrapped(head, "  "), "", *(_row(word(name, language), text) for name, text in rows), ""]
    lines.append(w("none") if not count else w("once") if count == 1 else w("times", count=times(count, language)))
    lines += [_row(f"{w('at')} {clock(t):>6}", text, 11) for t, text in _happened(story, language)]
    return "\n".join(lines)


def times(count: int, language: str) -> str:
    """How often, as a sentence begins."""
    if language != "de":
        return str(count)
    return TIMES[count] if count < len(TIMES) else f"{count}-mal"


def _happened(story: Story, language: str) -> list[tuple[float, str]]:
    """What is worth a line, in order of time."""
    lines = [(t, word(what, language).format(reason=reason(why, language))) for t, what, why in story.happened()]
    for tension in story.tensions:
        lasted = word("until the end", language)
        if tension.lasted_s is not None:
            lasted = word("for", language).format(time=clock(tension.lasted_s))
        why = reason(tension.reason, language)
        lines.append((tension.t, word("tension", language).format(lasted=lasted, reason=why)))
    return sorted(lines)


def _unbroken(counts: tuple[int, ...], language: str) -> str:
    """Stretches of activity without rest, by length: `1.6 s to 5 s: 12; 2 min to 4 min: 1`."""
    edges = [f"{edge:g} s" if edge < 60 else f"{edge / 60:g} min" for edge in SULMA_EDGES_S]
    if language == "de":
        edges = [edge.replace(".", ",") for edge in edges]
    spans = [*pairwise(edges), (edges[-1], "")]
    return "; ".join(
        word("to" if high else "over", language).format(low=low, high=high, count=count).replace(" ", TIED)
        for (low, high), count in zip(spans, counts, strict=True)
        if count
    )


def _row(name: str, text: str, width: int = 10) -> str:
    return _wrapped(f"  {name:<{width}} {text}", " " * (width + 3))


def _wrapped(text: str, indent: str) -> str:
    """Lines of 80 columns at most, as far as words allow; a figure stays with its sign."""
    tied = text.replace(" %", f"{TIED}%")
    lines = textwrap.wrap(
        tied, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(lines).replace(TIED, " ")
