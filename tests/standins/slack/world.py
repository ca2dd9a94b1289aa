"""What Slack holds: workspaces, people, channels and all that is in them, as plain state that tests read and change."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.clock import Clock
from tests.standins.slack.grant import SCOPES, Grants
from tests.standins.slack.message import File, Message

if TYPE_CHECKING:
    from tests.standins.slack.view import View

MIB: Final = 1024 * 1024
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EVENTS: Final = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "assistant_thread_context_changed",
        "assistant_thread_started",
        "message.im",
        "tokens_revoked",
    }
)
"""What the app subscribes to unless told otherwise."""


class Kind(StrEnum):
    """A channel's kind."""

    PUBLIC = "public"
    PRIVATE = "private"
    DM = "dm"
    GROUP = "group"
    """People's own group message."""


class Ids:
    """Ids as Slack writes them, and timestamps that never fall or repeat."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._last = 0

    def mint(self, letter: str) -> str:
        self._count += 1
        left, told = self._count, ""
        for _ in range(5):
            left, digit = divmod(left, len(ALPHABET))
            told = ALPHABET[digit] + told
        return f"{letter}0STAN{told}"

    def ts(self) -> str:
        """Seconds and microseconds of now, later than every one before."""
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass(eq=False, slots=True, kw_only=True)
class Enterprise:
    """An organisation of several workspaces; `installed` where the app serves them all by one token."""

    id: str
    name: str
    workspaces: list[Workspace] = field(default_factory=list, repr=False)
    bot: Person | None = field(default=None, repr=False)
    installed: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Person:
    """A user. `name` is the display name; a guest is restricted, to one channel if `single_channel`."""

    id: str
    name: str
    workspace: Workspace = field(repr=False)
    locale: str = "en-US"
    tz: str = "Europe/London"
    admin: bool = False
    owner: bool = False
    guest: bool = False
    single_channel: bool = False
    bot: bool = False
    deleted: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def username(self) -> str:
        return self.name.lower().replace(" ", ".")


@dataclass(eq=False, slots=True, kw_only=True)
class UserGroup:
    """S…, with the people in it."""

    id: str
    handle: str
    members: list[Person] = field(default_factory=list)
    disabled: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Channel:
    """A place for messages; `members` are who is in it, the bot among them or not."""

    id: str
    kind: Kind
    workspace: Workspace = field(repr=False)
    name: str = ""
    members: list[Person] = field(default_factory=list, repr=False)
    archived: bool = False
    read_only: bool = False
    """Only admins may post."""
    shared_with: list[Workspace] = field(default_factory=list, repr=False)
    """Other organisations' workspaces, by Slack Connect."""
    messages: list[Message] = field(default_factory=list, repr=False)
    created: datetime
    deleted: bool = False

    @property
    def direct(self) -> bool:
        return self.kind is Kind.DM

    @property
    def person(self) -> Person:
        """Whom the bot talks with in a direct message."""
        return next(one for one in self.members if not one.bot)

    @property
    def bot_is_in(self) -> bool:
        return self.workspace.bot in self.members

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def told_name(self) -> str:
        """What a slash command calls it."""
        match self.kind:
            case Kind.PUBLIC:
                return self.name
            case Kind.DM:
                return "directmessage"
            case Kind.PRIVATE | Kind.GROUP:
                return "privategroup"

    def message(self, ts: str) -> Message | None:
        return next((one for one in self.messages if one.ts == ts and not one.deleted and not one.viewer), None)

    def thread(self, ts: str) -> list[Message]:
        """A parent and its replies, oldest first."""
        return [one for one in self.messages if ts in (one.ts, one.thread_ts) and not one.deleted and not one.viewer]


@dataclass(eq=False, slots=True, kw_only=True)
class Workspace:
    """A team. `bot_token` is the app's there, empty where it is not installed."""

    id: str
    name: str
    enterprise: Enterprise | None = field(default=None, repr=False)
    people: dict[str, Person] = field(default_factory=dict, repr=False)
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)
    groups: dict[str, UserGroup] = field(default_factory=dict, repr=False)
    files: dict[str, File] = field(default_factory=dict, repr=False)
    bot_id: str = ""
    size_limit: int = 1024 * MIB
    """The most bytes of a file."""
    _world: World = field(repr=False)
    _bot: Person | None = field(default=None, repr=False)

    @property
    def bot(self) -> Person:
        """The app's own user, which is there once it is installed."""
        found = self._bot or (self.enterprise and self.enterprise.bot)
        assert found, f"the app is not installed in {self.name}"
        return found

    @property
    def org_id(self) -> str | None:
        """Its organisation's."""
        return self.enterprise.id if self.enterprise else None

    @property
    def installed(self) -> bool:
        return self._world.grants.live(self.id, self.org_id) is not None

    @property
    def bot_token(self) -> str:
        grant = self._world.grants.live(self.id, self.org_id)
        return grant.token if grant else ""

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    @property
    def url(self) -> str:
        return f"https://{self.domain}.slack.com/"

    def person(self, name: str, *, id: str = "", **more: Any) -> Person:  # noqa: A002  # Slack's own word
        """Somebody who works there; in an organisation their id begins with W."""
        person = Person(
            id=id or self._world.ids.mint("W" if self.enterprise else "U"), name=name, workspace=self, **more
        )
        self.people[person.id] = person
        return person

    def channel(
        self,
        name: str,
        *,
        kind: Kind = Kind.PUBLIC,
        members: Iterable[Person] | None = None,
        bot: bool = True,
        read_only: bool = False,
        shared_with: Iterable[Workspace] = (),
    ) -> Channel:
        """members: who is in it, everybody unless told; bot: whether the app is as well."""
        inside = [one for one in self.people.values() if not one.bot] if members is None else list(members)
        channel = Channel(
            id=self._world.ids.mint("C"),
            kind=kind,
            workspace=self,
            name=name,
            members=inside + ([self.bot] if bot and self.has_bot else []),
            read_only=read_only,
            shared_with=list(shared_with),
            created=self._world.clock.now(),
        )
        self.channels[channel.id] = channel
        return channel

    @property
    def has_bot(self) -> bool:
        return bool(self._bot or (self.enterprise and self.enterprise.bot))

    def dm(self, person: Person) -> Channel:
        """Where the bot and this person talk, opened if need be."""
        for channel in self.channels.values():
            if channel.direct and channel.person is person:
                return channel
        channel = Channel(
            id=self._world.ids.mint("D"),
            kind=Kind.DM,
            workspace=self,
            members=[person, self.bot],
            created=self._world.clock.now(),
        )
        self.channels[channel.id] = channel
        return channel

    def group(self, handle: str, *members: Person) -> UserGroup:
        group = UserGroup(id=self._world.ids.mint("S"), handle=handle, members=list(members))
        self.groups[group.id] = group
        return group

    def seat(self, bot: Person) -> None:
        """The app's user arrives."""
        self._bot = bot
        self.people[bot.id] = bot


class World:
    """Everything there is: one app, and the workspaces of the world."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Ids(clock)
        self.app_id = self.ids.mint("A")
        self.app_name = "Imagebot"
        self.client_id = "1234567890.0987654321"
        self.client_secret = secrets.token_hex(16)
        self.signing_secret = secrets.token_hex(16)
        self.app_token = f"xapp-1-{self.app_id}-4711-{secrets.token_hex(16)}"
        self.grants = Grants(clock)
        self.scopes = SCOPES
        """What the app asks for."""
        self.events = set(EVENTS)
        self.commands: set[str] | None = None
        """Slash commands of the manifest, without the slash; None: any."""
        self.shortcuts: set[str] | None = None
        self.workspaces: dict[str, Workspace] = {}
        self.enterprises: dict[str, Enterprise] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        """Both by person's id; of modals the last is on top."""
        self.ready_after_s: float | None = 0.0
        """How long Slack works on a new file before it may be shown; None: for ever."""
        self.share_after_s = 0.0
        """How long after completion a file's message appears."""

    def workspace(self, name: str, *, enterprise: Enterprise | None = None) -> Workspace:
        found = Workspace(id=self.ids.mint("T"), name=name, enterprise=enterprise, _world=self)
        self.workspaces[found.id] = found
        if enterprise:
            enterprise.workspaces.append(found)
        return found

    def enterprise(self, name: str) -> Enterprise:
        found = Enterprise(id=self.ids.mint("E"), name=name)
        self.enterprises[found.id] = found
        return found

    def seat_bot(self, home: Workspace | Enterprise) -> Person:
        """The app's user there, made on the first installation."""
        workspaces = [home] if isinstance(home, Workspace) else home.workspaces
        if isinstance(home, Workspace) and home.has_bot:
            return home.bot
        if isinstance(home, Enterprise) and home.bot:
            return home.bot
        bot = Person(id=self.ids.mint("U"), name=self.app_name, workspace=workspaces[0], bot=True)
        for each in workspaces:
            each.seat(bot)
            each.bot_id = each.bot_id or self.ids.mint("B")
        if isinstance(home, Enterprise):
            home.bot = bot
        return bot

    def channel(self, id_: str) -> Channel | None:
        for workspace in self.workspaces.values():
            if (found := workspace.channels.get(id_)) and not found.deleted:
                return found
        return None

    def person(self, id_: str) -> Person | None:
        return next((each.people[id_] for each in self.workspaces.values() if id_ in each.people), None)

    def file(self, id_: str) -> File | None:
        return next((each.files[id_] for each in self.workspaces.values() if id_ in each.files), None)
