"""What the Slack stand-in's own tests share: a workspace, and a Bolt app that answers there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.clock import HeldClock
from tests.standins.slack import Channel, Person, Slack, Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class House:
    """A workspace with a public channel and two people in it, of whom Bob speaks German."""

    slack: Slack
    clock: HeldClock
    team: Workspace
    art: Channel
    ada: Person
    bob: Person

    @property
    def client(self) -> AsyncWebClient:
        """With the workspace's token, and without any retries of its own."""
        return AsyncWebClient(token=self.team.bot_token, base_url=self.slack.api_url, retry_handlers=[])

    def app(self, **settings: Any) -> AsyncApp:
        return AsyncApp(client=self.client, process_before_response=True, **settings)

    @contextlib.asynccontextmanager
    async def running(self, app: AsyncApp, *, sockets: int = 1) -> AsyncIterator[None]:
        """The app with that many sockets open."""
        handlers = [AsyncSocketModeHandler(app, self.slack.app_token, ping_interval=0.2) for _ in range(sockets)]
        try:
            for handler in handlers:
                await handler.connect_async()
            await self.slack.connected(sockets)
            yield
        finally:
            for handler in handlers:
                await handler.close_async()

    async def call(self, method: str, *, token: str | None = None, **args: Any) -> Json:
        """A call as JSON, past all that the library does for us."""
        headers = {"Authorization": f"Bearer {self.team.bot_token if token is None else token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(self.slack.api_url + method, json=args) as answer,
        ):
            return dict(await answer.json())

    async def error(self, method: str, **args: Any) -> str:
        """Slack's code for why it turns a call down; empty where it does not."""
        return (await self.call(method, **args)).get("error", "")

    def forgiven(self) -> list[str]:
        """What was held against the client so far, which is forgotten now."""
        told = list(self.slack.violations)
        self.slack.violations.clear()
        return told

    async def uploaded(self, content: bytes, name: str = "fox.png", *, alt: str = "a fox", **share: Any) -> str:
        """The id of a file that the app put there, as the library does it."""
        ticket = await self.client.files_getUploadURLExternal(filename=name, length=len(content), alt_txt=alt)
        async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=content) as answer:
            assert answer.status == 200
        await self.client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "A fox"}], **share)
        return str(ticket["file_id"])


@contextlib.asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[House]:
    clock = HeldClock()
    async with Slack(clock=clock, **settings) as slack:
        team = slack.workspace("Atelier")
        ada, bob = team.person("Ada", admin=True), team.person("Bob", locale="de-DE")
        yield House(slack, clock, team, team.channel("art"), ada, bob)


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def actions(*labels: str) -> Json:
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": f"v1:{label.lower()}", "text": {"type": "plain_text", "text": label}}
            for label in labels
        ],
    }


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "v1:edit",
        "title": {"type": "plain_text", "text": "Edit"},
        "submit": {"type": "plain_text", "text": "Paint"},
        "blocks": list(blocks),
        **more,
    }


def entry(block_id: str, **element: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": block_id.title()},
        "element": {"type": "plain_text_input", "action_id": block_id, **element},
    }


def shown(file: str, alt: str = "a fox") -> Json:
    return {"type": "image", "slack_file": {"id": file}, "alt_text": alt}


def code(error: SlackApiError) -> str:
    return str(error.response["error"])
