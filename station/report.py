"""The picture of `analyse`: one page that shows a recording from the volts to what the station would have said.

    title, and five numbers
    signal       volts at the pin                        marks and calibration as thin lines
    load         %RVE with the line of rest and the line of tension; tension shaded; cues as circles
    rest map     one tile for each minute: how much of it was rest; hatched where the signal was not good
    quality      a ribbon: what could be believed
    what was noticed, and what would have been offered or not, each with its reason

Colours are from Okabe & Ito's palette, which colour-blind eyes can tell apart; nothing is told by colour alone.
"""

from __future__ import annotations

import functools
import math
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from station.replaying import REFERENCE, REST, Prepared
from station.report_words import WORDS, word
from station.story import Numbers, Story, clock, percent
from station.summary import reason

INK, SOFT, FAINT = "#2b2f36", "#767d89", "#e6e8ec"
LOAD, REST_LINE, TENSION = "#0072b2", "#009e73", "#d55e00"
STATES: Mapping[str, str] = {
    "ok": "#cfe8df",
    "motion": "#f0e442",
    "hum": "#e69f00",
    "off": "#cc79a7",
    "rail": "#882255",
    "flat": "#999999",
    "stale": "#bbbbbb",
    "absent": "#56b4e9",
}
# How a cue is drawn: hollow for the light, full for the chime.
CUES: Mapping[str, str] = {"light": "white", "chime": TENSION}
# The bold line of the load is the median of 10 s, or of a sixtieth of a short recording.
BOLD_S, BOLD_PART = 10.0, 60
POINTS = 2400  # columns of the picture: more samples than that become a band from lowest to highest
MOST_LINES = 6
# Letters of a line in the right half of the page.
HALF = 75


def draw(prepared: Prepared, story: Story, path: Path, language: str) -> None:
    """Draw the page to `path` (PNG, or any kind matplotlib knows).

    Raises OSError, ValueError, and ModuleNotFoundError where matplotlib is not installed.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

    say = functools.partial(word, language)
    with matplotlib.rc_context({"font.size": 9, "font.family": "DejaVu Sans", "hatch.linewidth": 0.6}):
        figure = Figure(figsize=(11.7, 8.3), dpi=150, facecolor="white")
        grid = GridSpec(
            5, 1, figure=figure, height_ratios=(2.0, 3.2, 0.55, 0.32, 2.0), hspace=0.16,
            left=0.075, right=0.965, top=0.82, bottom=0.05,
        )  # fmt: skip
        _head(figure, prepared, story, say)
        end = prepared.recording.seconds
        channels = len(prepared.signals)
        volts = grid[0].subgridspec(channels, 1, hspace=0.12)
        signals = [figure.add_subplot(volts[channel]) for channel in range(channels)]
        axes = [signals[0], *(figure.add_subplot(grid[row]) for row in range(1, 4))]
        for axis in (*signals, *axes[1:]):
            _clean(axis, end)
        for channel, axis in enumerate(signals):
            _signal(axis, prepared, say, channel)
        _notes(signals[0], prepared, say)
        _load(axes[1], prepared, story, say)
        _rest_map(axes[2], story, say)
        _quality(axes[3], story, say)
        axes[3].tick_params(labelbottom=True, bottom=True)
        below = figure.add_subplot(grid[4])
        _noticed(below, prepared, story, say)
        _done(below, story, say, language)
        hatched = any(minute.quality not in "AB" for _, minute in story.minutes)
        figure.text(0.075, 0.018, say("foot") + (say("hatched") if hatched else ""), color=SOFT, fontsize=7.5)
        figure.savefig(path)


def _head(figure: Any, prepared: Prepared, story: Story, say: Any) -> None:
    recording = prepared.recording
    figure.text(0.075, 0.945, recording.path.name, fontsize=17, color=INK, weight="bold")
    about = f"{', '.join(recording.labels)}  ·  {recording.rate:g} Hz  ·  {clock(recording.seconds)}"
    figure.text(0.965, 0.945, about, fontsize=9.5, color=SOFT, ha="right")
    rest, load = story.relative_rest_time, story.percentiles()
    unit = prepared.unit
    numbers = (
        (clock(story.valid_s), say("valid")),
        ("–" if rest is None else percent(rest), say("rest")),
        ("–" if load is None else f"{load[1]:.0f} {unit}", say("load")),
        (clock(story.longest_stretch_s()), say("stretch")),
        (str(len(story.tensions)), say("tensions")),
    )
    for column, (number, name) in enumerate(numbers):
        x = 0.075 + column * 0.178
        figure.text(x, 0.878, number, fontsize=15, color=INK)
        figure.text(x, 0.854, name, fontsize=8.5, color=SOFT)


def _clean(axis: Any, end: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_xlim(0, end)
    for side in ("top", "right", "left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.tick_params(colors=SOFT, labelbottom=False, bottom=False, left=False, length=3)
    axis.yaxis.set_label_coords(-0.045, 0.5)
    axis.yaxis.label.set_color(SOFT)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=12, steps=[1, 1.5, 3, 6, 10]))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: clock(x)))


def _signal(axis: Any, prepared: Prepared, say: Any, channel: int) -> None:
    """Volts of a channel as a band from lowest to highest in each column."""
    from matplotlib.ticker import MaxNLocator

    recording = prepared.recording
    volts = recording.volts()[:, channel]
    width = max(1, len(volts) // POINTS)
    whole = volts[: len(volts) // width * width].reshape(-1, width)
    t = (np.arange(len(whole)) + 0.5) * width / recording.rate
    low, high = whole.min(axis=1), whole.max(axis=1)
    axis.fill_between(t, low, high, color=INK, alpha=0.75, linewidth=0.3, edgecolor=INK)
    bottom, top = np.percentile(low, 0.5), np.percentile(high, 99.5)
    margin = 0.15 * max(top - bottom, 0.002)
    axis.set_ylim(bottom - margin, top + 2.2 * margin)
    axis.yaxis.set_major_locator(MaxNLocator(nbins=3))
    many = len(prepared.signals) > 1
    axis.set_ylabel(f"{recording.labels[channel]}\n(V)" if many else say("signal"), fontsize=7.5 if many else None)


def _notes(axis: Any, prepared: Prepared, say: Any) -> None:
    """The recording's own annotations: spans as brackets above the signal, moments as ticks."""
    taken = 0.0
    across = axis.get_xaxis_transform()
    letter = prepared.recording.seconds * 0.0068  # about the width of one at this size
    for note in prepared.recording.annotations:
        if note.text.startswith("lost/"):
            continue
        colour = REST_LINE if note.text == REST else LOAD if note.text == REFERENCE else SOFT
        if note.duration:
            axis.plot([note.onset, note.end], [1.0, 1.0], color=colour, lw=2.4, transform=across, clip_on=False,
                      solid_capstyle="butt")  # fmt: skip
        else:
            axis.plot([note.onset], [1.0], marker="v", ms=4, color=colour, transform=across, clip_on=False)
        at, text = max(note.onset, taken), say(note.text) if note.text in WORDS else note.text
        if at <= note.end + 8 * letter:  # so far from its place a name would lie
            axis.text(at, 1.03, text, fontsize=7, color=colour, transform=across, clip_on=False)
            taken = at + letter * (len(text) + 1)


def _load(axis: Any, prepared: Prepared, story: Story, say: Any) -> None:
    """Load over time: fine and faint as measured, bold as the median of 10 s; tension shaded."""
    from matplotlib.ticker import MaxNLocator

    pressure = prepared.unit == "%"
    t, rve = _columns(story.t, story.rve_percent)
    axis.plot(t, rve, color=LOAD, lw=0.5, alpha=0.35)
    bold_s = min(BOLD_S, prepared.recording.seconds / BOLD_PART)
    axis.plot(story.t, _smooth(story.rve_percent, round(bold_s / story.step_s)), color=LOAD, lw=1.5)
    limits = ((25, "rest line", REST_LINE), (40, "tension line", TENSION)) if pressure else (
        (5, "rest line", REST_LINE), (10, "tension line", TENSION))  # fmt: skip
    for level, name, colour in limits:
        axis.axhline(level, color=colour, lw=0.9, ls=(0, (5, 3)))
        axis.text(1.004, level, say(name), color=colour, fontsize=7, va="center", transform=axis.get_yaxis_transform())
    for number, tension in enumerate(story.tensions, 1):
        end = prepared.recording.seconds if tension.lasted_s is None else tension.t + tension.lasted_s
        axis.axvspan(tension.t, end, color=TENSION, alpha=0.13, lw=0)
        axis.text(
            tension.t, 0.97, f" {number}", color=TENSION, fontsize=9, weight="bold", va="top",
            transform=axis.get_xaxis_transform(),
        )  # fmt: skip
    for at, phase in story.cues:
        axis.plot([at], [1.0], marker="o", ms=6, mfc=CUES.get(phase, "white"), mec=TENSION, mew=1.2, clip_on=False,
                  transform=axis.get_xaxis_transform())  # fmt: skip
    finite = story.rve_percent[np.isfinite(story.rve_percent)]
    peak, usual = (float(np.percentile(finite, part)) if len(finite) else 0.0 for part in (99.5, 95))
    # What matters lies below; single peaks may leave the page, but nothing that is a twentieth of the time.
    top = min(max(peak, 2.4 * limits[1][0]), max(110.0 if pressure else 60.0, usual))
    axis.set_ylim(0, top * 1.08)
    axis.grid(axis="y", color=FAINT, lw=0.7)
    axis.set_axisbelow(True)
    axis.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_ylabel(say("raise" if pressure else "rve"))


def _rest_map(axis: Any, story: Story, say: Any) -> None:
    """A tile for each minute: the greener, the more rest; hatched when the signal was poor."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    for t, minute in story.minutes:
        share = minute.relative_rest_time
        known = share is not None and minute.quality != "X"
        colour = colormaps["YlGn"](0.05 + 0.55 * (share or 0.0)) if known else "#f4f4f4"
        hatch = "" if minute.quality in "AB" else "////"
        axis.add_patch(Rectangle((t - 60, 0), 60, 1, facecolor=colour, edgecolor="white", lw=0.8))
        if hatch:
            axis.add_patch(Rectangle((t - 60, 0), 60, 1, fill=False, hatch=hatch, edgecolor="#b5b9c0", lw=0))
        if known and share is not None and len(story.minutes) <= 40:
            axis.text(t - 30, 0.48, f"{100 * share:.0f}", ha="center", va="center", fontsize=6.5, color=INK)
    if not story.minutes:
        axis.text(0.5, 0.5, say("no minute"), fontsize=7.5, color=SOFT, ha="center", va="center",
                  transform=axis.transAxes)  # fmt: skip
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    _side(axis, say("map"))


def _quality(axis: Any, story: Story, say: Any) -> None:
    """A ribbon of states, each named where there is room, and in a legend of those that occur."""
    from matplotlib.patches import Rectangle

    spans = [(t, state, end) for (t, state), (end, _) in zip(
        story.qualities, [*story.qualities[1:], (story.t[-1] if len(story.t) else 0.0, "")], strict=True)]  # fmt: skip
    first = story.t[0] if len(story.t) else 0.0
    if spans and spans[0][0] > first:
        spans.insert(0, (first, "ok", spans[0][0]))
    for begin, state, end in spans:
        axis.add_patch(Rectangle((begin, 0), end - begin, 1, facecolor=STATES.get(state, SOFT), lw=0))
    names = list(dict.fromkeys(state for _, state, _ in spans if state != "ok"))
    for k, state in enumerate(names):
        axis.text(
            1.0 - 0.09 * (len(names) - 1 - k), -2.0, say(state), fontsize=7, ha="right", va="center",
            color="white" if state == "rail" else INK, transform=axis.transAxes,
            bbox={"facecolor": STATES.get(state, SOFT), "edgecolor": "none", "pad": 2.5},
        )  # fmt: skip
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    _side(axis, say("quality"))


def _side(axis: Any, text: str) -> None:
    axis.text(-0.006, 0.5, text.replace(" ", "\n", 1), transform=axis.transAxes, ha="right", va="center", color=SOFT,
              fontsize=7.5, linespacing=1.0)  # fmt: skip


def _noticed(axis: Any, prepared: Prepared, story: Story, say: Any) -> None:
    """The episodes with their reasons."""
    axis.axis("off")
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1)
    axis.text(0, 0.74, say("noticed"), fontsize=11, color=INK, weight="bold", va="top")
    unit = prepared.unit
    lines = []
    for number, tension in enumerate(story.tensions, 1):
        length = say("to the end") if tension.lasted_s is None else f"{clock(tension.lasted_s)} min"
        # Rounded down, as in the rule's own reason: 19.7 % are less than the 20 % that it asks for.
        rest, load = percent(math.floor(100 * tension.relative_rest_time) / 100), tension.load_rve_percent
        lines.append(
            f"{number}   " + say("lasted").format(t=clock(tension.t), length=length, rest=rest, load=load, unit=unit)
        )
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], say("more").format(count=len(lines) - MOST_LINES + 1)]
    for k, line in enumerate(lines or [say("nothing")]):
        axis.text(0, 0.55 - 0.1 * k, line, fontsize=8, color=INK, va="top")


def _done(axis: Any, story: Story, say: Any, language: str) -> None:
    """On the right: the cues that would have come and those that would not, each with its reason."""
    axis.text(0.53, 0.74, say("done"), fontsize=11, color=INK, weight="bold", va="top")
    entries = [
        (what, textwrap.wrap(say(what).format(reason=reason(why, language)), HALF), clock(t))
        for t, what, why in story.happened()
    ]
    while sum(len(text) for _, text, _ in entries) > MOST_LINES - (len(entries) < len(story.happened())):
        entries.pop()
    row = 0
    for what, text, at in entries:
        y = 0.55 - 0.1 * row
        if what in CUES:
            axis.plot([0.534], [y - 0.03], marker="o", ms=5, mfc=CUES[what], mec=TENSION, mew=1.0, clip_on=False)
        axis.text(0.588, y, at, fontsize=8, color=INK, va="top", ha="right")
        for k, line in enumerate(text):
            axis.text(0.60, y - 0.1 * k, line, fontsize=8, color=INK, va="top")
        row += len(text)
    missing = len(story.happened()) - len(entries)
    if missing or not entries:
        last = say("more").format(count=missing) if missing else say("nothing done")
        axis.text(0.60 if entries else 0.53, 0.55 - 0.1 * row, last, fontsize=8, color=INK, va="top")


def _columns(t: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """At most some thousands of points: the highest of each group, so that no peak is lost."""
    width = max(1, len(t) // POINTS)
    count = len(t) // width * width
    groups = np.where(np.isfinite(values[:count]), values[:count], -1.0).reshape(-1, width).max(axis=1)
    return t[:count].reshape(-1, width).mean(axis=1), np.where(groups < 0, np.nan, groups)


def _smooth(values: Numbers, width: int) -> Numbers:
    """Running median over `width` readings; a gap stays a gap."""
    width = max(1, width | 1)
    if len(values) <= width:
        return values
    padded = np.pad(values, width // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    middle = np.empty(len(values))
    for start in range(0, len(values), 20_000):  # in pieces: eight hours of windows at once would need gigabytes
        part = np.where(np.isfinite(windows[start : start + 20_000]), windows[start : start + 20_000], 0.0)
        middle[start : start + 20_000] = np.median(part, axis=1)
    middle[~np.isfinite(values)] = np.nan
    return middle
