"""What comes to nothing: words come back whole, forms that can't be opened say so, unreadable pictures are left out."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.house import png
from tests.wire.slack_door import MENU, Life, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


def gif() -> bytes:
    """Slack takes it for a picture; we don't."""
    file = io.BytesIO()
    Image.new("P", (8, 8)).save(file, "GIF")
    return file.getvalue()


@pytest.mark.parametrize("words", ["/imagine a zanzibar --seed x", "zanzibar " * 1000, "a zanzibar --seed"])
async def test_words_that_can_not_be_read_come_back(here: Life, words: str) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", words)
    assert asked.ephemeral
    assert "zanzibar" in asked.text
    assert here.orders == []


async def test_all_that_was_filled_in_comes_back_from_a_form_that_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"pictures_per_day": 1}) as here:
        form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        await here.painted()
        await here.slack.submit(here.ada, form, {"prompt": "a wolf", "aspect": "16:9", "seed": 4, "flags": "--raw"})
        told = here.slack.modal(here.ada)
        assert told is not None
        assert "a wolf --ar 16:9 --seed 4 --raw" in told.text
        assert not told.submit


async def test_of_several_pictures_those_that_are_none_are_left_out_of_the_question(here: Life) -> None:
    files = [here.slack.file(here.bob, "x.gif", gif()), here.slack.file(here.bob, "y.png", png())]
    posted = await here.slack.say(here.bob, here.art, "", files=files)
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    question = await here.whispered(here.ada, "Which picture?")
    assert [each.label for each in question.buttons] == ["Picture 1 · y.png"]
    await here.slack.press(here.ada, question, "Picture 1 · y.png")
    await here.picture(thread=posted)


@pytest.mark.parametrize("error", ["expired_trigger_id", "ratelimited"])
async def test_a_form_that_can_not_be_opened_is_told_kindly_whatever_asked_for_it(here: Life, error: str) -> None:
    posted, shown = await here.posted(), await here.painted()
    here.slack.fail("views.open", error=error, times=None)
    told = [
        await here.slack.slash(here.ada, here.art, "imagine"),
        await here.slack.slash(here.ada, here.art, "upscale"),
        await here.slack.shortcut(here.ada, posted, MENU["reference"]),
        await here.slack.press(here.ada, shown, "Edit prompt"),
        await here.slack.press(here.ada, shown, "Use as reference"),
    ]
    for each in told:
        assert each.ephemeral
        assert "Please ask again" in each.text
        assert each.view is None
    assert len(here.orders) == 1


async def test_a_form_that_slack_does_not_let_us_fill_is_not_waited_for(here: Life) -> None:
    here.slack.fail("views.update", error="internal_error", times=None)
    asked = await here.slack.slash(here.ada, here.art, "upscale")
    assert asked.ephemeral
    assert "Please ask again" in asked.text


async def test_where_no_picture_of_several_can_be_read_the_reason_is_told(here: Life) -> None:
    files = [here.slack.file(here.bob, f"{name}.gif", gif()) for name in "xy"]
    said = await here.slack.say(here.ada, here.art, f"{here.me} upscale", files=files)
    told = await here.whispered(here.ada, "PNG, JPEG, WebP")
    assert not told.buttons
    assert here.ours(thread=said) == []
