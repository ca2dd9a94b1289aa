"""Where a result goes when its message is closed, gone, or perhaps never posted; and what deleting leaves behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import postman
from bot.job import JobId
from bot.message import Receipt
from tests.standins.slack import Stage
from tests.wire.slack_door import atelier
from tests.wire.slack_post import Life, living


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with atelier() as scene, living(scene, tmp_path) as life:
        yield life


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


@pytest.mark.parametrize("method", ["chat.delete", "files.list", "files.delete"])
async def test_deleting_waits_where_slack_asks_for_it_and_leaves_nothing_behind(here: Life, method: str) -> None:
    job = await here.ask()
    message = here.message(await here.told())
    here.slack.throttle(method, retry_after_s=20)
    here.slack.fail(method, status=502)
    await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
    assert message.deleted
    assert [file.name for file in here.team.files.values() if not file.deleted] == []


async def test_deleting_after_a_restart_finds_the_file_of_a_message_that_was_posted_anew(tmp_path: Path) -> None:
    async with atelier() as scene:
        async with living(scene, tmp_path) as here:
            done = here.holding()
            job = await here.ask()
            await here.slack.delete(here.ours()[0])
            here.slack.throttle("chat.postMessage", retry_after_s=40)  # so the file is older than its message
            done.set()
            await here.slack.until(lambda: len(here.slack.asked("chat.postMessage")) >= 2)
            scene.later(minutes=1)
            assert here.message(await here.told()).pictures
        async with living(scene, tmp_path) as here:
            await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
            assert here.ours() == []
            assert [file.name for file in here.team.files.values() if not file.deleted] == []


async def test_a_file_that_an_earlier_life_uploaded_and_never_showed_goes_with_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "DRAIN_S", 0.1)
    async with atelier() as scene:
        scene.slack.world.ready_after_s = None
        async with living(scene, tmp_path) as here:
            job = await here.ask()
            await here.slack.until(lambda: here.slack.asked("files.info"))
        scene.slack.world.ready_after_s = 0
        async with living(scene, tmp_path) as here:
            message = here.message(await here.told())
            assert message.pictures
            assert len(here.slack.filing.stored) == 2
            await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)
            assert [file.name for file in here.team.files.values() if not file.deleted] == []


async def test_in_a_talk_whose_thread_is_gone_the_picture_comes_below_it(here: Life) -> None:
    direct = here.team.dm(here.ada)
    root = await here.slack.say(here.ada, direct, "a lighthouse", wait=False)
    done = here.holding()
    await here.ask(at=here.place(direct, thread=root.ts))
    here.slack.fail("chat.update", error="message_not_found", times=None)
    here.slack.fail("chat.postMessage", error="cannot_reply_to_message")
    done.set()
    record = await here.told()
    assert not record.untold
    message = here.message(record)
    assert (message.channel, message.thread_ts) == (direct, "")
    assert message.pictures


async def deleted(here: Life, job: JobId) -> None:
    await here.home.desk.delete(job, by=(await here.home.store.job(job)).by)


def leftovers(here: Life) -> list[str]:
    """What still stands in Slack of ours: messages and files."""
    return [one.text for one in here.ours()] + [file.name for file in here.team.files.values() if not file.deleted]


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "files.info", "chat.update"])
@pytest.mark.parametrize("stage", list(Stage))
async def test_what_is_deleted_while_it_is_delivered_leaves_nothing_in_slack(
    here: Life, method: str, stage: Stage
) -> None:
    done = here.holding()
    job = await here.ask()
    await here.slack.until(lambda: here.ours()[0].edits)
    gate = here.slack.hold(method, stage=stage)
    done.set()
    await here.slack.until(gate.reached.is_set)
    await deleted(here, job)
    gate.open.set()
    await here.told()
    assert leftovers(here) == []


@pytest.mark.parametrize("stage", list(Stage))
async def test_what_is_deleted_while_it_is_posted_leaves_nothing_in_slack(here: Life, stage: Stage) -> None:
    done = here.holding()
    job = await here.ask()
    await here.slack.delete(here.ours()[0])
    gate = here.slack.hold("chat.postMessage", stage=stage)
    done.set()
    await here.slack.until(gate.reached.is_set)
    await deleted(here, job)
    gate.open.set()
    await here.told()
    assert leftovers(here) == []
