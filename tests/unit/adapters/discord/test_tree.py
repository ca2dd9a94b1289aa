"""Commands compared as JSON: only what people would notice counts as a difference."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from adapters.discord.tree import NEEDED, Change, Edit, compared, install, invite

IMAGINE: dict[str, Any] = {
    "name": "imagine",
    "description": "Paint a picture from words",
    "description_localizations": {"de": "Male ein Bild aus Worten"},
    "type": 1,
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": None,
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
    "options": [
        {"type": 3, "name": "prompt", "description": "What to paint", "required": True, "max_length": 2000},
        {
            "type": 4,
            "name": "count",
            "description": "How many",
            "required": False,
            "min_value": 1,
            "max_value": 4,
        },
        {
            "type": 3,
            "name": "aspect",
            "description": "Its shape",
            "required": False,
            "choices": [{"name": "wide", "value": "16:9"}, {"name": "square", "value": "1:1"}],
        },
    ],
}
UPSCALE: dict[str, Any] = {"name": "Upscale", "type": 3, "dm_permission": True, "nsfw": False, "contexts": [0, 1, 2]}


def told(command: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The same as Discord tells it: with what is its own, and without what says nothing."""
    answer = copy.deepcopy({**command, "id": "1", "application_id": "2", "version": "3", **other})
    answer.setdefault("description", "")
    answer.setdefault("name_localizations", None)
    answer.setdefault("integration_types", [0, 1])
    for option in answer.get("options", ()):
        if not option.get("required"):
            option.pop("required", None)
        option["description_localizations"] = None
    return answer


def changed(**other: Any) -> tuple[Edit, ...]:
    """What differs once the command on Discord's side has other values."""
    (change,) = compared([IMAGINE], [told(IMAGINE, **other)]).changed
    assert change.name == "/imagine"
    return change.edits


def test_what_discord_adds_by_itself_is_no_difference() -> None:
    found = compared([IMAGINE, UPSCALE], [told(UPSCALE), told(IMAGINE)])
    assert not found
    assert found.shown == 2


def test_what_is_new_and_what_is_gone_is_named_as_people_see_it() -> None:
    found = compared([IMAGINE, UPSCALE], [told(IMAGINE), told({"name": "dream", "type": 1})])
    assert found.added == ("Upscale",)
    assert found.removed == ("/dream",)
    assert found.changed == ()
    assert found.names == ("Upscale", "/dream")


def test_a_menu_is_not_the_slash_command_of_the_same_name() -> None:
    found = compared([{"name": "upscale", "type": 3}], [told({"name": "upscale", "type": 1})])
    assert found.added == ("upscale",)
    assert found.removed == ("/upscale",)


def test_an_empty_side_is_all_difference() -> None:
    assert compared([IMAGINE], []).added == ("/imagine",)
    assert compared([], [told(IMAGINE)]).removed == ("/imagine",)
    assert not compared([], [])


@pytest.mark.parametrize(
    ("other", "edit"),
    [
        ({"description": "Draw"}, Edit("description", "Draw", "Paint a picture from words")),
        (
            {"description_localizations": {"de": "Zeichne"}},
            Edit("description_localizations.de", "Zeichne", "Male ein Bild aus Worten"),
        ),
        ({"description_localizations": None}, Edit("description_localizations.de", None, "Male ein Bild aus Worten")),
        ({"nsfw": True}, Edit("nsfw", True, None)),
        ({"default_member_permissions": "32"}, Edit("default_member_permissions", 32, None)),
        ({"contexts": [0]}, Edit("contexts", "0", "0, 1, 2")),
        ({"integration_types": [0]}, Edit("integration_types", "0", "0, 1")),
    ],
)
def test_each_value_that_people_notice_is_named(other: dict[str, Any], edit: Edit) -> None:
    assert changed(**other) == (edit,)


@pytest.mark.parametrize(
    ("number", "name", "value", "edit"),
    [
        (0, "required", False, Edit("options.prompt.required", None, True)),
        (0, "max_length", 6000, Edit("options.prompt.max_length", 6000, 2000)),
        (1, "min_value", 0, Edit("options.count.min_value", 0, 1)),
        (1, "max_value", None, Edit("options.count.max_value", None, 4)),
        (1, "autocomplete", True, Edit("options.count.autocomplete", True, None)),
        (1, "type", 10, Edit("options.count.type", 10, 4)),
        (2, "choices", [{"name": "wide", "value": "16:9"}], Edit("options.aspect.choices", "wide", "wide, square")),
    ],
)
def test_each_value_of_an_option_is_named(number: int, name: str, value: object, edit: Edit) -> None:
    options = copy.deepcopy(IMAGINE["options"])
    options[number][name] = value
    assert edit in changed(options=options)


def test_options_in_another_order_are_a_difference() -> None:
    assert changed(options=IMAGINE["options"][::-1]) == (
        Edit("options", "aspect, count, prompt", "prompt, count, aspect"),
    )


def test_an_option_that_is_gone_is_told_with_what_it_was() -> None:
    before = told(IMAGINE)
    before["options"].append({"type": 5, "name": "private", "description": "Only for me"})
    (change,) = compared([IMAGINE], [before]).changed
    assert change == Change(
        "/imagine",
        (
            Edit("options", "prompt, count, aspect, private", "prompt, count, aspect"),
            Edit("options.private.type", 5, None),
            Edit("options.private.name", "private", None),
            Edit("options.private.description", "Only for me", None),
        ),
    )


def test_a_choice_with_another_value_is_named() -> None:
    before = told(IMAGINE)
    before["options"][2]["choices"][1]["value"] = "4:3"
    (change,) = compared([IMAGINE], [before]).changed
    assert change.edits == (Edit("options.aspect.choices.square.value", "4:3", "1:1"),)


def test_where_we_leave_a_choice_to_discord_its_answer_is_no_difference() -> None:
    silent = {name: value for name, value in IMAGINE.items() if name not in ("contexts", "integration_types")}
    assert not compared([silent], [told(IMAGINE)])


def test_the_invite_asks_for_the_least() -> None:
    link = urlsplit(invite(4711))
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert (link.scheme, link.netloc, link.path) == ("https", "discord.com", "/oauth2/authorize")
    assert asked["client_id"] == "4711"
    assert asked["scope"] == "bot applications.commands"
    assert discord.Permissions(int(asked["permissions"])) == NEEDED
    assert sum(allowed for _, allowed in NEEDED) == 6
    assert not NEEDED.administrator


def test_a_person_installs_the_commands_alone() -> None:
    asked = parse_qs(urlsplit(install(4711)).query)
    assert asked == {"client_id": ["4711"], "scope": ["applications.commands"], "integration_type": ["1"]}
