"""What people do on Slack, each act told to the app, and the wait for what it answers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.standins.slack.asking import Asking
from tests.standins.slack.delivered import Delivered
from tests.standins.slack.delivery import Delivery
from tests.standins.slack.event import Telling
from tests.standins.slack.filled import filled
from tests.standins.slack.herald import Herald
from tests.standins.slack.message import File, Message, Share
from tests.standins.slack.view import View
from tests.standins.slack.world import Channel, Person, Workspace, World
from tests.standins.waiting import Waiting


class Acting(Waiting):
    """Each act waits for its acknowledgement unless told not to; AssertionError: none came, or nobody could do that."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.telling = Telling(world)
        self.asking = Asking(world, self.telling)
        self.delivery = Delivery(world, self._ring, lambda told: self._took(told))
        self.herald = Herald(world, self.telling, self.asking, self.delivery.send)

    def _took(self, told: Delivered) -> None:
        """Show what came with an acknowledgement."""

    # Commands, shortcuts, buttons, forms.

    async def slash(
        self, person: Person, channel: Channel, command: str, text: str = "", *, wait: bool = True
    ) -> Delivered:
        """A slash command, without its slash; guests of other organisations have no commands."""
        self._inside(person, channel)
        if person.workspace is not channel.workspace and person.workspace.org_id != (channel.workspace.org_id or ""):
            raise AssertionError(f"{person.name} is of another organisation and has no /{command}")
        if self.world.commands is not None and command not in self.world.commands:
            raise AssertionError(f"/{command} is not a valid command; the manifest has {sorted(self.world.commands)}")
        return await self._ask(self.asking.command(person, channel, command, text), wait=wait)

    async def shortcut(
        self, person: Person, message: Message | Workspace, callback_id: str, *, wait: bool = True
    ) -> Delivered:
        """A message's shortcut; on a workspace instead, a global one."""
        if self.world.shortcuts is not None and callback_id not in self.world.shortcuts:
            raise AssertionError(f"no shortcut {callback_id!r}; the manifest has {sorted(self.world.shortcuts)}")
        if isinstance(message, Workspace):
            return await self._ask(self.asking.global_shortcut(person, message, callback_id), wait=wait)
        self._visible(message, person)
        return await self._ask(self.asking.shortcut(person, message, callback_id), wait=wait)

    async def press(self, person: Person, where: Message | View, button: str, *, wait: bool = True) -> Delivered:
        """A button by its label or action id. Raises LookupError; AssertionError where it cannot be pressed."""
        found = where.button(button)
        self._visible(where, person)
        action: dict[str, Any] = {
            "type": "button",
            "action_id": found.action_id,
            "block_id": found.block_id,
            "text": {"type": "plain_text", "text": found.label, "emoji": True},
        }
        if found.value:
            action["value"] = found.value
        return await self._ask(self.asking.action(person, where, action), wait=wait)

    async def press_raw(
        self, person: Person, where: Message | View, action_id: str, *, value: str = "", wait: bool = True
    ) -> Delivered:
        """A button that is no longer shown, as an earlier version's."""
        action: dict[str, Any] = {"type": "button", "action_id": action_id, "block_id": "old", "value": value}
        action["text"] = {"type": "plain_text", "text": "old", "emoji": True}
        return await self._ask(self.asking.action(person, where, action), wait=wait)

    async def choose(
        self, person: Person, where: Message | View, value: str, *, action_id: str = "", wait: bool = True
    ) -> Delivered:
        """An option of a select, by value or label; of the only select unless named."""
        self._visible(where, person)
        found = next(one for one in where.selects if action_id in ("", one.action_id))
        chosen = next((one for one, label in found.options.items() if value in (one, label)), None)
        if chosen is None:
            raise AssertionError(f"{found.action_id} does not offer {value!r} but {dict(found.options)}")
        option = {"value": chosen, "text": {"type": "plain_text", "text": found.options[chosen]}}
        action: dict[str, Any] = {
            "type": found.kind,
            "action_id": found.action_id,
            "block_id": found.block_id,
            "selected_option": option,
        }
        return await self._ask(self.asking.action(person, where, action), wait=wait)

    async def submit(
        self, person: Person, view: View, values: Mapping[str, Any] | None = None, *, wait: bool = True
    ) -> Delivered:
        """The modal, its inputs by block id, action id or label, the rest as prefilled; files are Files."""
        self._on_top(person, view)
        if not view.submit:
            raise AssertionError(f"{view.title!r} cannot be submitted")
        state = filled(view, values or {})
        for one in (each for block in state.values() for each in block.values()):
            if one["type"] == "file_input":
                for file in one["files"]:
                    file.submitted = file.completed = True
                one["files"] = [self.telling.file(file) for file in one["files"]]
        return await self._ask(self.asking.submission(person, view, state), wait=wait)

    async def close(self, person: Person, view: View, *, wait: bool = True) -> Delivered | None:
        """Shut the modal; the app hears of it where it asked to."""
        self._on_top(person, view)
        view.closed = True
        self.world.modals[person.id].remove(view)
        if not view.notify_on_close:
            return None
        return await self._ask(self.asking.closing(person, view, cleared=False), wait=wait)

    # Messages and files.

    async def say(
        self,
        person: Person,
        channel: Channel,
        text: str = "",
        *,
        thread: Message | None = None,
        files: Sequence[File] = (),
        wait: bool = True,
    ) -> Message:
        """A message as a person writes it; `delivered` are the events that it makes. thread: any message of it."""
        self._inside(person, channel)
        message = Message(
            ts=self.world.ids.ts(),
            channel=channel,
            author=person,
            at=self.world.clock.now(),
            fallback=text,
            files=list(files),
            thread_ts=(thread.thread_ts or thread.ts) if thread else "",
        )
        channel.messages.append(message)
        for file in files:
            file.completed = True
            file.shares.append(Share(channel, message.ts, message.thread_ts))
        self.herald.posted(message)
        for file in files:
            self.herald.shared(file, channel)
        for told in message.delivered if wait else ():
            await self._settled(told)
        return message

    async def upload(
        self,
        person: Person,
        channel: Channel,
        name: str,
        content: bytes,
        *,
        thread: Message | None = None,
        wait: bool = True,
    ) -> Message:
        """A file of a person's own, without words."""
        return await self.say(person, channel, thread=thread, files=[self.file(person, name, content)], wait=wait)

    def file(self, person: Person, name: str, content: bytes, **more: Any) -> File:
        """A file to say or submit something with. more: `serving`, `told_size`, `stub`, `alt`."""
        now = self.world.clock.now()
        file = File(
            id=self.world.ids.mint("F"),
            name=name,
            workspace=person.workspace,
            owner=person,
            content=content,
            created=now,
            ready_at=now,
            uploaded=True,
            **more,
        )
        person.workspace.files[file.id] = file
        return file

    async def delete(self, thing: Message | Channel | File) -> None:
        """Somebody removes a message, a channel or a file."""
        thing.deleted = True
        if isinstance(thing, Message):
            self.herald.deleted(thing)

    # Home tab, assistant's pane, and seats in channels.

    async def open_home(self, person: Person, *, tab: str = "home", wait: bool = True) -> Delivered:
        """The app's home, or its "messages"; AssertionError where the app does not ask to hear of it."""
        home = person.workspace
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": home.dm(person).id,
            "tab": tab,
            "event_ts": self.world.ids.ts(),
        }
        if tab == "home" and (view := self.world.homes.get(person.id)):
            event["view"] = self.telling.view(view)
        return await self._heard(home, event, person, wait=wait)

    async def open_assistant(self, person: Person, *, beside: Channel | None = None, wait: bool = True) -> Delivered:
        """A new thread in the app's pane; `message` is its first, to answer in. beside: the channel in view."""
        home = person.workspace
        channel = home.dm(person)
        root = Message(
            ts=self.world.ids.ts(),
            channel=channel,
            author=home.bot,
            at=self.world.clock.now(),
            fallback="New Assistant Thread",
            subtype="assistant_app_thread",
        )
        channel.messages.append(root)
        context = {"channel_id": beside.id, "team_id": home.id, "enterprise_id": None} if beside else {}
        event = {
            "type": "assistant_thread_started",
            "assistant_thread": {
                "user_id": person.id,
                "context": context,
                "channel_id": channel.id,
                "thread_ts": root.ts,
            },
            "event_ts": self.world.ids.ts(),
        }
        told = await self._heard(home, event, person, wait=wait)
        told.message = root
        return told

    async def invite(self, channel: Channel) -> None:
        """Somebody types /invite for the app."""
        channel.members.append(channel.workspace.bot)
        self.herald.moved(channel, channel.workspace.bot, inside=True)

    async def kick(self, channel: Channel) -> None:
        """The app is removed from a channel."""
        channel.members.remove(channel.workspace.bot)
        self.herald.moved(channel, channel.workspace.bot, inside=False)

    # Once more, and waiting.

    async def redeliver(
        self, thing: Delivered, *, retry: int = 1, retry_reason: str = "timeout", wait: bool = True
    ) -> Delivered:
        """The same thing told once more in an envelope of its own, as Slack does when unsure."""
        again = replace(thing, attempts=[], acked=False, acked_after_s=None, asked_s=0.0, error="", response=None)
        self.asking.all.append(again)
        self.delivery.send(again, retry=retry, reason=retry_reason)
        if wait:
            await self._settled(again)
        return again

    async def all_settled(self, told: Iterable[Delivered]) -> None:
        """Wait until each of these was acknowledged or given up."""
        waiting = list(told)
        await self.until(lambda: all(one.settled for one in waiting))

    async def _ask(self, asked: Delivered, *, wait: bool) -> Delivered:
        asked.asked_s = time.monotonic()
        self.delivery.send(asked)
        if wait:
            await self._settled(asked)
        return asked

    async def _heard(self, home: Workspace, event: dict[str, Any], person: Person, *, wait: bool) -> Delivered:
        told = self.herald.tell(home, event, person=person, channel=home.dm(person))
        if told is None:
            raise AssertionError(f"the app does not hear of {event['type']}")
        if wait:
            await self._settled(told)
        return told

    async def _settled(self, told: Delivered) -> None:
        if not await self.until(lambda: told.settled, soft=True):
            raise AssertionError(f"{told.kind} got no acknowledgement in {len(told.attempts)} attempts")

    def _inside(self, person: Person, channel: Channel) -> None:
        if channel.deleted or channel.archived or person not in channel.members:
            raise AssertionError(f"{person.name} cannot write in {channel.name or channel.id}")

    def _visible(self, where: Message | View, person: Person) -> None:
        if isinstance(where, View):
            gone = where.closed or where.person is not person
        else:
            gone = where.deleted or where.viewer not in (None, person)
        if gone:
            raise AssertionError(f"{person.name} does not see that")

    def _on_top(self, person: Person, view: View) -> None:
        stack = self.world.modals.get(person.id, [])
        if not stack or stack[-1] is not view:
            raise AssertionError(f"{person.name} does not have {view.title!r} in front")
