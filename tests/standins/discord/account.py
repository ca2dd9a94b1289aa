"""Who the bot is, where it is, and whom it can write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.standins.discord.event import Telling
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.rest import Call
from tests.standins.discord.rules import missing_access, unknown
from tests.standins.discord.world import Channel, Guild, Kind, Permission, World


@dataclass(slots=True)
class Account:
    """Handlers of everything but messages, interactions and commands."""

    world: World
    telling: Telling
    gateway: Gateway

    async def me(self, call: Call) -> dict[str, Any]:
        return self.telling.user(self.world.bot) | {
            "mfa_enabled": True,
            "locale": "en-US",
            "verified": True,
            "email": None,
        }

    async def application(self, call: Call) -> dict[str, Any]:
        flags = 1 << 19 if self.world.message_content else 0
        owner = next((person for person in self.world.people.values() if not person.bot), self.world.bot)
        return {
            "id": str(self.world.app_id),
            "name": self.world.app_name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": self.telling.user(self.world.bot),
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": flags,
            "flags_new": str(flags),
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": self.telling.user(owner),
            "approximate_guild_count": len(self.world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "event_webhooks_url": None,
            "event_webhooks_status": 1,
            "event_webhooks_types": [],
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": ["bot", "applications.commands"],
            "integration_types_config": {"0": {}, "1": {}},
        }

    async def gateway_address(self, call: Call) -> dict[str, Any]:
        return {"url": self.gateway.url}

    async def gateway_bot(self, call: Call) -> dict[str, Any]:
        used = len(self.gateway.identifies)
        limit = {"total": 1000, "remaining": 1000 - used, "reset_after": 14_400_000, "max_concurrency": 16}
        return {"url": self.gateway.url, "shards": self.gateway.shards, "session_start_limit": limit}

    async def user(self, call: Call) -> dict[str, Any]:
        person = self.world.people.get(call.id("user_id"))
        if person is None:
            raise unknown(10013, "User")
        return self.telling.user(person)

    async def open_direct(self, call: Call) -> dict[str, Any]:
        person = self.world.people.get(int(call.body["recipient_id"]))
        if person is None:
            raise unknown(10013, "User")
        return self.telling.channel(self.world.direct(person))

    async def my_guilds(self, call: Call) -> list[dict[str, Any]]:
        return [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": False,
                "permissions": str(int(guild.permissions)),
                "features": [],
            }
            for guild in self.world.guilds.values()
            if guild.installed
        ]

    async def guild(self, call: Call) -> dict[str, Any]:
        guild = self._guild(call)
        told = self.telling.guild(guild)
        if call.flag("with_counts"):
            told |= {"approximate_member_count": len(guild.members) + 1, "approximate_presence_count": 1}
        return told

    async def guild_channels(self, call: Call) -> list[dict[str, Any]]:
        here = self._guild(call).channels
        return [self.telling.channel(channel) for channel in here if not (channel.is_thread or channel.deleted)]

    async def guild_roles(self, call: Call) -> list[dict[str, Any]]:
        roles: list[dict[str, Any]] = self.telling.guild(self._guild(call))["roles"]
        return roles

    async def member(self, call: Call) -> dict[str, Any]:
        guild = self._guild(call)
        people = guild.members | {self.world.bot.id: self.world.bot}
        if (person := people.get(call.id("user_id"))) is None:
            raise unknown(10007, "Member")
        return self.telling.member(person, guild)

    async def channel(self, call: Call) -> dict[str, Any]:
        channel = self.world.channel(call.id("channel_id"))
        if channel is None:
            raise unknown(10003, "Channel")
        if not self._sees(channel):
            raise missing_access()
        return self.telling.channel(channel)

    def _guild(self, call: Call) -> Guild:
        return guild_of(self.world, call)

    def _sees(self, channel: Channel) -> bool:
        if channel.is_direct:
            return channel.kind is Kind.DM
        return bool(channel.guild and channel.guild.installed and channel.may(Permission.VIEW_CHANNEL))


def guild_of(world: World, call: Call) -> Guild:
    """The one that the path names. Raises RefusedError."""
    guild = world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise unknown(10004, "Guild")
    if not guild.installed:
        raise missing_access()
    return guild
