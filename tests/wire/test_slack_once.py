"""Nothing twice, nothing lost: what Slack delivers again, what takes longer than it waits, lives that end meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

import adapters.slack.door
from adapters import Kit
from adapters.slack import Settings, open_adapter, reception
from bot.errors import HouseError
from bot.store import Store
from tests.house import png
from tests.standins.slack import Delivered, Message, Serving, View
from tests.wire.living import DoorClock, soon
from tests.wire.slack_door import MENU, Life, Scene, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is answered at once, whether or not it is decided, and an end waits for nobody."""
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.1)
    monkeypatch.setattr(adapters.slack.door, "DRAIN_S", 0.1)


class Way(StrEnum):
    COMMAND = "command"
    MENTION = "mention"
    DIRECT = "direct message"
    BUTTON = "button"
    FORM = "form"
    MENU = "menu"


async def prepared(here: Life, way: Way) -> Message | View | None:
    """What must be there before it can be asked that way."""
    match way:
        case Way.BUTTON:
            return await here.painted()
        case Way.FORM:
            return (await here.slack.slash(here.ada, here.art, "imagine")).form
        case Way.MENU:
            return await here.posted()
        case Way.COMMAND | Way.MENTION | Way.DIRECT:
            return None


async def asked(here: Scene, way: Way, where: Message | View | None) -> Delivered:
    """One picture, asked for that way, and nothing waited for."""
    slack, ada = here.slack, here.ada
    match way:
        case Way.COMMAND:
            return await slack.slash(ada, here.art, "imagine", "a fox", wait=False)
        case Way.MENTION:
            return (await slack.say(ada, here.art, f"{here.me} a fox", wait=False)).delivered[0]
        case Way.DIRECT:
            return (await slack.say(ada, here.team.dm(ada), "a fox", wait=False)).delivered[0]
        case Way.BUTTON:
            assert isinstance(where, Message)
            return await slack.press(ada, where, "Again", wait=False)
        case Way.FORM:
            assert isinstance(where, View)
            return await slack.submit(ada, where, {"prompt": "a fox"}, wait=False)
        case Way.MENU:
            assert isinstance(where, Message)
            return await slack.shortcut(ada, where, MENU["upscale"], wait=False)


async def jobs(life: Life) -> int:
    return len(await life.home.store.jobs())


# ---- delivered again


@pytest.mark.parametrize("way", list(Way))
async def test_what_is_delivered_again_is_one_job(here: Life, way: Way) -> None:
    slack = here.slack
    where = await prepared(here, way)
    before = await jobs(here)
    gate = slack.hold("chat.postMessage")
    first = await asked(here, way, where)
    await gate.reached.wait()
    second = await slack.redeliver(first, wait=False)
    gate.open.set()
    await slack.all_settled([first, second])
    third = await slack.redeliver(first, retry=2)
    assert all(each.acked for each in (first, second, third))
    await here.told_all(before + 1)
    await slack.redeliver(first, retry=3)
    await here.settled()
    assert await jobs(here) == before + 2
    assert len(here.orders) == before + 2


@pytest.mark.parametrize("way", list(Way))
async def test_what_is_delivered_again_to_the_next_life_is_known(tmp_path: Path, way: Way) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            where = await prepared(first, way)
            told = await asked(here, way, where)
            await here.slack.all_settled([told])
            await first.told_all(len(first.orders))
            before = await jobs(first)
        async with living(here, tmp_path) as second:
            again = await here.slack.redeliver(told)
            assert again.acked
            await second.settled()
            assert [order.prompt for order in second.orders] == ["the last"]
            assert await jobs(second) == before + 1


async def test_two_processes_on_one_database_buy_once(here: Life) -> None:
    """A second door on the same desk stands for them: the files of SQLite belong to one process at a time."""
    slack = here.slack
    tokens = {"SLACK_BOT_TOKEN": here.team.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    kit = Kit(clock=DoorClock(here.clock), secrets=tokens)
    other = open_adapter(Settings(api_url=slack.api_url), here.home.desk, kit)
    await other.open()
    try:
        await slack.connected(4)
        gate = slack.hold("chat.postMessage")
        first = await asked(here, Way.COMMAND, None)
        await gate.reached.wait()
        again = [await slack.redeliver(first, wait=False) for _ in range(4)]  # Slack takes the sockets in turn
        gate.open.set()
        await slack.all_settled([first, *again])
        assert len({each.attempts[0].socket for each in again}) == 4
        assert all(each.acked for each in (first, *again))
        await here.told()
        await here.settled()
        assert len(here.orders) == 2
        assert len(here.ours()) == 2
    finally:
        await other.close()


async def test_several_pictures_of_which_an_end_took_only_some_are_all_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = Store.accept
    accepted: list[str] = []
    third = asyncio.Event()

    async def until_the_power_fails(store: Store, job: Any, *args: Any, **more: Any) -> int:
        if len(accepted) == 2:
            third.set()
            await asyncio.Event().wait()
        accepted.append(job.event)
        return await accept(store, job, *args, **more)

    monkeypatch.setattr(adapters.slack.door, "DRAIN_S", 0.1)
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            form = (await here.slack.slash(here.ada, here.art, "imagine")).form
            monkeypatch.setattr(Store, "accept", until_the_power_fails)
            sent = await here.slack.submit(here.ada, form, {"prompt": "a fox", "count": "3"}, wait=False)
            await third.wait()
            first.home.desk.close()
        assert not sent.acked
        monkeypatch.undo()
        async with living(here, tmp_path) as second:
            assert (await here.slack.redeliver(sent)).acked
            await second.told_all(3)
            assert len(first.orders) + len(second.orders) == 3
            assert len({record.job.event for record in await second.home.store.jobs()}) == 3


# ---- what takes longer than Slack waits


async def slow(here: Scene, way: Way = Way.MENTION) -> Delivered:
    """A wish about a file that does not come before `host.late` is set."""
    photo = here.slack.file(here.ada, "cat.png", png(), serving=Serving.LATE)
    where = here.team.dm(here.ada) if way is Way.DIRECT else here.art
    words = "upscale" if way is Way.DIRECT else f"{here.me} upscale"
    return (await here.slack.say(here.ada, where, words, files=[photo], wait=False)).delivered[0]


@pytest.mark.usefixtures("_hasty")
async def test_a_slow_file_is_acknowledged_once_it_is_written_down_and_then_done(here: Life) -> None:
    slack = here.slack
    told = await slow(here)
    await slack.all_settled([told])
    assert told.acked
    (held,) = await here.home.desk.held("slack")
    assert held[0] == told.id
    assert here.orders == []
    again = await slack.redeliver(told)
    assert again.acked
    slack.host.late.set()
    assert (await here.ordered())[0].factor
    await here.settled()
    assert len(here.orders) == 2

    async def let_go() -> bool:
        return not await here.home.desk.held("slack")

    await soon(let_go)


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("way", [Way.MENTION, Way.DIRECT])
async def test_a_life_that_ends_amid_a_slow_file_leaves_it_to_the_next(tmp_path: Path, way: Way) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            told = await slow(here, way)
            await here.slack.all_settled([told])
        assert told.acked
        assert first.orders == []
        here.slack.host.late.set()
        async with living(here, tmp_path) as second:
            await second.told_all(1)
            await here.slack.redeliver(told)
            await second.settled()
            assert len(second.orders) == 2
        async with living(here, tmp_path) as third:
            await third.painted("a hare")
            assert [order.prompt for order in third.orders] == ["a hare"]
            assert await third.home.desk.held("slack") == ()


@pytest.mark.usefixtures("_hasty")
async def test_a_job_whose_announcement_was_cut_off_by_the_end_is_the_next_lifes(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            gate = here.slack.hold("chat.postMessage")
            told = await asked(here, Way.COMMAND, None)
            await gate.reached.wait()
            first.home.desk.close()
        here.slack.heal()
        async with living(here, tmp_path) as second:
            await here.slack.redeliver(told)
            await second.told_all(1)
            assert len(second.orders) == 1
            assert not (await second.told()).untold


@pytest.mark.usefixtures("_hasty")
async def test_what_was_written_down_waits_for_slack_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with atelier() as here:
        async with living(here, tmp_path):
            told = await slow(here)
            await here.slack.all_settled([told])
        here.slack.host.late.set()
        monkeypatch.setattr(adapters.slack.door, "OPENING_S", 0.2)
        here.slack.fail("apps.connections.open", status=503, times=1)
        here.slack.fail("auth.test", status=503, times=1)
        async with living(here, tmp_path) as second:
            assert await second.home.desk.held("slack")
            await second.told_all(1)
            assert len(second.orders) == 1


@pytest.mark.usefixtures("_hasty")
async def test_what_may_have_ended_the_process_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path):
            told = await slow(here)
            await here.slack.all_settled([told])
        for _ in range(reception.LIVES):
            async with living(here, tmp_path) as life:
                here.slack.host.fetched.clear()
                await here.slack.until(lambda: here.slack.host.fetched)
                assert await life.home.desk.held("slack")
        here.slack.host.late.set()
        async with living(here, tmp_path) as last:
            await last.whispered(here.ada, "on our side")
            assert await last.home.desk.held("slack") == ()
            await last.settled()
            assert len(last.orders) == 1


async def test_what_always_breaks_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            said = await here.slack.say(here.ada, here.art, f"{here.me} help")
            body = {**said.delivered[0].payload, "event_id": "EvOdd", "authorizations": "nobody's"}
            await first.home.desk.hold("slack", "EvOdd", body)
            await first.home.desk.hold("slack", "EvNone", {})
        async with living(here, tmp_path) as second:

            async def let_go() -> bool:
                return not await second.home.desk.held("slack")

            await soon(let_go)


async def test_what_another_process_left_behind_is_taken_up_without_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters.slack.door, "LOOK_S", 0.05)
    async with opened(tmp_path) as here:
        asked = await here.slack.say(here.ada, here.art, f"{here.me} a hare")
        await here.told_all(1)
        gone = await Store.open(f"sqlite:///{tmp_path / 'imagebot.sqlite'}", clock=here.home.clock, visit=True)
        await gone.hold("slack", "EvLeft", {**asked.delivered[0].payload, "event_id": "EvLeft"})
        await gone.close()
        await here.told_all(2)

        async def let_go() -> bool:
            return not await here.home.desk.held("slack")

        await soon(let_go)
        assert [order.prompt for order in here.orders].count("a hare") == 2


# ---- where nothing can be written down


@pytest.mark.usefixtures("_hasty")
async def test_what_can_not_be_written_down_is_not_acknowledged(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = asyncio.Event()

    async def full(*_: Any) -> None:
        tried.set()
        raise HouseError

    monkeypatch.setattr(Store, "hold", full)
    told = await slow(here)
    async with asyncio.timeout(10):
        await tried.wait()
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 60.0)  # the next time, the end of it is in time
    here.later(seconds=4)  # as long as Slack waits
    await here.slack.until(lambda: len(told.attempts) > 1)
    assert not told.acked
    here.slack.host.late.set()
    await here.slack.all_settled([told])
    await here.told_all(1)
    await here.settled()
    assert len(here.orders) == 2


@pytest.mark.parametrize("way", [Way.COMMAND, Way.MENTION, Way.FORM])
async def test_a_job_that_can_not_be_written_down_is_refused_and_not_bought(
    here: Life, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    where = await prepared(here, way)

    async def full(*_: Any, **__: Any) -> int:
        raise HouseError

    monkeypatch.setattr(Store, "accept", full)
    told = await asked(here, way, where)
    await here.slack.all_settled([told])
    assert told.acked
    seen = told.form.text if way is Way.FORM else (await here.whispered(here.ada, "on our side")).text
    assert "on our side" in seen
    assert here.orders == []
    assert here.ours() == []


async def test_what_can_be_neither_done_nor_refused_is_delivered_again(here: Life) -> None:
    slack = here.slack
    for method in ("chat.postMessage", "chat.postEphemeral", "conversations.open", "files.info"):
        slack.fail(method, status=503, times=None)
    said = await slack.say(here.ada, here.art, f"{here.me} help", wait=False)
    (told,) = said.delivered
    await slack.until(lambda: slack.asked("conversations.open"))  # the last way in which a refusal could be told
    here.later(seconds=4)
    await slack.until(lambda: len(told.attempts) > 1)
    assert not told.acked
    await slack.until(lambda: len(slack.asked("conversations.open")) > 1)
    slack.heal()
    here.later(minutes=2)
    await slack.all_settled([told])
    assert told.acked
    await slack.until(lambda: any("upscale" in each.text for each in slack.ephemerals(here.ada, here.art)))
