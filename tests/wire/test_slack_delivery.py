"""How a result reaches its message in Slack, whatever Slack does meanwhile: the messenger alone, on a whole house."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters import Kit
from adapters.slack import Settings
from adapters.slack.channel import Channels
from adapters.slack.event import Handle
from adapters.slack.fault import PROGRESS_A_MINUTE
from adapters.slack.messenger import PACE_S, SlackMessenger
from adapters.slack.workspace import Workspaces
from bot.delivery import Messenger
from bot.desk import Desk
from bot.job import JobId, Progress, Rendered, Ticket
from bot.message import DIRECT, Place, Receipt
from bot.message import Person as HousePerson
from bot.request import Wish
from bot.store import JobRecord
from tests.house import house
from tests.standins.slack import Channel, Message, Person, Stage
from tests.wire.living import HastyClock, Living
from tests.wire.slack_door import Scene, atelier

MIB = 1024 * 1024
WORDS = "a lighthouse at dusk"
PAINTED = f"Picture for the words: {WORDS}"


@dataclass(frozen=True)
class Life(Living, Scene):
    """One life of the house there. Nobody listens to Slack: what people ask for is told to the desk."""

    messenger: SlackMessenger
    channels: Channels

    async def ask(self, *, at: Place | None = None, by: Person | None = None, words: str = WORDS) -> JobId:
        asked = by or self.ada
        person = HousePerson("slack", f"{self.team.id}/{asked.id}", asked.name, locale=asked.locale)
        return await self.home.desk.accept(
            Wish(prompt=words), by=person, at=at or self.place(), event=self.home.ring(), asked=f"/imagine {words}"
        )

    def place(self, channel: Channel | None = None, **way: Any) -> Place:
        channel = channel or self.art
        usual: dict[str, Any] = {"person": self.ada.id, "asked_at": self.clock.now().timestamp()}
        handle = Handle(tenant=self.team.id, **usual | way)
        within = (DIRECT, channel.id) if channel.direct else (channel.id,)
        return Place("slack", f"{self.team.id}/{channel.id}", str(handle), within=within)

    def painting(self, picture: bytes) -> None:
        """Every picture from now on is this one."""

        async def fetch(link: str) -> bytes:
            return picture

        self.provider.on_fetch = fetch

    async def painted(self, **how: Any) -> Message:
        """The message of a job that came to its end."""
        await self.ask(**how)
        return self.message(await self.told())

    def message(self, record: JobRecord) -> Message:
        assert record.receipt is not None
        tenant, channel = record.receipt.place.split("/")
        found = self.slack.world.workspaces[tenant].channels[channel].message(record.receipt.handle)
        assert found is not None, "the message that the receipt names is not there"
        return found


@asynccontextmanager
async def living(here: Scene, folder: Path) -> AsyncIterator[Life]:
    kit = Kit(clock=here.clock, secrets={"SLACK_BOT_TOKEN": here.team.bot_token})
    workspaces = Workspaces(Settings(api_url=here.slack.api_url), kit)
    channels = Channels(workspaces, here.clock)
    made: list[SlackMessenger] = []

    def make(desk: Desk) -> Messenger:
        made.append(SlackMessenger(desk, here.clock, workspaces, channels))
        return made[0]

    await workspaces.open()
    try:
        async with house(folder, doors=False, clock=here.clock, door=("slack", make)) as home:
            yield Life(here.slack, here.clock, here.team, here.art, here.ada, here.bob, home, made[0], channels)
    finally:
        await workspaces.close()


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


async def begun(here: Life) -> asyncio.Event:
    """A picture that is being painted, and its message says so; the event lets it be finished."""
    done = here.holding()
    await here.ask()
    await here.slack.until(lambda: here.ours()[0].edits)
    return done


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
    assert here.clock.steady() - began < 60
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


async def test_a_channel_that_was_archived_meanwhile_is_left_for_a_direct_message(here: Life) -> None:
    done = here.holding()
    await here.ask()
    here.art.archived = True
    done.set()
    record = await here.told()
    message = here.message(record)
    assert message.channel is here.team.dm(here.ada)
    assert message.pictures
    assert not record.untold


async def test_where_the_person_can_not_be_written_to_either_the_picture_is_kept(here: Life) -> None:
    done = here.holding()
    await here.ask()
    here.art.archived = True
    here.slack.fail("conversations.open", error="user_disabled", times=None)
    done.set()
    assert (await here.told()).untold
    assert not any(message.pictures for message in here.ours())


async def test_an_announcement_that_was_deleted_is_posted_anew_once(here: Life) -> None:
    done = here.holding()
    await here.ask()
    (announced,) = here.ours()
    await here.slack.delete(announced)
    done.set()
    message = here.message(await here.told())
    assert here.ours() == [message]
    assert message.pictures


async def test_what_is_posted_anew_has_its_file_in_the_thread_where_slack_shows_none(here: Life) -> None:
    here.slack.world.ready_after_s = None
    done = here.holding()
    await here.ask()
    await here.slack.delete(here.ours()[0])
    done.set()
    message = here.message(await here.told())
    (below,) = [one for one in here.ours() if one is not message]
    assert below.thread_ts == message.ts
    assert below.pictures
    assert "in the thread" in message.text


async def test_a_share_whose_answer_got_lost_is_not_made_twice(here: Life) -> None:
    here.slack.world.ready_after_s = None
    job = await here.ask()
    await here.slack.until(lambda: here.slack.asked("files.completeUploadExternal"))
    here.slack.hang_up("files.completeUploadExternal", stage=Stage.AFTER)
    message = here.message(await here.told())
    (below,) = [one for one in here.ours() if one is not message]
    assert below.pictures
    assert "in the thread" in message.text
    await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
    assert not any(one.pictures for one in here.ours())


async def test_who_is_sent_out_of_a_channel_writes_to_the_person_and_looks_before_the_next(here: Life) -> None:
    await here.channels.enter(here.team.id, here.art.id)
    await here.slack.kick(here.art)
    message = await here.painted()
    assert message.channel is here.team.dm(here.ada)
    await here.channels.enter(here.team.id, here.art.id)
    assert here.art.bot_is_in


async def test_deleting_takes_the_message_and_its_file_out_of_slack(here: Life) -> None:
    job = await here.ask()
    message = here.message(await here.told())
    (file,) = [picture.file for picture in message.pictures]
    await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
    assert here.ours() == []
    assert file is not None
    assert file.deleted


async def test_deleting_after_a_restart_finds_the_file_by_its_name(tmp_path: Path) -> None:
    async with atelier() as scene:
        async with living(scene, tmp_path) as here:
            others = await here.painted()
            job = await here.ask()
            message = here.message(await here.told())
            (file,) = [picture.file for picture in message.pictures]
        async with living(scene, tmp_path) as here:
            await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
            assert here.ours() == [others]
            assert file is not None
            assert file.deleted
            assert others.pictures


async def test_a_post_whose_answer_got_lost_is_found_again_in_a_direct_message(here: Life) -> None:
    direct = here.team.dm(here.ada)
    here.slack.hang_up("chat.postMessage", stage=Stage.AFTER)
    message = await here.painted(at=here.place(direct))
    assert here.ours(direct) == [message]
    assert message.pictures
    assert len(here.slack.asked("chat.postMessage")) == 1


async def test_in_a_channel_whose_history_may_be_read_it_is_found_as_well(tmp_path: Path) -> None:
    async with atelier() as scene, living(scene, tmp_path) as here:
        here.slack.grant(here.team, "channels:history")
        root = await here.slack.say(here.ada, here.art, "what do you think?", wait=False)
        here.slack.hang_up("chat.postMessage", stage=Stage.AFTER)
        message = await here.painted(at=here.place(thread=root.ts))
        assert here.ours() == [message]


async def test_where_no_history_may_be_read_the_outcome_is_posted(here: Life) -> None:
    here.slack.hang_up("chat.postMessage", stage=Stage.AFTER)
    message = await here.painted()
    assert message.pictures
    assert [one for one in here.ours() if one.pictures] == [message]


async def test_a_post_that_never_left_is_not_looked_for(here: Life) -> None:
    here.slack.throttle("chat.postMessage", retry_after_s=1)
    await here.painted()
    assert here.slack.asked("conversations.history") == []


async def test_a_restart_between_post_and_receipt_makes_no_second_announcement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(job: JobId, receipt: Receipt) -> None:
        """As if the process had ended first."""

    async with atelier() as scene:
        direct = scene.team.dm(scene.ada)
        async with living(scene, tmp_path) as here:
            here.holding()
            with monkeypatch.context() as patch:
                patch.setattr(here.home.store, "keep_receipt", lose)
                await here.ask(at=here.place(direct))
            (announced,) = here.ours(direct)
        scene.clock.ahead += timedelta(seconds=1)
        async with living(scene, tmp_path) as here:
            await here.told()
            assert here.ours(direct) == [announced]


async def test_an_ordinary_announcement_looks_for_none(here: Life) -> None:
    await here.painted(at=here.place(here.team.dm(here.ada)))
    assert here.slack.asked("conversations.history") == []


async def test_the_assistants_pane_says_that_it_is_at_work_until_it_is_done(here: Life) -> None:
    direct = here.team.dm(here.bob)
    root = await here.slack.say(here.bob, direct, "a lighthouse", wait=False)
    done = here.holding()
    at = here.place(direct, person=here.bob.id, thread=root.ts, assistant=True)
    await here.ask(at=at, by=here.bob)
    assert here.slack.status(root) == "arbeitet an deinem Bild …"
    done.set()
    assert here.message(await here.told()).pictures
    assert here.slack.status(root) == ""


async def test_a_status_that_fails_costs_nothing(here: Life) -> None:
    here.slack.fail("assistant.threads.setStatus", error="fatal_error", times=None)
    direct = here.team.dm(here.ada)
    root = await here.slack.say(here.ada, direct, "a lighthouse", wait=False)
    message = await here.painted(at=here.place(direct, thread=root.ts, assistant=True))
    assert message.pictures
