"""The tension rule at its edges: one hop more or less, one per cent above or below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import CueWithheld, NoRest, TensionEnded, TensionStarted
from station.core.tension import QUIET, TABLE, TENSION, WITHHELD, Settings, TensionRule

# A window of 20 hops of a second: every edge can be counted on the fingers.
SMALL = Settings(
    load_rve_percent=10,
    window_s=20,
    rest_share=0.20,
    valid_share=0.70,
    recovery_s=5,
    recovery_rest_share=0.35,
    no_rest_s=60,
)
LOADED, LIGHT, BETWEEN, RESTING, UNKNOWN = (15.0, False), (4.0, False), (8.0, False), (1.0, True), (None, False)


class Story:
    def __init__(self, doubt: str = "", span: float = 1.0) -> None:
        self.rule, self.now, self.span = TensionRule(SMALL, 10.0, 7.0, doubt), 0.0, span

    def __call__(self, *hops, away: bool = False):
        """The events that these hops brought, each with its time."""
        told = []
        for hop in hops:
            self.now += self.span
            told += [(self.now, event) for event in self.rule.hop(self.now, self.span, *hop, away=away)]
        return told


def kinds(told):
    return [type(event) for _, event in told]


def test_nothing_is_said_before_the_window_is_full():
    story = Story()
    assert story(*[LOADED] * 19) == []
    assert kinds(story(LOADED)) == [TensionStarted]


def test_the_share_of_rest_is_rounded_down_because_it_is_below_the_limit():
    rule, told = TensionRule(Settings(window_s=600), 10.0, 7.0), []
    for load, resting in [RESTING] * 119 + [LOADED] * 481:
        told += rule.hop(0.0, 1.0, load, resting)
    (event,) = [each for each in told if isinstance(each, TensionStarted)]
    assert event.reason == "rest share 19 % for 600 s, load 15 %RVE"  # of 19.83 %


def test_the_window_stays_as_long_when_its_hops_become_longer():
    story = Story()
    assert story(*[RESTING] * 10, *[LOADED] * 9) == []
    story.span = 2.0  # ten of these are the window: the newest ten are kept, nine of them loaded
    ((_, event),) = story(LOADED)
    assert event == TensionStarted(15.0, 0.0, "rest share 0 % for 20 s, load 15 %RVE")
    assert (story.rule._valid, story.rule._loaded, story.rule._light, story.rule._resting) == (10, 10, 0, 0)


@pytest.mark.parametrize(("loaded", "tense"), [(10, True), (9, False)])
def test_half_of_the_window_is_enough_load(loaded, tense):
    told = Story()(*[BETWEEN] * (20 - loaded), *[LOADED] * loaded)
    assert kinds(told) == [TensionStarted] * tense


@pytest.mark.parametrize(("load", "tense"), [(10.0, True), (9.999, False)])
def test_the_threshold_itself_is_load(load, tense):
    assert kinds(Story()(*[(load, False)] * 20)) == [TensionStarted] * tense


@pytest.mark.parametrize(("resting", "tense"), [(3, True), (4, False)])
def test_a_fifth_of_rest_is_enough_rest(resting, tense):
    assert kinds(Story()(*[RESTING] * resting, *[LOADED] * (20 - resting))) == [TensionStarted] * tense


@pytest.mark.parametrize(("known", "said"), [(14, TensionStarted), (13, CueWithheld)])
def test_seven_tenths_of_the_window_must_be_known(known, said):
    assert kinds(Story()(*[UNKNOWN] * (20 - known), *[LOADED] * known)) == [said]


def test_the_share_that_could_be_believed_is_told():
    ((_, withheld),) = Story()(*[UNKNOWN] * 10, *[RESTING] * 1, *[LOADED] * 9)
    ((_, fuller),) = Story()(*[UNKNOWN] * 7, *[LOADED] * 13)
    assert fuller.reason.endswith("only 65 % of the signal could be believed")
    assert withheld.reason == ("rest share 10 % for 20 s, load 15 %RVE; only 50 % of the signal could be believed")


@pytest.mark.parametrize(("known", "withheld"), [(10, True), (9, False)])
def test_of_a_window_of_which_less_than_half_is_known_nothing_is_said(known, withheld):
    assert kinds(Story()(*[UNKNOWN] * (20 - known), *[LOADED] * known)) == [CueWithheld] * withheld


def test_who_leaves_is_not_tense_any_more_and_was_until_the_muscle_was_last_felt():
    story = Story()
    story(*[LOADED] * 30, *[UNKNOWN] * 400)
    assert story.rule.leave() == [TensionEnded(10.0)]
    assert story.rule.leave() == []
    assert TensionStarted in kinds(story(*[LOADED] * 20)), "who comes back and is tense begins another one"


def test_who_leaves_with_the_electrodes_on_was_tense_until_then():
    story = Story()
    story(*[LOADED] * 22, *[UNKNOWN] * 3, *[LOADED] * 5)
    assert story.rule.leave() == [TensionEnded(10.0)]


def test_who_leaves_in_the_moment_in_which_it_is_said_was_tense_for_no_time():
    story = Story()
    story(*[LOADED] * 20)
    assert story.rule.leave() == [TensionEnded(0.0)]


def test_a_pause_ends_a_stretch_without_rest():
    story = Story()
    assert story(*[LIGHT] * 40) == []
    assert story.rule.leave() == []
    assert story(*[UNKNOWN] * 100, *[LIGHT] * 60) == []
    assert kinds(story(LIGHT)) == [NoRest]
    story.rule.leave()
    assert kinds(story(*[LIGHT] * 61)) == [NoRest], "and the next one is told again"


def test_a_doubtful_tension_is_not_told_a_second_time_because_somebody_left():
    story = Story("noisy")
    story(*[LOADED] * 20)
    assert story.rule.leave() == []
    assert story(*[LOADED] * 20) == []


def test_the_reasons_for_doubt_are_told_in_the_order_of_their_weight():
    def reason(told):
        return told[0][1].reason.partition("; ")[2]

    dim = [UNKNOWN] * 10 + [LOADED] * 10
    assert reason(Story("noisy")(*[LOADED] * 20)) == "noisy"
    assert reason(Story("noisy")(*dim)) == "only 50 % of the signal could be believed"
    assert reason(Story("noisy")(*dim, away=True)) == "nobody is at the desk"


def test_a_tension_tells_the_middle_load_and_the_share_of_rest():
    told = Story()(*[RESTING] * 3, *[(9.0 + k, False) for k in range(17)])
    ((_, event),) = told
    assert event == TensionStarted(16.0, 0.15, "rest share 15 % for 20 s, load 16 %RVE")


def test_what_left_the_window_counts_no_more():
    story = Story()
    told = story(*[RESTING] * 20, *[UNKNOWN] * 20, *[LIGHT] * 20, *[LOADED] * 20)
    assert [t for t, e in told if isinstance(e, TensionStarted)] == [70.0]
    assert (story.rule._valid, story.rule._loaded, story.rule._light, story.rule._resting) == (20, 20, 0, 0)
    story(*[RESTING] * 20)
    assert (story.rule._valid, story.rule._loaded, story.rule._light, story.rule._resting) == (20, 0, 20, 20)
    story(*[UNKNOWN] * 20)
    assert (story.rule._valid, story.rule._loaded, story.rule._light, story.rule._resting) == (0, 0, 0, 0)


def tense() -> Story:
    story = Story()
    assert kinds(story(*[LOADED] * 20)) == [TensionStarted]
    return story


def test_more_than_half_of_light_load_for_five_seconds_is_recovery():
    told = tense()(*[LIGHT] * 20)
    assert [(t, type(e), e.lasted_s) for t, e in told] == [(35.0, TensionEnded, 15.0)]  # 11 of 20, then 5 s of it


def test_a_rate_that_trembles_changes_nothing_and_another_one_the_window():
    hops = [*[LOADED] * 30, *[LIGHT] * 40]
    plain, trembling = Story(), Story()
    told = []
    for k, hop in enumerate(hops):
        trembling.span = 1.0 + 1e-5 * (k % 3 - 1)
        told += trembling(hop)
    assert [(round(t), type(event)) for t, event in told] == [(t, type(event)) for t, event in plain(*hops)] != []
    longer = Story(span=0.5)
    assert longer(*[LOADED] * 38) == []
    longer.span = 0.52  # 38 hops are 20 s: the window is full
    assert kinds(longer(LOADED)) == [TensionStarted]
    shorter = Story(span=2.0)
    assert shorter(*[LOADED] * 9) == []
    shorter.span = 1.7  # 12 hops are 20 s: three are missing
    assert shorter(LOADED, LOADED) == []
    assert kinds(shorter(LOADED)) == [TensionStarted]


def test_a_rate_that_trembles_about_half_a_hop_keeps_its_window():
    story = Story(span=20 / 20.499)  # 20 hops; of 20.501 it would be 21
    assert story(LOADED) == []
    story.span = 20 / 20.501
    assert story(*[LOADED] * 18) == []
    assert kinds(story(LOADED)) == [TensionStarted]


@pytest.mark.parametrize("off", [-1e-9, 1e-9])
def test_recovery_ends_at_the_same_hop_however_its_length_was_rounded(off):
    story = Story(span=1.0 + off)
    story(*[LOADED] * 20)
    told = story(*[LIGHT] * 30)
    plain = Story()
    plain(*[LOADED] * 20)
    assert [round(t) for t, _ in told] == [round(t) for t, _ in plain(*[LIGHT] * 30)] != []


def test_the_hop_in_which_tension_is_said_is_no_recovery_yet():
    """Ten loaded and ten light hops are tension, and one light hop more is recovery already: five of these end it."""
    story = Story()
    assert kinds(story(*[LOADED] * 10, *[LIGHT] * 10)) == [TensionStarted]
    assert story(*[LIGHT] * 4) == []
    assert story(LIGHT) == [(25.0, TensionEnded(5.0))]


def test_half_of_light_load_is_no_recovery():
    story = tense()
    for _ in range(20):
        assert story(LIGHT, LOADED) == []


@pytest.mark.parametrize(("load", "ends"), [(6.999, True), (7.0, False)])
def test_the_load_of_recovery_is_below_its_limit(load, ends):
    assert kinds(tense()(*[(load, False)] * 39)) == [TensionEnded] * ends


def test_more_than_a_third_of_rest_for_five_seconds_is_recovery():
    # 8 of 20 are 40 %, 7 are 35 %: not more than 35 %.
    story = tense()
    assert story(*[RESTING] * 7, *[BETWEEN] * 3) == []
    assert story.rule._recovered_s == 0.0
    assert story(RESTING) == []
    assert story.rule._recovered_s == 1.0
    assert story(*[BETWEEN] * 3) == []
    assert kinds(story(BETWEEN)) == [TensionEnded]


@pytest.mark.parametrize("breaks", [UNKNOWN, LOADED, BETWEEN])
def test_recovery_is_counted_anew_after_it_was_broken(breaks):
    story = Story()
    assert kinds(story(*[LOADED] * 2, *[LIGHT] * 9, *[LOADED] * 9)) == [TensionStarted]
    story(*[LIGHT] * 2)
    assert story.rule._recovered_s == 1.0  # 11 of 20; the next hop takes the place of a light one
    story(breaks)
    assert story.rule._recovered_s == 0.0
    assert story.rule.state == TENSION


def test_a_window_without_a_known_second_says_nothing():
    story = tense()
    assert story(*[UNKNOWN] * 40) == []
    assert story.rule.state == TENSION
    assert Story()(*[UNKNOWN] * 40) == []


def test_unknown_time_itself_never_begins_or_ends_anything():
    story = Story()
    assert story(*[LOADED] * 19, UNKNOWN) == []
    assert kinds(story(LOADED)) == [TensionStarted]


def test_a_withheld_tension_ends_in_silence_and_can_be_withheld_again():
    story = Story("noisy")
    assert kinds(story(*[LOADED] * 20)) == [CueWithheld]
    assert story(*[LIGHT] * 11) == []
    assert story.rule.state == QUIET
    assert kinds(story(*[LOADED] * 20)) == [CueWithheld]
    assert story.rule.state == WITHHELD


def test_the_time_of_tension_begins_when_it_was_said():
    story = Story("", 0.5)
    ((began, _),) = story(*[LOADED] * 45)
    assert began == 20.0
    ((ended, event),) = story(*[LIGHT] * 40)
    assert event.lasted_s == ended - 20.0


def test_no_rest_is_said_once_in_a_stretch_and_again_in_the_next():
    story = Story()
    assert story(*[LIGHT] * 60) == []
    ((t, event),) = story(LIGHT)
    assert (t, event) == (61.0, NoRest(61.0))
    assert story(*[LIGHT] * 100) == []
    assert story(RESTING, *[LIGHT] * 60) == []
    assert kinds(story(LIGHT)) == [NoRest]


def test_unknown_time_neither_breaks_nor_lengthens_a_stretch_without_rest():
    story = Story()
    assert story(*[LIGHT] * 30, *[UNKNOWN] * 100, *[LIGHT] * 30) == []
    assert kinds(story(LIGHT)) == [NoRest]


def test_the_table_is_all_there_is():
    assert TABLE == {
        ("quiet", "tense"): "tension",
        ("quiet", "doubtful"): "withheld",
        ("withheld", "tense"): "tension",
        ("withheld", "calm"): "quiet",
        ("withheld", "recovered"): "quiet",
        ("tension", "recovered"): "quiet",
        ("tension", "left"): "quiet",
    }


def test_a_window_shorter_than_a_hop_is_one_hop():
    rule = TensionRule(SMALL, 10.0, 7.0)
    assert kinds([(0, e) for e in rule.hop(50.0, 50.0, *LOADED)]) == [TensionStarted]


def test_a_hop_that_is_told_without_presence_is_of_somebody_at_the_desk():
    rule = TensionRule(SMALL, 10.0, 7.0)
    assert rule.state == QUIET
    assert [type(e) for e in (rule.hop(20.0, 20.0, 15.0, False))] == [TensionStarted]


# Stretches of one kind of second, long enough for several windows and short enough that edges are common.
stretches = st.lists(
    st.tuples(st.sampled_from([LOADED, LIGHT, BETWEEN, RESTING, UNKNOWN]), st.integers(1, 15)), min_size=2, max_size=16
)


def seconds(pieces):
    return [hop for hop, count in pieces for _ in range(count)]


@given(stretches)
def test_episodes_alternate_and_none_begins_without_its_evidence(pieces):
    """What was said is true of the window counted anew; unknown seconds count for nothing in it."""
    story, hops, running = Story(), seconds(pieces), False
    for k, hop in enumerate(hops):
        for _, event in story(hop):
            if isinstance(event, TensionEnded):
                assert running
                running = False
            if isinstance(event, TensionStarted):
                assert not running
                running = True
                assert k >= 19
                known = [h for h in hops[k - 19 : k + 1] if h != UNKNOWN]
                assert len(known) >= 14
                assert sum(h == LOADED for h in known) * 2 >= len(known)
                rest = sum(h == RESTING for h in known) / len(known)
                assert rest < 0.2
                assert event.relative_rest_time == rest
                assert event.load_rve_percent == 15.0


@given(stretches, st.integers(0, 15))
def test_a_longer_rest_never_brings_tension(pieces, where):
    """Known seconds become rest: who was not tense is not tense now, and nobody is without rest for longer."""
    where %= len(pieces)
    rested = [(RESTING if k == where and hop != UNKNOWN else hop, count) for k, (hop, count) in enumerate(pieces)]
    before, after = (kinds(Story()(*seconds(each))) for each in (pieces, rested))
    if TensionStarted not in before:
        assert TensionStarted not in after
    assert after.count(NoRest) <= before.count(NoRest) + 1  # rest may part one stretch into two
    if NoRest not in before:
        assert NoRest not in after


@given(stretches, st.integers(0, 15), st.integers(1, 60))
def test_unknown_seconds_neither_lengthen_nor_break_a_stretch_without_rest(pieces, where, count):
    longer = [*pieces[:where], (UNKNOWN, count), *pieces[where:]]
    before, after = (
        [event for _, event in Story()(*seconds(each)) if isinstance(event, NoRest)] for each in (pieces, longer)
    )
    assert after == before
