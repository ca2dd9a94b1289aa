"""The Slack app as this release needs it, for Slack's "From a manifest": its face, commands, scopes and events."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from bot.chat.press import Press
from bot.message import Verb

if TYPE_CHECKING:
    from adapters.slack import Settings

Say = Callable[[str], str]
"""The sentence of a key, in the one language that an app's page has."""

NAME: Final = "imagebot"
COLOR: Final = "#1f2a44"
"""Behind its card; once an app has a colour, Slack lets it be changed and never taken away."""
EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
"""Below public_url: where Slack calls in HTTP mode, where an admin begins an installation, and comes back to."""
MENU: Final = "menu"
"""The verb in the callback ids of message shortcuts, before the one that is asked for."""
SHORTCUTS: Final[Mapping[Verb, tuple[str, str]]] = {
    Verb.UPSCALE: ("slack-menu-upscale", "slack-menu-upscale-hint"),
    Verb.REFERENCE: ("slack-menu-reference", "slack-menu-reference-hint"),
}
"""What the menu of every message offers, with the keys of its name and its description."""
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "imagine": ("slack-command-imagine", "slack-command-imagine-usage"),
    "upscale": ("slack-command-upscale", "slack-command-upscale-usage"),
    "usage": ("slack-command-usage", ""),
}
"""Slash commands, with the keys of their description and of what may follow them ("": nothing)."""
PROMPTS: Final = ("slack-prompt-scene", "slack-prompt-portrait", "slack-prompt-wide")
"""What is suggested to somebody who opens a talk with the bot; Slack takes four."""
CREATE_URL: Final = "https://api.slack.com/apps?new_app=1"


def scopes(settings: Settings, roles: Collection[str] = ()) -> tuple[str, ...]:
    """What the bot token must be allowed, and no more; a workspace that installed with fewer installs again.

    roles are those that the house's limits go by.
    """
    asked = [
        "app_mentions:read",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:read",
        "im:history",  # for the event message.im
        "im:write",
        "mpim:read",
        "users:read",
    ]
    if settings.assistant != "off":
        asked.append("assistant:write")
    if any(name.startswith("S") for name in (*settings.roles, *settings.moderators, *roles)):
        asked.append("usergroups:read")
    if settings.history:
        asked += ["channels:history", "groups:history"]
    return tuple(sorted(asked))


def events(settings: Settings) -> tuple[str, ...]:
    """What the app subscribes to."""
    asked = ["app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked"]
    if settings.assistant == "pane":
        asked += ["assistant_thread_context_changed", "assistant_thread_started"]
    return tuple(sorted(asked))


def manifest(settings: Settings, *, say: Say, many: bool = False, roles: Collection[str] = ()) -> dict[str, Any]:
    """The app as Slack's manifests describe one; many: further workspaces install it, which needs public_url."""
    return {
        "display_information": {"name": NAME, "description": say("slack-app"), "background_color": COLOR},
        "features": _features(settings, say),
        "oauth_config": {
            **({"redirect_urls": [settings.public_url + REDIRECT_PATH]} if many else {}),
            "scopes": {"bot": list(scopes(settings, roles))},
        },
        "settings": {
            "event_subscriptions": {**_called(settings, "request_url"), "bot_events": list(events(settings))},
            "interactivity": {"is_enabled": True, **_called(settings, "request_url")},
            "org_deploy_enabled": many,
            "socket_mode_enabled": settings.mode == "socket",
            "token_rotation_enabled": many,
        },
    }


def written(app: dict[str, Any]) -> str:
    """As JSON for people, which "From a manifest" takes."""
    return json.dumps(app, indent=2, ensure_ascii=False)


def link(app: dict[str, Any]) -> str:
    """A page of Slack's on which the app is made with two clicks."""
    return f"{CREATE_URL}&manifest_json={quote(json.dumps(app, separators=(',', ':'), ensure_ascii=False), safe='')}"


def _features(settings: Settings, say: Say) -> dict[str, Any]:
    """Where people meet it; a command's text reaches us as it was typed."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        **_talk(settings, say),
        "shortcuts": [
            {
                "name": say(title),
                "type": "message",
                "callback_id": str(Press(MENU, verb)),
                "description": say(hint),
            }
            for verb, (title, hint) in SHORTCUTS.items()
        ],
        "slash_commands": [
            {
                "command": settings.command(name),
                **_called(settings, "url"),
                "description": say(description),
                **({"usage_hint": say(usage)} if usage else {}),
                "should_escape": False,
            }
            for name, (description, usage) in COMMANDS.items()
        ],
    }


def _talk(settings: Settings, say: Say) -> dict[str, Any]:
    """Slack makes new apps agents and refuses "assistant_view", which older ones keep until they change for good."""
    prompts = [{"title": say(key), "message": say(key)} for key in PROMPTS]
    match settings.assistant:
        case "agent":
            return {"agent_view": {"agent_description": say("slack-app-talk"), "suggested_prompts": prompts}}
        case "pane":
            return {"assistant_view": {"assistant_description": say("slack-app-talk"), "suggested_prompts": prompts}}
        case "off":
            return {}


def _called(settings: Settings, key: str) -> dict[str, str]:
    """In Socket Mode nothing is called."""
    return {key: settings.public_url + EVENTS_PATH} if settings.mode == "http" else {}
