"""The ways in which a person is answered, forms among them, in the order of how few people they trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import forms, render
from adapters.slack.channel import Channels
from adapters.slack.event import Happening
from adapters.slack.fault import TOO_OFTEN, UNHEARD, code_of
from adapters.slack.render import Message
from bot.chat.form import Say
from bot.errors import BotError, BusyError, OutdatedError
from bot.message import Reply

RESPOND_S: Final = 10
"""For an event's own address; after that another way is tried."""
LATE: Final = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})
"""What Slack says where a form came more than 3 s after what asked for it."""
CLOSED: Final = frozenset({"not_found", "hash_conflict"})
"""What it says of a form that its person has closed, or sent, meanwhile."""


@dataclass(slots=True)
class Line:
    """An acknowledgement that is still to be sent: until then it can carry the answer."""

    open: bool = True
    answer: dict[str, Any] = field(default_factory=dict)

    def take(self, **answer: Any) -> bool:
        """Whether it carries this; False where it is too late, or where it carries something already."""
        if not self.open or self.answer:
            return False
        self.answer = answer
        return True


class Voice:
    """Speaks to one person through whatever their event leaves open: its acknowledgement, its form, its own address."""

    def __init__(self, line: Line, client: AsyncWebClient, channels: Channels, say: Say) -> None:
        self.line = line
        self._client = client
        self._channels = channels
        self._say = say

    async def tell(self, event: Happening, reply: Reply) -> None:
        """An answer for this person alone, in the way that is open now; in a form, on its next page."""
        if event.kind == "view_submission" and self.line.take(
            response_action="update", view=forms.notice(reply, say=self._say)
        ):
            return
        message = render.message(reply, say=self._say, below="" if event.is_direct else event.below)
        ephemeral = {"text": message.text, "blocks": list(message.blocks), "response_type": "ephemeral"}
        if event.kind == "command" and self.line.take(**ephemeral):
            return
        if event.is_direct and event.kind == "message":
            await _post(self._client, event.channel, message, thread=event.thread)
        elif not (await _respond(event, ephemeral) or await _whisper(self._client, event, message)):
            await _post(self._client, await self._channels.direct(event.tenant, event.user), message)

    async def refuse(self, event: Happening, error: BotError, notice: Reply) -> None:
        """As `tell`; in a form, at the field that the error is about."""
        if event.kind == "view_submission":
            errors = forms.errors(error, forms.read(event.body["view"]), notice.body)
            if errors and self.line.take(response_action="errors", errors=errors):
                return
        await self.tell(event, notice)

    async def settle(self, event: Happening) -> None:
        """Take the question away that this person alone saw, once it is answered."""
        if event.passing:
            await _respond(event, {"delete_original": True})

    async def open(self, event: Happening, form: Mapping[str, Any]) -> Mapping[str, Any]:
        """The form as Slack opened it. Raises OutdatedError, BusyError where it is too late for one."""
        if not event.trigger:
            raise OutdatedError
        try:
            answer = await self._client.views_open(trigger_id=event.trigger, view=dict(form))
        except SlackApiError as error:
            if code_of(error) in LATE | TOO_OFTEN:
                raise BusyError from error
            raise
        opened: Mapping[str, Any] = answer["view"]
        return opened

    async def turn_to(self, opened: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
        """Whether an open form is this one by now, or there is none any more; False where Slack can't show it."""
        try:
            await self._client.views_update(view_id=opened["id"], hash=opened.get("hash"), view=dict(form))
        except SlackApiError as error:
            return code_of(error) in CLOSED
        return True


async def _respond(event: Happening, answer: Mapping[str, Any]) -> bool:
    """Whether the event's own address took it: that lasts for half an hour, or five answers."""
    if not event.response_url:
        return False
    hook = AsyncWebhookClient(event.response_url, retry_handlers=[], timeout=RESPOND_S)
    try:
        taken = await hook.send_dict({"replace_original": False, **answer})
    except UNHEARD:
        return False
    return taken.status_code == 200


async def _whisper(client: AsyncWebClient, event: Happening, message: Message) -> bool:
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


async def _post(client: AsyncWebClient, channel: str, message: Message, *, thread: str = "") -> None:
    """Where the person and the bot are alone. Raises SlackApiError, and what the network raises."""
    await client.chat_postMessage(
        channel=channel,
        thread_ts=thread or None,
        text=message.text,
        blocks=list(message.blocks),
        unfurl_links=False,
        unfurl_media=False,
    )
