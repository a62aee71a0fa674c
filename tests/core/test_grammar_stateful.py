"""Every press in every state, in any order, with any length of nothing in between: what always holds.

1. Nothing fires on the way to a longer hold: a gesture comes with a release, or with the pause after a short one.
2. No dead end: from every state one hold ends private mode, one or two long presses end an exercise.
3. Doing nothing is safe: left alone, every cue and every exercise ends by itself, and the light comes to rest.
4. The budget is never exceeded, two cues are 20 minutes apart.
5. In quiet time, in a call and in private mode no cue shows, and none begins.
6. The light and the public state tell the same story.
"""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from station.core.events import (
    Button,
    Cue,
    CueAnswered,
    Presence,
    Private,
    Quality,
    Quiet,
    SessionEnded,
    SessionStarted,
)
from station.core.inputs import ButtonEdge, Context, NewDay, SetPrivate, SetQuiet, Start, Stop

SLACK_S = 0.01


class AnyDay(RuleBasedStateMachine):
    """A person, a muscle and a house that do whatever they like."""

    def __init__(self, make_desk):
        super().__init__()
        self.desk = make_desk()
        self.desk.say(NewDay("day 1"))
        self.down = False
        self.day = 1
        self.call = False
        self.lights: list[float] = []
        self.day_began = 0.0
        self.cursor = 0
        self.private = self.quiet = False

    # --- what can happen --------------------------------------------------------------------------

    @precondition(lambda self: not self.down)
    @rule()
    def finger_down(self):
        self.desk.wait(SLACK_S)
        self.desk.say(ButtonEdge(True, self.desk.now))
        self.down = True

    @precondition(lambda self: self.down)
    @rule(seconds=st.sampled_from([0.1, 0.3, 0.7, 1.6, 3.0, 6.5, 25.0]))
    def finger_stays(self, seconds):
        before = len(self.desk.all(Button))
        self.desk.wait(seconds)
        assert len(self.desk.all(Button)) == before, "a gesture fired while the finger was down"

    @precondition(lambda self: self.down)
    @rule()
    def finger_up(self):
        self.desk.say(ButtonEdge(False, self.desk.now))
        self.down = False

    @rule(press=st.sampled_from(["short", "double", "long", "hold"]))
    @precondition(lambda self: not self.down)
    def press(self, press):
        self.desk.wait(1.0)
        getattr(self.desk, press)()

    @rule(seconds=st.sampled_from([0.2, 0.6, 5, 30, 61, 110, 700, 1300, 4000]))
    def time_passes(self, seconds):
        before = len(self.desk.all(Button))
        self.desk.wait(seconds)
        self.date_goes_on()
        if self.down:
            assert len(self.desk.all(Button)) == before

    @rule(pause_s=st.sampled_from([0, 0, 700, 1300]), times=st.sampled_from([1, 1, 1, 9]))
    def shoulders_rise(self, pause_s, times):
        for _ in range(times):
            self.desk.recover()
            self.desk.wait(pause_s)
            self.desk.tension()
            self.date_goes_on()

    @rule(rve=st.sampled_from([1.0, 6.0, 20.0, None]), seconds=st.sampled_from([0.5, 5]))
    def shoulders_are_felt(self, rve, seconds):
        self.desk.feel(rve, seconds)

    @rule()
    def shoulders_recover(self):
        self.desk.recover()

    @rule(
        message=st.sampled_from(
            [
                SetQuiet(10, "mqtt"),
                SetQuiet(0, "web"),
                SetQuiet(None, "web"),
                Context("focus", True, 300),
                Context("quiet", True, 300),
                Context("quiet", False),
                Context("away", True, 300),
                Presence("away"),
                Presence("present"),
                Quality("off"),
                Quality("ok"),
                Start("breathing", source="web"),
                Start("autogenic", source="mqtt"),
                Start("nonsense", source="mqtt"),
                Stop("mqtt"),
                SetPrivate(True, "mqtt"),
                SetPrivate(False, "mqtt"),
            ]
        )
    )
    def somebody_says(self, message):
        was_private = self.desk.quiet.private
        self.desk.say(message)
        if isinstance(message, SetPrivate) and was_private:
            assert self.desk.quiet.private, "private mode ended from afar"

    @rule(active=st.booleans())
    def a_call(self, active):
        self.desk.say(Context("call", active, 86400))
        self.call = active

    @rule()
    def midnight(self):
        self.day += 1
        self.day_began = self.desk.now
        self.desk.say(NewDay(f"day {self.day}"))

    def date_goes_on(self):
        """No day lasts longer than one: the station is told each date."""
        if self.desk.now - self.day_began > 70_000:
            self.midnight()

    @rule()
    def nothing_for_long(self):
        """Left alone for two hours, nothing goes on but what the person asked for to stay."""
        if self.down:
            self.finger_up()
        self.desk.recover()
        self.desk.wait(7200)
        self.date_goes_on()
        state = self.desk.state
        assert state.cue == "" and state.technique == ""
        assert self.desk.pattern() in {"off", "private", "sensor", "quiet"}

    @rule()
    @precondition(lambda self: not self.down)
    def there_is_a_way_out(self):
        self.desk.wait(1.0)
        if self.desk.quiet.private:
            self.desk.hold()
            assert not self.desk.quiet.private
        if self.desk.state.technique:
            self.desk.long()
            if self.desk.state.technique:
                self.desk.long()
            assert not self.desk.state.technique

    # --- what always holds ------------------------------------------------------------------------

    @invariant()
    def no_cue_where_none_may_be(self):
        for t, event in self.desk.told[self.cursor :]:
            if isinstance(event, Private):
                self.private = event.on
            if isinstance(event, Quiet):
                self.quiet = event.on
            if isinstance(event, Cue):
                assert not self.private and not self.quiet, "a cue where none may be"
                if event.phase == "light":
                    self.lights.append(t)
        self.cursor = len(self.desk.told)
        if self.private or self.quiet or self.call:
            assert self.desk.state.cue == ""

    @invariant()
    def the_budget_holds(self):
        for earlier, later in zip(self.lights, self.lights[1:], strict=False):
            assert later - earlier >= 1200 - SLACK_S
        for earlier, later in zip(self.lights, self.lights[2:], strict=False):
            assert later - earlier >= 3600 - SLACK_S
        assert len([t for t in self.lights if t > self.day_began]) <= 6

    @invariant()
    def every_chime_follows_a_whole_light(self):
        cues = [(t, e.phase) for t, e in self.desk.told if isinstance(e, Cue)]
        for (t, phase), (before, phase_before) in zip(cues[1:], cues, strict=False):
            if phase == "chime":
                assert phase_before == "light" and t - before >= 60 - SLACK_S

    @invariant()
    def every_light_has_one_end(self):
        begun = sum(e.phase == "light" for e in self.desk.all(Cue))
        ended = len(self.desk.all(CueAnswered))
        assert begun - ended == (1 if self.desk.state.cue else 0)

    @invariant()
    def one_exercise_at_a_time(self):
        running = len(self.desk.all(SessionStarted)) - len(self.desk.all(SessionEnded))
        assert running == (1 if self.desk.state.technique else 0)

    @invariant()
    def light_and_state_tell_the_same_story(self):
        word, pattern = self.desk.state.state, self.desk.pattern()
        if pattern.startswith("held_") or pattern == "mark":
            return
        story = {
            "private": {"private", "breathing", "breath_in", "breath_out", "paused"},
            "exercise": {"breathing", "breath_in", "breath_out", "paused"},
            "offer": {"offer"},
            "cue": {"cue"},
            "quiet": {"quiet"},
            "sensor_trouble": {"sensor", "off", "quiet"},
            "away": {"off"},
            "monitoring": {"off"},
        }
        assert pattern in story[word]


def test_every_press_in_every_state_in_any_order(small_desk):
    run_state_machine_as_test(
        lambda: AnyDay(small_desk),
        settings=settings(
            stateful_step_count=40,
            # A day is long, and making a failing one small takes minutes: remove this line to see it small.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
