"""Where the electrodes go: the upper trapezius after SENIAM, drawn from behind.

SENIAM (Hermens et al. 2000, seniam.org, "trapezius descendens"): half-way on the line from the acromion to the spine of
vertebra C7, in the direction of that line, 20 mm from middle to middle; the reference on C7 or on the wrist.  The sheet
is drawn from these numbers; the body around them is only there to find the way.
"""

from __future__ import annotations

from typing import Final

from hardware.wiring.svg import INK, PAPER, SOFT, Point, box, dot, number, sheet, text

WIDTH, HEIGHT = 1000.0, 652.0
C7: Final[Point] = (420.0, 268.0)
ACROMION: Final[Point] = (668.0, 330.0)
LINE_MM = 170.0  # from C7 to the acromion, an ordinary shoulder
APART_MM = 20.0
SKIN, EDGE, MUSCLE = "#f3dccb", "#b98d73", "#e3a58c"

TEXT: Final = {
    "title": {"en": "Electrodes on the upper trapezius", "de": "Elektroden auf dem oberen Trapezmuskel"},
    "view": {
        "en": "seen from behind; the right shoulder as an example",
        "de": "von hinten gesehen; als Beispiel die rechte Schulter",
    },
    "half": {"en": "half-way, 20 mm apart", "de": "auf halbem Weg, 20 mm Abstand"},
    "reference": {"en": "reference: on C7", "de": "Referenz: auf C7"},
    "never": {
        "en": "Not with a pacemaker or other implant, not on broken or irritated skin.",
        "de": "Nicht mit Herzschrittmacher oder anderem Implantat, nicht auf verletzter oder gereizter Haut.",
    },
}
LINES: Final = {
    "c7": {
        "en": ["C7: the bone that stands out", "when you bend your head"],
        "de": ["C7: der Wirbel, der vorsteht,", "wenn du den Kopf senkst"],
    },
    "acromion": {
        "en": ["acromion", "the bony edge on top of", "the shoulder, at its outer end"],
        "de": ["Akromion", "die Knochenkante oben", "am äußeren Ende der Schulter"],
    },
    "steps": {
        "en": [
            "1  Sit, arms hanging. Feel for C7 and for the edge of the shoulder; mark both with a pen.",
            "2  Wipe the skin with alcohol and let it dry; shave it where there is hair.",
            "3  Two gel electrodes around the middle of the line, 20 mm from centre to centre; the third on C7.",
            "4  Tape the cable to the skin with a small loop, so that it cannot pull. Wait five minutes.",
        ],
        "de": [
            "1  Setz dich, Arme hängen. Taste C7 und die Schulterkante; markiere beide mit einem Stift.",
            "2  Wisch die Haut mit Alkohol ab und lass sie trocknen; rasiere, wo Haare sind.",
            "3  Zwei Gel-Elektroden um die Mitte der Linie, 20 mm von Mitte zu Mitte; die dritte auf C7.",
            "4  Kleb das Kabel mit einer kleinen Schlaufe auf die Haut, damit es nicht zieht. Warte fünf Minuten.",
        ],
    },
}

# The right half of neck and shoulders as seen from behind; the left is its mirror image.
OUTLINE: Final = "M420 96 C470 96 492 132 488 172 C486 196 478 210 474 226 C476 256 520 276 566 288"
SHOULDER: Final = "C618 300 668 304 694 340 C716 374 722 420 728 476"
TRAPEZIUS: Final = "M424 176 C452 214 470 252 530 280 C580 298 630 306 664 326 C600 336 520 330 424 300 Z"


def middle() -> Point:
    """Half-way between C7 and the acromion, in pixels."""
    return (C7[0] + ACROMION[0]) / 2, (C7[1] + ACROMION[1]) / 2


def pair() -> tuple[Point, Point]:
    """The two electrodes over the muscle, in pixels: on the line, 20 mm apart around its middle."""
    x, y = middle()
    share = APART_MM / LINE_MM / 2
    dx, dy = share * (ACROMION[0] - C7[0]), share * (ACROMION[1] - C7[1])
    return (x - dx, y - dy), (x + dx, y + dy)


def draw(language: str) -> str:
    """The sheet as SVG, in `en` or `de`."""
    title = TEXT["title"][language]
    shapes = [text(40, 46, title, 24, weight="bold"), text(40, 70, TEXT["view"][language], 13, SOFT)]
    shapes += _body()
    shapes += _marks(language)
    steps = LINES["steps"][language]
    shapes += [text(40, 512 + 23 * k, step, 14) for k, step in enumerate(steps)]
    shapes += [
        box(40, HEIGHT - 48, WIDTH - 80, 32, "#fdf1d6", "#c98a00"),
        text(WIDTH / 2, HEIGHT - 27, TEXT["never"][language], 14, anchor="middle", weight="bold"),
    ]
    return sheet(WIDTH, HEIGHT, title, shapes)


def _body() -> list[str]:
    half = f"{OUTLINE} {SHOULDER} L420 476 Z"
    hair = "M420 92 C474 92 496 132 489 176 C480 192 462 200 420 200 Z"
    muscle = f'<path d="{TRAPEZIUS}" fill="{MUSCLE}" opacity="0.75"/>'
    lines = f'<path d="{OUTLINE} {SHOULDER}" stroke="{EDGE}" stroke-width="2"/>'
    one = f'<path d="{half}" fill="{SKIN}"/>{muscle}{lines}<path d="{hair}" fill="#8a7466"/>'
    spine = f'<path d="M420 276 V470" stroke="{EDGE}" stroke-width="2" stroke-dasharray="2 8"/>'
    return [one, f'<g transform="translate(840 0) scale(-1 1)">{one}</g>', spine]


def _marks(language: str) -> list[str]:
    (one, other), (mx, my) = pair(), middle()
    line = f"M{number(C7[0])} {number(C7[1])} L{number(ACROMION[0])} {number(ACROMION[1])}"
    shapes = [f'<path d="{line}" stroke="{INK}" stroke-width="2" stroke-dasharray="7 6"/>']
    shapes += [_electrode(*one, "#2e8b57"), _electrode(*other, "#2e8b57"), _electrode(*C7, "#7d8790")]
    shapes += [dot(*ACROMION, 6, PAPER, INK)]
    shapes += _note(ACROMION, (738, 286), LINES["acromion"][language])
    shapes += _note((mx, my - 14), (600, 196), [TEXT["half"][language]])
    shapes += _note(C7, (290, 176), [TEXT["reference"][language], *LINES["c7"][language]], "end")
    return shapes


def _electrode(x: float, y: float, fill: str) -> str:
    """10 mm across, drawn to the scale of the line."""
    return dot(x, y, 13, "#fdfdfb", INK) + dot(x, y, 5, fill)


def _note(at: Point, to: Point, lines: list[str], anchor: str = "start") -> list[str]:
    away = -8 if anchor == "start" else 8
    leader = f"M{number(at[0])} {number(at[1])} L{number(to[0] + away)} {number(to[1] - 4)}"
    said = [
        text(to[0], to[1] + 18 * k, part, 13.5, anchor=anchor, weight="normal" if k else "bold")
        for k, part in enumerate(lines)
    ]
    return [f'<path d="{leader}" stroke="{SOFT}" stroke-width="1.2"/>', *said]
