"""The app's manifest: what Slack takes, and no scope more or less than what is called needs."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.slack import Settings, manifest
from bot.chat.press import Press
from tests.house import all_words
from tests.standins import spec
from tests.standins.slack.rules import DOCUMENT

DOOR = Path(manifest.__file__).parent
EVERYTHING = Settings(roles=("S0123ABCD",), history=True)
PUBLIC = "https://pictures.example.org"
ELSEWHERE = {"app_mentions:read", "commands", "im:history"}
"""Scopes for events and commands, which no method's description names."""


def made(language: str = "en", *, many: bool = False, **settings: Any) -> dict[str, Any]:
    return manifest.manifest(Settings(**settings), say=partial(all_words().say, language), many=many)


def called(methods: spec.Methods) -> Iterator[str]:
    """Every Web API method that the door names, as slack_sdk spells it or in Slack's own spelling."""
    for file in DOOR.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            text = node.attr.replace("_", ".") if isinstance(node, ast.Attribute) else ""
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else text
            if text in methods:
                yield text


@pytest.fixture
def methods() -> spec.Methods:
    found = spec.find_methods(DOCUMENT)
    if found is None:
        pytest.skip(spec.ABSENT)
    return found


def test_every_method_that_is_called_has_a_scope(methods: spec.Methods) -> None:
    allowed = set(manifest.scopes(EVERYTHING))
    names = set(called(methods))
    assert {"auth.test", "conversations.info"} <= names
    assert [name for name in names if methods.scopes(name) and not allowed & set(methods.scopes(name))] == []


def test_no_scope_is_asked_for_that_nothing_needs(methods: spec.Methods) -> None:
    needed = {scope for name in called(methods) for scope in methods.scopes(name)} | ELSEWHERE
    assert [scope for scope in manifest.scopes(Settings()) if scope not in needed] == []


@pytest.mark.parametrize(
    ("settings", "further"),
    [
        ({}, set()),
        ({"roles": "U0123ABCD"}, set()),
        ({"roles": "S0123ABCD"}, {"usergroups:read"}),
        ({"moderators": "U0123ABCD, S0123ABCD"}, {"usergroups:read"}),
        ({"history": True}, {"channels:history", "groups:history"}),
    ],
)
def test_a_setting_brings_the_scopes_that_it_needs(settings: dict[str, Any], further: set[str]) -> None:
    assert set(manifest.scopes(Settings(**settings))) - set(manifest.scopes(Settings())) == further


def test_without_an_assistant_nothing_of_it_is_asked_for() -> None:
    app = made(assistant="off")
    assert "assistant:write" not in app["oauth_config"]["scopes"]["bot"]
    assert not {"agent_view", "assistant_view"} & set(app["features"])


def test_a_new_app_is_an_agent_and_an_older_one_may_keep_its_pane() -> None:
    agent, pane = made(), made(assistant="pane")
    assert "assistant_view" not in agent["features"]
    assert "agent_view" not in pane["features"]
    assert agent["features"]["agent_view"]["agent_description"]
    assert pane["features"]["assistant_view"]["assistant_description"]
    further = set(pane["settings"]["event_subscriptions"]["bot_events"]) - set(
        agent["settings"]["event_subscriptions"]["bot_events"]
    )
    assert further == {"assistant_thread_started", "assistant_thread_context_changed"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_slacks_limits_are_kept(language: str) -> None:
    app = made(language, command_prefix="a" * 20)
    face, features = app["display_information"], app["features"]
    assert len(face["name"]) <= 35
    assert len(face["description"]) < 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert 1 <= len(features["agent_view"]["suggested_prompts"]) <= 4
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command.get("usage_hint", "x")) <= 1000
    for shortcut in features["shortcuts"]:
        assert 1 <= len(shortcut["name"]) <= 24
        assert 1 <= len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255


def test_commands_carry_their_prefix() -> None:
    names = [command["command"] for command in made(command_prefix="art-")["features"]["slash_commands"]]
    assert names == ["/art-imagine", "/art-upscale", "/art-usage"]


def test_a_shortcuts_id_is_read_by_the_door_again() -> None:
    read = [Press.of(shortcut["callback_id"]) for shortcut in made()["features"]["shortcuts"]]
    assert [(press.verb, press.target) for press in read] == [("menu", "upscale"), ("menu", "reference")]


def test_in_socket_mode_slack_calls_nothing() -> None:
    app = made(public_url=PUBLIC)
    assert PUBLIC not in json.dumps(app)
    assert app["settings"]["socket_mode_enabled"]


def test_in_http_mode_every_way_in_has_the_address() -> None:
    app = made(mode="http", public_url=f"{PUBLIC}/")
    settings, url = app["settings"], f"{PUBLIC}/slack/events"
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"]["request_url"] == url
    assert {command["url"] for command in app["features"]["slash_commands"]} == {url}


def test_an_app_for_one_workspace_keeps_its_token() -> None:
    app = made(public_url=PUBLIC)
    assert not app["settings"]["token_rotation_enabled"]
    assert "redirect_urls" not in app["oauth_config"]


def test_an_app_for_many_comes_back_to_us_and_rotates_its_tokens() -> None:
    app = made(many=True, public_url=PUBLIC)
    assert app["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert app["settings"]["token_rotation_enabled"]
    assert app["settings"]["org_deploy_enabled"]


def test_a_link_carries_the_whole_app() -> None:
    app = made("de")
    asked = parse_qs(urlsplit(manifest.link(app)).query)
    assert json.loads(asked["manifest_json"][0]) == app == json.loads(manifest.written(app))
