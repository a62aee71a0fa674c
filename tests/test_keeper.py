from station.core.events import NO_SPEAKER, Light, Mark, Moment, OutputTrouble, OutputWell, Private
from station.keeper import Keeper
from station.outputs.contract import OutputError, Trouble


class Fragile:
    """An output that fails when told to."""

    def __init__(self) -> None:
        self.start_fails = self.take_fails = False
        self.said = ""
        self.taken: list[Moment] = []
        self.stops = 0

    def start(self) -> None:
        if self.start_fails:
            raise OutputError("No lamp.", "Plug it in.")

    def take(self, moment: Moment) -> None:
        if self.take_fails:
            raise RuntimeError("boom")
        self.taken.append(moment)

    def trouble(self) -> str:
        return self.said

    def stop(self) -> None:
        self.stops += 1


MOMENT = Moment(Mark("test"), 5.0, 0.0)


def test_an_output_that_cannot_start_is_reported_once_and_tried_again_later() -> None:
    output = Fragile()
    output.start_fails = True
    keeper = Keeper("lamp", output)
    assert keeper.look_after(0.0) == [OutputTrouble("lamp", "No lamp. Plug it in.")]
    assert keeper.look_after(0.5) == []  # not yet
    assert keeper.look_after(1.0) == []  # tried again, still the same trouble: not said twice
    output.start_fails = False
    assert keeper.look_after(2.9) == []  # the back-off has doubled
    assert keeper.look_after(3.1) == [OutputWell("lamp")]
    assert keeper.running


def test_an_output_that_raises_is_stopped_and_comes_back() -> None:
    output = Fragile()
    keeper = Keeper("lamp", output)
    keeper.look_after(0.0)
    output.take_fails = True
    assert keeper.take(MOMENT) == [OutputTrouble("lamp", "RuntimeError: boom")]
    assert output.stops == 1
    assert keeper.take(MOMENT) == []  # while it is stopped, events pass it by
    output.take_fails = False
    assert keeper.look_after(6.1) == [OutputWell("lamp")]
    assert keeper.take(MOMENT) == []
    assert output.taken == [MOMENT]


def test_trouble_that_an_output_speaks_of_is_told_when_it_comes_and_when_it_goes() -> None:
    output = Fragile()
    keeper = Keeper("lamp", output)
    keeper.look_after(0.0)
    output.said = "The bulb flickers."
    assert keeper.look_after(1.0) == [OutputTrouble("lamp", "The bulb flickers.")]
    assert keeper.look_after(2.0) == []
    output.said = ""
    assert keeper.look_after(3.0) == [OutputWell("lamp")]


def test_what_a_trouble_is_is_told_beside_its_sentence_however_the_output_says_it() -> None:
    output = Fragile()
    keeper = Keeper("audio", output)
    output.start = lambda: fails("No speaker.", "Plug it in.", NO_SPEAKER)  # type: ignore[method-assign]
    assert keeper.look_after(0.0) == [OutputTrouble("audio", "No speaker. Plug it in.", NO_SPEAKER)]
    del output.start  # type: ignore[method-assign]
    assert keeper.look_after(1.0) == [OutputWell("audio")]
    output.said = Trouble("It has gone.", NO_SPEAKER)
    (told,) = keeper.look_after(2.0)
    assert told == OutputTrouble("audio", "It has gone.", NO_SPEAKER)
    assert type(told.problem) is str, "plain text from here on"
    assert keeper.look_after(3.0) == []
    output.said = "It has gone."
    assert keeper.look_after(4.0) == [OutputTrouble("audio", "It has gone.")], "the same words, of no kind now"


def fails(*told: str) -> None:
    raise OutputError(*told)


def test_the_wait_between_tries_never_grows_beyond_a_minute() -> None:
    output = Fragile()
    output.start_fails = True
    keeper = Keeper("lamp", output)
    tries = 0
    original = output.start

    def counted() -> None:
        nonlocal tries
        tries += 1
        original()

    output.start = counted  # type: ignore[method-assign]
    for second in range(3600):
        keeper.look_after(float(second))
    assert 60 <= tries <= 70  # 1+2+4+8+16+32 s, then once a minute


def test_an_output_that_comes_back_is_first_told_what_still_stands() -> None:
    output = Fragile()
    output.start_fails = True
    keeper = Keeper("lamp", output)
    keeper.look_after(0.0)
    for event in (Light("glow"), Private(True, "button"), Mark("button"), Light("private")):
        keeper.take(Moment(event, 0.5, 0.0))
    assert output.taken == []
    output.start_fails = False
    keeper.look_after(1.0)
    assert [moment.event for moment in output.taken] == [Private(True, "button"), Light("private")]
