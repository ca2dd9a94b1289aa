"""What the bot answers to interactions: the callback, and afterwards the token's own messages."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.standins.discord.event import Telling
from tests.standins.discord.interaction import Answer, Asked, Interaction, Response, modal_of
from tests.standins.discord.message import Flag, Message
from tests.standins.discord.posting import Posting
from tests.standins.discord.rest import Call
from tests.standins.discord.rules import RefusedError, check_choices, check_modal, invalid, unknown
from tests.standins.discord.world import World

FOLLOWUPS_ALONE: Final = 5
"""The most followups where only the person installed the app."""


def _settle(handler: Callable[[Answering, Call], Awaitable[Any]]) -> Callable[[Answering, Call], Awaitable[Any]]:
    """Notes on the interaction what Discord turned down."""

    async def handle(self: Answering, call: Call) -> Any:
        try:
            return await handler(self, call)
        except RefusedError as error:
            if interaction := self.world.by_token.get(call.ids.get("webhook_token") or call.ids["interaction_token"]):
                interaction.refusals.append((error.status, error.code))
            raise

    return handle


@dataclass(slots=True)
class Answering:
    """The routes that bear an interaction's token."""

    world: World
    telling: Telling
    posting: Posting

    @_settle
    async def callback(self, call: Call) -> dict[str, Any] | None:
        interaction = self.world.interactions.get(call.id("interaction_id"))
        if interaction is None or interaction.token != call.ids["interaction_token"]:
            raise unknown(10062, "interaction")
        if interaction.first:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        if interaction.late(self.world.clock.now()):
            raise unknown(10062, "interaction")
        kind = _allowed(interaction, call.body["type"])
        message = await self._first(interaction, kind, call)
        now = self.world.clock.now()
        interaction.answered_at = time.monotonic()
        interaction.first = Response(
            kind=kind,
            at=now,
            after_s=(now - interaction.at).total_seconds(),
            ephemeral=bool(message and message.ephemeral),
            message=message,
            text=message.text if message else "",
        )
        if not call.flag("with_response"):
            return None
        return self._callback_told(interaction, kind, message)

    async def _first(self, interaction: Interaction, kind: Answer, call: Call) -> Message | None:
        data = call.body.get("data") or {}
        match kind:
            case Answer.MESSAGE:
                message = self.posting.new(interaction.channel, data, call.uploads, interaction=interaction)
                interaction.message = message
                await self.posting.publish(message)
            case Answer.DEFERRED:
                interaction.message = self._thinking(interaction, int(data.get("flags") or 0))
                interaction.channel.messages.append(interaction.message)
            case Answer.DEFERRED_UPDATE:
                interaction.message = interaction.source
            case Answer.UPDATE:
                if interaction.source is None or interaction.source.deleted:
                    raise unknown(10008, "Message")
                await self.posting.change(interaction.source, data, call.uploads)
                interaction.message = interaction.source
            case Answer.CHOICES:
                check_choices(data.get("choices") or ())
                interaction.choices = list(data.get("choices") or ())
            case Answer.MODAL:
                check_modal(data)
                interaction.modal = modal_of(data)
        return interaction.message

    def _thinking(self, interaction: Interaction, flags: int) -> Message:
        """Of a defer's flags only EPHEMERAL counts."""
        ephemeral = flags & Flag.EPHEMERAL
        return Message(
            id=self.world.snowflakes.mint(),
            channel=interaction.channel,
            author=self.world.bot,
            at=self.world.clock.now(),
            flags=ephemeral | Flag.LOADING,
            interaction=interaction,
            viewer=interaction.person if ephemeral else None,
        )

    def _callback_told(self, interaction: Interaction, kind: Answer, message: Message | None) -> dict[str, Any]:
        about: dict[str, Any] = {"id": str(interaction.id), "type": int(interaction.kind)}
        about["channel_id"] = str(interaction.channel.id)
        if interaction.guild:
            about["guild_id"] = str(interaction.guild.id)
        told: dict[str, Any] = {"interaction": about}
        if message:
            about |= {
                "response_message_id": str(message.id),
                "response_message_loading": message.thinking,
                "response_message_ephemeral": message.ephemeral,
            }
        if message and kind in (Answer.MESSAGE, Answer.UPDATE):
            told["resource"] = {"type": int(kind), "message": self.telling.message(message)}
        return told

    @_settle
    async def followup(self, call: Call) -> dict[str, Any]:
        """After a defer the first followup is the original's edit."""
        interaction = self._by_token(call)
        original = interaction.message
        if original and original.thinking:
            await self.posting.change(original, call.body, call.uploads)
            return self.telling.message(original)
        if interaction.by_person_alone and len(interaction.followups) >= FOLLOWUPS_ALONE:
            raise RefusedError(400, 40094, "This interaction has reached the maximum number of follow-up messages.")
        message = self.posting.new(interaction.channel, call.body, call.uploads, interaction=interaction)
        interaction.followups.append(message)
        await self.posting.publish(message)
        return self.telling.message(message)

    @_settle
    async def read(self, call: Call) -> dict[str, Any]:
        return self.telling.message(self._message(call))

    @_settle
    async def edit(self, call: Call) -> dict[str, Any]:
        message = self._message(call)
        await self.posting.change(message, call.body, call.uploads)
        return self.telling.message(message)

    @_settle
    async def delete(self, call: Call) -> None:
        await self.posting.remove(self._message(call))

    def _by_token(self, call: Call) -> Interaction:
        interaction = self.world.by_token.get(call.ids["webhook_token"])
        if interaction is None or call.id("webhook_id") != self.world.app_id:
            raise unknown(10015, "Webhook")
        if interaction.lapsed(self.world.clock.now()):
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if interaction.first is None:
            raise unknown(10015, "Webhook")
        return interaction

    def _message(self, call: Call) -> Message:
        """The original, or one of this interaction's messages by id."""
        interaction = self._by_token(call)
        message = interaction.message
        if "message_id" in call.ids:
            wanted = call.id("message_id")
            message = next((one for one in (message, *interaction.followups) if one and one.id == wanted), None)
        if interaction.channel.deleted:
            raise unknown(10003, "Channel")
        if message is None or message.deleted:
            raise unknown(10008, "Message")
        return message


def _allowed(interaction: Interaction, kind: int) -> Answer:
    """Which answers fit which question. Raises RefusedError."""
    try:
        answer = Answer(kind)
    except ValueError:
        raise invalid(f"type: {kind} is no answer") from None
    match interaction.kind:
        case Asked.AUTOCOMPLETE:
            fits = answer is Answer.CHOICES
        case Asked.COMMAND:
            fits = answer in (Answer.MESSAGE, Answer.DEFERRED, Answer.MODAL)
        case Asked.COMPONENT:
            fits = answer is not Answer.CHOICES
        case Asked.MODAL:
            updates = (Answer.UPDATE, Answer.DEFERRED_UPDATE) if interaction.source else ()
            fits = answer in (Answer.MESSAGE, Answer.DEFERRED, *updates)
    if not fits:
        raise invalid(f"type: {answer.name} does not answer {interaction.kind.name}")
    return answer
