"""The stand-in steered over HTTP, for tests in another process and for people with curl.

People, channels and workspaces are named; messages go by ts, modals by id.
POST /_control/person {"name", "locale", "admin"}   POST /_control/channel {"name", "kind", "bot"}
POST /_control/slash {"person", "channel", "command", "text", "wait"}
POST /_control/press {"person", "message" or "view", "button", "wait"}
POST /_control/choose {"person", "message" or "view", "value", "action_id", "wait"}
POST /_control/shortcut {"person", "message", "callback_id", "wait"}; without a message a global one
POST /_control/submit {"person", "view", "fields", "wait"}; a file is {"file", "base64"}
POST /_control/say {"person", "channel", "text", "thread", "files", "wait"}; "@bot" in the text is the app
POST /_control/home {"person"}                      POST /_control/assistant {"person"}
POST /_control/install {"person", "url"}            POST /_control/uninstall {}
POST /_control/http {"url"}: from now on signed requests go there instead of envelopes to sockets
POST /_control/fail {"method", "error", "status", "times"}   POST /_control/throttle {"method", "retry_after_s"}
POST /_control/sockets {"do": "drop"}, "refresh", "disable"  POST /_control/ready {"after_s": 10}, null for never
POST /_control/clock {"ahead_s": 900}               POST /_control/manifest: the app's manifest
GET /_control/messages?channel=art   GET /_control/ephemerals?channel=art&person=Ada   GET /_control/requests
GET /_control/modal?person=Ada   GET /_control/home?person=Ada   GET /_control/picture?message=1.2&name=x.png
A channel may also be "dm:<person>". What cannot be done is answered 400 {"error"}.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from tests.clock import ShiftedClock
from tests.standins.slack import Channel, Delivered, File, Kind, Message, Person, Slack, View
from tests.standins.steering import Act, steer


class Control:
    """One workspace with the channel "art", and Ada in it, to begin with; installed unless told otherwise."""

    def __init__(self, slack: Slack, clock: ShiftedClock, *, installed: bool = True) -> None:
        self.slack = slack
        self.clock = clock
        self.team = slack.workspace("Atelier", installed=installed)
        self.people: dict[str, Person] = {"Ada": self.team.person("Ada", admin=True)}
        self.team.channel("art")
        acts: dict[str, Act] = {
            "person": self._person,
            "channel": self._channel,
            "slash": self._slash,
            "press": self._press,
            "choose": self._choose,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "say": self._say,
            "home": self._open_home,
            "assistant": self._assistant,
            "install": self._install,
            "uninstall": self._uninstall,
            "http": self._http,
            "fail": self._fail,
            "throttle": self._throttle,
            "sockets": self._sockets,
            "ready": self._ready,
            "clock": self._clock,
            "manifest": self._manifest,
        }
        reads: dict[str, Act] = {
            "messages": self._messages,
            "ephemerals": self._ephemerals,
            "modal": self._modal,
            "home": self._home,
            "requests": self._requests,
        }
        steer(slack.app, acts=acts, reads=reads, message=self._message)

    def told(self) -> dict[str, Any]:
        """Where it listens, and what a bot that is to use it puts in its environment and its settings."""
        slack = self.slack
        return {
            "slack": slack.api_url,
            "slack_control": slack.url,
            "slack_env": {
                "SLACK_BOT_TOKEN": self.team.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_SIGNING_SECRET": slack.signing_secret,
            },
            "slack_many_env": {"SLACK_CLIENT_ID": slack.client_id, "SLACK_CLIENT_SECRET": slack.client_secret},
            "slack_settings": {
                "api_url": slack.api_url,
                "authorize_url": slack.authorize_url,
                "file_hosts": ["127.0.0.1"],
            },
        }

    async def _person(self, asked: dict[str, Any]) -> dict[str, Any]:
        person = self.team.person(asked["name"], locale=asked.get("locale", "en-US"), admin=asked.get("admin", False))
        self.people[person.name] = person
        for channel in self.team.channels.values():
            if channel.kind is Kind.PUBLIC:
                channel.members.append(person)
        return {"id": person.id}

    async def _channel(self, asked: dict[str, Any]) -> dict[str, Any]:
        kind = Kind(asked.get("kind", "public"))
        return {"id": self.team.channel(asked["name"], kind=kind, bot=asked.get("bot", True)).id}

    async def _slash(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, channel = self.people[asked["person"]], self._place(asked["channel"])
        command, text = asked["command"].removeprefix("/"), asked.get("text", "")
        return _told(await self.slack.slash(person, channel, command, text, wait=asked.get("wait", True)))

    async def _press(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, where = self.people[asked["person"]], self._where(asked)
        return _told(await self.slack.press(person, where, asked["button"], wait=asked.get("wait", True)))

    async def _choose(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, where, action = self.people[asked["person"]], self._where(asked), asked.get("action_id", "")
        wait = asked.get("wait", True)
        return _told(await self.slack.choose(person, where, asked["value"], action_id=action, wait=wait))

    async def _shortcut(self, asked: dict[str, Any]) -> dict[str, Any]:
        target = self._message(asked["message"]) if asked.get("message") else self.team
        person, wait = self.people[asked["person"]], asked.get("wait", True)
        return _told(await self.slack.shortcut(person, target, asked["callback_id"], wait=wait))

    async def _submit(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, view = self.people[asked["person"]], self.slack.world.views[asked["view"]]
        fields = {name: self._value(person, value) for name, value in asked.get("fields", {}).items()}
        return _told(await self.slack.submit(person, view, fields, wait=asked.get("wait", True)))

    async def _say(self, asked: dict[str, Any]) -> dict[str, Any]:
        person, channel = self.people[asked["person"]], self._place(asked["channel"])
        thread = self._message(asked["thread"]) if asked.get("thread") else None
        text = asked.get("text", "").replace("@bot", self.team.bot.mention)
        files = [self._value(person, one) for one in asked.get("files", ())]
        wait = asked.get("wait", True)
        return _shown(await self.slack.say(person, channel, text, thread=thread, files=files, wait=wait))

    async def _open_home(self, asked: dict[str, Any]) -> dict[str, Any]:
        return _told(await self.slack.open_home(self.people[asked["person"]], wait=asked.get("wait", True)))

    async def _assistant(self, asked: dict[str, Any]) -> dict[str, Any]:
        return _told(await self.slack.open_assistant(self.people[asked["person"]], wait=asked.get("wait", True)))

    async def _install(self, asked: dict[str, Any]) -> dict[str, Any]:
        page = await self.slack.install(self.people[asked["person"]], self.team, asked["url"])
        return {"status": page.status, "text": page.text}

    async def _uninstall(self, asked: dict[str, Any]) -> dict[str, Any]:
        await self.slack.uninstall(self.team)
        return {}

    async def _http(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.slack.http.url = asked["url"]
        return {}

    async def _fail(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.slack.fail(
            asked["method"], error=asked.get("error", ""), status=asked.get("status", 0), times=asked.get("times", 1)
        )
        return {}

    async def _throttle(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.slack.throttle(asked["method"], retry_after_s=asked["retry_after_s"], times=asked.get("times", 1))
        return {}

    async def _sockets(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "drop":
                self.slack.sockets.drop()
            case "refresh":
                self.slack.sockets.refresh()
            case "disable":
                self.slack.sockets.disable()
            case strange:
                raise KeyError(strange)
        return {}

    async def _ready(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.slack.world.ready_after_s = asked["after_s"]
        return {}

    async def _clock(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.clock.ahead = timedelta(seconds=asked["ahead_s"])
        return {}

    async def _manifest(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.slack.use(asked)
        return {}

    async def _messages(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [_shown(message) for message in self.slack.messages(self._place(asked.get("channel", "art")))]

    async def _ephemerals(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        person, place = self.people[asked["person"]], self._place(asked.get("channel", "art"))
        return [_shown(message) for message in self.slack.ephemerals(person, place)]

    async def _modal(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        view = self.slack.modal(self.people[asked["person"]])
        return _seen(view) if view else None

    async def _home(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        view = self.slack.home(self.people[asked["person"]])
        return _seen(view) if view else None

    async def _requests(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "requests": [
                {"method": heard.method, "status": heard.status, "error": heard.error} for heard in self.slack.requests
            ],
            "violations": self.slack.violations,
            "sockets": len(self.slack.sockets.live),
            "deliveries": [
                {"kind": told.kind, "acked": told.acked, "error": told.error} for told in self.slack.deliveries
            ],
        }

    def _place(self, name: str) -> Channel:
        if name.startswith("dm:"):
            return self.team.dm(self.people[name.removeprefix("dm:")])
        return next(channel for channel in self.team.channels.values() if channel.name == name)

    def _message(self, ts: str) -> Message:
        every = (message for channel in self.team.channels.values() for message in channel.messages)
        return next(message for message in every if message.ts == ts and not message.deleted)

    def _where(self, asked: dict[str, Any]) -> Message | View:
        return self.slack.world.views[asked["view"]] if "view" in asked else self._message(asked["message"])

    def _value(self, person: Person, value: Any) -> Any:
        if isinstance(value, dict):
            file: File = self.slack.file(person, value["file"], base64.b64decode(value["base64"]))
            return file
        return [self._value(person, one) for one in value] if isinstance(value, list) else value


def _told(told: Delivered) -> dict[str, Any]:
    return {
        "id": told.id,
        "acked": told.acked,
        "after_s": told.acked_after_s,
        "error": told.error,
        "message": _shown(told.message) if told.message else None,
        "view": _seen(told.view) if told.view else None,
    }


def _shown(message: Message) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "author": message.author.name,
        "text": message.text,
        "pictures": [{"name": one.name, "alt": one.alt, "size": one.size} for one in message.pictures],
        "buttons": [{"label": one.label, "action_id": one.action_id} for one in message.buttons],
        "ephemeral": message.ephemeral,
        "deleted": message.deleted,
        "edits": len(message.edits),
    }


def _seen(view: View) -> dict[str, Any]:
    return {
        "id": view.id,
        "title": view.title,
        "text": view.text,
        "fields": [{"block_id": one.block_id, "label": one.label, "value": one.value} for one in view.fields],
        "buttons": [{"label": one.label, "action_id": one.action_id} for one in view.buttons],
        "errors": view.errors,
    }
