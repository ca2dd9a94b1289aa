"""What Discord holds: people, guilds, channels and all that is in them, as plain state that tests read and change."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any, Final

from bot.clock import Clock
from tests.standins.discord.message import File, Message, clean_name

if TYPE_CHECKING:
    from tests.standins.discord.interaction import Interaction

EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
MIB: Final = 1024 * 1024


class Permission(IntFlag):
    """The bits that a bot which posts pictures meets."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38


ALL_BITS: Final = (1 << 52) - 1
USUAL: Final = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)


class Kind(IntEnum):
    """A channel's type."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    CATEGORY = 4
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


class Snowflakes:
    """Ids from the clock's now, each greater than the last of its moment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = itertools.count(1)

    def mint(self, *, before_ms: int = 0) -> int:
        ms = int((self._clock.now() - EPOCH).total_seconds() * 1000) - before_ms
        return (ms << 22) | (next(self._count) & 0x3FFFFF)


@dataclass(eq=False, slots=True, kw_only=True)
class Person:
    """A user. `permissions` are theirs in every channel; roles are ids of Role."""

    id: int
    name: str
    locale: str = "en-US"
    roles: set[int] = field(default_factory=set)
    permissions: int = field(default=USUAL, repr=False)
    bot: bool = False
    dms_open: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False, slots=True, kw_only=True)
class Role:
    id: int
    name: str
    permissions: int = 0


@dataclass(eq=False, slots=True, kw_only=True)
class Guild:
    """installed: the bot is a member; else people bring it along as a user-installed app."""

    id: int
    name: str
    locale: str = "en-US"
    installed: bool = True
    size_limit: int = 10 * MIB
    roles: dict[int, Role] = field(default_factory=dict, repr=False)
    channels: list[Channel] = field(default_factory=list, repr=False)
    members: dict[int, Person] = field(default_factory=dict, repr=False)
    nsfw_level: int = 0
    permissions: int = USUAL
    """The bot's own by its roles, as a list of its guilds tells them."""
    _snowflakes: Snowflakes = field(repr=False)

    def shard(self, count: int) -> int:
        return (self.id >> 22) % count

    def channel(
        self,
        name: str,
        *,
        kind: Kind = Kind.TEXT,
        nsfw: bool = False,
        permissions: int = USUAL,
        parent: Channel | None = None,
    ) -> Channel:
        """permissions are the bot's own there; parent is its category."""
        channel = Channel(
            id=self._snowflakes.mint(),
            kind=kind,
            guild=self,
            name=name,
            nsfw=nsfw,
            permissions=permissions,
            parent=parent,
            _snowflakes=self._snowflakes,
        )
        self.channels.append(channel)
        return channel

    def role(self, name: str, *, permissions: int = 0) -> Role:
        role = Role(id=self._snowflakes.mint(), name=name, permissions=permissions)
        self.roles[role.id] = role
        return role


@dataclass(eq=False, slots=True, kw_only=True)
class Channel:
    """A place for messages. `permissions` are the bot's bits there and may be changed at any time."""

    id: int
    kind: Kind
    guild: Guild | None = field(default=None, repr=False)
    name: str = ""
    nsfw: bool = False
    permissions: int = field(default=USUAL, repr=False)
    parent: Channel | None = field(default=None, repr=False)
    recipients: list[Person] = field(default_factory=list, repr=False)
    owner: Person | None = None
    archived: bool = False
    locked: bool = False
    messages: list[Message] = field(default_factory=list, repr=False)
    deleted: bool = False
    _snowflakes: Snowflakes = field(repr=False)

    @property
    def is_thread(self) -> bool:
        return self.kind in (Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)

    @property
    def is_direct(self) -> bool:
        return self.kind in (Kind.DM, Kind.GROUP_DM)

    @property
    def age_restricted(self) -> bool:
        return self.nsfw or bool(self.parent and self.is_thread and self.parent.nsfw)

    def may(self, wanted: Permission) -> bool:
        """Whether the bot has every bit of these there."""
        return bool(self.permissions & Permission.ADMINISTRATOR) or self.permissions & wanted == wanted

    def thread(
        self, name: str, *, owner: Person | None = None, private: bool = False, permissions: int | None = None
    ) -> Channel:
        """A thread of a text channel, or a post of a forum."""
        guild = self.guild
        if guild is None:
            raise ValueError("a direct channel has no threads")
        channel = guild.channel(
            name,
            kind=Kind.PRIVATE_THREAD if private else Kind.PUBLIC_THREAD,
            permissions=self.permissions if permissions is None else permissions,
            parent=self,
        )
        channel.owner = owner
        return channel


class World:
    """Everything there is; `message_content` is the switch in the developer portal."""

    def __init__(self, clock: Clock, *, token: str) -> None:
        self.clock = clock
        self.token = token
        self.snowflakes = Snowflakes(clock)
        self.message_content = False
        self.app_name = "Imagebot"
        self.bot = Person(id=self.snowflakes.mint(before_ms=86_400_000), name="Imagebot", bot=True)
        self.app_id = self.bot.id
        self.people: dict[int, Person] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.directs: dict[int, Channel] = {}
        self.files: dict[int, File] = {}
        self.interactions: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.dm_size_limit = 10 * MIB

    def channel(self, id_: int) -> Channel | None:
        if id_ in self.directs:
            return self.directs[id_]
        for guild in self.guilds.values():
            for channel in guild.channels:
                if channel.id == id_ and not channel.deleted:
                    return channel
        return None

    def direct(self, person: Person) -> Channel:
        """Where the bot and this person talk, opened if need be."""
        for channel in self.directs.values():
            if channel.kind is Kind.DM and channel.recipients == [person]:
                return channel
        channel = Channel(id=self.snowflakes.mint(), kind=Kind.DM, recipients=[person], _snowflakes=self.snowflakes)
        self.directs[channel.id] = channel
        return channel

    def message(self, channel: Channel, id_: int) -> Message | None:
        return next((one for one in channel.messages if one.id == id_ and not one.deleted), None)

    def file(self, name: str, content: bytes, **more: Any) -> File:
        file = File(id=self.snowflakes.mint(), name=clean_name(name), content=content, **more)
        self.files[file.id] = file
        return file

    def size_limit(self, channel: Channel) -> int:
        """The most bytes of one file there."""
        return channel.guild.size_limit if channel.guild else self.dm_size_limit

    def mentions(self, message: Message) -> list[Person]:
        """By name, or by replying with the ping on, which a reply to an interaction's answer lacks."""
        found = {int(id_) for id_ in re.findall(r"<@!?(\d+)>", message.content)}
        if message.author.bot:
            found = {id_ for id_ in found if _allowed(message.allowed_mentions, id_)}
        replied = message.reply_to
        if replied and message.pings and replied.interaction is None:
            found.add(replied.author.id)
        return [self.people[id_] for id_ in sorted(found) if id_ in self.people]

    def open_group(self, *people: Person) -> Channel:
        """A group of people's own direct messages, where only a user-installed app can be called."""
        channel = Channel(
            id=self.snowflakes.mint(),
            kind=Kind.GROUP_DM,
            recipients=list(people),
            permissions=0,
            _snowflakes=self.snowflakes,
        )
        self.directs[channel.id] = channel
        return channel


def _allowed(rule: Mapping[str, Any] | None, id_: int) -> bool:
    if rule is None:
        return True
    return "users" in (rule.get("parse") or ()) or str(id_) in map(str, rule.get("users") or ())
