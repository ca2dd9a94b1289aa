"""What people do, as the interactions that Discord makes of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tests.standins.discord.event import BOUGHT_PERMISSIONS, Telling
from tests.standins.discord.interaction import Asked, Interaction, Modal, ModalField
from tests.standins.discord.message import File, Message
from tests.standins.discord.world import Channel, Kind, Person, World

OPTION_TYPES: Final = {str: 3, bool: 5, int: 4, float: 10, Person: 6, Channel: 7, File: 11}
"""What a value is taken for where no registered command says."""
CONTEXTS: Final = {Kind.DM: 1, Kind.GROUP_DM: 2}
UPLOAD: Final = 19


class Asking:
    """Builds interactions; each is known to the world before anybody hears of it."""

    def __init__(self, world: World, telling: Telling) -> None:
        self.world = world
        self.telling = telling

    def command(
        self,
        person: Person,
        channel: Channel,
        name: str,
        options: Mapping[str, Any],
        *,
        focused: str | None = None,
        types: Mapping[str, int] | None = None,
        by_person: bool = False,
    ) -> Interaction:
        """A slash command, "group sub" for one within a group; with a focused option, what autocomplete asks.

        Raises AssertionError for what Discord's own client would not let through.
        """
        words = name.split()
        registered = self._registered(words[0], 1, channel)
        if registered is None and types is None:
            known = [one["name"] for held in self.world.commands.values() for one in held]
            raise AssertionError(f"/{words[0]} is not registered; known: {known}")
        leaf = registered or {}
        for word in words[1:]:
            leaf = next(one for one in leaf["options"] if one["name"] == word)
        if registered:
            _reachable(registered, channel)
        told, resolved = self._options(leaf, options, focused=focused, types=types or {})
        for word in reversed(words[1:]):
            nested = [one for one in told if one["type"] in (1, 2)]
            told = [{"name": word, "type": 2 if nested else 1, "options": told}]
        data = {"id": (registered or {}).get("id", "1"), "name": words[0], "type": 1, "options": told}
        if resolved:
            data["resolved"] = resolved
        if registered and "guild_id" in registered:
            data["guild_id"] = registered["guild_id"]
        kind = Asked.AUTOCOMPLETE if focused else Asked.COMMAND
        return self.make(kind, person, channel, data, by_person=by_person)

    def menu(self, person: Person, message: Message, name: str, *, by_person: bool = False) -> Interaction:
        """A context menu on a message: its content is told whatever the intents."""
        registered = self._registered(name, 3, message.channel)
        if registered is None:
            raise AssertionError(f"no message command {name!r} is registered")
        _reachable(registered, message.channel)
        told = self.telling.message(message)
        data = {
            "id": registered["id"],
            "name": name,
            "type": 3,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): told}},
        }
        if "guild_id" in registered:
            data["guild_id"] = registered["guild_id"]
        return self.make(Asked.COMMAND, person, message.channel, data, target=message, by_person=by_person)

    def component(self, person: Person, message: Message, custom_id: str, values: Sequence[str] | None) -> Interaction:
        """A button pressed (values None), or options of a select chosen."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 2 if values is None else 3, "id": 1}
        if values is not None:
            data["values"] = list(values)
        alone = bool(message.interaction and message.interaction.by_person_alone)
        return self.make(Asked.COMPONENT, person, message.channel, data, source=message, by_person=alone)

    def modal(self, person: Person, asked: Interaction, modal: Modal, filled: Mapping[str, Any]) -> Interaction:
        """A form sent: fields that are not named keep what they were filled with."""
        named = {modal.field(name).custom_id: value for name, value in filled.items()}
        values = {one.custom_id: named.get(one.custom_id, _initial(one)) for one in modal.fields}
        missing = [one.label for one in modal.fields if one.required and values[one.custom_id] in ("", [], None)]
        if missing:
            raise AssertionError(f"the form cannot be sent without {missing}")
        resolved: dict[str, Any] = {}
        components = [self._filled(part, values, modal, resolved) for part in modal.components]
        data: dict[str, Any] = {"custom_id": modal.custom_id, "components": components}
        if resolved:
            data["resolved"] = resolved
        return self.make(Asked.MODAL, person, asked.channel, data, source=asked.source, by_person=asked.by_person_alone)

    def make(
        self,
        kind: Asked,
        person: Person,
        channel: Channel,
        data: dict[str, Any],
        *,
        source: Message | None = None,
        target: Message | None = None,
        by_person: bool = False,
    ) -> Interaction:
        guild = channel.guild
        if by_person or channel.kind is Kind.GROUP_DM or (guild and not guild.installed):
            owners = {"1": str(person.id)}
        else:
            owners = {"0": str(guild.id) if guild else "0"}
        now = self.world.clock.now()
        interaction = Interaction(
            id=self.world.snowflakes.mint(),
            token="aW50ZXJhY3Rpb246" + secrets.token_urlsafe(48),
            kind=kind,
            person=person,
            channel=channel,
            at=now,
            owners=owners,
            payload={},
            source=source,
            target=target,
            asked_at=time.monotonic(),
        )
        interaction.payload = self._payload(interaction, data)
        self.world.interactions[interaction.id] = interaction
        self.world.by_token[interaction.token] = interaction
        return interaction

    def _payload(self, interaction: Interaction, data: dict[str, Any]) -> dict[str, Any]:
        person, channel, guild = interaction.person, interaction.channel, interaction.guild
        mine = BOUGHT_PERMISSIONS if guild is None or not guild.installed else channel.permissions
        told: dict[str, Any] = {
            "id": str(interaction.id),
            "application_id": str(self.world.app_id),
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": self.telling.partial_channel(channel, person),
            "locale": person.locale,
            "app_permissions": str(int(mine)),
            "entitlements": [],
            "authorizing_integration_owners": interaction.owners,
            "context": CONTEXTS.get(channel.kind, 0),
            "attachment_size_limit": self.world.size_limit(channel),
        }
        if guild:
            told |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
                "guild_locale": guild.locale,
                "member": self.telling.member(person, guild, permissions=person.permissions),
            }
        else:
            told["user"] = self.telling.user(person)
        if interaction.source:
            told["message"] = self.telling.message(interaction.source)
        return told

    def _registered(self, name: str, kind: int, channel: Channel) -> dict[str, Any] | None:
        scopes = [channel.guild.id, None] if channel.guild else [None]
        for scope in scopes:
            for command in self.world.commands.get(scope, []):
                if (command["type"], command["name"]) == (kind, name):
                    return command
        return None

    def _options(
        self, leaf: Mapping[str, Any], given: Mapping[str, Any], *, focused: str | None, types: Mapping[str, int]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        described = {one["name"]: one for one in leaf.get("options") or ()}
        resolved: dict[str, Any] = {}
        told = []
        for name, value in given.items():
            if value is None:
                continue
            if described and name not in described:
                raise AssertionError(f"{leaf['name']} has no option {name!r}, only {sorted(described)}")
            about = described.get(name, {})
            kind = about.get("type") or types.get(name) or OPTION_TYPES[type(value)]
            if focused is None:
                _fits(about, value)
            one = {"name": name, "type": kind, "value": self._value(value, resolved)}
            if kind == 10 and isinstance(value, int):
                one["value"] = float(value)
            if name == focused:
                one["focused"] = True
            told.append(one)
        missing = [name for name, about in described.items() if about.get("required") and name not in given]
        if missing and focused is None:
            raise AssertionError(f"{leaf['name']} needs {missing}")
        return told, resolved

    def _value(self, value: Any, resolved: dict[str, Any]) -> Any:
        match value:
            case File():
                self.upload(value, resolved)
                return str(value.id)
            case Person():
                resolved.setdefault("users", {})[str(value.id)] = self.telling.user(value)
                return str(value.id)
            case Channel():
                resolved.setdefault("channels", {})[str(value.id)] = self.telling.partial_channel(value, self.world.bot)
                return str(value.id)
            case _:
                return value

    def upload(self, file: File, resolved: dict[str, Any]) -> None:
        """Files given with a command or a form are kept apart, for a while only."""
        file.ephemeral = True
        self.world.files[file.id] = file
        resolved.setdefault("attachments", {})[str(file.id)] = self.telling.file(file)

    def _filled(
        self, part: Mapping[str, Any], values: Mapping[str, Any], modal: Modal, resolved: dict[str, Any]
    ) -> dict[str, Any]:
        told: dict[str, Any] = {"type": part["type"], "id": part.get("id") or 1}
        if part["type"] == 18:
            return told | {"component": self._filled(part["component"], values, modal, resolved)}
        if part["type"] == 1:
            return told | {"components": [self._filled(one, values, modal, resolved) for one in part["components"]]}
        if "custom_id" not in part:
            return told
        value = values[part["custom_id"]]
        told["custom_id"] = part["custom_id"]
        match part["type"]:
            case 4 | 21 | 23:  # text, one of several, yes or no
                told["value"] = value
            case 19:
                files = [value] if isinstance(value, File) else list(value or ())
                for file in files:
                    self.upload(file, resolved)
                told["values"] = [str(file.id) for file in files]
            case _:
                told["values"] = [value] if isinstance(value, str) else list(value or ())
        return told


def _initial(field: ModalField) -> Any:
    match field.kind:
        case 4:
            return field.value
        case 21:
            return next(iter(field.chosen), None)
        case 23:
            return False
        case _:
            return list(field.chosen)


def _reachable(command: Mapping[str, Any], channel: Channel) -> None:
    """Whether Discord shows the command there at all."""
    context = CONTEXTS.get(channel.kind, 0)
    if command.get("contexts") is not None and context not in command["contexts"]:
        raise AssertionError(f"{command['name']} is not offered in context {context}")
    if command.get("nsfw") and not (channel.age_restricted or channel.is_direct):
        raise AssertionError(f"{command['name']} is age-restricted, #{channel.name} is not")
    alone = channel.kind is Kind.GROUP_DM or bool(channel.guild and not channel.guild.installed)
    if alone and 1 not in command.get("integration_types", [0]):
        raise AssertionError(f"{command['name']} cannot be installed by a person")


def _fits(about: Mapping[str, Any], value: Any) -> None:
    """What Discord's own client checks before it sends."""
    name = about.get("name")
    if isinstance(value, str) and about.get("max_length") and len(value) > about["max_length"]:
        raise AssertionError(f"{name} takes {about['max_length']} characters")
    if about.get("choices") and value not in [choice["value"] for choice in about["choices"]]:
        raise AssertionError(f"{name} offers {_texts(about['choices'])}, not {value!r}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = about.get("min_value"), about.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise AssertionError(f"{name} takes {low} to {high}, not {value}")


def _texts(choices: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [choice["value"] for choice in choices]
