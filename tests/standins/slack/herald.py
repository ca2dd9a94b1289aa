"""Which events the app hears of what happens, as its subscriptions, scopes and seats in channels allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.standins.slack.asking import Asking
from tests.standins.slack.delivered import Delivered
from tests.standins.slack.event import Telling
from tests.standins.slack.message import File, Message
from tests.standins.slack.rules import BY_KIND
from tests.standins.slack.world import Channel, Kind, Person, Workspace, World

BY_EVENT: Final = {Kind.PUBLIC: "channels", Kind.PRIVATE: "groups", Kind.DM: "im", Kind.GROUP: "mpim"}
"""The second half of a message event's name in subscriptions."""


class Herald:
    """`deaf`: the app hears nothing of its own messages, which spares benchmarks half the traffic."""

    def __init__(self, world: World, telling: Telling, asking: Asking, send: Callable[[Delivered], Delivered]) -> None:
        self.world = world
        self.telling = telling
        self.deaf = False
        self._asking = asking
        self._send = send

    def posted(self, message: Message) -> list[Delivered]:
        """Somebody wrote something."""
        channel, bot = message.channel, message.channel.workspace.has_bot and message.channel.workspace.bot
        if message.ephemeral or not channel.bot_is_in:
            return []
        told = self._told(message)
        if message.files:
            told["subtype"] = "file_share"
        if bot and bot.mention in message.fallback and not message.author.bot and not channel.direct:
            mention = {name: value for name, value in told.items() if name not in ("channel_type", "subtype")}
            self._tell(message, "app_mention", mention | {"type": "app_mention"}, needs="app_mentions:read")
        self._message(message, told)
        return message.delivered

    def changed(self, message: Message, before: dict[str, Any]) -> None:
        """The app edited a message of its own."""
        told = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": self.telling.message(message),
            "previous_message": before,
            "channel": message.channel.id,
            "channel_type": BY_EVENT[message.channel.kind].removesuffix("s"),
            "ts": self.world.ids.ts(),
        }
        self._message(message, told | {"event_ts": told["ts"]})

    def deleted(self, message: Message) -> None:
        told = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "previous_message": self.telling.message(message),
            "deleted_ts": message.ts,
            "channel": message.channel.id,
            "channel_type": BY_EVENT[message.channel.kind].removesuffix("s"),
            "ts": self.world.ids.ts(),
        }
        self._message(message, told | {"event_ts": told["ts"]})

    def shared(self, file: File, channel: Channel) -> None:
        """A file was posted in a channel."""
        event = {
            "type": "file_shared",
            "file_id": file.id,
            "user_id": file.owner.id,
            "file": {"id": file.id},
            "channel_id": channel.id,
            "event_ts": self.world.ids.ts(),
        }
        if channel.bot_is_in:
            self.tell(channel.workspace, event, needs="files:read", person=file.owner, channel=channel)

    def moved(self, channel: Channel, person: Person, *, inside: bool) -> None:
        """Somebody came into a channel, or left it."""
        event = {
            "type": "member_joined_channel" if inside else "member_left_channel",
            "user": person.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind is Kind.PUBLIC else "G",
            "team": channel.workspace.id,
            "event_ts": self.world.ids.ts(),
        }
        self.tell(channel.workspace, event, needs=f"{BY_KIND[channel.kind.value]}:read", person=person, channel=channel)

    def tell(
        self,
        workspace: Workspace,
        event: dict[str, Any],
        *,
        subscription: str = "",
        needs: str = "",
        person: Person | None = None,
        channel: Channel | None = None,
        source: Message | None = None,
    ) -> Delivered | None:
        """Send an event where the app subscribed to it and its token has the scope for it."""
        grant = self.world.grants.live(workspace.id, workspace.org_id)
        subscribed = (subscription or event["type"]) in self.world.events
        if not subscribed or (needs and (grant is None or needs not in grant.scopes)):
            return None
        return self._send(self._asking.event(workspace, event, person=person, channel=channel, source=source))

    def _told(self, message: Message) -> dict[str, Any]:
        channel = message.channel
        told = self.telling.message(message) | {
            "channel": channel.id,
            "channel_type": BY_EVENT[channel.kind].removesuffix("s"),
            "event_ts": message.ts,
        }
        told.pop("reply_count", None)
        told.pop("latest_reply", None)
        home = message.author.workspace
        if channel.shared_with:
            told |= {"user_team": home.id, "source_team": home.id, "team": home.id}
        root = channel.message(message.thread_ts) if message.thread_ts else None
        if root:
            told["parent_user_id"] = root.author.id
        return told

    def _message(self, message: Message, told: dict[str, Any]) -> None:
        if not message.channel.bot_is_in or (self.deaf and message.author.bot):
            return
        subscription = f"message.{BY_EVENT[message.channel.kind]}"
        self._tell(message, subscription, told, needs=f"{BY_KIND[message.channel.kind.value]}:history")

    def _tell(self, message: Message, subscription: str, event: dict[str, Any], *, needs: str) -> None:
        sent = self.tell(
            message.channel.workspace,
            event,
            subscription=subscription,
            needs=needs,
            person=message.author,
            channel=message.channel,
            source=message,
        )
        if sent:
            message.delivered.append(sent)
