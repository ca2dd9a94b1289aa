"""The ways in which a person is answered, in the order of how few people they trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.event import Happening
from adapters.slack.fault import UNHEARD
from adapters.slack.render import Message

RESPOND_S: Final = 10
"""For an event's own address; after that another way is tried."""


async def respond(event: Happening, answer: Mapping[str, Any]) -> bool:
    """Whether the event's own address took it: that lasts for half an hour, or five answers."""
    if not event.response_url:
        return False
    hook = AsyncWebhookClient(event.response_url, retry_handlers=[], timeout=RESPOND_S)
    try:
        taken = await hook.send_dict({"replace_original": False, **answer})
    except UNHEARD:
        return False
    return taken.status_code == 200


async def whisper(client: AsyncWebClient, event: Happening, message: Message) -> bool:
    """Whether it could be shown in the channel, to this person alone."""
    if not event.channel or event.is_direct:
        return False
    try:
        await client.chat_postEphemeral(
            channel=event.channel,
            user=event.user,
            thread_ts=event.thread or None,
            text=message.text,
            blocks=list(message.blocks),
        )
    except SlackApiError:
        return False
    return True


async def post(client: AsyncWebClient, channel: str, message: Message, *, thread: str = "") -> None:
    """Where the person and the bot are alone. Raises SlackApiError, and what the network raises."""
    await client.chat_postMessage(
        channel=channel,
        thread_ts=thread or None,
        text=message.text,
        blocks=list(message.blocks),
        unfurl_links=False,
        unfurl_media=False,
    )
