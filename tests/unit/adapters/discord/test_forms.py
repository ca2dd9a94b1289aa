"""Forms are filled in with a wish, keep Discord's limits, and are read without any memory of having been shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, cast

import discord
import pytest

from adapters.discord import forms
from adapters.discord.attachment import Attachment
from bot.chat.form import Say
from bot.chat.press import Press
from bot.offer import Offer
from bot.request import Format, Kind, Ratio, Wish
from bot.words import Words
from tests.clock import HeldClock
from tests.standins.spec import ABSENT, find

SPEC: Final = find("discord-openapi.json")
WORDS: Final = Words.load(HeldClock(), strict=True)
SAY: Final[Say] = partial(WORDS.say, "en")
DEV: Final = Offer(
    provider="flux", model="flux-dev", kind=Kind.IMAGINE, title="FLUX.1 [dev]", price_cents=Decimal("2.5"), references=1
)
CORE: Final = Offer(provider="stability", model="core", kind=Kind.IMAGINE, title="Stable Image Core", price_cents=None)
SKETCH: Final = Offer(
    provider="local", model="sketch", kind=Kind.IMAGINE, title="Offline sketch", price_cents=Decimal(0), free=True
)
LENS: Final = Offer(provider="stability", model="fast", kind=Kind.UPSCALE, title="Upscaler", price_cents=Decimal(2))
OFFERS: Final = (DEV, CORE, SKETCH, LENS)
MANY: Final = tuple(replace(DEV, model=f"m{number}", title="T" * 200, references=20) for number in range(40))
IMAGINE: Final = Press("imagine", "")
FULL: Final = Wish(
    prompt="a fox", ratio=Ratio(16, 9), steps=30, guidance=3.5, seed=7, prompt_upsampling=False, raw=True,
    output_format=Format.PNG, model="core", provider="stability", safety_tolerance=2,
)  # fmt: skip


def form(
    wish: Wish | None = None,
    *,
    offers: tuple[Offer, ...] = OFFERS,
    opened_by: Press = IMAGINE,
    references: bool = True,
    say: Say = SAY,
) -> dict[str, Any]:
    return forms.imagine(offers, say=say, wish=wish, opened_by=opened_by, references=references).to_dict()


def fields(shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {label["component"]["custom_id"]: label["component"] for label in shown["components"]}


def chosen(field: Mapping[str, Any]) -> list[str]:
    return [option["value"] for option in field["options"] if option["default"]]


def sent_back(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What Discord sends when a form is submitted as it was shown."""
    answered = []
    for label in shown["components"]:
        field = label["component"]
        value = {"value": field.get("value") or ""} if field["type"] == 4 else {"values": []}
        if field["type"] == 3:
            value = {"values": chosen(field)}
        answered.append(
            {"type": 18, "id": 1, "component": {"type": field["type"], "custom_id": field["custom_id"], **value}}
        )
    return {"custom_id": shown["custom_id"], "components": answered}


def event(data: Mapping[str, Any] | None) -> discord.Interaction[Any]:
    return cast("discord.Interaction[Any]", SimpleNamespace(data=data))


async def test_an_empty_form_asks_for_words_and_offers_the_rest() -> None:
    shown = form()
    assert shown["title"] == "Paint a picture"
    assert list(fields(shown)) == ["prompt", "model", "aspect", "flags", "pictures"]
    assert [name for name, field in fields(shown).items() if field.get("required", True)] == ["prompt"]
    assert chosen(fields(shown)["model"]) == chosen(fields(shown)["aspect"]) == []


async def test_models_are_told_with_their_price() -> None:
    options = fields(form())["model"]["options"]
    assert [(option["value"], option["description"]) for option in options] == [
        ("flux/flux-dev", "$0.025 a picture"),
        ("stability/core", "price not published"),
        ("local/sketch", "free"),
    ]


@pytest.mark.parametrize(
    "wish",
    [
        FULL,
        replace(FULL, provider=None),
        replace(FULL, ratio=None, width=1024, height=768),
        replace(FULL, ratio=Ratio(5, 4), width=800),
        replace(FULL, model=None, provider="local"),
        replace(FULL, model="of-another-day", provider=None),
        Wish(prompt="a fox"),
        Wish(prompt="x" * 2000),
    ],
)
async def test_a_form_that_is_sent_as_it_was_shown_makes_the_same_wish(wish: Wish) -> None:
    filled = forms.read(event(sent_back(form(wish))))
    made = forms.wish_of(filled)
    if made.model in ("stability/core", "core"):  # its full name says both
        assert (wish.model, wish.provider or "stability") == ("core", "stability")
        made = replace(made, model=wish.model, provider=wish.provider)
    assert made == wish


async def test_a_wish_fills_each_field() -> None:
    shown = fields(form(FULL))
    assert shown["prompt"]["value"] == "a fox"
    assert chosen(shown["model"]) == ["stability/core"]
    assert chosen(shown["aspect"]) == ["16:9"]
    assert shown["flags"]["value"] == "--seed 7 --steps 30 --guidance 3.5 --safety 2 --format png --raw --no-upsample"


async def test_an_unusual_shape_can_be_kept() -> None:
    shown = fields(form(replace(FULL, ratio=Ratio(7, 5))))
    assert chosen(shown["aspect"]) == ["7:5"]


@pytest.mark.parametrize(
    ("opened_by", "title"),
    [
        (IMAGINE, "Paint a picture"),
        (Press("edit", "0123456789abcdef"), "Change and paint again"),
        (Press("reference", "a" * 64, "1"), "Paint from this picture"),
    ],
)
async def test_the_title_goes_by_what_the_form_is_for(opened_by: Press, title: str) -> None:
    shown = form(opened_by=opened_by)
    assert (shown["title"], shown["custom_id"]) == (title, str(opened_by))


@pytest.mark.parametrize(
    ("offers", "references", "most"),
    [(OFFERS, True, 1), (OFFERS, False, None), ((CORE, SKETCH), True, None), (MANY, True, 10)],
    ids=["one", "not asked for", "no model takes any", "as many as Discord allows"],
)
async def test_pictures_are_taken_where_a_model_does(
    offers: tuple[Offer, ...], references: bool, most: int | None
) -> None:
    shown = fields(form(offers=offers, references=references))
    assert shown.get("pictures", {}).get("max_values") == most


@pytest.mark.parametrize("locale", WORDS.languages)
@pytest.mark.parametrize("offers", [OFFERS, MANY, ()], ids=["some", "many", "none"])
async def test_every_form_keeps_the_limits(locale: str, offers: tuple[Offer, ...]) -> None:
    say = partial(WORDS.say, locale)
    for verb in ("imagine", "edit", "reference"):
        for wish in (None, FULL, replace(FULL, prompt="x" * 3000, model="m39", provider=None)):
            shown = form(wish, offers=offers, opened_by=Press(verb, "a" * 64), say=say)
            assert len(shown["components"]) <= 5
            for label in shown["components"]:
                assert len(label["label"]) <= 45
                assert len(label["description"]) <= 100
                assert len(label["component"].get("options", ())) <= 25
            if SPEC is not None:
                schema = ("components", "schemas", "ModalInteractionCallbackRequestData")
                assert SPEC._faults(schema, shown) == []


@pytest.mark.skipif(SPEC is None, reason=ABSENT)
async def test_discords_own_description_allows_a_form_as_an_answer() -> None:
    assert SPEC is not None
    path = "/interactions/{interaction_id}/{interaction_token}/callback"
    answer = {"type": 9, "data": form(FULL)}
    assert SPEC.faults_of_request(path, "application/json", answer) == []


async def test_the_chosen_model_is_listed_among_ever_so_many() -> None:
    shown = fields(form(Wish(prompt="a fox", model="m39"), offers=MANY))
    assert chosen(shown["model"]) == ["flux/m39"]


async def test_a_form_is_stopped_so_that_the_library_keeps_no_memory_of_it() -> None:
    assert forms.imagine(OFFERS, say=SAY, wish=None, opened_by=IMAGINE, references=True).is_finished()


@pytest.mark.parametrize("locale", WORDS.languages)
async def test_our_own_words_fit_without_being_cut(locale: str) -> None:
    titles = [f"chat-form-{name}" for name in ("imagine", "edit", "reference", "flags")]
    titles += [f"label-{name}" for name in ("prompt", "model", "ratio", "references")]
    assert [key for key in titles if len(WORDS.say(locale, key)) > forms.TITLE_LIMIT] == []
    hints = [f"control-hint-{name}" for name in ("prompt", "model", "ratio", "references")]
    hints += ["chat-form-flags-hint", "chat-form-price-unknown"]
    assert [key for key in hints if len(WORDS.say(locale, key)) > forms.HINT_LIMIT] == []


def answer(*components: object, files: object = None) -> dict[str, Any]:
    return {"components": list(components), "resolved": {"attachments": files or {}}}


def test_pictures_come_with_their_address_and_size() -> None:
    upload = {"type": 18, "component": {"type": 19, "custom_id": "pictures", "values": ["5", "6", "7"]}}
    files = {
        "6": {"id": "6", "url": "https://cdn.test/6", "filename": "SPOILER_b.png", "size": 20},
        "5": {"id": "5", "url": "https://cdn.test/5", "filename": "a.png", "size": 10},
    }
    assert forms.read(event(answer(upload, files=files))).attachments == (
        Attachment("https://cdn.test/5", "a.png", 10),
        Attachment("https://cdn.test/6", "SPOILER_b.png", 20, spoiler=True),
    )


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"components": None},
        {"components": "?", "resolved": None},
        answer({"type": 99}, {"type": 18}, {"type": 18, "component": None}, "odd", None),
        answer({"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": None}}),
        answer({"type": 18, "component": {"type": 3, "custom_id": "model", "values": []}}),
        answer({"type": 18, "component": {"type": 3, "custom_id": "aspect"}}),
        answer({"type": 18, "component": {"type": 19, "custom_id": "pictures", "values": None}}),
        answer({"type": 18, "component": {"type": 4, "custom_id": "of a later version", "value": "x"}}),
    ],
)
def test_what_is_missing_or_unknown_is_left_out(data: dict[str, Any] | None) -> None:
    assert forms.read(event(data)) == forms.Filled()


def test_fields_in_rows_are_read_as_well() -> None:
    row = {"type": 1, "components": [{"type": 4, "custom_id": "prompt", "value": "a fox"}]}
    assert forms.read(event(answer(row))).prompt == "a fox"


def test_chosen_fields_go_before_flags() -> None:
    filled = forms.Filled(prompt="a fox --model sketch", flags="--size 512x512", model="flux/flux-dev", aspect="3:2")
    assert forms.wish_of(filled) == Wish(prompt="a fox", model="flux/flux-dev", ratio=Ratio(3, 2))
