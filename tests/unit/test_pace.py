"""Where the looks of a task are placed, for ready times as they come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import erf, log, sqrt
from random import Random

import pytest

from bot.pace import CEILING_S, FLOOR_S, Pace, size_class
from bot.request import ImageId, Imagine, Request, Shape, Upscale

Draw = Callable[[Random], float]


def looks(pace: Pace, until_s: float) -> list[float]:
    """The ages at which a task is looked at, through the first look after `until_s`."""
    ages = [0.0]
    while ages[-1] < until_s:
        ages.append(pace.next_s(ages[-1]))
    return ages[1:]


def live(pace: Pace, ready_s: float) -> tuple[int, float, float]:
    """GETs, the delay of the last, and what is learnt from it: the middle between the last two."""
    ages = [0.0, *looks(pace, ready_s)]
    return len(ages) - 1, ages[-1] - ready_s, (ages[-2] + ages[-1]) / 2


def uniform(random: Random) -> float:
    return random.uniform(2, 12)


def bell(random: Random) -> float:
    return random.lognormvariate(log(6), 0.4)


def least_product() -> dict[Draw, float]:
    """0.5 * (integral of sqrt(f * S))^2, which the product of delay and GETs can't go below."""
    step_s, whole = 0.001, 0.0
    for number in range(1, 60_000):
        t = number * step_s
        z = log(t / 6) / 0.4
        density = 2.718281828459045 ** (-z * z / 2) / (t * 0.4 * sqrt(2 * 3.141592653589793))
        whole += sqrt(density * max(0.0, (1 - erf(z / sqrt(2))) / 2)) * step_s
    return {uniform: 0.5 * (2 / 3 * 10**0.5) ** 2, bell: 0.5 * whole**2}


@pytest.mark.parametrize("draw", [uniform, bell])
def test_after_a_hundred_tasks_delay_times_looks_is_near_the_least_possible(draw: Draw) -> None:
    gets, delays = [], []
    for seed in range(10):
        random = Random(seed)
        taught = [live(Pace.learnt((), 6.0), draw(random))[2] for _ in range(100)]
        pace = Pace.learnt(taught, 6.0)
        lives = [live(pace, draw(random)) for _ in range(200)]
        gets += [count for count, _, _ in lives]
        delays += [delay_s for _, delay_s, _ in lives]
    looks_, delay_s = sum(gets) / len(gets), sum(delays) / len(delays)
    assert looks_ * delay_s <= 1.25 * least_product()[draw]
    assert looks_ <= 6


@pytest.mark.parametrize(
    "took_s", [(), (0.0,) * 5, (5.0,) * 200, (100.0, *(6 + n / 100 for n in range(100))), (3000.0, 3000.0), (300.0,)]
)
@pytest.mark.parametrize("typical_s", [0.1, 6.0, 90.0, 600.0])
def test_whatever_was_learnt_the_looks_keep_their_distance_and_never_stop(
    took_s: tuple[float, ...], typical_s: float
) -> None:
    ages = looks(Pace.learnt(took_s, typical_s), 8000)
    gaps = [after - before for before, after in pairwise(ages)]
    assert FLOOR_S <= ages[0] < 4 * max(typical_s, *took_s, 1.0)
    assert min(gaps) >= FLOOR_S - 1e-9
    assert max(gaps) <= CEILING_S + 1e-9


def test_before_anything_was_learnt_the_looks_are_around_the_typical_time() -> None:
    first, *_ = looks(Pace.learnt((), 10.0), 1)
    assert 3 < first < 9
    assert 4 <= live(Pace.learnt((), 10.0), 10.0)[0] <= 7


def test_one_outlier_does_not_blur_the_rest() -> None:
    usual = tuple(6 + number / 100 for number in range(100))
    assert live(Pace.learnt((100.0, *usual), 6.0), 6.5)[1] < 0.6
    assert looks(Pace.learnt((100.0, *usual), 6.0), 1)[0] > 4.5


@pytest.mark.parametrize("factor", [3.0, 1 / 3, 0.1])
def test_a_provider_that_changes_its_pace_is_followed(factor: float) -> None:
    random = Random(5)
    taught = [bell(random) for _ in range(200)]
    for _ in range(100):
        taught.insert(0, live(Pace.learnt(taught[:200], 6.0), factor * bell(random))[2])
    pace = Pace.learnt(taught[:200], 6.0)
    lives = [live(pace, factor * bell(random)) for _ in range(100)]
    assert sum(gets for gets, _, _ in lives) / 100 <= 7.5
    assert sum(delay_s for _, delay_s, _ in lives) / 100 <= max(0.35, 0.15 * 6 * factor)


def test_a_straggler_is_asked_about_ever_more_rarely() -> None:
    ages = looks(Pace.learnt([6.0 + number / 50 for number in range(100)], 6.0), 300)
    assert ages[-1] - ages[-2] > 4 * (ages[5] - ages[4])
    assert len(ages) < 100


def test_progress_foretells_the_end_and_is_believed_in_part_only() -> None:
    pace = Pace.learnt((), 6.0)
    assert pace.next_s(4.0, 0.8) == pytest.approx(5.0)
    assert pace.next_s(4.0, 0.99) == pytest.approx(4 + FLOOR_S)
    assert pace.next_s(4.0, 0.001) - 4.0 <= 2 * (pace.next_s(4.0) - 4.0)


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Imagine(prompt="", shape=Shape(1024, 768), seed=1), "1mp"),
        (Imagine(prompt="", shape=Shape(1440, 1440), seed=1), "2mp"),
        (Imagine(prompt="", shape=Shape(2752, 1536), seed=1), "4mp"),
        (Imagine(prompt="", shape=Shape(256, 256), seed=1), "0.5mp"),
        (Upscale(source=ImageId("a"), factor=4), "x4"),
    ],
)
def test_requests_of_about_the_same_size_share_a_class(request_: Request, name: str) -> None:
    assert size_class(request_) == name
