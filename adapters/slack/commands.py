"""The slash commands, and what Slack lists in the menu of every message. They only hand over what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from adapters.slack.manifest import MENU
from adapters.slack.reception import Ack, Reception
from adapters.slack.visit import Visit
from bot.chat.press import Press
from bot.errors import OutdatedError
from bot.message import Verb

IMAGINE: Final = "imagine"
UPSCALE: Final = "upscale"
USAGE: Final = "usage"


def plant(app: AsyncApp, door: Reception) -> None:
    """Listen for every command: which names the manifest gave them is the workspace's business."""

    async def command(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        return await door.answer(body, ack, commanded)

    async def shortcut(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        return await door.answer(body, ack, chosen)

    app.command(re.compile(".*"))(command)
    app.shortcut(re.compile(".*"))(shortcut)


async def commanded(visit: Visit) -> None:
    """A slash command. Its name may have a prefix, since a workspace has each name but once."""
    name, text = str(visit.event.body["command"]), str(visit.event.body.get("text") or "").strip()
    if name.endswith(IMAGINE):
        await visit.imagine(text)
    elif name.endswith(UPSCALE):
        await visit.upscale(text)
    elif name.endswith(USAGE):
        await visit.usage()
    else:
        raise OutdatedError


async def chosen(visit: Visit) -> None:
    """A message shortcut."""
    press, message = Press.of(visit.event.body.get("callback_id")), visit.event.body.get("message")
    if press.verb != MENU or press.target not in (Verb.UPSCALE, Verb.REFERENCE) or not isinstance(message, dict):
        raise OutdatedError
    await visit.use(message, Verb(press.target))
