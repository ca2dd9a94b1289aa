"""What a form holds when it opens, and the wish that comes of it, whatever the form looks like."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest

from bot.chat import form
from bot.chat.form import Choice, Draft, Say
from bot.errors import BadValueError, PromptMissingError, UnknownFlagError
from bot.offer import Offer
from bot.request import Format, Kind, Ratio, Wish
from bot.words import Words
from tests.clock import HeldClock

WORDS: Final = Words.load(HeldClock(), strict=True)
SAY: Final[Say] = partial(WORDS.say, "en")
DEV: Final = Offer(
    provider="flux", model="flux-dev", kind=Kind.IMAGINE, title="FLUX.1 [dev]", price_cents=Decimal("2.5"), references=2
)
CORE: Final = Offer(provider="stability", model="core", kind=Kind.IMAGINE, title="Stable Image Core", price_cents=None)
FREE: Final = Offer(
    provider="local", model="sketch", kind=Kind.IMAGINE, title="Offline sketch", price_cents=Decimal(0), free=True
)
LENS: Final = Offer(
    provider="local", model="lens", kind=Kind.UPSCALE, title="Lens", price_cents=Decimal(2), references=9
)
OFFERS: Final = (DEV, CORE, FREE, LENS)
FULL: Final = Wish(
    prompt="a fox", ratio=Ratio(16, 9), steps=30, seed=7, prompt_upsampling=False, output_format=Format.PNG,
    model="core", provider="stability",
)  # fmt: skip


def chosen(choices: list[Choice]) -> list[str]:
    return [choice.value for choice in choices if choice.chosen]


def test_models_that_paint_come_with_their_price_and_nothing_chosen() -> None:
    models = Draft(OFFERS, None).models(SAY, limit=25)
    assert models == [
        Choice("FLUX.1 [dev]", "flux/flux-dev", "$0.025 a picture"),
        Choice("Stable Image Core", "stability/core", "price not published"),
        Choice("Offline sketch", "local/sketch", "free"),
    ]


@pytest.mark.parametrize(
    ("changes", "model"),
    [
        ({}, ["stability/core"]),
        ({"provider": None}, ["stability/core"]),
        ({"model": "CORE"}, ["stability/core"]),
        ({"model": "stability/core", "provider": None}, ["stability/core"]),
        ({"provider": "flux"}, []),
        ({"model": "of-another-day"}, []),
        ({"model": "lens", "provider": None}, []),
    ],
)
def test_the_model_that_a_wish_names_is_chosen_where_it_paints(changes: dict[str, Any], model: list[str]) -> None:
    assert chosen(Draft(OFFERS, replace(FULL, **changes)).models(SAY, limit=25)) == model


def test_the_chosen_model_is_listed_among_ever_so_many() -> None:
    models = Draft([replace(DEV, model=f"m{number}") for number in range(9)], Wish(prompt="x", model="m8")).models(
        SAY, limit=3
    )
    assert [choice.value for choice in models] == ["flux/m0", "flux/m1", "flux/m8"]
    assert chosen(models) == ["flux/m8"]


def test_shapes_say_how_they_lie_and_an_unusual_one_can_be_kept() -> None:
    usual = Draft(OFFERS, None).aspects(SAY)
    assert {choice.hint for choice in usual} == {"square", "landscape", "portrait"}
    assert chosen(usual) == []
    assert chosen(Draft(OFFERS, replace(FULL, ratio=Ratio(7, 5))).aspects(SAY)) == ["7:5"]


def test_pictures_are_taken_as_the_painters_do() -> None:
    assert Draft(OFFERS, None).references == 2
    assert Draft((CORE, LENS), None).references == 0
    assert Draft((), None).references == 0


def test_flags_say_what_no_other_field_does() -> None:
    assert Draft(OFFERS, None).flags() == ""
    assert Draft(OFFERS, FULL).flags() == "--seed 7 --steps 30 --format png --no-upsample"
    assert Draft(OFFERS, FULL).flags(seed=None, steps=None, prompt_upsampling=None) == "--format png"
    assert Draft((), FULL).flags(seed=None).startswith("--model core --provider stability")


@pytest.mark.parametrize(
    ("verb", "key"),
    [("edit", "chat-form-edit"), ("reference", "chat-form-reference"), ("imagine", "chat-form-imagine")],
)
def test_a_form_is_called_by_what_it_is_for(verb: str, key: str) -> None:
    assert form.title(verb) == key
    assert form.title("of a later release") == "chat-form-imagine"


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"prompt": "a fox"}, {}),
        ({"prompt": "a fox --seed 3", "flags": "--seed 7"}, {"seed": 7}),
        ({"prompt": "a fox --model sketch", "model": "flux/flux-dev"}, {"model": "flux/flux-dev"}),
        ({"prompt": "a fox --provider local", "model": "flux/flux-dev"}, {"model": "flux/flux-dev"}),
        ({"prompt": "a fox --ar 1:1", "aspect": "3:2"}, {"ratio": Ratio(3, 2)}),
        ({"prompt": "a fox", "flags": "--size 512x512", "aspect": "3:2"}, {"ratio": Ratio(3, 2)}),
        ({"prompt": "a fox", "flags": "--width 512", "aspect": "3:2"}, {"ratio": Ratio(3, 2), "width": 512}),
    ],
)
def test_chosen_fields_go_before_flags(fields: dict[str, str], meant: dict[str, Any]) -> None:
    filled: dict[str, Any] = {"flags": "", "model": None, "aspect": None} | fields
    assert form.wish_of(**filled) == Wish(prompt="a fox", **meant)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"prompt": ""}, PromptMissingError),
        ({"prompt": "fox", "flags": "--sede 7"}, UnknownFlagError),
        ({"prompt": "fox", "flags": "--seed x"}, BadValueError),
        ({"prompt": "fox", "aspect": "wide"}, BadValueError),
        ({"prompt": "fox", "aspect": "0:1"}, BadValueError),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, str], refusal: type[Exception]) -> None:
    filled: dict[str, Any] = {"flags": "", "model": None, "aspect": None} | fields
    with pytest.raises(refusal):
        form.wish_of(**filled)
