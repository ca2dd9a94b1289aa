"""What open pages hear over a real socket: each message as it changes, once, also of those that were missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters import Kit
from adapters.web import Settings, lookout, open_adapter
from adapters.web.pages.stream import position
from tests.clock import HeldClock
from tests.wire.web_door import Visit, listening, ready, visiting


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        yield opened


async def test_every_open_page_hears_announcement_progress_and_picture(visit: Visit) -> None:
    async with listening(visit) as one, listening(visit) as two:
        await ready(one)
        await ready(two)
        await visit.say("/imagine A fox")
        job = visit.last_job()
        for events in (one, two):
            announced = await events.next()
            assert (announced["event"], "id" in announced) == ("message", False)
        await visit.desk.work(job, word="Generating", fraction=0.5)
        assert 'value="0.500"' in (await one.next())["data"]
        kept = await visit.desk.finish(job)
        for events in (one, two):
            while kept.name not in (await events.next())["data"]:
                pass


async def test_a_page_that_comes_back_hears_what_it_missed_once(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    seen = visit.desk.asks[first].revision
    await visit.desk.finish(first)
    await visit.say("/imagine A second one")
    async with listening(visit, last_event=str(seen)) as events:
        missed = [await events.next(), await events.next()]
        assert [f'id="m-{job}"' in event["data"] for job, event in zip(visit.desk.asks, missed, strict=True)] == [
            True,
            True,
        ]
        assert int(missed[0]["id"]) > seen
        assert int(missed[1]["id"]) > int(missed[0]["id"])
        assert (await events.next(beats=True))["event"] == "ready"


async def test_a_message_from_before_the_page_keeps_its_time(tmp_path: Path) -> None:
    clock = HeldClock()
    async with visiting(tmp_path, clock=clock) as visit:
        await visit.say("/imagine A fox")
        job = visit.last_job()
        accepted = f'data-posted="{int(clock.now().timestamp() * 1000)}"'
        async with listening(visit, since=visit.desk.asks[job].revision) as events:
            await ready(events)
            await clock.advance(600)
            await visit.desk.work(job, fraction=0.5)
            assert accepted in (await events.next())["data"]


async def test_a_message_taken_away_is_gone_from_open_pages_and_from_returning_ones(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    job = visit.last_job()
    await visit.desk.finish(job)
    seen = visit.desk.asks[job].revision
    async with listening(visit, since=seen) as events:
        await ready(events)
        await visit.press(job, "delete")
        gone = await events.next()
        assert (gone["event"], gone["data"]) == ("gone", job)
    async with listening(visit, since=seen) as events:
        gone = await events.next()
        assert (gone["event"], gone["data"], int(gone["id"]) > seen) == ("gone", job, True)


async def test_a_silent_stream_beats_with_the_last_revision(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.pages.stream.BEAT_S", 0.05)
    await visit.say("/imagine A fox")
    async with listening(visit) as events:
        await events.next()
        await ready(events)
        beat = await events.next(beats=True)
        assert (beat["event"], beat["id"]) == ("beat", "1")


async def test_a_door_that_closes_ends_its_streams(visit: Visit) -> None:
    async with listening(visit) as events:
        await ready(events)
        async with asyncio.timeout(5):
            await visit.door.close()
            assert b"event: message" not in await events.response.content.read()


@pytest.mark.parametrize("text", ["", "-1", "x", "9" * 20, "٣"])
def test_a_position_that_is_none_is_none(text: str) -> None:
    assert position(text) is None


async def test_what_another_process_says_reaches_pages_that_are_open_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "LOOK_S", 0.02)
    async with visiting(tmp_path) as there:
        here = open_adapter(Settings(port=0), there.desk.front, Kit())
        await here.open()
        try:
            async with listening(Visit(there.desk, here, there.client)) as events:
                await ready(events)
                await there.say("/imagine A lighthouse")
                event = await events.next()
                assert event["event"] == "message"
                assert f'id="m-{there.last_job()}"' in event["data"]
        finally:
            await here.close()
