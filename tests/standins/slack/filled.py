"""A modal's inputs as a person fills them in, told as the state of its view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.standins.slack.message import File
from tests.standins.slack.shown import initial_options, options_of
from tests.standins.slack.view import Field, View


def filled(view: View, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every input by block and action, with what was given or what it was filled with.

    Raises LookupError for a field that is not there, AssertionError for what nobody could fill in.
    """
    wanted = {view.field(name).action_id + view.field(name).block_id: value for name, value in given.items()}
    state: dict[str, Any] = {}
    for one in view.fields:
        key = one.action_id + one.block_id
        value = _entered(one, wanted[key]) if key in wanted else _standing(one)
        if one.required and _empty(value):
            raise AssertionError(f"{one.label or one.block_id} must be filled in")
        state.setdefault(one.block_id, {})[one.action_id] = {"type": one.kind, **value}
    return state


def _standing(one: Field) -> dict[str, Any]:
    """What was there when the form opened."""
    match one.kind:
        case "static_select" | "radio_buttons" | "overflow":
            return {"selected_option": next(iter(initial_options(one.element)), None)}
        case "multi_static_select" | "checkboxes":
            return {"selected_options": initial_options(one.element)}
        case "file_input":
            return {"files": []}
        case _:
            return {"value": one.value or None}


def _entered(one: Field, value: Any) -> dict[str, Any]:
    match one.kind:
        case "static_select" | "radio_buttons" | "overflow":
            return {"selected_option": _option(one, value) if value is not None else None}
        case "multi_static_select" | "checkboxes":
            return {"selected_options": [_option(one, each) for each in value]}
        case "file_input":
            return {"files": _files(one, value)}
        case _:
            return {"value": _typed(one, value)}


def _option(one: Field, named: str) -> dict[str, Any]:
    for option in options_of(one.element):
        if named in (option["value"], option["text"]["text"]):
            return option
    raise AssertionError(f"{one.label} does not offer {named!r} but {dict(one.options)}")


def _typed(one: Field, value: Any) -> str | None:
    if value in (None, ""):
        return None
    told = str(value)
    most, least = one.element.get("max_length", 3000), one.element.get("min_length", 0)
    if one.kind == "plain_text_input" and not least <= len(told) <= most:
        raise AssertionError(f"{one.label} takes {least} to {most} characters, not {len(told)}")
    if one.kind == "number_input":
        number = float(told)
        if not float(one.element.get("min_value", "-inf")) <= number <= float(one.element.get("max_value", "inf")):
            raise AssertionError(f"{one.label} does not take {told}")
        if not number.is_integer() and not one.element.get("is_decimal_allowed"):
            raise AssertionError(f"{one.label} takes whole numbers")
    return told


def _files(one: Field, value: File | Iterable[File]) -> list[File]:
    files = [value] if isinstance(value, File) else list(value)
    if len(files) > one.element.get("max_files", 10):
        raise AssertionError(f"{one.label} takes {one.element.get('max_files', 10)} files")
    letters = one.element.get("filetypes")
    for file in files:
        if letters and file.name.rpartition(".")[2].lower() not in letters:
            raise AssertionError(f"{one.label} takes {letters}, not {file.name}")
    return files


def _empty(value: Mapping[str, Any]) -> bool:
    return not any(value.values())
