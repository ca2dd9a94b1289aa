"""What Slack sends when people do something: commands, shortcuts, presses, submissions and events, as payloads."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from tests.standins.slack.delivered import Delivered, Sort
from tests.standins.slack.event import Telling
from tests.standins.slack.message import Message
from tests.standins.slack.view import View
from tests.standins.slack.world import Channel, Person, Workspace, World


class Asking:
    """`base_url` is where response_urls lead. Everything that is told is kept in `all`, oldest first."""

    def __init__(self, world: World, telling: Telling) -> None:
        self.world = world
        self.telling = telling
        self.base_url = ""
        self.all: list[Delivered] = []
        self.triggers: dict[str, Delivered] = {}
        self.responses: dict[str, Delivered] = {}

    def command(self, person: Person, channel: Channel, name: str, text: str) -> Delivered:
        """A slash command, typed in a channel; nobody can type one in a thread."""
        workspace = channel.workspace
        payload: dict[str, Any] = {
            "token": "verification",
            "team_id": workspace.id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": channel.told_name,
            "user_id": person.id,
            "user_name": person.username,
            "command": f"/{name}",
            "text": text,
            "api_app_id": self.world.app_id,
            "is_enterprise_install": str(_org_wide(self.world, workspace)).lower(),
        }
        if workspace.enterprise:
            payload |= {"enterprise_id": workspace.enterprise.id, "enterprise_name": workspace.enterprise.name}
        return self._triggered(Sort.COMMAND, payload, person, channel, None, "commands")

    def shortcut(self, person: Person, message: Message, callback_id: str) -> Delivered:
        """A shortcut on a message."""
        channel = message.channel
        payload = self._interaction("message_action", person, channel.workspace) | {
            "callback_id": callback_id,
            "message_ts": message.ts,
            "channel": {"id": channel.id, "name": channel.told_name},
            "message": self.telling.message(message),
        }
        return self._triggered(Sort.INTERACTION, payload, person, channel, message, "app")

    def global_shortcut(self, person: Person, workspace: Workspace, callback_id: str) -> Delivered:
        """A shortcut from the search or the composer, which belongs to no channel."""
        payload = self._interaction("shortcut", person, workspace) | {"callback_id": callback_id}
        return self._triggered(Sort.INTERACTION, payload, person, None, None, "")

    def action(self, person: Person, where: Message | View, action: Mapping[str, Any]) -> Delivered:
        """A button or a choice, in a message or a view."""
        workspace = where.workspace if isinstance(where, View) else where.channel.workspace
        payload = self._interaction("block_actions", person, workspace)
        payload["actions"] = [{**action, "action_ts": self.world.ids.ts()}]
        if isinstance(where, View):
            payload |= {
                "container": {"type": "view", "view_id": where.id},
                "view": self.telling.view(where),
            }
            return self._triggered(Sort.INTERACTION, payload, person, None, where, "")
        channel = where.channel
        container = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": channel.id,
            "is_ephemeral": where.ephemeral,
        }
        if where.thread_ts:
            container["thread_ts"] = where.thread_ts
        payload |= {
            "container": container,
            "channel": {"id": channel.id, "name": channel.told_name},
            "state": {"values": {}},
        }
        if not where.ephemeral:
            payload["message"] = self.telling.message(where)
        return self._triggered(Sort.INTERACTION, payload, person, channel, where, "actions")

    def submission(self, person: Person, view: View, values: dict[str, Any]) -> Delivered:
        """A form, sent; of another organisation's guest it names their own workspace as the team."""
        guest = person.workspace is not view.workspace and person.workspace.org_id != (view.workspace.org_id or "")
        payload = self._interaction("view_submission", person, person.workspace if guest else view.workspace) | {
            "view": self.telling.view(view, values),
            "response_urls": [],
        }
        return self._triggered(Sort.INTERACTION, payload, person, None, view, "")

    def closing(self, person: Person, view: View, *, cleared: bool) -> Delivered:
        payload = self._interaction("view_closed", person, view.workspace) | {
            "view": self.telling.view(view),
            "is_cleared": cleared,
        }
        return self._made(f"closed-{view.id}", Sort.INTERACTION, payload, person, None, view)

    def event(
        self,
        workspace: Workspace,
        event: dict[str, Any],
        *,
        person: Person | None = None,
        channel: Channel | None = None,
        source: Message | None = None,
    ) -> Delivered:
        """An event in its envelope of the Events API."""
        id_ = self.world.ids.mint("Ev")
        org = workspace.org_id
        wide = _org_wide(self.world, workspace)
        payload = {
            "token": "verification",
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": org,
            "api_app_id": self.world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": id_,
            "event_time": int(self.world.clock.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": org,
                    "team_id": None if wide else workspace.id,
                    "user_id": workspace.bot.id if workspace.has_bot else "",
                    "is_bot": True,
                    "is_enterprise_install": wide,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.shared_with),
            "event_context": f"4-{secrets.token_hex(24)}",
        }
        if org:
            payload["enterprise_id"] = org
        return self._made(id_, Sort.EVENT, payload, person, channel, source)

    def _interaction(self, kind: str, person: Person, workspace: Workspace) -> dict[str, Any]:
        """What every interaction has; an organisation's own installation is told by no team."""
        wide = _org_wide(self.world, workspace)
        org = workspace.enterprise
        return {
            "type": kind,
            "token": "verification",
            "api_app_id": self.world.app_id,
            "action_ts": self.world.ids.ts(),
            "team": {"id": workspace.id, "domain": workspace.domain}
            | ({"enterprise_id": org.id, "enterprise_name": org.name} if org else {}),
            "user": {
                "id": person.id,
                "username": person.username,
                "name": person.username,
                "team_id": person.workspace.id,
            },
            "enterprise": {"id": org.id, "name": org.name} if org else None,
            "is_enterprise_install": wide,
        }

    def _triggered(
        self,
        sort: Sort,
        payload: dict[str, Any],
        person: Person,
        channel: Channel | None,
        source: Message | View | None,
        respond: str,
    ) -> Delivered:
        """With a trigger_id, and a response_url where it belongs to a channel."""
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        payload["trigger_id"] = trigger
        secret = secrets.token_urlsafe(18)
        if respond:
            payload["response_url"] = f"{self.base_url}/{respond}/{person.workspace.id}/{secret}"
        asked = self._made(trigger, sort, payload, person, channel, source)
        self.triggers[trigger] = asked
        if respond:
            self.responses[secret] = asked
        if isinstance(source, Message) and sort is Sort.INTERACTION and payload["type"] == "block_actions":
            asked.message = source
        return asked

    def _made(
        self,
        id_: str,
        sort: Sort,
        payload: dict[str, Any],
        person: Person | None,
        channel: Channel | None,
        source: Message | View | None,
    ) -> Delivered:
        workspace = self._workspace(channel, source, person)
        made = Delivered(
            id=id_,
            sort=sort,
            payload=payload,
            workspace=workspace or self.world.workspaces[payload["team_id"]],
            person=person,
            channel=channel,
            source=source,
            at=self.world.clock.now(),
        )
        self.all.append(made)
        return made

    @staticmethod
    def _workspace(channel: Channel | None, source: Message | View | None, person: Person | None) -> Workspace | None:
        if channel:
            return channel.workspace
        if isinstance(source, View):
            return source.workspace
        return person.workspace if person else None


def _org_wide(world: World, workspace: Workspace) -> bool:
    """Whether the app serves it by its organisation's token."""
    grant = world.grants.live(workspace.id, workspace.org_id)
    return bool(grant and grant.team is None)
