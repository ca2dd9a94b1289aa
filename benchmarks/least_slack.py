"""Bolt's smallest app, for a process of its own: `least_slack.py API_URL BOT_TOKEN APP_TOKEN` says when it is ready."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(api_url: str, bot_token: str, app_token: str) -> None:
    """Answer /imagine with one word, and do nothing else."""
    app = AsyncApp(client=AsyncWebClient(token=bot_token, base_url=api_url))

    @app.command("/imagine")
    async def imagine(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"{len(command['text'])} characters")

    await app.client.auth_test()
    await AsyncSocketModeHandler(app, app_token).connect_async()  # type: ignore[no-untyped-call]
    print("ready", file=sys.stderr, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
