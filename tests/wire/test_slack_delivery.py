"""How a result reaches its message in Slack: by an edit, with its picture in it, whatever files and limits do."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from adapters.slack.fault import PROGRESS_A_MINUTE
from adapters.slack.messenger import PACE_S
from bot.job import Progress, Rendered, Ticket
from tests.wire.living import HastyClock
from tests.wire.slack_door import atelier
from tests.wire.slack_post import MIB, PAINTED, Life, begun, living


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with atelier() as scene, living(scene, tmp_path) as life:
        yield life


def of_type(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot((96, 64), (-2, -1, 1, 1), 50).convert("RGB").save(out, kind)
    return out.getvalue()


def noise(side: int) -> bytes:
    """A PNG that no encoder makes smaller: about three bytes a pixel."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


async def test_the_result_is_an_edit_of_the_announcement_with_its_picture_and_alt_text(here: Life) -> None:
    done = here.holding()
    await here.ask()
    (announced,) = here.ours()
    assert [each.label for each in announced.buttons] == ["Cancel"]
    assert not announced.pictures
    done.set()
    assert here.message(await here.told()) is announced
    assert here.ours() == [announced]
    (picture,) = announced.pictures
    assert picture.alt == PAINTED
    assert picture.file is not None
    assert picture.file.alt == PAINTED
    assert picture.file.shares == []
    assert "Upscale" in [each.label for each in announced.buttons]
    assert len(here.slack.filing.stored) == 1


async def test_the_message_names_its_job_and_shows_no_previews(here: Life) -> None:
    job = await here.ask(words="https://example.org/fox.png a fox")
    await here.told()
    (post,) = here.slack.asked("chat.postMessage")
    assert (post.args["unfurl_links"], post.args["unfurl_media"]) == (False, False)
    assert here.ours()[0].metadata == {"event_type": "imagebot_job", "event_payload": {"job": job}}


async def test_nobody_is_pinged_by_the_words_of_a_prompt(here: Life) -> None:
    words = f"<!here> <!channel> @everyone @here {here.bob.mention} a fox"
    message = await here.painted(words=words)
    assert message.pings == []
    for said in here.slack.asked("chat."):
        assert "<!" not in said.args["text"]
        assert "<@" not in said.args["text"]
        assert said.args.get("parse") in (None, "none")


@pytest.mark.parametrize(("kind", "shown"), [("WEBP", "PNG"), ("JPEG", "JPEG"), ("PNG", "PNG")])
async def test_a_picture_is_shown_in_a_type_that_slack_shows(here: Life, kind: str, shown: str) -> None:
    original = of_type(kind)
    here.painting(original)
    message = await here.painted()
    (picture,) = message.pictures
    with Image.open(io.BytesIO(picture.content)) as seen, Image.open(io.BytesIO(original)) as made:
        assert seen.format == shown
        assert seen.convert("RGB").tobytes() == made.convert("RGB").tobytes()
    assert "Re-encoded" not in message.text


async def test_a_large_picture_that_slack_can_not_show_becomes_a_jpeg(here: Life) -> None:
    out = io.BytesIO()
    Image.frombytes("RGB", (1800, 1800), os.urandom(1800 * 1800 * 3)).save(out, "WEBP", quality=90)
    here.painting(out.getvalue())
    (picture,) = (await here.painted()).pictures
    with Image.open(io.BytesIO(picture.content)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (1800, 1800))


async def test_a_file_that_is_ready_after_ten_seconds_is_waited_for(here: Life) -> None:
    here.slack.world.ready_after_s = 10
    await here.ask()
    await here.slack.until(lambda: len(here.slack.asked("files.info")) >= 2)
    assert not here.ours()[0].pictures
    here.clock.ahead += timedelta(seconds=10)
    message = here.message(await here.told())
    assert [picture.alt for picture in message.pictures] == [PAINTED]
    assert here.ours() == [message]
    assert len(here.slack.filing.stored) == 1
    moments = [look.steady_s * HastyClock.SPEED for look in here.slack.asked("files.info")]
    assert all(later - earlier >= 0.25 for earlier, later in itertools.pairwise(moments))


async def test_a_file_that_never_gets_ready_stands_in_the_thread_and_the_message_says_so(here: Life) -> None:
    here.slack.world.ready_after_s = None
    message = await here.painted()
    (below,) = [one for one in here.ours() if one is not message]
    assert below.thread_ts == message.ts
    assert [picture.alt for picture in below.pictures] == [PAINTED]
    assert not message.pictures
    assert "in the thread" in message.text
    assert "Upscale" in [each.label for each in message.buttons]
    assert 8 <= len(here.slack.asked("files.info")) <= 30


async def test_in_a_thread_the_file_stands_in_the_same_thread(here: Life) -> None:
    here.slack.world.ready_after_s = None
    root = await here.slack.say(here.ada, here.art, "what do you think?", wait=False)
    message = await here.painted(at=here.place(thread=root.ts))
    assert message.thread_ts == root.ts
    (below,) = [one for one in here.ours() if one is not message]
    assert below.thread_ts == root.ts
    assert below.pictures


async def test_where_the_shared_file_does_not_come_either_the_message_says_that_it_can_not_be_shown(
    here: Life,
) -> None:
    here.slack.world.ready_after_s = None
    here.slack.world.share_after_s = 10_000
    message = await here.painted()
    assert here.ours() == [message]
    assert "I can’t show the picture here." in message.text
    assert "in the thread" not in message.text


async def test_blocks_that_slack_refuses_for_a_moment_are_offered_again(here: Life) -> None:
    done = await begun(here)
    here.slack.fail("chat.update", error="invalid_blocks", times=2)
    done.set()
    message = here.message(await here.told())
    assert message.pictures
    assert here.ours() == [message]
    assert len(here.slack.filing.stored) == 1


async def test_blocks_that_slack_always_refuses_bring_the_file_into_the_thread(here: Life) -> None:
    done = await begun(here)
    here.slack.fail("chat.update", error="invalid_blocks", times=4)
    done.set()
    message = here.message(await here.told())
    (below,) = [one for one in here.ours() if one is not message]
    assert below.pictures
    assert "in the thread" in message.text


async def test_a_429_on_an_edit_is_obeyed_by_all_edits_of_the_workspace(here: Life) -> None:
    done = await begun(here)
    here.slack.throttle("chat.update", retry_after_s=20)
    await here.ask()
    await here.slack.until(lambda: any(one.status == 429 for one in here.slack.asked("chat.update")))
    done.set()
    await here.told_all(2)
    assert all(message.pictures for message in here.ours())
    (refused,) = [one for one in here.slack.asked("chat.update") if one.status == 429]
    after = [one for one in here.slack.asked("chat.update") if one.steady_s > refused.steady_s]
    assert after[0].steady_s - refused.steady_s >= 20 / HastyClock.SPEED - 0.01
    assert len(here.slack.filing.stored) == 2


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "chat.update"]
)
async def test_whatever_is_limited_or_broken_for_a_moment_is_tried_again(here: Life, method: str) -> None:
    done = await begun(here)
    here.slack.throttle(method, retry_after_s=3)
    here.slack.fail(method, status=502)
    done.set()
    message = here.message(await here.told())
    assert len(message.pictures) == 1
    assert here.ours() == [message]


async def test_bytes_that_do_not_arrive_are_sent_again(here: Life) -> None:
    here.slack.filing.upload_troubles = [500, None]
    message = await here.painted()
    assert len(message.pictures) == 1


async def test_a_busy_channel_is_announced_to_with_the_outcome_after_its_pause(here: Life) -> None:
    here.slack.throttle("chat.postMessage", retry_after_s=8, channel=here.art)
    message = await here.painted()
    assert message.pictures
    assert here.ours() == [message]
    limited, posted = here.slack.asked("chat.postMessage")
    assert posted.steady_s - limited.steady_s >= 8 / HastyClock.SPEED - 0.01


async def test_another_channel_is_posted_to_while_one_is_at_its_limit(here: Life) -> None:
    here.slack.throttle("chat.postMessage", retry_after_s=3600, channel=here.art)
    done = here.holding()
    await here.ask()
    loud = here.team.channel("loud")
    await here.ask(at=here.place(loud))
    assert here.ours(here.art) == []
    assert len(here.ours(loud)) == 1
    here.clock.ahead += timedelta(hours=1)
    done.set()


async def test_progress_leaves_the_edits_of_a_minute_to_outcomes(here: Life) -> None:
    fractions = itertools.count(1)
    finish = asyncio.Event()

    async def poll(ticket: Ticket) -> Progress | Rendered:
        if finish.is_set():
            return Rendered(link="https://pictures.test/fox", seed=7, word="Ready")
        return Progress(fraction=min(next(fractions), 9999) / 10_000, word="Pending")

    here.provider.on_poll = poll
    for _ in range(12):
        await here.ask()
    began = here.clock.steady()
    while here.clock.steady() < began + 6 * PACE_S:
        await here.clock.sleep(PACE_S)
    updates = here.slack.asked("chat.update")
    assert 1 <= len(updates) <= PROGRESS_A_MINUTE
    finish.set()
    await here.told_all(12)
    assert all(message.pictures for message in here.ours())


@pytest.mark.parametrize(
    "error", ["file_uploads_disabled", "storage_limit_reached", "file_type_not_allowed", "access_denied"]
)
async def test_where_slack_takes_no_file_the_message_says_so(here: Life, error: str) -> None:
    here.slack.fail("files.getUploadURLExternal", error=error, times=None)
    job = await here.ask()
    record = await here.told()
    message = here.message(record)
    assert not record.untold
    assert not message.pictures
    assert "I can’t show the picture here." in message.text
    view = await here.home.desk.view(job)
    assert view.picture is not None
    assert await here.home.gallery.read(view.picture.id)


async def test_a_file_over_the_workspaces_limit_gets_smaller_until_it_is_taken(here: Life) -> None:
    here.team.size_limit = 3 * MIB
    here.painting(noise(1900))
    message = await here.painted()
    (picture,) = message.pictures
    assert picture.size <= 3 * MIB
    assert "1900 × 1900" in message.text
    with Image.open(io.BytesIO(picture.content)) as seen:
        assert seen.format == "JPEG"


async def test_an_alt_text_that_slack_finds_too_long_does_not_cost_the_picture(here: Life) -> None:
    here.slack.fail("files.getUploadURLExternal", error="alt_txt_too_large")
    (picture,) = (await here.painted()).pictures
    assert picture.alt == PAINTED


@pytest.mark.parametrize("status", [302, 413])
async def test_bytes_that_slack_does_not_take_are_not_offered_for_an_hour(here: Life, status: int) -> None:
    here.slack.filing.upload_troubles = [status] * 3
    message = await here.painted()
    assert here.ours() == [message]
    assert bool(message.pictures) is (status == 302)
    assert ("I can’t show the picture here." in message.text) is (status == 413)


@pytest.mark.parametrize("trouble", ["throttled", "broken"])
async def test_a_message_never_stays_with_a_word_of_a_file_in_the_thread_that_did_not_come(
    here: Life, trouble: str
) -> None:
    here.slack.world.ready_after_s = None
    here.slack.world.share_after_s = 10_000
    done = await begun(here)
    done.set()
    await here.slack.until(lambda: any("in the thread" in one.text for one in here.ours()))
    if trouble == "throttled":
        here.slack.throttle("chat.update", retry_after_s=5)
    else:
        here.slack.fail("chat.update", status=502)
    message = here.message(await here.told())
    assert "I can’t show the picture here." in message.text
    assert "in the thread" not in message.text
