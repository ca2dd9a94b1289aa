"""100 people at once on Slack: how long each waits for the acknowledgement, beside Bolt's own smallest app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters import Kit
from adapters.slack import Settings, open_adapter
from benchmarks.figure import Figure, Ground, crowd
from benchmarks.house import CannedProvider, open_house
from bot.job import Rendered
from bot.providers import Order
from bot.store import Store
from tests.standins.slack import Channel, Person, Slack, Workspace

CROWD: Final = 100
ROUNDS: Final = 4
SOCKETS: Final = 2
LIMIT_MS: Final = 3000.0
"""Slack's own, for an acknowledgement."""


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    async with Slack(validate=False) as slack:
        slack.herald.deaf = True
        team = slack.workspace("Atelier")
        people = [team.person(f"Person {number}") for number in range(CROWD)]
        channel = team.channel("art")
        waits = {"ours": await _ours(ground, slack, team, channel, people)}
        async with _bare(slack, team):
            waits["bare"] = await _rushes(slack, channel, people)
    return crowd(
        f"{CROWD} slash commands at once on Slack: acknowledged",
        waits["ours"],
        waits["bare"],
        peer="bare Bolt answering one word",
        limit=("Slack's limit", LIMIT_MS),
    )


async def _ours(
    ground: Ground, slack: Slack, team: Workspace, channel: Channel, people: list[Person]
) -> list[float]:  # fmt: skip
    """Through the whole house, durable, with a provider that is still busy with the first pictures."""

    async def busy(_order: Order) -> Rendered:
        await asyncio.Event().wait()
        return Rendered()

    async with open_house(ground.folder, CannedProvider(busy, slots=4)) as house:
        settings = Settings(api_url=slack.api_url, connections=SOCKETS)
        secrets = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        door = open_adapter(settings, house.desk, Kit(secrets=secrets))
        house.delivery.messengers["slack"] = door.messenger
        await door.open()
        try:
            await slack.connected(SOCKETS)
            return await _rushes(slack, channel, people, house.store)
        finally:
            await door.close()


@asynccontextmanager
async def _bare(slack: Slack, team: Workspace) -> AsyncIterator[None]:
    app = AsyncApp(client=AsyncWebClient(token=team.bot_token, base_url=slack.api_url))

    @app.command("/imagine")
    async def imagine(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"{len(command['text'])} characters")

    sockets = [AsyncSocketModeHandler(app, slack.app_token) for _ in range(SOCKETS)]
    try:
        for socket in sockets:
            await socket.connect_async()  # type: ignore[no-untyped-call]
        await slack.until(lambda: len(slack.sockets.live) == SOCKETS)
        yield
    finally:
        for socket in sockets:
            await socket.close_async()  # type: ignore[no-untyped-call]


async def _rushes(slack: Slack, channel: Channel, people: list[Person], store: Store | None = None) -> list[float]:
    """Milliseconds that each waited; the first rush only warms up. store: where each must be a job by then."""
    waits: list[float] = []
    for number in range(ROUNDS + 1):
        asked = await asyncio.gather(
            *(slack.slash(person, channel, "imagine", f"a lighthouse {number}") for person in people)
        )
        if not all(each.acked for each in asked):
            raise RuntimeError("somebody was not answered in time")
        if store is not None and len(await store.whereabouts()) < len(people) * (number + 1):
            raise RuntimeError("somebody was not accepted in time: what was measured is no acceptance")
        if number:
            waits += [(each.acked_after_s or 0.0) * 1000 for each in asked]
    return waits
