"""What the simulated person costs: they must leave a small machine to the station."""

import time

import pytest

from hardware.sensors.person import Person

SAMPLES_PER_S = 500


@pytest.mark.benchmark
def test_the_person_takes_less_than_a_twentieth_of_a_core(capsys: pytest.CaptureFixture[str]) -> None:
    person, seconds = Person("tense", 1), 60
    began = time.process_time()
    for i in range(seconds * SAMPLES_PER_S):
        person.mean(0, i / SAMPLES_PER_S, i / SAMPLES_PER_S + 1 / 860)
    share = (time.process_time() - began) / seconds
    with capsys.disabled():
        print(f"\nsimulated person at {SAMPLES_PER_S}/s: {share:.2%} of one core")
    assert share < 0.05


@pytest.mark.benchmark
def test_no_question_waits_long_for_its_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """Between two conversions a driver at 500/s has 0.8 ms to spare; the pieces of work are measured on their own."""
    person, waits = Person("tense", 1), []
    for i in range(30 * SAMPLES_PER_S):
        began = time.thread_time()
        person.mean(0, i / SAMPLES_PER_S, i / SAMPLES_PER_S + 1 / 860)
        waits.append(time.thread_time() - began)
    waits.sort()
    median, late = waits[len(waits) // 2], waits[int(len(waits) * 0.999)]
    with capsys.disabled():
        print(f"\nsimulated person, one question: median {median * 1e6:.1f} µs, 99.9 % under {late * 1e3:.2f} ms")
    assert late < 0.003  # generous: the machine may be crowded
