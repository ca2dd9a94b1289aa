"""The stand-in steered over HTTP, for tests in another process. People and channels are named; messages go by id.

POST /_control/person {"name", "locale"}            POST /_control/channel {"name", "nsfw"}
POST /_control/slash {"person", "channel", "command", "options", "wait"}; a file option is {"file", "base64"}
POST /_control/press {"person", "message", "button", "wait"}
POST /_control/menu {"person", "message", "command", "wait"}
POST /_control/submit {"person", "interaction", "fields", "wait"}
POST /_control/say {"person", "channel", "text", "reply_to", "files"}
POST /_control/fail {"route", "status", "code", "times"}   POST /_control/gateway {"do": "drop"}
POST /_control/clock {"ahead_s": 900}
GET /_control/messages?channel=art   GET /_control/interaction?id=1   GET /_control/requests
GET /_control/picture?message=1&name=x.png
A channel may also be "dm:<person>". What cannot be done is answered 400 {"error"}.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from tests.clock import ShiftedClock
from tests.standins.discord import Channel, Discord, Guild, Interaction, Message, Person
from tests.standins.steering import Act, steer


class Control:
    """One guild with the channel "art", and Ada in it, to begin with."""

    def __init__(self, discord: Discord, clock: ShiftedClock) -> None:
        self.discord = discord
        self.clock = clock
        self.people: dict[str, Person] = {"Ada": discord.person("Ada")}
        self.guild: Guild = discord.guild("Atelier", members=self.people.values())
        self.guild.channel("art")
        acts: dict[str, Act] = {
            "person": self._person,
            "channel": self._channel,
            "slash": self._slash,
            "press": self._press,
            "menu": self._menu,
            "submit": self._submit,
            "say": self._say,
            "fail": self._fail,
            "gateway": self._gateway,
            "clock": self._clock,
        }
        reads: dict[str, Act] = {
            "messages": self._messages,
            "interaction": self._interaction,
            "requests": self._requests,
        }
        steer(discord.app, acts=acts, reads=reads, message=self._message)

    async def _person(self, asked: dict[str, Any]) -> dict[str, Any]:
        person = self.discord.person(asked["name"], locale=asked.get("locale", "en-US"))
        self.people[person.name] = self.guild.members[person.id] = person
        return {"id": str(person.id)}

    async def _channel(self, asked: dict[str, Any]) -> dict[str, Any]:
        channel = self.guild.channel(asked["name"], nsfw=asked.get("nsfw", False))
        await self.discord.gateway.dispatch(
            "CHANNEL_CREATE", self.guild, lambda _: self.discord.telling.channel(channel)
        )
        return {"id": str(channel.id)}

    async def _slash(self, asked: dict[str, Any]) -> dict[str, Any]:
        options = {name: self._value(value) for name, value in asked.get("options", {}).items()}
        person, channel = self.people[asked["person"]], self._place(asked["channel"])
        wait = asked.get("wait", True)
        return _told(await self.discord.slash(person, channel, asked["command"], wait=wait, **options))

    async def _press(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, message = self.people[asked["person"]], self._message(asked["message"])
        return _told(await self.discord.press(person, message, asked["button"], wait=asked.get("wait", True)))

    async def _menu(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, message = self.people[asked["person"]], self._message(asked["message"])
        return _told(await self.discord.menu(person, message, asked["command"], wait=asked.get("wait", True)))

    async def _submit(self, asked: dict[str, Any]) -> dict[str, Any]:
        fields = {name: self._value(value) for name, value in asked.get("fields", {}).items()}
        person, before = self.people[asked["person"]], self.discord.world.interactions[int(asked["interaction"])]
        return _told(await self.discord.submit(person, before, fields, wait=asked.get("wait", True)))

    async def _say(self, asked: dict[str, Any]) -> dict[str, Any]:
        reply_to = self._message(asked["reply_to"]) if asked.get("reply_to") else None
        files = [self._value(one) for one in asked.get("files", ())]
        text = asked.get("text", "").replace("@bot", self.discord.bot.mention)
        person, channel = self.people[asked["person"]], self._place(asked["channel"])
        return _shown(await self.discord.say(person, channel, text, reply_to=reply_to, attachments=files))

    async def _fail(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.discord.fail(
            asked["route"], status=asked.get("status", 500), code=asked.get("code", 0), times=asked.get("times", 1)
        )
        return {}

    async def _gateway(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "drop":
                self.discord.gateway.drop()
            case "reconnect":
                await self.discord.gateway.reconnect()
            case "invalidate":
                await self.discord.gateway.invalidate()
            case strange:
                raise KeyError(strange)
        return {}

    async def _clock(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.clock.ahead = timedelta(seconds=asked["ahead_s"])
        return {}

    async def _messages(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [_shown(message) for message in self.discord.messages(self._place(asked.get("channel", "art")))]

    async def _interaction(self, asked: dict[str, Any]) -> dict[str, Any]:
        return _told(self.discord.world.interactions[int(asked["id"])])

    async def _requests(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "requests": [
                {"method": heard.method, "route": heard.route, "status": heard.status, "code": heard.code}
                for heard in self.discord.requests
            ],
            "violations": self.discord.violations,
            "identifies": len(self.discord.gateway.identifies),
            "live": len(self.discord.gateway.live),
            "commands": [command["name"] for command in self.discord.commands()],
        }

    def _place(self, name: str) -> Channel:
        if name.startswith("dm:"):
            return self.discord.dm(self.people[name.removeprefix("dm:")])
        return next(channel for channel in self.guild.channels if channel.name == name)

    def _message(self, id_: str) -> Message:
        places = [*self.guild.channels, *self.discord.world.directs.values()]
        found = (self.discord.world.message(place, int(id_)) for place in places)
        return next(message for message in found if message)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.discord.attachment(value["file"], base64.b64decode(value["base64"]))
        return [self._value(one) for one in value] if isinstance(value, list) else value


def _told(asked: Interaction) -> dict[str, Any]:
    return {
        "id": str(asked.id),
        "first": asked.first.kind.name.lower() if asked.first else None,
        "ephemeral": asked.ephemeral,
        "after_s": asked.answered_at - asked.asked_at if asked.first else None,
        "message": _shown(asked.message) if asked.message else None,
        "followups": [_shown(message) for message in asked.followups],
        "choices": asked.choices,
        "modal": asked.modal and {"title": asked.modal.title, "fields": [one.custom_id for one in asked.modal.fields]},
        "refusals": asked.refusals,
    }


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "author": message.author.name,
        "text": message.text,
        "pictures": [
            {"name": one.name, "alt": one.alt, "spoiler": one.spoiler, "size": one.size} for one in message.pictures
        ],
        "buttons": [
            {"label": one.label, "custom_id": one.custom_id, "disabled": one.disabled} for one in message.buttons
        ],
        "ephemeral": message.ephemeral,
        "thinking": message.thinking,
        "deleted": message.deleted,
        "edits": len(message.edits),
        "reply_to": str(message.reply_to.id) if message.reply_to else None,
    }
