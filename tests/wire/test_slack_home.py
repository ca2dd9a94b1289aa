"""The bot's own page: what is left, what is on, a person's pictures and how they stand, and what can be done there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import BrokenError, UnsureError
from bot.job import Moderated, Rendered, Ticket
from bot.providers import Order
from tests.standins.slack import Person, View
from tests.wire.slack_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def page(here: Life, person: Person | None = None) -> View:
    """The page as somebody opens it."""
    await here.slack.open_home(person or here.ada)
    found = here.slack.home(person or here.ada)
    assert found is not None
    return found


async def test_it_tells_what_is_left_what_is_on_and_how_to_begin(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"pictures_per_day": 5}) as here:
        home = await page(here)
        assert "5 of 5 pictures left today" in home.text
        assert "Brush" in home.text
        assert "$0.04" in home.text
        assert "/imagine a lighthouse at dusk" in home.text
        assert home.pictures == []
        await here.painted()
        assert "4 of 5 pictures left today" in (await page(here)).text


async def test_recent_pictures_are_shown_with_their_words_and_where_they_stand(here: Life) -> None:
    shown = await here.painted("a fox")
    await here.painted("a wolf")
    home = await page(here)
    await here.slack.until(lambda: len(home.pictures) == 2)
    assert [picture.alt for picture in home.pictures] == [
        "Picture for the words: a wolf", "Picture for the words: a fox",
    ]  # fmt: skip
    assert "a fox" in home.text
    assert "Done" in home.text
    assert f"{here.team.url}archives/{here.art.id}/p{shown.ts.replace('.', '')}" in str(home.blocks)


async def test_pictures_of_other_people_are_theirs(here: Life) -> None:
    await here.painted("a fox")
    home = await page(here, here.bob)
    assert "a fox" not in home.text
    assert "/imagine" in home.text


async def test_what_is_running_can_be_stopped_there(here: Life) -> None:
    here.holding()
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    announced = await here.shown()
    await here.slack.until(lambda: bool(here.orders))
    home = await page(here)
    assert "In the making" in home.text
    await here.slack.press(here.ada, home, "Cancel")
    await here.ended(announced, "Stopp")
    await here.slack.until(lambda: "Cancel" not in [each.label for each in home.buttons])


async def test_what_could_not_be_told_is_told_there_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        done = here.holding()
        await here.slack.slash(here.ada, here.art, "imagine", "a fox")
        await here.shown()
        await here.slack.until(lambda: bool(here.orders))
        close(here)
        done.set()
        record = await here.told()
        assert record.untold
        here.slack.heal()
        home = await page(here)
        await here.slack.until(lambda: len(home.pictures) == 1)
        assert "I couldn’t deliver this one before." in home.text
        assert [each.label for each in home.buttons] == [
            "Upscale",
            "Again",
            "Edit prompt",
            "Use as reference",
            "Delete",
        ]
        assert "couldn’t deliver" not in (await page(here)).text


async def test_a_failure_is_listed_as_what_it_is(here: Life) -> None:
    async def broken(order: Order) -> Ticket | Rendered | Moderated:
        raise BrokenError

    here.provider.on_submit = broken
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    await here.told()
    assert "No picture" in (await page(here)).text


async def test_buttons_there_answer_in_the_persons_own_talk(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        home = await unheard(here)
        talk = here.team.dm(here.ada)
        await here.slack.press(here.ada, home, "Upscale")
        larger = await here.picture(talk)
        assert "twice as large" in larger.text
        form = (await here.slack.press(here.ada, home, "Edit prompt")).form
        await here.slack.submit(here.ada, form, {"prompt": "a wolf"})
        await here.picture(talk, count=2)
        assert "a wolf" in (await page(here)).text


async def test_what_is_deleted_there_goes_from_the_page(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        home = await unheard(here)
        assert home.button("Delete").confirm
        await here.slack.press(here.ada, home, "Delete")
        await here.slack.until(lambda: home.pictures == [])
        assert "a fox" not in home.text


def close(here: Life) -> None:
    """Slack takes no more messages, neither in the channel nor for the person."""
    here.slack.fail("chat.update", error="cant_update_message", times=None)
    here.slack.fail("chat.postMessage", error="is_archived", times=None)


async def unheard(here: Life) -> View:
    """Ada's page with a picture that could be delivered nowhere."""
    done = here.holding()
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    await here.slack.until(lambda: bool(here.orders))
    close(here)
    done.set()
    await here.told()
    here.slack.heal()
    here.provider.on_submit = None
    home = await page(here)
    await here.slack.until(lambda: len(home.pictures) == 1)
    return home


async def test_an_unsure_end_can_be_tried_again_there_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:

        async def broken(order: Order) -> Ticket | Rendered | Moderated:
            close(here)
            raise UnsureError

        here.provider.on_submit = broken
        await here.slack.slash(here.ada, here.art, "imagine", "a fox")
        await here.told()
        here.provider.on_submit = None
        here.slack.heal()
        home = await page(here)
        assert "Unclear" in home.text
        again = home.button("Try again")
        for _ in range(3):
            await here.slack.press_raw(here.ada, home, again.action_id)
        await here.picture(here.team.dm(here.ada))
        assert len(here.orders) == 2


async def test_a_button_of_another_version_there_is_told_directly(here: Life) -> None:
    home = await page(here)
    await here.slack.press_raw(here.ada, home, "v0:again:0123456789abcdef")
    told = await here.shown(channel=here.team.dm(here.ada))
    assert "another version of me" in told.text


async def test_the_page_is_there_after_a_restart(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            await first.painted("a fox")
        async with living(here, tmp_path) as second:
            home = await page(second)
            await here.slack.until(lambda: len(home.pictures) == 1)


async def test_a_picture_that_slack_does_not_take_leaves_its_words(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            await first.painted("a fox")
        here.slack.fail("files.getUploadURLExternal", error="file_uploads_disabled", times=None)
        async with living(here, tmp_path) as second:
            home = await page(second)
            assert "a fox" in home.text
            assert home.pictures == []


async def test_the_pages_other_tab_is_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, assistant="off") as here:
        await here.slack.open_home(here.ada, tab="messages")
        assert here.slack.home(here.ada) is None
