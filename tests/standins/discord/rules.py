"""What Discord turns down: its error codes, and its own checks of messages, modals, choices and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tests.standins.discord.message import media, walk

COMPONENTS_OF_V2: Final = frozenset({9, 10, 11, 12, 13, 14, 17})
CHOICE_OPTIONS: Final = frozenset({3, 4, 10})


class RefusedError(Exception):
    """An answer other than 2xx. `errors` are 50035's complaints, each with its place."""

    def __init__(self, status: int, code: int, message: str, errors: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = list(errors)

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            complaints = [{"code": "INVALID", "message": error} for error in self.errors]
            told["errors"] = {"_errors": complaints}
        return told


def unauthorized() -> RefusedError:
    return RefusedError(401, 0, "401: Unauthorized")


def unknown(code: int, what: str) -> RefusedError:
    return RefusedError(404, code, f"Unknown {what}")


def missing_access() -> RefusedError:
    return RefusedError(403, 50001, "Missing Access")


def missing_permissions() -> RefusedError:
    return RefusedError(403, 50013, "Missing Permissions")


def invalid(*errors: str) -> RefusedError:
    return RefusedError(400, 50035, "Invalid Form Body", errors)


def check_message(
    content: str,
    embeds: Sequence[Mapping[str, Any]],
    components: list[dict[str, Any]],
    names: Sequence[str],
    *,
    v2: bool,
) -> None:
    """A message as it would stand. names are its files'. Raises RefusedError."""
    errors = list(_message(content, embeds, components, v2=v2))
    errors += _components(components, v2=v2)
    errors += _named_files(embeds, components, names)
    if errors:
        raise invalid(*errors)
    if not (content or embeds or components or names):
        raise RefusedError(400, 50006, "Cannot send an empty message")


def _message(
    content: str, embeds: Sequence[Mapping[str, Any]], components: list[dict[str, Any]], *, v2: bool
) -> Iterator[str]:
    if len(content) > 2000:
        yield "content: Must be 2000 or fewer in length."
    if len(embeds) > 10:
        yield "embeds: Must be 10 or fewer in length."
    if sum(map(_embed_length, embeds)) > 6000:
        yield "embeds: Embed size exceeds maximum size of 6000"
    if v2 and (content or embeds):
        yield "content: The 'content' and 'embeds' fields cannot be used with flag IS_COMPONENTS_V2"
    if not v2 and any(part["type"] in COMPONENTS_OF_V2 for part in walk(components)):
        yield "components: these types need the flag IS_COMPONENTS_V2"
    if not v2 and len(components) > 5:
        yield "components: Must be 5 or fewer in length."


def _embed_length(embed: Mapping[str, Any]) -> int:
    parts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    parts.append((embed.get("author") or {}).get("name"))
    parts += [value for one in embed.get("fields") or () for value in (one["name"], one["value"])]
    return sum(len(part or "") for part in parts)


def _components(components: list[dict[str, Any]], *, v2: bool) -> Iterator[str]:
    parts = list(walk(components))
    if v2 and len(parts) > 40:
        yield f"components: {len(parts)} components, 40 at most"
    if sum(len(part["content"]) for part in parts if part["type"] == 10) > 4000:
        yield "components: text displays exceed 4000 characters"
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    yield from (f"components: Component custom id cannot be duplicated: {id_}" for id_ in ids if ids.count(id_) > 1)
    yield from (
        f"components: custom_id of {len(id_)} characters, 1 to 100 allowed" for id_ in ids if not 1 <= len(id_) <= 100
    )
    for part in parts:
        match part["type"]:
            case 1:
                yield from _row(part)
            case 2:
                yield from _button(part)
            case 12:
                if not 1 <= len(part.get("items") or ()) <= 10:
                    yield "components: a media gallery holds 1 to 10 items"
            case 3:
                if not 1 <= len(part.get("options") or ()) <= 25:
                    yield "components: a select holds 1 to 25 options"
            case 10:
                if not part["content"]:
                    yield "components: a text display needs text"
            case 17:
                if not part.get("components"):
                    yield "components: a container needs components"
            case _:
                pass
        for item in media(part):
            if len(item.get("description") or "") > 1024:
                yield "components: description: Must be 1024 or fewer in length."


def _row(part: Mapping[str, Any]) -> Iterator[str]:
    inner = part.get("components") or ()
    if not 1 <= len(inner) <= 5:
        yield "components: a row holds 1 to 5 components"
    if len(inner) > 1 and any(one["type"] != 2 for one in inner):
        yield "components: a row holds buttons, or one select"


def _button(part: Mapping[str, Any]) -> Iterator[str]:
    link = part["style"] == 5
    if link is not bool(part.get("url")) or (part["style"] < 5 and not part.get("custom_id")):
        yield "components: A button of style 5 has a url, others a custom_id"
    if link and part.get("custom_id"):
        yield "components: A custom id and url cannot both be specified"
    if len(part.get("label") or "") > 80:
        yield "components: label: Must be 80 or fewer in length."
    if not (part.get("label") or part.get("emoji")):
        yield "components: A button needs a label or an emoji"


def _named_files(
    embeds: Sequence[Mapping[str, Any]], components: list[dict[str, Any]], names: Sequence[str]
) -> Iterator[str]:
    urls = [
        (item.get("media") or item.get("file") or {}).get("url", "")
        for part in walk(components)
        for item in media(part)
    ]
    urls += [(embed.get(spot) or {}).get("url", "") for embed in embeds for spot in ("image", "thumbnail")]
    for url in urls:
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            yield f"The referenced attachment was not found: {url}"


def check_modal(data: Mapping[str, Any]) -> None:
    """Raises RefusedError."""
    errors = []
    if not 1 <= len(data["title"]) <= 45:
        errors.append("title: Must be between 1 and 45 in length.")
    if not 1 <= len(data["custom_id"]) <= 100:
        errors.append("custom_id: Must be between 1 and 100 in length.")
    if not 1 <= len(data["components"]) <= 5:
        errors.append("components: Must be between 1 and 5 in length.")
    parts = list(walk(data["components"]))
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    if len(set(ids)) < len(ids):
        errors.append("components: Component custom id cannot be duplicated")
    for part in parts:
        if part["type"] == 2:
            errors.append("components: a modal has no buttons")
        if part["type"] == 18 and not 1 <= len(part["label"]) <= 45:
            errors.append("label: Must be between 1 and 45 in length.")
        if part["type"] == 18 and len(part.get("description") or "") > 100:
            errors.append("description: Must be 100 or fewer in length.")
        if part["type"] == 4 and len(part.get("value") or "") > (part.get("max_length") or 4000):
            errors.append("value: longer than max_length")
        if part.get("disabled"):
            errors.append("components: nothing in a modal is disabled")
    if errors:
        raise invalid(*errors)


def check_choices(choices: Sequence[Mapping[str, Any]]) -> None:
    """Raises RefusedError."""
    errors = ["choices: Must be 25 or fewer in length."] if len(choices) > 25 else []
    for choice in choices:
        if not 1 <= len(choice["name"]) <= 100:
            errors.append("choices: name: Must be between 1 and 100 in length.")
        if isinstance(choice["value"], str) and len(choice["value"]) > 100:
            errors.append("choices: value: Must be 100 or fewer in length.")
    if errors:
        raise invalid(*errors)


def check_commands(commands: Sequence[Mapping[str, Any]]) -> None:
    """A whole scope's commands. Raises RefusedError."""
    errors = [error for command in commands for error in _command(command)]
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        names = [command["name"] for command in commands if (command.get("type") or 1) == kind]
        if len(names) > most:
            raise RefusedError(400, 30032, f"Maximum number of application commands reached ({most}).")
        errors += [f"name: {name} is there twice" for name in set(names) if names.count(name) > 1]
    if errors:
        raise invalid(*errors)


def _command(command: Mapping[str, Any]) -> Iterator[str]:
    name = command["name"]
    if (command.get("type") or 1) != 1:
        if not 1 <= len(name) <= 32:
            yield f"name: {name!r}: Must be between 1 and 32 in length."
        if command.get("description") or command.get("options"):
            yield f"{name}: context menu commands have no description and no options"
        return
    yield from _named(command)
    yield from _options(command.get("options") or (), name)
    if (length := _length(command)) > 8000:
        yield f"{name}: {length} characters, 8000 at most"


def _named(thing: Mapping[str, Any]) -> Iterator[str]:
    names = [thing["name"], *(thing.get("name_localizations") or {}).values()]
    for name in names:
        if not re.fullmatch(r"[-_'\w]{1,32}", name) or name != name.lower():
            yield f"name: {name!r}: String value did not match validation regex."
    for text in (thing.get("description") or "", *(thing.get("description_localizations") or {}).values()):
        if not 1 <= len(text) <= 100:
            yield f"{thing['name']}: description: Must be between 1 and 100 in length."


def _options(options: Sequence[Mapping[str, Any]], path: str) -> Iterator[str]:
    if len(options) > 25:
        yield f"{path}: options: Must be 25 or fewer in length."
    optional = False
    for option in options:
        where = f"{path} {option['name']}"
        yield from _named(option)
        if option["type"] in (1, 2):
            yield from _options(option.get("options") or (), where)
            continue
        if option.get("required") and optional:
            yield f"{where}: Required options must be placed before non-required options"
        optional = optional or not option.get("required")
        choices = option.get("choices") or ()
        if choices and (option["type"] not in CHOICE_OPTIONS or option.get("autocomplete")):
            yield f"{where}: choices have no place here"
        if len(choices) > 25:
            yield f"{where}: choices: Must be 25 or fewer in length."
        yield from (
            f"{where}: a choice's name has 1 to 100 characters" for c in choices if not 1 <= len(c["name"]) <= 100
        )
        if (option.get("max_length") or 0) > 6000:
            yield f"{where}: max_length: 6000 at most"
    names = [option["name"] for option in options]
    if len(set(names)) < len(names):
        yield f"{path}: two options of one name"


def _length(thing: Mapping[str, Any]) -> int:
    """Characters of names, descriptions and values, of each text its longest translation."""

    def longest(name: str) -> int:
        return max(map(len, [thing.get(name) or "", *(thing.get(f"{name}_localizations") or {}).values()]))

    inner = sum(_length(option) for option in thing.get("options") or ())
    inner += sum(len(str(choice["value"])) + _length(choice) for choice in thing.get("choices") or ())
    return longest("name") + longest("description") + inner
