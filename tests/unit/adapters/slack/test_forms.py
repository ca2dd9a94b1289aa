"""Forms are filled in with a wish, keep Slack's limits, and are read without any memory of having been shown.

`python -m tests.unit.adapters.slack.test_forms` writes the golden files anew; read the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings

from adapters.slack import forms
from adapters.slack.attachment import Attachment
from adapters.slack.forms import Filled
from bot.chat.form import Say
from bot.chat.press import Manner, Press
from bot.errors import (
    BadValueError,
    BotError,
    NoOfferError,
    NotAPictureError,
    PictureMissingError,
    PromptMissingError,
    PromptTooLongError,
    QuotaSpentError,
    UnknownFlagError,
    UnknownModelError,
)
from bot.message import Reply
from bot.offer import Offer
from bot.request import Format, ImageId, Kind, Ratio, Wish
from tests.standins.slack.block import faults_of_view
from tests.unit.adapters.slack.test_render import laid_out, parts, words
from tests.unit.chat import samples
from tests.unit.chat.samples import ANY_REPLY, DEV, FREE, LANGUAGES, LENS, replies

GOLDEN: Final = Path(__file__).parent / "golden"
SAY: Final[Say] = samples.say("en")
CORE: Final = Offer(provider="stability", model="core", kind=Kind.IMAGINE, title="Stable Image Core", price_cents=None)
OFFERS: Final = (DEV, CORE, FREE, LENS)
MANY: Final = tuple(replace(DEV, model=f"m{number}", title="T" * 200, references=20) for number in range(140))
IMAGINE: Final = Press("imagine", "1")
SEEN: Final = Attachment("F1", name="cat.png")
IMAGE: Final = ImageId("a" * 64)
FULL: Final = Wish(
    prompt="a fox", ratio=Ratio(16, 9), steps=30, guidance=3.5, seed=7, prompt_upsampling=False, raw=True,
    output_format=Format.PNG, model="core", provider="stability", safety_tolerance=2,
)  # fmt: skip


def form(
    wish: Wish | None = None,
    *,
    offers: Sequence[Offer] = OFFERS,
    opened_by: Press = IMAGINE,
    references: bool = True,
    max_count: int = 4,
    say: Say = SAY,
) -> dict[str, Any]:
    return forms.imagine(
        offers, say=say, wish=wish, opened_by=opened_by, metadata="{}", references=references, max_count=max_count
    )


def fields(shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block["element"] for block in shown["blocks"] if block["type"] == "input"}


def chosen(field: Mapping[str, Any]) -> str | None:
    return (field.get("initial_option") or {}).get("value")


def sent_back(shown: Mapping[str, Any], **changed: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends when a form is submitted as it was shown, but for what was changed."""
    values: dict[str, Any] = {}
    for name, field in fields(shown).items():
        match field["type"]:
            case "plain_text_input" | "number_input":
                answer: dict[str, Any] = {"value": field.get("initial_value")}
            case "static_select" | "radio_buttons":
                answer = {"selected_option": field.get("initial_option")}
            case "checkboxes":
                answer = {"selected_options": field.get("initial_options", [])}
            case _:
                answer = {"files": []}
        values[name] = {field["action_id"]: {"type": field["type"], **answer, **changed.get(name, {})}}
    return {"type": "modal", "callback_id": shown["callback_id"], "state": {"values": values}}


def views(locale: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form in one language."""
    say = samples.say(locale)
    yield "imagine", form(say=say)
    yield "imagine, four at once", form(say=say, opened_by=Press("imagine", str(Manner(count=4))))
    yield "edit", form(FULL, say=say, opened_by=Press("edit", "0123456789abcdef"))
    yield "reference", form(say=say, opened_by=Press("reference", IMAGE, "1"), references=False, max_count=1)
    yield "upscale", forms.upscale([SEEN, Attachment("F2", name="dog.jpg")], [2, 4], say=say, metadata="{}")
    yield "upscale where nothing was shown", forms.upscale([], [4], say=say, metadata="{}")
    yield "looking for pictures", forms.loading(say=say)
    yield "refused", forms.notice(replies(locale)["refusal"], say=say)
    yield "told", forms.notice(replies(locale)["unsure"], say=say)


def book(locale: str) -> str:
    return laid_out(dict(views(locale)))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_form_looks_as_agreed(locale: str) -> None:
    assert book(locale) == (GOLDEN / f"forms.{locale}.json").read_text("utf-8")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_form_is_one_that_slack_takes(locale: str) -> None:
    for name, view in views(locale):
        assert faults_of_view(view) == [], name


@pytest.mark.parametrize("locale", LANGUAGES)
def test_our_own_words_fit_without_being_cut(locale: str) -> None:
    for name, view in views(locale):
        assert "…" not in words([view]), name


@pytest.mark.parametrize("offers", [OFFERS, MANY, (CORE,), ()], ids=["some", "many", "one", "none"])
def test_any_offers_make_a_form_that_slack_takes(offers: tuple[Offer, ...]) -> None:
    for verb in ("imagine", "edit", "reference"):
        for wish in (None, FULL, replace(FULL, prompt="x" * 3000, model="m139", provider=None)):
            assert faults_of_view(form(wish, offers=offers, opened_by=Press(verb, IMAGE, str(Manner(count=4))))) == []
    most = [Attachment(f"F{number}", name="n" * 300) for number in range(9)]
    assert faults_of_view(forms.upscale(most, range(2, 9), say=SAY, metadata="x" * 3000)) == []
    assert faults_of_view(forms.upscale([Attachment("F1", name="\u202e")], [], say=SAY, metadata="")) == []


@settings(max_examples=30, deadline=None)
@given(reply=ANY_REPLY)
def test_any_refusal_makes_a_page_that_slack_takes(reply: Reply) -> None:
    assert faults_of_view(forms.notice(reply, say=SAY)) == []


def test_an_empty_form_asks_for_words_and_offers_the_rest() -> None:
    shown = form()
    assert shown["title"]["text"] == "Paint a picture"
    assert list(fields(shown)) == [
        "prompt", "model", "aspect", "seed", "steps", "guidance", "upsampling", "count", "flags", "pictures",
    ]  # fmt: skip
    needed = [block["block_id"] for block in shown["blocks"] if not block["optional"]]
    assert needed == ["prompt"]
    assert [chosen(fields(shown)[name]) for name in ("model", "aspect", "count")] == [None, None, "1"]


def test_models_are_told_with_their_price() -> None:
    options = fields(form())["model"]["options"]
    assert [(option["value"], option["description"]["text"]) for option in options] == [
        ("flux/flux-dev", "$0.025 a picture"),
        ("stability/core", "price not published"),
        ("local/sketch", "free"),
    ]


def test_a_wish_fills_each_field() -> None:
    shown = fields(form(FULL))
    assert shown["prompt"]["initial_value"] == "a fox"
    assert (chosen(shown["model"]), chosen(shown["aspect"])) == ("stability/core", "16:9")
    assert [shown[name]["initial_value"] for name in ("seed", "steps", "guidance")] == ["7", "30", "3.5"]
    assert "initial_options" not in shown["upsampling"]
    assert shown["flags"]["initial_value"] == "--safety 2 --format png --raw --no-upsample"
    assert fields(form(replace(FULL, prompt_upsampling=True)))["upsampling"]["initial_options"]


@pytest.mark.parametrize(
    "wish",
    [
        FULL,
        replace(FULL, prompt_upsampling=True),
        replace(FULL, prompt_upsampling=None, seed=4_294_967_294, guidance=0.125),
        replace(FULL, provider=None),
        replace(FULL, ratio=None, width=1024, height=768),
        replace(FULL, ratio=Ratio(7, 5), width=800),
        replace(FULL, model=None, provider="local"),
        replace(FULL, model="of-another-day", provider=None),
        Wish(prompt="a fox", seed=0, steps=1, guidance=0.0),
        Wish(prompt="x" * 2000),
    ],
)
def test_a_form_that_is_sent_as_it_was_shown_makes_the_same_wish(wish: Wish) -> None:
    made = forms.wish_of(forms.read(sent_back(form(wish))))
    if made.model in ("stability/core", "core"):  # its full name says both
        assert (wish.model, wish.provider or "stability") == ("core", "stability")
        made = replace(made, model=wish.model, provider=wish.provider)
    assert made == wish


@pytest.mark.parametrize(
    ("opened_by", "title"),
    [
        (IMAGINE, "Paint a picture"),
        (Press("edit", "0123456789abcdef"), "Change and paint again"),
        (Press("reference", IMAGE, "1"), "Paint from this picture"),
    ],
)
def test_the_title_goes_by_what_the_form_is_for(opened_by: Press, title: str) -> None:
    shown = form(opened_by=opened_by)
    assert (shown["title"]["text"], shown["callback_id"], shown["private_metadata"]) == (title, str(opened_by), "{}")


@pytest.mark.parametrize(
    ("opened_by", "max_count", "count"),
    [
        (Press("imagine", "3"), 4, "3"),
        (Press("reference", IMAGE, "2"), 4, "2"),
        (Press("imagine", "4"), 2, "2"),
        (Press("imagine", ""), 4, "1"),
        (Press("imagine", "1"), 1, None),
        (Press("edit", "0123456789abcdef"), 4, None),
    ],
)
def test_several_pictures_can_be_asked_for_where_a_new_one_is_begun(
    opened_by: Press, max_count: int, count: str | None
) -> None:
    shown = fields(form(opened_by=opened_by, max_count=max_count))
    assert chosen(shown.get("count", {})) == count
    assert forms.read(sent_back(form(opened_by=opened_by, max_count=max_count))).count == int(count or 1)


@pytest.mark.parametrize(
    ("offers", "references", "most"),
    [(OFFERS, True, 1), (OFFERS, False, None), ((CORE, FREE), True, None), (MANY, True, 10)],
    ids=["one", "not asked for", "no model takes any", "as many as Slack allows"],
)
def test_pictures_are_taken_where_a_model_does(offers: tuple[Offer, ...], references: bool, most: int | None) -> None:
    shown = fields(form(offers=offers, references=references))
    assert shown.get("pictures", {}).get("max_files") == most


def test_the_latest_pictures_can_be_looked_at_and_the_first_is_chosen() -> None:
    shown = forms.upscale([Attachment(f"F{number}") for number in range(1, 9)], [2, 4], say=SAY, metadata="{}")
    seen = [part["slack_file"]["id"] for part in parts(shown["blocks"]) if part.get("type") == "image"]
    assert seen == ["F1", "F2", "F3", "F4", "F5"]
    filled = forms.read(sent_back(shown))
    assert (filled.files, filled.factor) == (("F1",), 2)
    other = {"selected_option": fields(shown)["recent"]["options"][2]}
    assert forms.read(sent_back(shown, recent=other)).files == ("F3",)


@pytest.mark.parametrize(("asked", "chosen_at_first"), [(4, 4), (None, 2), (8, 2)])
def test_the_factor_that_was_asked_for_is_chosen_where_it_can_be_had(asked: int | None, chosen_at_first: int) -> None:
    shown = forms.upscale([], [2, 4], say=SAY, metadata="{}", chosen=asked)
    assert forms.read(sent_back(shown)).factor == chosen_at_first


def test_a_file_goes_before_the_picture_that_was_chosen() -> None:
    shown = forms.upscale([SEEN], [2], say=SAY, metadata="{}")
    uploaded = {"files": [{"id": "F9", "name": "a.png", "mimetype": "image/png"}]}
    assert forms.read(sent_back(shown, pictures=uploaded)).files == ("F9",)


def test_where_there_is_no_picture_to_choose_a_file_is_needed() -> None:
    shown = forms.upscale([], [2], say=SAY, metadata="{}")
    assert [block["optional"] for block in shown["blocks"] if block["block_id"] == "pictures"] == [False]
    assert forms.read(sent_back(shown)).files == ()


def test_uploaded_pictures_come_in_their_order() -> None:
    uploaded = {"files": [{"id": "F9"}, {"id": "F8"}, {"name": "of no id"}]}
    assert forms.read(sent_back(form(), pictures=uploaded)).files == ("F9", "F8")


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None},
        {"state": "?"},
        {"state": {"values": None}},
        {"state": {"values": []}},
        {"state": {"values": {"of a later version": {"x": {"type": "plain_text_input", "value": "x"}}}}},
        {"state": {"values": {"prompt": {}, "model": {"model": None}, "aspect": None}}},
        {"state": {"values": {"prompt": {"prompt": {"value": 7}}, "seed": {"seed": {"value": None}}}}},
        {"state": {"values": {"model": {"model": {"selected_option": None}}, "count": {"count": {}}}}},
        {"state": {"values": {"count": {"count": {"selected_option": {"value": "many"}}}}}},
        {"state": {"values": {"factor": {"factor": {"selected_option": {"value": "x"}}}}}},
        {"state": {"values": {"pictures": {"pictures": {"files": None}}, "recent": {"recent": {}}}}},
    ],
)
def test_what_is_missing_or_unknown_is_left_out(view: dict[str, Any]) -> None:
    assert replace(forms.read(view), fields=frozenset()) == Filled()


@pytest.mark.parametrize(
    ("filled", "meant"),
    [
        (Filled(prompt="a fox --seed 3", seed="9"), {"seed": 9}),
        (Filled(prompt="a fox", flags="--steps 3", steps=" 9 "), {"steps": 9}),
        (Filled(prompt="a fox", guidance="3,5"), {"guidance": 3.5}),
        (Filled(prompt="a fox --no-upsample", upsampling=True), {"prompt_upsampling": True}),
        (Filled(prompt="a fox", flags="--upsample"), {"prompt_upsampling": True}),
        (Filled(prompt="a fox --model sketch", model="flux/flux-dev"), {"model": "flux/flux-dev"}),
        (Filled(prompt="a fox", flags="--size 512x512", aspect="3:2"), {"ratio": Ratio(3, 2)}),
    ],
)
def test_what_has_a_field_goes_before_flags(filled: Filled, meant: dict[str, Any]) -> None:
    assert forms.wish_of(filled) == Wish(prompt="a fox", **meant)


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        (Filled(), "prompt"),
        (Filled(prompt="x" * 2001), "prompt"),
        (Filled(prompt="fox --sede 7"), "prompt"),
        (Filled(prompt="fox", flags="--sede 7"), "flags"),
        (Filled(prompt="fox", seed="4294967295"), "seed"),
        (Filled(prompt="fox", seed="-1"), "seed"),
        (Filled(prompt="fox", seed="1e3"), "seed"),
        (Filled(prompt="fox", flags="--seed x"), "flags"),
        (Filled(prompt="fox --seed x"), "prompt"),
        (Filled(prompt="fox", steps="0"), "steps"),
        (Filled(prompt="fox", guidance="101"), "guidance"),
        (Filled(prompt="fox", aspect="wide"), "aspect"),
        (Filled(prompt="fox", flags="--ar wide"), "flags"),
        (Filled(prompt="fox", flags="--size 9"), "flags"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(filled: Filled, field: str) -> None:
    filled = replace(filled, fields=frozenset(fields(form())))
    with pytest.raises(BotError) as refused:
        forms.wish_of(filled)
    assert forms.errors(refused.value, filled, "No.") == {field: "No."}


@pytest.mark.parametrize(
    ("error", "filled", "field"),
    [
        (BadValueError(field="count", value=4, allowed="1–2"), Filled(count=4), "count"),
        (BadValueError(field="references", value=4, allowed="0–1"), Filled(files=("F1",)), "pictures"),
        (BadValueError(field="safety_tolerance", value=9, allowed="0–2"), Filled(prompt="fox --safety 9"), "prompt"),
        (UnknownModelError(model="x", possible="y"), Filled(model="x"), "model"),
        (UnknownModelError(model="x", possible="y"), Filled(flags="--model x"), "flags"),
        (NoOfferError(kind="reference"), Filled(files=("F1",)), "pictures"),
        (NotAPictureError(allowed="PNG"), Filled(files=("F1",)), "pictures"),
        (PictureMissingError(), Filled(), "pictures"),
        (PromptMissingError(), Filled(), "prompt"),
        (PromptTooLongError(length=9, limit=8), Filled(), "prompt"),
        (UnknownFlagError(flag="--x", possible="", meant=None), Filled(flags="--x"), "flags"),
    ],
)
def test_what_the_desk_has_against_a_field_is_told_there(error: BotError, filled: Filled, field: str) -> None:
    assert forms.errors(error, replace(filled, fields=frozenset(fields(form()))), "No.") == {field: "No."}
    assert forms.errors(error, filled, "No.") is None, "a form without that field"


@pytest.mark.parametrize("error", [QuotaSpentError(limit=1, retry_at=None), NoOfferError(kind="imagine")])
def test_what_no_field_can_mend_is_told_on_a_page(error: BotError) -> None:
    filled = Filled(prompt="fox", fields=frozenset(fields(form())))
    assert forms.errors(error, filled, "No.") is None
    page = forms.notice(replies("en")["refusal"], say=SAY)
    assert "submit" not in page
    assert page["title"]["text"] == "That didn’t work"
    assert "That didn’t work" not in words(page["blocks"]), "its title stands above"
    unfit = replace(replies("en")["refusal"], title="That didn’t work at all, sorry")
    assert "at all, sorry" in words(forms.notice(unfit, say=SAY)["blocks"])


def test_a_page_has_nothing_to_press() -> None:
    told = partial(forms.notice, say=SAY)
    assert not any(part.get("type") == "button" for part in parts(told(replies("en")["unsure"])["blocks"]))


def write_anew() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for locale in LANGUAGES:
        (GOLDEN / f"forms.{locale}.json").write_text(book(locale), "utf-8")


if __name__ == "__main__":
    write_anew()
