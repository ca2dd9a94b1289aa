"""An app's manifest, held to Slack's limits (vendor's manifest reference, read 2026-11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

FACE: Final = {"name": 35, "description": 140}
COMMANDS: Final = 50
COMMAND: Final = {"command": 32, "description": 2000, "usage_hint": 1000}
SHORTCUTS: Final = 10
SHORTCUT: Final = {"name": 24, "callback_id": 255, "description": 150}
PROMPTS: Final = 4
"""How many characters, or how many of them, each may have."""


def faults_of_manifest(manifest: Mapping[str, Any]) -> list[str]:
    """What Slack would say against the app."""
    return list(_face(manifest)) + list(_features(manifest)) + list(_settings(manifest))


def _face(manifest: Mapping[str, Any]) -> Iterator[str]:
    face = manifest.get("display_information") or {}
    if not face.get("name"):
        yield "display_information: a name is missing"
    yield from _lengths("display_information", face, FACE)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", face.get("background_color", "#000000")):
        yield "display_information: background_color is no #rrggbb"


def _features(manifest: Mapping[str, Any]) -> Iterator[str]:
    features = manifest.get("features") or {}
    commands, shortcuts = features.get("slash_commands") or [], features.get("shortcuts") or []
    if len(commands) > COMMANDS or len(shortcuts) > SHORTCUTS:
        yield f"features: {COMMANDS} commands and {SHORTCUTS} shortcuts at most"
    for one in commands:
        yield from _lengths("slash_commands", one, COMMAND)
        if not one["command"].startswith("/") or not one.get("description"):
            yield f"slash_commands: {one['command']} begins with a slash and has a description"
    for one in shortcuts:
        yield from _lengths("shortcuts", one, SHORTCUT)
        if one.get("type") not in ("message", "global") or not SHORTCUT.keys() <= one.keys():
            yield f"shortcuts: {one.get('callback_id')} has a name, a callback_id, a description and a type"
    if "agent_view" in features and "assistant_view" in features:
        yield "features: an agent_view or an assistant_view"
    pane = features.get("agent_view") or features.get("assistant_view") or {}
    prompts = pane.get("suggested_prompts") or []
    if len(prompts) > PROMPTS or not all(one.keys() == {"title", "message"} for one in prompts):
        yield f"suggested_prompts: {PROMPTS} at most, each with a title and a message"


def _settings(manifest: Mapping[str, Any]) -> Iterator[str]:
    settings = manifest.get("settings") or {}
    called = [settings.get("interactivity") or {}, settings.get("event_subscriptions") or {}]
    wanted = [one for one in called if one.get("is_enabled") or one.get("bot_events")]
    if not settings.get("socket_mode_enabled") and not all(one.get("request_url") for one in wanted):
        yield "settings: without Socket Mode a request_url is needed"
    scopes = ((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    if len(set(scopes)) < len(scopes) or not scopes:
        yield "oauth_config: scopes, each once"


def _lengths(where: str, part: Mapping[str, Any], limits: Mapping[str, int]) -> Iterator[str]:
    for name, most in limits.items():
        if len(part.get(name) or "") > most:
            yield f"{where}: {name} has {len(part[name])} characters, {most} at most"
