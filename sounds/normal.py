"""What is written, as it is read aloud: the same words, without the signs a voice stumbles over.

„Ja“ – sagt sie …        Ja, sagt sie.
z. B. ein Kaf­fee          zum Beispiel ein Kaffee
"""

from __future__ import annotations

import re
import unicodedata

SHORT = {
    "de": {"z. B.": "zum Beispiel", "d. h.": "das heißt", "ca.": "etwa", "bzw.": "oder", "&": "und", "%": " Prozent"},
    "en": {"e.g.": "for example", "i.e.": "that is", "approx.": "about", "&": "and", "%": " percent"},
}
_QUOTES = re.compile('["„“”«»‹›*_]')
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\ufeff]")  # soft hyphen, spaces without width, byte order mark
_DASH = re.compile(r"\s*(?:\s[-–—]\s|—)\s*")  # between words; a hyphen within a word stays


def read_aloud(text: str, language: str) -> str:
    """`text` with one way to write each sound: composed letters, plain spaces, commas for dashes, no quotes."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = re.sub(r"\s+", " ", text.replace("’", "'"))
    for short, long in SHORT.get(language, {}).items():
        text = text.replace(short, long)
    text = _DASH.sub(", ", _QUOTES.sub("", text))
    text = re.sub(r"\s*(?:…|\.{3})", ".", text)
    text = re.sub(r"\s+([,.!?;:])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()
