"""State as Discord tells it: the JSON of people, guilds, channels and messages, for the gateway and for REST alike."""

from __future__ import annotations

import copy
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from tests.standins.discord.message import File, Message, media, walk
from tests.standins.discord.world import ALL_BITS, USUAL, Channel, Guild, Kind, Person, Role, World

LINK_LIFE_S: Final = 24 * 3600
"""A CDN link's life; the vendor's page names none, links seen lived for 24 h."""
BOUGHT_PERMISSIONS: Final = USUAL
"""What an app may do in direct messages, and in a server where only a person installed it."""


class Telling:
    """Builds payloads. `cdn` is the address before /attachments."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cdn = ""
        self._signing = b"held by the stand-in alone"

    def link(self, file: File) -> str:
        """A fresh signed address of the file."""
        folder = "ephemeral-attachments" if file.ephemeral else "attachments"
        path = f"/{folder}/{file.channel_id or self.world.app_id}/{file.id}/{file.name}"
        now = self.world.clock.now()
        issued, ends = (f"{int(moment.timestamp()):x}" for moment in (now, now + timedelta(seconds=LINK_LIFE_S)))
        return f"{self.cdn}{path}?ex={ends}&is={issued}&hm={self.signature(path, ends, issued)}&"

    def signature(self, path: str, ends: str, issued: str) -> str:
        return hmac.new(self._signing, f"{path}{ends}{issued}".encode(), hashlib.sha256).hexdigest()

    def file(self, file: File) -> dict[str, Any]:
        kind, width, height = file.facts
        link = self.link(file)
        size = file.size if file.told_size is None else file.told_size
        told: dict[str, Any] = {
            "id": str(file.id),
            "filename": file.name,
            "size": size,
            "url": link,
            "proxy_url": link,
            "content_type": kind,
        }
        if width and height:
            told |= {"width": width, "height": height}
        if file.description:
            told["description"] = file.description
        if file.ephemeral:
            told["ephemeral"] = True
        return told

    def user(self, person: Person) -> dict[str, Any]:
        return {
            "id": str(person.id),
            "username": person.name.lower(),
            "global_name": None if person.bot else person.name,
            "avatar": None,
            "discriminator": "0",
            "public_flags": 0,
            "flags": 0,
            "bot": person.bot,
            "primary_guild": None,
        }

    def member(self, person: Person, guild: Guild, *, permissions: int | None = None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "user": self.user(person),
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [str(id_) for id_ in sorted(person.roles) if id_ in guild.roles],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "premium_since": None,
            "communication_disabled_until": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }
        if permissions is not None:
            told["permissions"] = str(int(permissions))
        return told

    def role(self, role: Role) -> dict[str, Any]:
        return {
            "id": str(role.id),
            "name": role.name,
            "permissions": str(int(role.permissions)),
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }

    def guild(self, guild: Guild) -> dict[str, Any]:
        """As GET /guilds/{id} has it."""
        everyone = Role(id=guild.id, name="@everyone", permissions=USUAL)
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(min(guild.members, default=self.world.bot.id)),
            "preferred_locale": guild.locale,
            "nsfw": guild.nsfw_level in (1, 3),
            "nsfw_level": guild.nsfw_level,
            "roles": [self.role(role) for role in (everyone, *guild.roles.values())],
            "features": [],
            "emojis": [],
            "stickers": [],
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_timeout": 300,
            "max_members": 500_000,
            "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50,
            "system_channel_flags": 0,
            "widget_enabled": False,
            "region": "",
            **dict.fromkeys(ABSENT_OF_GUILD),
        }

    def guild_create(self, guild: Guild) -> dict[str, Any]:
        """As the gateway sends it: with channels, threads, and of the members the bot alone."""
        here = [channel for channel in guild.channels if not channel.deleted]
        return self.guild(guild) | {
            "joined_at": "2026-01-01T00:00:00+00:00",
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members) + 1,
            "members": [self.member(self.world.bot, guild)],
            "channels": [self.channel(channel) for channel in here if not channel.is_thread],
            "threads": [self.channel(channel) for channel in here if channel.is_thread],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def channel(self, channel: Channel) -> dict[str, Any]:
        last = channel.messages[-1].id if channel.messages else None
        told: dict[str, Any] = {
            "id": str(channel.id),
            "type": int(channel.kind),
            "flags": 0,
            "last_message_id": str(last) if last else None,
        }
        if channel.is_direct:
            told["recipients"] = [self.user(person) for person in channel.recipients]
            if channel.kind is Kind.GROUP_DM:
                told |= {"name": None, "icon": None, "owner_id": str(channel.recipients[0].id)}
            return told
        assert channel.guild is not None
        told |= {
            "guild_id": str(channel.guild.id),
            "name": channel.name,
            "parent_id": str(channel.parent.id) if channel.parent else None,
            "rate_limit_per_user": 0,
        }
        if channel.is_thread:
            return told | self._thread(channel)
        return told | {
            "position": 0,
            "nsfw": channel.nsfw,
            "topic": None,
            "permission_overwrites": [
                {
                    "id": str(self.world.bot.id),
                    "type": 1,
                    "allow": str(int(channel.permissions)),
                    "deny": str(ALL_BITS & ~int(channel.permissions)),
                }
            ],
            **({"bitrate": 64000, "user_limit": 0} if channel.kind is Kind.VOICE else {}),
            **({"available_tags": []} if channel.kind is Kind.FORUM else {}),
        }

    def _thread(self, channel: Channel) -> dict[str, Any]:
        return {
            "owner_id": str((channel.owner or self.world.bot).id),
            "message_count": len(channel.messages),
            "member_count": 2,
            "total_message_sent": len(channel.messages),
            "thread_metadata": {
                "archived": channel.archived,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "auto_archive_duration": 1440,
                "locked": channel.locked,
            },
        }

    def partial_channel(self, channel: Channel, person: Person) -> dict[str, Any]:
        """As an interaction carries it: with the person's permissions there."""
        told = self.channel(channel)
        told.pop("permission_overwrites", None)
        if not channel.is_direct:
            told["permissions"] = str(int(person.permissions))
            told["nsfw"] = channel.age_restricted
        return told

    def components(self, message: Message) -> list[dict[str, Any]]:
        """With ids, and files in place of attachment:// names."""
        told = copy.deepcopy(message.components)
        by_url = {f"attachment://{file.name}": file for file in message.files}
        used = {part["id"] for part in walk(told) if part.get("id")}
        free = (number for number in range(1, 1000) if number not in used)
        for part in walk(told):
            for name in [name for name, value in part.items() if value is None]:
                del part[name]
            part["id"] = part.get("id") or next(free)
            part |= {name: part.get(name, empty) for name, empty in DEFAULTS.get(part["type"], {}).items()}
            if part["type"] == 13 and (file := by_url.get(part["file"]["url"])):
                part |= {"name": file.name, "size": file.size}
            shown = part["items"] if part["type"] == 12 else media(part) and [part]
            for item in shown or ():
                item |= {"description": item.get("description"), "spoiler": bool(item.get("spoiler"))}
                spot = "file" if "file" in item else "media"
                item[spot] = self._unfurled(item[spot]["url"], by_url)
        return told

    def _unfurled(self, url: str, by_url: Mapping[str, File]) -> dict[str, Any]:
        file = by_url.get(url)
        if file is None:
            return {"id": str(self.world.app_id), "url": url, "proxy_url": url}
        kind, width, height = file.facts
        link = self.link(file)
        return {
            "id": str(file.id),
            "attachment_id": str(file.id),
            "url": link,
            "proxy_url": link,
            "width": width,
            "height": height,
            "content_type": kind,
        }

    def message(self, message: Message, *, content: bool = True, reference: bool = True) -> dict[str, Any]:
        """content: whether the reader holds the message content intent; else it is told only where `exempt`."""
        told = self._frame(message)
        if content or self.exempt(message):
            named = message.named_files()
            told |= {
                "content": message.content,
                "embeds": self._embeds(message),
                "components": self.components(message),
                "attachments": [self.file(file) for file in message.files if file.id not in named],
            }
        replied = message.reply_to
        if reference and replied:
            told["message_reference"] = {
                "type": 0,
                "channel_id": str(replied.channel.id),
                "message_id": str(replied.id),
                **({"guild_id": str(replied.channel.guild.id)} if replied.channel.guild else {}),
            }
            told["referenced_message"] = (
                None if replied.deleted else self.message(replied, content=content, reference=False)
            )
        return told

    def _frame(self, message: Message) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": str(message.id),
            "channel_id": str(message.channel.id),
            "type": self._type(message),
            "author": self.user(message.author),
            "timestamp": message.at.isoformat(),
            "edited_timestamp": message.edits[-1].isoformat() if message.edits else None,
            "flags": int(message.flags),
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "mentions": [self.user(person) for person in self.world.mentions(message)],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
        }
        if message.nonce is not None:
            told["nonce"] = message.nonce
        if message.author is self.world.bot:
            told["application_id"] = str(self.world.app_id)
        if asked := message.interaction:
            told["webhook_id"] = str(self.world.app_id)
            told["interaction_metadata"] = {
                "id": str(asked.id),
                "type": asked.kind,
                "user": self.user(asked.person),
                "authorizing_integration_owners": asked.owners,
            }
        return told

    def _type(self, message: Message) -> int:
        """20: the answer to a slash command, 23: to a context menu, 19: a reply."""
        if message.interaction and message.interaction.kind == 2 and message is message.interaction.message:
            return 23 if message.interaction.target else 20
        return 19 if message.reply_to else 0

    def _embeds(self, message: Message) -> list[dict[str, Any]]:
        told = copy.deepcopy(message.embeds)
        by_url = {f"attachment://{file.name}": file for file in message.files}
        for embed in told:
            embed.setdefault("type", "rich")
            for spot in ("image", "thumbnail"):
                if file := by_url.get((embed.get(spot) or {}).get("url", "")):
                    link = self.link(file)
                    embed[spot] |= {"url": link, "proxy_url": link}
        return told

    def exempt(self, message: Message) -> bool:
        """Whether an app reads it without the message content intent: its own, direct ones, those that mention it."""
        return (
            message.author is self.world.bot
            or message.channel.kind is Kind.DM
            or self.world.bot in self.world.mentions(message)
        )

    def message_event(self, message: Message, *, content: bool) -> dict[str, Any]:
        """As MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
        told = self.message(message, content=content)
        if guild := message.channel.guild:
            told["guild_id"] = str(guild.id)
            told["member"] = {
                name: value for name, value in self.member(message.author, guild).items() if name != "user"
            }
        told["channel_type"] = int(message.channel.kind)
        return told


ABSENT_OF_GUILD: Final = (
    "icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id",
    "system_channel_id", "widget_channel_id", "max_presences", "vanity_url_code", "rules_channel_id",
    "safety_alerts_channel_id", "public_updates_channel_id", "premium_progress_bar_enabled_user_updated_at",
    "incidents_data",
)  # fmt: skip
DEFAULTS: Final[dict[int, dict[str, Any]]] = {
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}
"""What an answer always says of a component: a separator, a container."""
