"""The app's commands: read, replaced and changed, kept as Discord keeps them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.standins.discord.account import guild_of
from tests.standins.discord.rest import Call
from tests.standins.discord.rules import check_commands, unknown
from tests.standins.discord.world import World

QUIET: Final = ("required", "autocomplete", "choices", "options", "name_localizations", "description_localizations")
"""Members of an option that an answer leaves out where they say nothing."""


@dataclass(slots=True)
class Commands:
    """Handlers of the command routes, global or of a guild."""

    world: World

    async def read_all(self, call: Call) -> list[dict[str, Any]]:
        held = self.world.commands.get(self._scope(call), [])
        return [self._told(command, call) for command in held]

    async def read(self, call: Call) -> dict[str, Any]:
        return self._told(self._held(call), call)

    async def replace(self, call: Call) -> list[dict[str, Any]]:
        check_commands(call.body)
        scope = self._scope(call)
        held = {(one["type"], one["name"]): one for one in self.world.commands.get(scope, [])}
        self.world.commands[scope] = register(self.world, scope, call.body, held=list(held.values()))
        return [self._told(command, call) for command in self.world.commands[scope]]

    async def create(self, call: Call) -> dict[str, Any]:
        scope = self._scope(call)
        held = self.world.commands.setdefault(scope, [])
        (made,) = register(self.world, scope, [call.body], held=held)
        rest = [one for one in held if one["id"] != made["id"]]
        check_commands([*rest, made])
        self.world.commands[scope] = [*rest, made]
        return self._told(made, call)

    async def edit(self, call: Call) -> dict[str, Any]:
        command = self._held(call)
        changed = command | call.body | {"version": str(self.world.snowflakes.mint())}
        scope = self._scope(call)
        check_commands([changed if one is command else one for one in self.world.commands[scope]])
        command.update(changed)
        return self._told(command, call)

    async def delete(self, call: Call) -> None:
        self.world.commands[self._scope(call)].remove(self._held(call))

    def _scope(self, call: Call) -> int | None:
        if call.id("application_id") != self.world.app_id:
            raise unknown(10002, "Application")
        return guild_of(self.world, call).id if "guild_id" in call.ids else None

    def _held(self, call: Call) -> dict[str, Any]:
        for command in self.world.commands.get(self._scope(call), []):
            if int(command["id"]) == call.id("command_id"):
                return command
        raise unknown(10063, "application command")

    def _told(self, command: dict[str, Any], call: Call) -> dict[str, Any]:
        """Translations are told where they are asked for, and in answers to a change."""
        told = copy.deepcopy(command)
        if call.request.method == "GET" and not call.flag("with_localizations"):
            for one in _each(told):
                one.pop("name_localizations", None)
                one.pop("description_localizations", None)
        return told


def register(
    world: World, scope: int | None, commands: Sequence[dict[str, Any]], *, held: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Commands as Discord keeps them: known names keep their id, what changed gets a new version."""
    known = {(one["type"], one["name"]): one for one in held}
    made = []
    for asked in commands:
        kept = _normal(asked)
        before = known.get((kept["type"], kept["name"]))
        kept["id"] = before["id"] if before else str(world.snowflakes.mint())
        kept["application_id"] = str(world.app_id)
        if scope is not None:
            kept["guild_id"] = str(scope)
        same = before and {name: value for name, value in before.items() if name != "version"} == kept
        kept["version"] = before["version"] if before and same else str(world.snowflakes.mint())
        made.append(kept)
    return made


def _normal(asked: dict[str, Any]) -> dict[str, Any]:
    permissions = asked.get("default_member_permissions")
    kept = {
        "type": asked.get("type") or 1,
        "name": asked["name"],
        "name_localizations": asked.get("name_localizations") or None,
        "description": asked.get("description") or "",
        "description_localizations": asked.get("description_localizations") or None,
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": bool(asked.get("nsfw")),
        "contexts": asked.get("contexts"),
        "integration_types": asked.get("integration_types") or [0],
    }
    if kept["type"] == 1 and asked.get("options"):
        kept["options"] = [_normal_option(option) for option in asked["options"]]
    return kept


def _normal_option(asked: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in asked.items() if value or name not in QUIET}
    for inner in ("options", "choices"):
        if inner in kept:
            kept[inner] = [_normal_option(one) for one in kept[inner]]
    return kept


def _each(thing: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*thing.get("options", ()), *thing.get("choices", ())]
    return [thing, *(one for part in inner for one in _each(part))]
