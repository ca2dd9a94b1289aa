"""Tokens of many workspaces: replaced in time, taken once, looked up anew where Slack refuses one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.workspace import Workspaces
from bot.errors import PlaceBusyError, PlaceShutError
from tests.standins.slack import Stage
from tests.wire.slack_offices import App, installing, kit_of


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with installing(tmp_path) as opened:
        yield opened


async def test_a_message_hours_later_goes_out_with_the_next_token(app: App) -> None:
    acme = await app.installed("Acme", rotating=True)
    first = (await app.workspaces.seat(acme.id)).token
    app.later(9.5)
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 0
    app.later(1.5)
    assert await app.who(acme.id) == acme.id
    second = (await app.workspaces.seat(acme.id)).token
    assert (app.rotations(), second == first) == (1, False)
    app.later(11)
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 2


async def test_many_messages_at_once_take_one_token(app: App) -> None:
    acme = await app.installed("Acme", rotating=True)
    app.later(13)
    assert await asyncio.gather(*(app.who(acme.id) for _ in range(20))) == [acme.id] * 20
    assert app.rotations() == 1


async def test_a_token_taken_for_somebody_who_gave_up_is_kept(app: App) -> None:
    acme = await app.installed("Acme", rotating=True)
    app.later(13)
    gate = app.slack.hold("oauth.v2.access", stage=Stage.AFTER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await app.workspaces.client(acme.id)
    gate.open.set()
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1


async def test_while_slack_is_away_a_token_that_holds_is_used_and_one_that_ended_waits(app: App) -> None:
    acme = await app.installed("Acme", rotating=True)
    app.slack.fail("oauth.v2.access", status=503, times=None)
    app.later(11)
    assert await app.who(acme.id) == acme.id
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1
    app.later(2)
    with pytest.raises(PlaceBusyError):
        await app.workspaces.client(acme.id)
    app.slack.heal()
    assert await app.who(acme.id) == acme.id


async def test_a_token_that_ended_and_has_no_successor_asks_for_a_new_installation(app: App) -> None:
    acme = await app.installed("Acme", rotating=True)
    app.later(13)
    app.slack.fail("oauth.v2.access", error="invalid_refresh_token")
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)
    assert (await app.install(acme)).status == 200
    assert await app.who(acme.id) == acme.id


async def test_another_process_s_token_is_taken_over(app: App, tmp_path: Path) -> None:
    acme = await app.installed("Acme", rotating=True)
    await app.workspaces.client(acme.id)
    beside = Workspaces(app.settings, kit_of(app.slack, app.home, app.clock))
    await beside.open()
    app.later(11)
    await beside.client(acme.id)
    assert app.rotations() == 1
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1
    await beside.close()


async def test_a_refused_token_is_looked_up_anew_and_the_call_repeated_once(app: App) -> None:
    acme = await app.installed("Acme")
    client = await app.workspaces.client(acme.id)
    app.slack.world.grants.rotation = True
    await app.install(acme)  # in another process, as it were
    earlier = [each for each in app.slack.world.grants.of(acme.id) if each.token == client.token]
    app.slack.world.grants.end(earlier, "token_revoked")
    answer = await client.chat_postMessage(channel=acme.art.id, text="here I am")
    assert answer["ok"]
    assert len(app.slack.messages(acme.art)) == 1
    app.slack.world.grants.end(app.slack.world.grants.of(acme.id), "token_revoked")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=acme.art.id, text="and again")
    assert [call.error for call in app.slack.asked("chat.postMessage")] == ["token_revoked", "", "token_revoked"]


async def test_a_token_of_an_earlier_installation_is_looked_up_anew_too(app: App) -> None:
    acme = await app.installed("Acme")
    beside = Workspaces(app.settings, kit_of(app.slack, app.home, app.clock))
    await beside.open()
    before = await beside.client(acme.id)
    await app.slack.uninstall(acme.team)
    await app.slack.all_settled(app.slack.deliveries)
    app.later(0.01)
    await app.install(acme)
    assert (await before.auth_test())["ok"]
    assert (await (await beside.client(acme.id)).auth_test())["ok"]
    await beside.close()


@pytest.mark.parametrize("stage", list(Stage))
async def test_a_token_that_comes_while_the_workspace_leaves_is_not_kept(app: App, stage: Stage) -> None:
    acme = await app.installed("Acme", rotating=True)
    app.later(11)
    gate = app.slack.hold("oauth.v2.access", stage=stage)
    asking = asyncio.create_task(app.workspaces.client(acme.id))
    await app.slack.until(lambda: gate.reached.is_set())
    await app.workspaces.uninstalled(acme.id, app.desk)
    gate.open.set()
    with pytest.raises(PlaceShutError):
        await asking
    assert await app.installations.tenants() == []
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)
