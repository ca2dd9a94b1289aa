"""The Slack stand-in as a program of its own, steered over HTTP while the real slack-bolt talks to it."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.wire.providing import png
from tests.wire.slacking import entry, modal


@pytest.fixture
async def told() -> AsyncIterator[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins", "--slack", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


async def test_another_process_steers_it(told: dict[str, Any]) -> None:
    tokens = told["slack_env"]
    client = AsyncWebClient(token=tokens["SLACK_BOT_TOKEN"], base_url=told["slack_settings"]["api_url"])
    app = AsyncApp(client=client, process_before_response=True)

    @app.command("/imagine")
    async def imagine(ack: Any, body: dict[str, Any]) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(entry("prompt")))
        await ack()

    @app.view("v1:edit")
    async def edit(ack: Any) -> None:
        await ack()

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(f"got {event['files'][0]['name']}", thread_ts=event["ts"])

    handler = AsyncSocketModeHandler(app, tokens["SLACK_APP_TOKEN"])
    await handler.connect_async()

    async with aiohttp.ClientSession(told["slack_control"]) as session:

        async def act(name: str, **asked: Any) -> Any:
            async with session.post(f"/_control/{name}", json=asked) as answer:
                return await answer.json()

        async def read(name: str) -> Any:
            async with session.get(f"/_control/{name}") as answer:
                return await answer.json()

        try:
            asked = await act("slash", person="Ada", channel="art", command="imagine")
            assert asked["view"]["fields"][0]["label"] == "Prompt"
            assert (await read("modal?person=Ada"))["id"] == asked["view"]["id"]
            sent = await act("submit", person="Ada", view=asked["view"]["id"], fields={"prompt": "a fox"})
            assert sent["acked"]
            assert await read("modal?person=Ada") is None
            photo = {"file": "cat.png", "base64": base64.b64encode(png(8, 8)).decode()}
            said = await act("say", person="Ada", channel="art", text="@bot look", files=[photo])
            texts = [one["text"] for one in await read("messages?channel=art")]
            assert texts[-1] == "got cat.png"
            async with session.get(f"/_control/picture?message={said['ts']}&name=cat.png") as answer:
                assert await answer.read() == png(8, 8)
            assert "KeyError" in (await act("slash", person="Eve", channel="art", command="imagine"))["error"]
            seen = await read("requests")
            assert seen["violations"] == []
            assert tokens["SLACK_BOT_TOKEN"] not in json.dumps(seen)
        finally:
            await handler.close_async()
