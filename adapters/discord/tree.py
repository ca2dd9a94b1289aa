"""The commands as this release has them against those that Discord shows: the difference, the sync, the invite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import app_commands
from discord.http import Route

Tree = app_commands.CommandTree[Any]
Payload = Mapping[str, Any]

NEEDED: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
"""The least with which pictures are posted, edited and replied to where people talk."""
SLASH: Final = 1
"""The type of a slash command; the others are context menus."""

_CHOICE: Final = ("name", "name_localizations", "value")
_OPTION: Final = (
    "type", "name", "name_localizations", "description", "description_localizations", "required", "autocomplete",
    "min_value", "max_value", "min_length", "max_length", "channel_types",
)  # fmt: skip
_COMMAND: Final = (
    "name", "name_localizations", "description", "description_localizations", "default_member_permissions", "nsfw",
)  # fmt: skip
"""What we can set, and so what is compared; ids, versions and what else Discord adds are its own affair."""
_EVERYWHERE: Final = ("contexts", "integration_types")
"""Only global commands have these; in a server they neither count nor are sent."""
_ASSUMED: Final = ("dm_permission",)
"""Discord derives it from the contexts, which we always send."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One value of a command that differs. path is such as "options.count.max_value"; None: there is no value."""

    path: str
    was: object
    now: object


@dataclass(frozen=True, slots=True)
class Change:
    """A command that both sides have, and what differs in it."""

    name: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a sync would do; false where that is nothing. Names are "/imagine", or a menu's own, such as "Upscale"."""

    added: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()
    shown: int = 0
    """Commands that Discord has now."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.added, *(change.name for change in self.changed), *self.removed)


def compared(ours: Sequence[Payload], theirs: Sequence[Payload]) -> Difference:
    """Two lists of commands as their JSON, ours to be sent and theirs as Discord tells them."""
    have, want = _by_name(theirs), _by_name(ours)
    both = [(name, tuple(_edits(have[name], want[name]))) for name in want if name in have]
    return Difference(
        added=tuple(_title(name) for name in want if name not in have),
        changed=tuple(Change(_title(name), edits) for name, edits in both if edits),
        removed=tuple(_title(name) for name in have if name not in want),
        shown=len(have),
    )


async def difference(tree: Tree, guild_id: int | None = None, *, bare: bool = False) -> Difference:
    """What Discord shows against our commands, everywhere or in one server; bare: against none at all.

    The tree's client must be logged in. Raises discord.HTTPException.
    """
    theirs = await _shown(tree, guild_id)
    return compared([] if bare else await _payload(tree, guild_id), [_placed(each, guild_id) for each in theirs])


async def sync(tree: Tree, guild_id: int | None = None, *, bare: bool = False) -> Difference:
    """Make Discord show what we have; nothing is sent where it does already. Returns what differed before.

    Raises discord.HTTPException.
    """
    found = await difference(tree, guild_id, bare=bare)
    if found:
        await _put(tree, guild_id, [] if bare else await _payload(tree, guild_id))
    return found


async def first_sync(tree: Tree) -> bool:
    """Bring the commands to Discord where it has none at all; whether it did. Raises discord.HTTPException."""
    if await _shown(tree, None):
        return False
    await _put(tree, None, await _payload(tree, None))
    return True


def invite(application_id: int) -> str:
    """The link that brings the bot into a server, with no more permissions than it uses."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED)


def install(application_id: int) -> str:
    """The link with which a person adds the commands to their own account, for use anywhere."""
    return discord.utils.oauth_url(application_id, scopes=("applications.commands",)) + "&integration_type=1"


def _path(guild_id: int | None) -> str:
    inside = "" if guild_id is None else "/guilds/{guild_id}"
    return f"/applications/{{application_id}}{inside}/commands"


async def _shown(tree: Tree, guild_id: int | None) -> list[Payload]:
    route = Route("GET", _path(guild_id), application_id=tree.client.application_id, guild_id=guild_id)
    theirs: list[Payload] = await tree.client.http.request(route, params={"with_localizations": "true"})
    return theirs


async def _put(tree: Tree, guild_id: int | None, payload: Sequence[Payload]) -> None:
    route = Route("PUT", _path(guild_id), application_id=tree.client.application_id, guild_id=guild_id)
    await tree.client.http.request(route, json=payload)


async def _payload(tree: Tree, guild_id: int | None) -> list[Payload]:
    """Our commands as JSON with every language; a server gets the same ones as everybody."""
    translator = tree.translator
    commands = tree.get_commands()
    if translator is None:
        made = [command.to_dict(tree) for command in commands]
    else:
        made = [await command.get_translated_payload(tree, translator) for command in commands]
    return [_placed(each, guild_id) for each in made]


def _placed(command: Payload, guild_id: int | None) -> Payload:
    left_out = _ASSUMED if guild_id is None else (*_ASSUMED, *_EVERYWHERE)
    return {name: value for name, value in command.items() if name not in left_out}


def _by_name(commands: Sequence[Payload]) -> dict[tuple[int, str], dict[str, object]]:
    return {(command.get("type") or SLASH, command["name"]): dict(_flat(command)) for command in commands}


def _title(key: tuple[int, str]) -> str:
    kind, name = key
    return f"/{name}" if kind == SLASH else name


def _edits(have: Mapping[str, object], want: Mapping[str, object]) -> Iterator[Edit]:
    for path in dict.fromkeys((*want, *have)):
        left_to_discord = path in _EVERYWHERE and path not in want
        if have.get(path) != want.get(path) and not left_to_discord:
            yield Edit(path, have.get(path), want.get(path))


def _flat(command: Payload) -> Iterator[tuple[str, object]]:
    """Every value that says something by its path; one that is its own default says nothing."""
    for name in _EVERYWHERE:
        if command.get(name) is not None:
            yield name, ", ".join(str(each) for each in sorted(command[name]))
    yield from _values("", command, _COMMAND)
    yield from _options("", command)


def _options(above: str, holder: Payload) -> Iterator[tuple[str, object]]:
    """Options and choices by name, and their order as a value of its own: people see it."""
    for kind, known in (("options", _OPTION), ("choices", _CHOICE)):
        inner: Sequence[Payload] = holder.get(kind) or ()
        if inner:
            yield f"{above}{kind}", ", ".join(each["name"] for each in inner)
        for each in inner:
            path = f"{above}{kind}.{each['name']}."
            yield from _values(path, each, known)
            yield from _options(path, each)


def _values(above: str, holder: Payload, known: Sequence[str]) -> Iterator[tuple[str, object]]:
    for name in known:
        match holder.get(name):
            case None | False | "" | []:
                continue
            case dict() as by_language:
                yield from ((f"{above}{name}.{language}", text) for language, text in sorted(by_language.items()))
            case list() as several:
                yield f"{above}{name}", ", ".join(str(each) for each in sorted(several))
            case value if name == "default_member_permissions":
                yield f"{above}{name}", int(value)  # sent as a number, told as text
            case value:
                yield f"{above}{name}", value
