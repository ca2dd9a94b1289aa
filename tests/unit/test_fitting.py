"""A wish becomes a request that one offer can serve."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadValueError, PromptMissingError, PromptTooLongError
from bot.fitting import fit, series
from bot.offer import Grid, Number, Offer, Ratios, Switch
from bot.request import SEED_LIMIT, Format, Kind, Ratio, Shape, Wish

DEV = Offer(
    provider="flux",
    model="flux-dev",
    kind=Kind.IMAGINE,
    title="FLUX.1 [dev]",
    price_cents=Decimal("2.5"),
    shapes=Grid(low=256, high=1440, step=32, default=Shape(1024, 768), max_pixels=1440 * 1440),
    controls=(
        Number(name="steps", low=1, high=50, default=28),
        Number(name="guidance", low=1.5, high=5, default=3, step=0.1, whole=False),
        Number(name="safety_tolerance", low=0, high=6, default=2),
        Switch(name="prompt_upsampling"),
    ),
)
CORE = Offer(
    provider="stability",
    model="core",
    kind=Kind.IMAGINE,
    title="Stable Image Core",
    price_cents=Decimal(3),
    formats=(Format.PNG, Format.JPEG),
    shapes=Ratios(
        shapes=(Shape(1536, 1024), Shape(1344, 768), Shape(768, 1344)),
        names=(Ratio(3, 2), Ratio(16, 9), Ratio(9, 16)),
    ),
)


def test_what_nobody_said_comes_from_the_offer() -> None:
    made = fit(Wish(prompt="a cat"), DEV, lambda: 42)
    assert (made.shape, made.seed, made.steps, made.guidance) == (Shape(1024, 768), 42, 28, 3.0)
    assert (made.prompt_upsampling, made.safety_tolerance, made.raw) == (False, 2, None)
    assert made.asked is None
    assert made.ignored == ()


def test_a_ratio_becomes_a_shape_on_the_grid_with_about_the_usual_pixels() -> None:
    made = fit(Wish(prompt="a cat", ratio=Ratio(16, 9)), DEV, lambda: 0)
    assert made.shape.width % 32 == made.shape.height % 32 == 0
    assert float(made.shape.ratio) == pytest.approx(16 / 9, rel=0.02)
    assert made.shape.pixels == pytest.approx(1024 * 768, rel=0.1)
    assert made.asked is None


def test_a_size_off_the_grid_is_snapped_and_remembered() -> None:
    made = fit(Wish(prompt="a cat", width=1000, height=700), DEV, lambda: 0)
    assert made.shape == Shape(992, 704)
    assert made.asked == Shape(1000, 700)


def test_a_size_beyond_the_model_keeps_its_ratio() -> None:
    made = fit(Wish(prompt="a cat", width=4000, height=2000), DEV, lambda: 0)
    assert made.shape == Shape(1440, 704) or made.shape == Shape(1440, 736)
    assert made.asked == Shape(4000, 2000)


def test_one_side_and_a_ratio_give_the_other_side() -> None:
    assert fit(Wish(prompt="a cat", width=1280, ratio=Ratio(2, 1)), DEV, lambda: 0).shape == Shape(1280, 640)


def test_a_model_with_fixed_shapes_takes_the_nearest_and_says_so() -> None:
    made = fit(Wish(prompt="a cat", ratio=Ratio(4, 3)), CORE, lambda: 0)
    assert made.shape == Shape(1536, 1024)
    assert made.asked == Ratio(4, 3)


def test_what_the_model_lacks_is_dropped_and_named() -> None:
    made = fit(Wish(prompt="a cat", steps=30, raw=True, output_format=Format.WEBP), CORE, lambda: 0)
    assert made.steps is None
    assert made.output_format is Format.PNG
    assert set(made.ignored) == {"steps", "raw", "output_format"}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(prompt="a", steps=51), "steps"),
        (Wish(prompt="a", guidance=1.4), "guidance"),
        (Wish(prompt="a", safety_tolerance=7), "safety_tolerance"),
        (Wish(prompt="a", seed=-1), "seed"),
        (Wish(prompt="a", width=0, height=100), "width"),
        (Wish(prompt="a", height=10_000), "height"),
    ],
)
def test_a_value_out_of_range_names_its_field_and_what_is_allowed(wish: Wish, field: str) -> None:
    with pytest.raises(BadValueError) as caught:
        fit(wish, DEV, lambda: 0)
    assert caught.value.facts["field"] in (field, "width", "height")
    assert caught.value.facts["allowed"]


def test_no_words_and_too_many_words_are_refused() -> None:
    with pytest.raises(PromptMissingError):
        fit(Wish(prompt="  "), DEV, lambda: 0)
    with pytest.raises(PromptTooLongError) as caught:
        fit(Wish(prompt="a" * 2001), DEV, lambda: 0)
    assert caught.value.facts == {"length": 2001, "limit": 2000}


@given(width=st.integers(16, 4096), height=st.integers(16, 4096))
def test_every_sane_size_becomes_one_that_the_model_makes(width: int, height: int) -> None:
    for offer in (DEV, CORE):
        made = fit(Wish(prompt="a", width=width, height=height), offer, lambda: 0)
        match offer.shapes:
            case Grid() as grid:
                assert grid.low <= made.shape.width <= grid.high
                assert grid.low <= made.shape.height <= grid.high
                assert made.shape.width % grid.step == made.shape.height % grid.step == 0
                assert made.shape.pixels <= grid.max_pixels
            case Ratios() as ratios:
                assert made.shape in ratios.shapes
            case None:
                pytest.fail("an offer to paint has shapes")


def test_a_series_counts_its_seed_up_and_leaves_chance_to_chance() -> None:
    assert [each.seed for each in series(Wish(prompt="a", seed=7), 3)] == [7, 8, 9]
    assert [each.seed for each in series(Wish(prompt="a", seed=SEED_LIMIT), 2)] == [SEED_LIMIT, 0]
    assert [each.seed for each in series(Wish(prompt="a"), 2)] == [None, None]
