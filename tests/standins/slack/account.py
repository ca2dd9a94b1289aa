"""Who the app is, who people are, and what of its tokens is given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.standins.slack.api import Call
from tests.standins.slack.event import Telling
from tests.standins.slack.rules import RefusedError
from tests.standins.slack.world import World


class Account:
    """auth.*, users.*, usergroups.*, team.info, apps.uninstall."""

    def __init__(
        self, world: World, telling: Telling, uninstall: Callable[[str | None, str | None, str], None]
    ) -> None:
        self.world = world
        self.telling = telling
        self._uninstall = uninstall

    async def test(self, call: Call) -> dict[str, Any]:
        """auth.test"""
        first = call.workspaces[0]
        wide = call.grant.team is None
        org = first.enterprise
        return {
            "url": f"https://{org.name.lower()}.enterprise.slack.com/" if wide and org else first.url,
            "team": org.name if wide and org else first.name,
            "team_id": org.id if wide and org else first.id,
            "user": first.bot.username,
            "user_id": first.bot.id,
            "bot_id": first.bot_id,
            "is_enterprise_install": wide,
        } | ({"enterprise_id": org.id} if org else {})

    async def user(self, call: Call) -> dict[str, Any]:
        """users.info"""
        person = self.world.person(call.args["user"])
        if person is None:
            raise RefusedError("user_not_found")
        told = self.telling.person(person, call.workspaces[0], locale=call.args.get("include_locale") in (True, "1"))
        return {"user": told}

    async def bot(self, call: Call) -> dict[str, Any]:
        """bots.info"""
        team = next((each for each in call.workspaces if each.bot_id == call.args.get("bot")), None)
        if team is None:
            raise RefusedError("bot_not_found")
        return {"bot": {"id": team.bot_id, "name": team.bot.username, "app_id": self.world.app_id}}

    async def groups(self, call: Call) -> dict[str, Any]:
        """usergroups.list"""
        told = []
        for group in call.workspace.groups.values():
            if group.disabled and not call.args.get("include_disabled"):
                continue
            one: dict[str, Any] = {
                "id": group.id,
                "team_id": call.workspace.id,
                "handle": group.handle,
                "name": group.handle,
                "is_usergroup": True,
                "date_delete": 1 if group.disabled else 0,
            }
            if call.args.get("include_users"):
                one["users"] = [each.id for each in group.members]
            told.append(one)
        return {"usergroups": told}

    async def group_members(self, call: Call) -> dict[str, Any]:
        """usergroups.users.list"""
        for workspace in call.workspaces:
            group = workspace.groups.get(call.args["usergroup"])
            if group and (not group.disabled or call.args.get("include_disabled")):
                return {"users": [each.id for each in group.members]}
        raise RefusedError("no_such_subteam")

    async def team(self, call: Call) -> dict[str, Any]:
        """team.info"""
        team = call.workspaces[0]
        return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "url": team.url}}

    async def teams(self, call: Call) -> dict[str, Any]:
        """auth.teams.list"""
        return {
            "teams": [{"id": each.id, "name": each.name} for each in call.workspaces],
            "response_metadata": {"next_cursor": ""},
        }

    async def revoke(self, call: Call) -> dict[str, Any]:
        """auth.revoke"""
        if call.args.get("test"):
            return {"revoked": False}
        self._uninstall(call.grant.team, call.grant.enterprise, "token_revoked")
        return {"revoked": True}

    async def uninstall(self, call: Call) -> dict[str, Any]:
        """apps.uninstall"""
        if call.args["client_id"] != self.world.client_id:
            raise RefusedError("invalid_client_id")
        if call.args["client_secret"] != self.world.client_secret:
            raise RefusedError("bad_client_secret")
        self._uninstall(call.grant.team, call.grant.enterprise, "account_inactive")
        return {}
