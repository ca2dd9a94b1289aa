"""What people do on Discord, each act an event for the bot, and the wait for what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.standins.discord.asking import Asking
from tests.standins.discord.event import Telling
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.interaction import Interaction
from tests.standins.discord.message import File, Message
from tests.standins.discord.world import Channel, Person, World
from tests.standins.waiting import PATIENCE_S, Waiting


class Acting(Waiting):
    """Each act waits for the first answer unless told not to; AssertionError: none came, or nobody could do that."""

    def __init__(self, world: World, *, shards: int) -> None:
        super().__init__()
        self.world = world
        self.telling = Telling(world)
        self.gateway = Gateway(world, self.telling, self._ring, shards=shards)
        self._asking = Asking(world, self.telling)

    async def slash(
        self,
        person: Person,
        channel: Channel,
        command: str,
        *,
        wait: bool = True,
        types: Mapping[str, int] | None = None,
        by_person: bool = False,
        **options: Any,
    ) -> Interaction:
        """A slash command as registered; types name option types where it is not. A File is uploaded with it."""
        asked = self._asking.command(person, channel, command, options, types=types, by_person=by_person)
        return await self._ask(asked, wait=wait, what=f"/{command}")

    async def autocomplete(
        self, person: Person, channel: Channel, command: str, option: str, typed: str = "", **options: Any
    ) -> Interaction:
        """A key pressed in an option; `choices` are what was offered."""
        given = {**options, option: typed}
        asked = self._asking.command(person, channel, command, given, focused=option)
        return await self._ask(asked, wait=True, what=f"autocomplete of /{command}")

    async def menu(
        self, person: Person, message: Message, command: str, *, wait: bool = True, by_person: bool = False
    ) -> Interaction:
        """A command from a message's context menu."""
        asked = self._asking.menu(person, message, command, by_person=by_person)
        return await self._ask(asked, wait=wait, what=command)

    async def press(self, person: Person, message: Message, button: str, *, wait: bool = True) -> Interaction:
        """A button by its label or custom_id. Raises LookupError; AssertionError where it cannot be pressed."""
        found = message.button(button)
        self._visible(message, person)
        if found.disabled or found.url:
            raise AssertionError(f"{found} cannot be pressed")
        asked = self._asking.component(person, message, found.custom_id, None)
        return await self._ask(asked, wait=wait, what=f"button {button}")

    async def press_raw(self, person: Person, message: Message, custom_id: str, *, wait: bool = True) -> Interaction:
        """A button that the message no longer shows, as an earlier version's."""
        asked = self._asking.component(person, message, custom_id, None)
        return await self._ask(asked, wait=wait, what=f"button {custom_id}")

    async def choose(
        self,
        person: Person,
        message: Message,
        values: Sequence[str],
        *,
        custom_id: str | None = None,
        wait: bool = True,
    ) -> Interaction:
        """Options of a select, by value; of the only one unless named."""
        self._visible(message, person)
        found = next(one for one in message.selects if custom_id in (None, one.custom_id))
        if strange := set(values) - set(found.options):
            raise AssertionError(f"{found.custom_id} does not offer {strange}")
        asked = self._asking.component(person, message, found.custom_id, values)
        return await self._ask(asked, wait=wait, what=f"select {found.custom_id}")

    async def submit(
        self, person: Person, asked: Interaction, filled: Mapping[str, Any] | None = None, *, wait: bool = True
    ) -> Interaction:
        """The form that an interaction was answered with, its fields by custom_id or label; the rest as prefilled."""
        if asked.modal is None:
            raise AssertionError("this interaction was not answered with a form")
        sent = self._asking.modal(person, asked, asked.modal, filled or {})
        return await self._ask(sent, wait=wait, what=f"form {asked.modal.custom_id}")

    async def say(
        self,
        person: Person,
        channel: Channel,
        text: str = "",
        *,
        reply_to: Message | None = None,
        attachments: Sequence[File] = (),
        ping: bool = True,
    ) -> Message:
        """A message as a person writes it; a reply pings by default, as in Discord's client."""
        message = Message(
            id=self.world.snowflakes.mint(),
            channel=channel,
            author=person,
            at=self.world.clock.now(),
            content=text,
            files=list(attachments),
            reply_to=reply_to,
            pings=ping,
        )
        for file in attachments:
            file.channel_id = channel.id
        channel.messages.append(message)
        await self.gateway.message_event("MESSAGE_CREATE", message)
        return message

    async def redeliver(self, happened: Interaction | Message) -> None:
        """The same event once more, to the same sessions."""
        if isinstance(happened, Message):
            await self.gateway.message_event("MESSAGE_CREATE", happened)
        else:
            payload = happened.payload
            await self.gateway.dispatch("INTERACTION_CREATE", happened.guild, lambda _: payload)

    async def _ask(self, asked: Interaction, *, wait: bool, what: str) -> Interaction:
        await self.redeliver(asked)
        if wait and not await self.until(lambda: asked.first is not None, timeout_s=PATIENCE_S, soft=True):
            raise AssertionError(f"{what} got no answer; turned down: {asked.refusals}")
        return asked

    def _visible(self, message: Message, person: Person) -> None:
        if message.deleted or message.viewer not in (None, person):
            raise AssertionError(f"{person.name} does not see this message")
