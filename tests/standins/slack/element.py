"""Block Kit's small parts: texts, options, buttons, selects and inputs, within Slack's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

SHAPES: Final[Mapping[str, tuple[str, str]]] = {  # as in the vendor's reference of blocks, read 2026-11
    # kind: fields it must have, fields it may have
    "button": ("action_id? text", "value url style confirm accessibility_label"),
    "image": ("alt_text", "image_url slack_file"),
    "static_select": ("action_id", "placeholder options option_groups initial_option confirm focus_on_load"),
    "multi_static_select": (
        "action_id",
        "placeholder options option_groups initial_options confirm max_selected_items focus_on_load",
    ),
    "users_select": ("action_id", "placeholder initial_user confirm focus_on_load"),
    "conversations_select": (
        "action_id",
        "placeholder initial_conversation default_to_current_conversation confirm response_url_enabled filter",
    ),
    "channels_select": ("action_id", "placeholder initial_channel confirm response_url_enabled focus_on_load"),
    "overflow": ("action_id options", "confirm"),
    "checkboxes": ("action_id options", "initial_options confirm focus_on_load"),
    "radio_buttons": ("action_id options", "initial_option confirm focus_on_load"),
    "plain_text_input": (
        "action_id",
        "placeholder initial_value multiline min_length max_length dispatch_action_config focus_on_load",
    ),
    "number_input": (
        "action_id? is_decimal_allowed",
        "placeholder initial_value min_value max_value dispatch_action_config focus_on_load",
    ),
    "url_text_input": ("action_id", "placeholder initial_value dispatch_action_config focus_on_load"),
    "email_text_input": ("action_id", "placeholder initial_value dispatch_action_config focus_on_load"),
    "datepicker": ("action_id", "placeholder initial_date confirm focus_on_load"),
    "timepicker": ("action_id", "placeholder initial_time confirm timezone focus_on_load"),
    "file_input": ("action_id?", "filetypes max_files"),
}
"""Elements that a bot which posts pictures meets; a name with ? may be left out, and Slack makes one."""
IN_ACTIONS: Final = frozenset(SHAPES) - {
    "image",
    "plain_text_input",
    "number_input",
    "url_text_input",
    "email_text_input",
    "file_input",
}
IN_INPUT: Final = frozenset(SHAPES) - {"button", "image", "overflow"}
OPTIONS: Final = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
"""The most options of these; others take 100."""


def element(part: Any, path: str, allowed: frozenset[str]) -> Iterator[str]:
    """What an element has wrong, each with its place."""
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in allowed:
        yield f"unsupported element type: {kind} [json-pointer:{path}]"
        return
    must, may = SHAPES[kind]
    yield from fields(part, path, must, may)
    yield from _limits(part, path)
    yield from _texts(part, path)
    if kind == "image":
        yield from picture(part, path)
    if "options" in part or "option_groups" in part or kind in OPTIONS or kind.endswith("static_select"):
        yield from _choices(part, path, kind)
    if kind == "plain_text_input":
        yield from _typed(part, path)
    if kind == "number_input":
        yield from _numbers(part, path)
    if kind == "file_input" and not 1 <= part.get("max_files", 10) <= 10:
        yield f"max_files: 1 to 10 [json-pointer:{path}/max_files]"
    if kind == "button" and part.get("style", "primary") not in ("primary", "danger"):
        yield f"style must be primary or danger [json-pointer:{path}/style]"


def fields(part: Mapping[str, Any], path: str, must: str, may: str) -> Iterator[str]:
    """Fields that are missing, and fields that nobody knows."""
    needed = {name for name in must.split() if not name.endswith("?")}
    known = {name.rstrip("?") for name in must.split()} | set(may.split()) | {"type"}
    yield from (f"missing required field: {name} [json-pointer:{path}]" for name in sorted(needed - part.keys()))
    yield from (f"invalid additional property: {name} [json-pointer:{path}]" for name in sorted(part.keys() - known))


def text(value: Any, path: str, *, most: int, plain: bool = True, mrkdwn: bool = False) -> Iterator[str]:
    """A text object of 1 to `most` characters, of the kinds allowed there."""
    kinds = {"plain_text"} if plain else set()
    kinds |= {"mrkdwn"} if mrkdwn else set()
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(sorted(kinds))} [json-pointer:{path}]"
        return
    own = "emoji" if value["type"] == "plain_text" else "verbatim"
    yield from fields(value, path, "text", own)
    yield from length(value.get("text"), f"{path}/text", most)


def length(value: Any, path: str, most: int, least: int = 1) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{path}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{path}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{path}]"


def picture(part: Mapping[str, Any], path: str) -> Iterator[str]:
    """An image block or element: an address or a Slack file, and an alt text."""
    if ("image_url" in part) is ("slack_file" in part):
        yield f"an image has an image_url or a slack_file [json-pointer:{path}]"
    if "image_url" in part:
        yield from length(part["image_url"], f"{path}/image_url", 3000)
    file = part.get("slack_file")
    if file is not None and not (isinstance(file, dict) and len(file) == 1 and file.keys() <= {"id", "url"}):
        yield f"a slack_file has an id or a url [json-pointer:{path}/slack_file]"
    if "alt_text" in part:
        yield from length(part["alt_text"], f"{path}/alt_text", 2000)


def _limits(part: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, most in (("action_id", 255), ("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if name in part:
            yield from length(part[name], f"{path}/{name}", most)


def _texts(part: Mapping[str, Any], path: str) -> Iterator[str]:
    if "text" in part:
        yield from text(part["text"], f"{path}/text", most=75)
    if "placeholder" in part:
        yield from text(part["placeholder"], f"{path}/placeholder", most=150)
    if "confirm" in part:
        yield from _confirm(part["confirm"], f"{path}/confirm")


def _confirm(part: Any, path: str) -> Iterator[str]:
    if not isinstance(part, dict):
        yield f"must be an object [json-pointer:{path}]"
        return
    yield from fields(part, path, "title text confirm deny", "style")
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in part:
            yield from text(part[name], f"{path}/{name}", most=most, mrkdwn=name == "text")


def _choices(part: Mapping[str, Any], path: str, kind: str) -> Iterator[str]:
    if ("options" in part) is ("option_groups" in part):
        yield f"must have options or option_groups [json-pointer:{path}]"
        return
    most = OPTIONS.get(kind, 100)
    groups = part.get("option_groups") or [{"options": part.get("options")}]
    if len(groups) > 100:
        yield f"must be at most 100 groups [json-pointer:{path}/option_groups]"
    offered: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        at = f"{path}/option_groups/{number}" if "option_groups" in part else path
        if "label" in group:
            yield from text(group["label"], f"{at}/label", most=75)
        options = group.get("options")
        if not isinstance(options, list) or not 1 <= len(options) <= most:
            yield f"must be 1 to {most} options [json-pointer:{at}/options]"
            continue
        offered += options
        for index, option in enumerate(options):
            yield from _option(option, f"{at}/options/{index}", kind)
    values = [one.get("value") for one in offered]
    if len(set(values)) < len(values):
        yield f"values of options must be unique [json-pointer:{path}]"
    first = [part["initial_option"]] if "initial_option" in part else part.get("initial_options", [])
    if any(one not in offered for one in first):
        yield f"an initial option must be one of the options [json-pointer:{path}]"
    if "initial_options" in part and not first:
        yield f"initial_options must not be empty [json-pointer:{path}/initial_options]"


def _option(option: Any, path: str, kind: str) -> Iterator[str]:
    if not isinstance(option, dict):
        yield f"must be an object [json-pointer:{path}]"
        return
    yield from fields(option, path, "text value", "description url" if kind == "overflow" else "description")
    rich = kind in ("checkboxes", "radio_buttons")
    yield from text(option.get("text"), f"{path}/text", most=75, mrkdwn=rich)
    yield from length(option.get("value"), f"{path}/value", 150)
    if "description" in option:
        yield from text(option["description"], f"{path}/description", most=75, mrkdwn=rich)


def _typed(part: Mapping[str, Any], path: str) -> Iterator[str]:
    most, least = part.get("max_length", 3000), part.get("min_length", 0)
    if not 1 <= most <= 3000 or not 0 <= least <= most:
        yield f"min_length and max_length: 0 to 3000 [json-pointer:{path}]"
    if "initial_value" in part and len(part["initial_value"]) > most:
        yield f"initial_value is longer than {most} characters [json-pointer:{path}/initial_value]"


def _numbers(part: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in ("initial_value", "min_value", "max_value"):
        value = part.get(name, "0")
        try:
            whole = isinstance(value, str) and float(value).is_integer()
        except ValueError:
            yield f"{name} must be a number as text [json-pointer:{path}/{name}]"
            continue
        if not isinstance(value, str):
            yield f"{name} must be a string [json-pointer:{path}/{name}]"
        elif not whole and not part.get("is_decimal_allowed"):
            yield f"{name} must be a whole number [json-pointer:{path}/{name}]"
