"""The Discord stand-in as a program of its own, steered over HTTP while the real discord.py talks to it."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord as library
import pytest
import yarl

from tests.wire.discording import Client, Event, buttons
from tests.wire.providing import png


@pytest.fixture
async def urls(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins", "--discord", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    monkeypatch.setattr(library.http.Route, "BASE", told["discord"])
    gateway = yarl.URL(told["discord_control"]).with_scheme("ws") / "gateway"
    monkeypatch.setattr(library.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    yield told
    process.terminate()
    assert await process.wait() == 0


async def test_another_process_plays_the_people(urls: dict[str, str]) -> None:
    client = Client()

    async def imagine(event: Event, prompt: str, image: library.Attachment) -> None:
        await event.response.send_message(f"{prompt}: {len(await image.read())}")
        await event.followup.send(view=buttons("Again"))

    client.answer("imagine", imagine)
    async with client, aiohttp.ClientSession(urls["discord_control"]) as session:
        running = asyncio.ensure_future(client.start(urls["discord_token"]))
        await client.wait_until_ready()
        await client.tree.sync()

        async def act(what: str, **asked: Any) -> dict[str, Any]:
            async with session.post(f"/_control/{what}", json=asked) as answer:
                return await answer.json()

        picture = {"file": "cat.png", "base64": base64.b64encode(png(8, 8)).decode()}
        options = {"prompt": "a fox", "image": picture}
        asked = await act("slash", person="Ada", channel="art", command="imagine", options=options)
        assert asked["message"]["text"] == f"a fox: {len(png(8, 8))}"
        assert "error" in await act("slash", person="Ada", channel="art", command="paint")
        async with session.get("/_control/messages?channel=art") as answer:
            assert len(await answer.json()) in (1, 2)  # the followup may still be on its way
        async with session.get("/_control/requests") as answer:
            seen = await answer.json()
        assert seen["commands"] == ["imagine"]
        assert urls["discord_token"] not in json.dumps(seen)
        await client.close()
        await running
