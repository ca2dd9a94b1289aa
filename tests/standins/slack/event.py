"""People, channels, messages and files as Slack tells them in payloads and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from tests.standins.slack.message import File, Message
from tests.standins.slack.view import View
from tests.standins.slack.world import Channel, Kind, Person, Workspace, World

LETTERS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class Telling:
    """`files_url` is where private files are fetched."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.files_url = ""

    def person(self, person: Person, asking: Workspace, *, locale: bool) -> dict[str, Any]:
        """As users.info tells; somebody of another organisation is a stranger, of whom little is told."""
        known = person.workspace is asking or (asking.org_id is not None and person.workspace.org_id == asking.org_id)
        told: dict[str, Any] = {
            "id": person.id,
            "team_id": person.workspace.id,
            "name": person.username,
            "deleted": person.deleted,
            "real_name": person.name,
            "profile": {"real_name": person.name, "display_name": person.name, "team": person.workspace.id},
            "is_bot": person.bot,
            "is_app_user": False,
            "is_admin": person.admin or person.owner,
            "is_owner": person.owner,
            "is_primary_owner": False,
            "is_restricted": person.guest,
            "is_ultra_restricted": person.guest and person.single_channel,
        }
        if not known:
            told["is_stranger"] = True
            return {name: value for name, value in told.items() if name not in ("is_admin", "is_owner")}
        told["tz"] = person.tz
        if person.workspace.enterprise:
            told["enterprise_user"] = {
                "id": person.id,
                "enterprise_id": person.workspace.enterprise.id,
                "enterprise_name": person.workspace.enterprise.name,
                "is_admin": False,
                "is_owner": False,
                "teams": [each.id for each in person.workspace.enterprise.workspaces],
            }
        if locale:
            told["locale"] = person.locale
        return told

    def channel(self, channel: Channel) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": channel.id,
            "created": int(channel.created.timestamp()),
            "is_im": channel.kind is Kind.DM,
            "is_org_shared": False,
            "context_team_id": channel.workspace.id,
            "updated": int(channel.created.timestamp() * 1000),
        }
        if channel.kind is Kind.DM:
            return told | {"user": channel.person.id, "is_user_deleted": channel.person.deleted, "is_open": True}
        return told | {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": channel.kind is Kind.PUBLIC,
            "is_group": channel.kind is Kind.PRIVATE,
            "is_mpim": channel.kind is Kind.GROUP,
            "is_private": channel.kind is not Kind.PUBLIC,
            "is_archived": channel.archived,
            "is_general": False,
            "is_shared": bool(channel.shared_with),
            "is_ext_shared": bool(channel.shared_with),
            "is_member": channel.bot_is_in,
            "is_read_only": channel.read_only,
            "shared_team_ids": [channel.workspace.id, *(each.id for each in channel.shared_with)],
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }

    def message(self, message: Message) -> dict[str, Any]:
        """As history and payloads tell it."""
        author, home = message.author, message.author.workspace
        told: dict[str, Any] = {
            "type": "message",
            "ts": message.ts,
            "user": author.id,
            "team": home.id,
            "text": message.fallback,
        }
        if author.bot:
            told |= {"bot_id": message.channel.workspace.bot_id, "app_id": self.world.app_id}
        if message.subtype:
            told["subtype"] = message.subtype
        if message.blocks:
            told["blocks"] = message.blocks
        if message.files:
            told["files"] = [self.file(file) for file in message.files]
            told["upload"] = False
        if message.thread_ts:
            told |= {"thread_ts": message.thread_ts}
        if message.edits:
            told["edited"] = {"user": author.id, "ts": f"{message.edits[-1].timestamp():.6f}"}
        if message.ephemeral:
            told["is_ephemeral"] = True
        replies = [one for one in message.channel.thread(message.ts) if one is not message]
        if replies:
            told |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
        return told

    def file(self, file: File, *, shares: bool = False, now: datetime | None = None) -> dict[str, Any]:
        """As events tell it, and with `shares` as files.info does; before it is ready its type is not known."""
        if file.stub and not shares:
            return {"id": file.id, "created": 0, "timestamp": 0, "mode": "tombstone", "file_access": "check_file_info"}
        kind, width, height = file.facts if file.ready(now or self.world.clock.now()) else ("", None, None)
        letters = LETTERS.get(kind, file.name.rpartition(".")[2] if kind else "")
        at = int(file.created.timestamp())
        told: dict[str, Any] = {
            "id": file.id,
            "created": at,
            "timestamp": at,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": kind,
            "filetype": letters,
            "pretty_type": letters.upper(),
            "user": file.owner.id,
            "user_team": file.owner.workspace.id,
            "editable": False,
            "size": file.size if file.told_size is None else file.told_size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(one.channel.kind is Kind.PUBLIC for one in file.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "permalink": f"{file.workspace.url}files/{file.owner.id}/{file.id}/{quote(file.name)}",
            "file_access": "visible",
            "has_rich_preview": False,
        }
        address = f"{self.files_url}/files-pri/{file.workspace.id}-{file.id}"
        told |= {"url_private": f"{address}/{quote(file.name)}"}
        told |= {"url_private_download": f"{address}/download/{quote(file.name)}"}
        if width:
            told |= {"original_w": width, "original_h": height}
        if file.alt:
            told["alt_txt"] = file.alt
        for name, kinds in (("channels", (Kind.PUBLIC,)), ("groups", (Kind.PRIVATE, Kind.GROUP)), ("ims", (Kind.DM,))):
            told[name] = list(dict.fromkeys(one.channel.id for one in file.shares if one.channel.kind in kinds))
        if shares:
            told["shares"] = _shares(file)
        return told

    def view(self, view: View, values: dict[str, Any] | None = None) -> dict[str, Any]:
        """With the state of its inputs where they are told."""
        team = view.workspace.id
        told: dict[str, Any] = {
            "id": view.id,
            "team_id": team,
            "type": view.kind,
            "blocks": view.blocks,
            "private_metadata": view.private_metadata,
            "callback_id": view.callback_id,
            "external_id": view.external_id,
            "state": {"values": values or {}},
            "hash": view.hash,
            "clear_on_close": view.clear_on_close,
            "notify_on_close": view.notify_on_close,
            "root_view_id": view.root or view.id,
            "previous_view_id": view.previous,
            "app_id": self.world.app_id,
            "app_installed_team_id": team,
            "bot_id": view.workspace.bot_id,
        }
        for name, text in (("title", view.title), ("submit", view.submit), ("close", view.close)):
            told[name] = {"type": "plain_text", "text": text, "emoji": True} if text else None
        return told


def _shares(file: File) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for share in file.shares:
        spot = told.setdefault("public" if share.channel.kind is Kind.PUBLIC else "private", {})
        one: dict[str, Any] = {
            "ts": share.ts,
            "channel_name": share.channel.name,
            "team_id": share.channel.workspace.id,
            "reply_users": [],
            "reply_users_count": 0,
            "reply_count": 0,
        }
        if share.thread_ts:
            one["thread_ts"] = share.thread_ts
        spot.setdefault(share.channel.id, []).append(one)
    return told
