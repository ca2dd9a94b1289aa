"""What Discord's events say, in the house's words: who asks, where, and by which way the answer gets back."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

import discord

from adapters.discord import Settings
from bot.message import DIRECT, Person, Place, Receipt

DOOR: Final = "discord"
TOKEN_LIFE_S: Final = 14 * 60
"""Discord honours an interaction's token for 15 minutes; the last one is left for the call itself."""
FILE_LIMIT: Final = 10 * 1024 * 1024
"""Bytes that Discord takes in a file everywhere; boosted servers and subscribers may send more."""

NOBODY: Final = discord.AllowedMentions.none()
"""Pings nobody, whatever a message says."""

Channel = discord.abc.GuildChannel | discord.Thread | discord.abc.PrivateChannel | discord.abc.Messageable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """The way back, kept in Place.handle: a restart loses nothing, and only this door reads it."""

    person: int
    """Whom a direct message would go to."""
    guild: int = 0
    """0 in direct messages, and where the bot was not invited."""
    application: int = 0
    token: str = ""
    """The interaction's; whoever has it can answer in our name. Empty after an ordinary message."""
    token_ends_at: float = 0.0
    """Seconds since 1970."""
    first: bool = True
    """Whether this job's message is the interaction's own answer, not a further one."""
    speaks: bool = False
    """Whether the bot may post in the channel by itself, as things stood when the job was accepted."""
    answers: int = 0
    """The message to reply to."""
    file_limit: int = FILE_LIMIT
    spoiler: bool = False

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value != _EMPTY[name]})

    @classmethod
    def of(cls, place: Place) -> Handle:
        """What `str` wrote; a field that this release does not know is left out.

        A place of the operator's own has none: there the bot speaks by itself, and to nobody in particular.
        """
        written: dict[str, Any] = json.loads(place.handle) if place.handle else {"person": 0, "speaks": True}
        return cls(**{name: value for name, value in written.items() if name in _EMPTY})


_EMPTY: Final[dict[str, Any]] = asdict(Handle(person=0))


def person_of(
    event: discord.Interaction[Any] | discord.Message, settings: Settings, counted: Collection[str]
) -> Person:
    """Who did it. In a server with the roles that the operator named; a message tells no language but its server's.

    counted: those that the house's limits go by.
    """
    match event:
        case discord.Interaction():
            user, locale = event.user, str(event.locale)
            leads = event.permissions.manage_messages
        case discord.Message():
            user = event.author
            locale = str(event.guild.preferred_locale) if event.guild else "en"
            leads = isinstance(user, discord.Member) and permissions_of(user, event.channel).manage_messages
    held = {str(role.id) for role in user.roles} if isinstance(user, discord.Member) else set()
    channel = event.channel_id if isinstance(event, discord.Interaction) else event.channel.id
    roles = sorted(held.intersection((*settings.roles, *counted)))
    if event.guild is not None and (leads or not held.isdisjoint(settings.moderators)):
        roles.append(f"moderator:{channel}")
    return Person(DOOR, str(user.id), user.display_name, locale, tuple(roles))


def oversees(event: discord.Interaction[Any], settings: Settings) -> bool:
    """Whether who moderates here moderates the whole team: where there is but one server, or the operator says so.

    A server that did not invite the bot is none of the team's.
    """
    named = {str(role.id) for role in event.user.roles} if isinstance(event.user, discord.Member) else set()
    return event.is_guild_integration() and (len(event.client.guilds) == 1 or not named.isdisjoint(settings.moderators))


def place_of(
    event: discord.Interaction[Any],
    settings: Settings,
    *,
    private: bool = False,
    spoiler: bool = False,
    first: bool = True,
) -> Place:
    """Where an interaction's answer belongs."""
    channel = event.channel
    handle = Handle(
        person=event.user.id,
        guild=event.guild_id or 0 if event.is_guild_integration() else 0,
        application=event.application_id,
        token=event.token,
        token_ends_at=event.created_at.timestamp() + TOKEN_LIFE_S,
        first=first,
        speaks=_speaks(event, channel),
        file_limit=event.filesize_limit or FILE_LIMIT,
        spoiler=spoiler or settings.spoiler,
    )
    return Place(
        DOOR,
        str(event.channel_id),
        str(handle),
        private,
        within=_within(channel, event.guild_id),
        safety_ceiling=_ceiling(channel, settings),
        channel=_parent(channel),
    )


def place_of_message(message: discord.Message, settings: Settings, *, application: int, speaks: bool) -> Place:
    """Where the answer to an ordinary message belongs: a reply to it."""
    handle = Handle(
        person=message.author.id,
        guild=message.guild.id if message.guild else 0,
        application=application,
        speaks=speaks,
        answers=message.id,
        file_limit=message.guild.filesize_limit if message.guild else FILE_LIMIT,
        spoiler=settings.spoiler,
    )
    return Place(
        DOOR,
        str(message.channel.id),
        str(handle),
        within=_within(message.channel, handle.guild),
        safety_ceiling=_ceiling(message.channel, settings),
        channel=_parent(message.channel),
    )


def permissions_of(member: discord.Member | None, channel: Channel) -> discord.Permissions:
    """A member's in a channel; none where nobody can tell, as in a thread whose channel is not in sight."""
    if member is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return discord.Permissions.none()
    try:
        return channel.permissions_for(member)
    except discord.ClientException:
        return discord.Permissions.none()


def may_speak(permissions: discord.Permissions, channel: Channel) -> bool:
    """Whether a picture with its caption may be posted there."""
    send = permissions.send_messages_in_threads if isinstance(channel, discord.Thread) else permissions.send_messages
    return permissions.view_channel and send and permissions.attach_files and permissions.embed_links


def receipt_of(channel: int, message: int, *, answer: bool) -> Receipt:
    """answer: the message is an interaction's, so that its token edits it while it lasts."""
    return Receipt(DOOR, str(channel), f"i{message}" if answer else str(message))


def receipts_of(channel: int, message: int) -> tuple[Receipt, Receipt]:
    """Both receipts that a message of ours may stand under."""
    return receipt_of(channel, message, answer=True), receipt_of(channel, message, answer=False)


def _speaks(event: discord.Interaction[Any], channel: Channel) -> bool:
    """A person may bring the bot where nobody invited it: there, and in others' talks, it can't post by itself."""
    if event.guild_id is None:
        return isinstance(channel, discord.DMChannel) and event.context.dm_channel
    return event.is_guild_integration() and may_speak(event.app_permissions, channel)


def _within(channel: Channel, guild: int | None) -> tuple[str, ...]:
    if not guild:
        return (DIRECT,)
    try:
        category = getattr(channel, "category_id", None)
    except discord.ClientException:  # a thread whose channel is not in sight
        category = None
    return tuple(str(each) for each in (getattr(channel, "parent_id", None), category) if each)


def _parent(channel: Channel) -> str:
    """The channel that a thread belongs to; "" for what is a channel itself."""
    return str(getattr(channel, "parent_id", None) or "")


def _ceiling(channel: Channel, settings: Settings) -> int:
    """Threads go by their channel; where nobody can tell, the channel counts as one for all ages."""
    restricted = getattr(channel, "is_nsfw", None)
    with suppress(discord.ClientException):  # a thread whose channel is not in sight
        if restricted is not None and restricted():
            return settings.safety_tolerance_age_restricted
    return settings.safety_tolerance
