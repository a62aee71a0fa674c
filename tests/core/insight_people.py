"""Simulated persons whose muscle is known: what an exercise does to it is a setting, so an answer can be wrong.

A person's minute load is exp(own level + the day + how it swings), where the swing is a slow one (an autoregressive
process, half gone after `memory_min`) and a minute's own scatter.  An alert comes when the last three minutes are among
this person's highest; sometimes, and the more tense the likelier, the person does an exercise, which multiplies the
load of the next twenty minutes by `1 + effect`.  All persons at once: arrays (persons, minutes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.core.insight.findings import Finding, findings
from station.core.insight.occasions import Occasion, exercises, pauses
from station.core.insight.windows import Seen, Track

MINUTES_A_DAY = 480
FIRST_DAY = 20_000
EXERCISE_MIN = 3
LASTS_MIN = 20
APART_MIN = 40
MOST_A_DAY = 4


@dataclass(frozen=True)
class Lives:
    """load: (persons, days, minutes) %RVE.  alerts: (persons, days, minutes) bool.  followed: by an exercise."""

    load: np.ndarray
    alerts: np.ndarray
    followed: np.ndarray


def live(persons: int, days: int, effect: float, seed: int, swing: float = 0.0, memory_min: float = 0.0) -> Lives:
    """So many persons for so many days of eight hours.

    swing: standard deviation of ln(load); 0: another one for everybody, 0.3 to 0.6.  memory_min: minutes after which
    half of a swing is gone; 0: another one for everybody, 4 to 30.
    """
    random = np.random.default_rng(seed)
    spread = random.uniform(0.3, 0.6, persons) if not swing else np.full(persons, swing)
    half = random.uniform(4, 30, persons) if not memory_min else np.full(persons, memory_min)
    keep = 0.5 ** (1 / half)
    level = np.log(random.uniform(5, 12, (persons, 1))) + random.normal(0, 0.15, (persons, days))
    limit = (spread * random.uniform(1.0, 1.6, persons))[:, None]
    every = (persons, days)
    push = random.standard_normal((MINUTES_A_DAY, *every)) * (0.9 * spread * np.sqrt(1 - keep**2))[:, None]
    scatter = random.standard_normal((MINUTES_A_DAY, *every)) * (0.3 * spread)[:, None]
    chance = random.random((MINUTES_A_DAY, *every))
    load, alerts, followed = np.empty(push.shape), np.zeros(push.shape, bool), np.zeros(push.shape, bool)
    swings = random.standard_normal(every) * (0.9 * spread)[:, None]
    since_alert, since_exercise, today = np.full(every, 99), np.full(every, 99), np.zeros(every, int)
    for minute in range(MINUTES_A_DAY):
        swings = keep[:, None] * swings + push[minute]
        load[minute] = swings + scatter[minute] + np.log1p(effect) * (since_exercise < EXERCISE_MIN + LASTS_MIN)
        since_alert += 1
        since_exercise += 1
        if 25 <= minute <= MINUTES_A_DAY - 25:
            recent = load[minute - 2 : minute + 1].mean(axis=0)
            alerts[minute] = alert = (recent > limit) & (since_alert > APART_MIN) & (today < MOST_A_DAY)
            willing = 0.35 + 0.3 * np.clip((recent - limit) / spread[:, None], 0, 1)
            followed[minute] = alert & (chance[minute] < willing)
            today += alert
            since_alert[alert] = 0
            since_exercise[followed[minute]] = 0
    return Lives(*(np.moveaxis(each, 0, 2) for each in (np.exp(load + level), alerts, followed)))


def naive(lives: Lives, person: int) -> float:
    """What the three minutes that brought the alert against five minutes soon after it claim, as a share."""
    days, minutes = np.nonzero(lives.followed[person])
    log = np.log(lives.load[person])
    before = [log[d, m - 2 : m + 1].mean() for d, m in zip(days, minutes, strict=True)]
    after = [log[d, m + 4 : m + 9].mean() for d, m in zip(days, minutes, strict=True)]
    return float(np.expm1(np.mean(np.subtract(after, before)))) if before else 0.0


def records(lives: Lives, person: int) -> tuple[list[dict], list[dict], np.ndarray, np.ndarray]:
    """(sessions, cues, minutes' ends, minutes' loads) as the history would have them."""
    sessions, cues = [], []
    for day, minute in zip(*np.nonzero(lives.alerts[person]), strict=True):
        at = (FIRST_DAY + day) * 86_400.0 + 8 * 3600 + 60.0 * (minute + 1)
        done = bool(lives.followed[person, day, minute])
        cues.append({"started": at, "answer": "accepted" if done else "ignored"})
        if done:
            sessions.append({"started": at + 1, "ended": at + 60.0 * EXERCISE_MIN, "technique": "breathing"})
    starts = (FIRST_DAY + np.arange(lives.load.shape[1]))[:, None] * 86_400.0 + 8 * 3600
    ended = (starts + 60.0 * np.arange(1, MINUTES_A_DAY + 1)).ravel()
    return sessions, cues, ended, lives.load[person].ravel()


def occasions(lives: Lives, person: int) -> tuple[list[Seen], list[Seen]]:
    """(exercises, pauses) of a person, found in the records like in a real history."""
    sessions, cues, ended, load = records(lives, person)
    done: list[Occasion] = exercises(sessions, cues)
    without = pauses(done, cues, [], [])
    track = Track(ended, load)
    return track.seen(done), track.seen(without)


def told(lives: Lives, person: int, most: int = 30) -> Finding | None:
    """What the station says once there are `most` exercises; None for somebody who never came so far."""
    done, without = occasions(lives, person)
    if len(done) < most:
        return None
    until = done[most - 1].occasion.at
    return findings(done[:most], [p for p in without if p.occasion.at <= until], until + 1)[0]
