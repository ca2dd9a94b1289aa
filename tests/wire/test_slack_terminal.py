"""`imagebot slack ...` and its part of `imagebot check`, with the real slack_sdk against Slack's stand-in."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from adapters import Finding, Kit, State
from adapters.slack import Settings, manifest, terminal
from bot.cli import main
from tests.house import all_words
from tests.standins.slack import Kind, Slack, Workspace

PUBLIC = "https://pictures.example.org"
KEY = Fernet.generate_key().decode()
Imagebot = Callable[..., Any]


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as opened:
        yield opened


@pytest.fixture
def team(slack: Slack) -> Workspace:
    return slack.workspace("Atelier", scopes=manifest.scopes(Settings()))


@pytest.fixture
def imagebot(slack: Slack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Imagebot:
    """The command, beside the loop that the stand-in runs on; no app is known to it yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    for name in [name for name in os.environ if name.startswith("SLACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IMAGEBOT__SLACK__API_URL", slack.api_url)

    async def run(*words: str, **environ: str) -> Result:
        return await asyncio.to_thread(CliRunner(env=environ).invoke, main, words)

    return run


@pytest.fixture
def check(slack: Slack, team: Workspace) -> Imagebot:
    """The door's findings, as `imagebot check` would say them; a secret of "" is not set."""

    async def look(secrets: dict[str, str] | None = None, **settings: Any) -> list[tuple[State, str]]:
        words = all_words()

        def said(finding: Finding) -> str:
            listed = ", ".join(words.say("en", key) for key in finding.listed)
            return words.say("en", finding.key, **finding.facts, listed=listed)

        usual = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        kit = Kit(secrets={name: value for name, value in (usual | (secrets or {})).items() if value})
        section = Settings(**{"api_url": slack.api_url, **settings})
        return [(finding.state, said(finding)) async for finding in terminal.check(section, kit)]

    return look


def faults(found: Iterable[tuple[State, str]]) -> list[str]:
    return [said for state, said in found if state is State.FAULT]


def client(slack: Slack, **more: str) -> dict[str, str]:
    """The secrets of an app that many workspaces install."""
    secrets = {"SLACK_CLIENT_ID": slack.client_id, "SLACK_CLIENT_SECRET": slack.client_secret}
    return {**secrets, "SLACK_ENCRYPTION_KEY": KEY, "SLACK_BOT_TOKEN": "", **more}


# imagebot slack manifest


async def test_the_manifest_alone_goes_into_a_pipe_and_the_way_on_beside_it(imagebot: Imagebot) -> None:
    result = await imagebot("slack", "manifest")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["settings"]["socket_mode_enabled"]
    for words in ("api.slack.com/apps", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "`imagebot check`", "guests"):
        assert words in result.stderr


async def test_the_stand_in_is_the_app_that_the_manifest_describes(slack: Slack, imagebot: Imagebot) -> None:
    slack.use(json.loads((await imagebot("slack", "manifest")).stdout))
    assert slack.world.commands == {"imagine", "upscale", "usage"}
    assert slack.world.shortcuts == {"v1:menu:upscale", "v1:menu:reference"}


async def test_the_manifest_may_be_in_another_language(imagebot: Imagebot) -> None:
    result = await imagebot("slack", "manifest", "--language", "de")
    assert [each["name"] for each in json.loads(result.stdout)["features"]["shortcuts"]] == [
        "Vergrößern",
        "Als Vorlage",
    ]


async def test_an_app_that_is_there_is_brought_up_to_date(imagebot: Imagebot) -> None:
    result = await imagebot("slack", "manifest", SLACK_BOT_TOKEN="xoxb-1-2-abc")
    assert "reinstall" in result.stderr
    assert "App-Level Tokens" not in result.stderr


async def test_a_link_may_be_had_instead(imagebot: Imagebot) -> None:
    result = await imagebot("slack", "manifest", "--link")
    assert result.stdout.startswith("https://api.slack.com/apps?new_app=1&manifest_json=%7B")
    assert len(result.stdout.splitlines()) == 1
    assert "1. Open the link above" in result.stderr


async def test_an_app_for_many_needs_an_address(imagebot: Imagebot) -> None:
    result = await imagebot("slack", "manifest", "--many")
    assert result.exit_code == 1
    assert "slack.public_url" in result.output
    result = await imagebot("slack", "manifest", "--many", IMAGEBOT__SLACK__PUBLIC_URL=PUBLIC)
    assert json.loads(result.stdout)["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert "SLACK_CLIENT_ID" in result.stderr


async def test_in_http_mode_the_way_on_names_the_signing_secret(imagebot: Imagebot) -> None:
    http = {"IMAGEBOT__SLACK__MODE": "http", "IMAGEBOT__SLACK__PUBLIC_URL": PUBLIC}
    result = await imagebot("slack", "manifest", **http)
    assert "SLACK_SIGNING_SECRET" in result.stderr
    assert "Request URL" in result.stderr
    assert "SLACK_APP_TOKEN" not in result.stderr


# imagebot slack key


async def test_a_key_alone_goes_into_a_pipe_and_encrypts(imagebot: Imagebot) -> None:
    first, second = await imagebot("slack", "key"), await imagebot("slack", "key", SLACK_ENCRYPTION_KEY=KEY)
    assert first.exit_code == second.exit_code == 0
    assert first.stdout != second.stdout
    assert Fernet(first.stdout.strip()).encrypt(b"xoxb")
    assert "keep a copy" in first.stderr
    assert "in front of the old one" in second.stderr


# imagebot check


async def test_all_that_is_well_is_said(slack: Slack, team: Workspace, check: Imagebot) -> None:
    art, hall = team.channel("art"), team.channel("hall", bot=False)
    closed = team.channel("studio", kind=Kind.PRIVATE)
    found = await check(channels=("dm", art.id, hall.id, closed.id))
    assert {state for state, _ in found} == {State.WELL}
    said = [sentence for _, sentence in found]
    assert said[0] == "Slack: signed in as imagebot in Atelier"
    for words in ("scopes", "Socket Mode works", "direct messages", "#art is open", "#studio is open"):
        assert any(words in sentence for sentence in said), words
    assert any("#hall" in sentence and "joins" in sentence for sentence in said)


async def test_its_socket_is_closed_again(slack: Slack, check: Imagebot) -> None:
    await check()
    assert slack.sockets.connects == 1
    await slack.until(lambda: not slack.sockets.live)


@pytest.mark.parametrize(("tongue", "told"), [("en", "the bot lacks the scope files:read"), ("de", "Scope files:read")])
async def test_the_whole_check_counts_what_slack_lacks(
    slack: Slack, team: Workspace, imagebot: Imagebot, tongue: str, told: str
) -> None:
    tokens = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": slack.app_token, "LC_ALL": tongue}
    result = await imagebot("check", **tokens)
    assert result.exit_code == 0, result.output
    slack.withdraw(team, "files:read")
    result = await imagebot("check", **tokens)
    assert result.exit_code == 1
    assert told in result.output
    assert "`imagebot slack manifest`" in result.output
    assert team.bot_token not in result.output
    assert slack.app_token not in result.output


async def test_channels_for_alerts_are_looked_at_and_one_that_no_door_leads_to_is_named(
    slack: Slack, team: Workspace, imagebot: Imagebot
) -> None:
    admins = team.channel("admins")
    tokens = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    result = await imagebot("check", **tokens, IMAGEBOT__POLICY__ALERT_PLACES=f'["slack:{admins.id}"]')
    assert result.exit_code == 0, result.output
    assert "#admins" in result.output
    result = await imagebot("check", **tokens, IMAGEBOT__POLICY__ALERT_PLACES='["slack:C0NOWHERE", "discord:42"]')
    assert result.exit_code == 1
    assert "C0NOWHERE" in result.output
    assert "nobody is told anything in discord:42" in result.output


async def test_a_check_without_a_token_says_what_to_set(imagebot: Imagebot) -> None:
    result = await imagebot("check")
    assert result.exit_code == 0
    assert "○ Slack is off; set SLACK_BOT_TOKEN" in result.output
    result = await imagebot("check", IMAGEBOT__SLACK__ENABLED="false")
    assert "○ Slack is off; slack.enabled is false" in result.output


async def test_every_scope_that_is_missing_is_named(slack: Slack, team: Workspace, check: Imagebot) -> None:
    slack.withdraw(team, "users:read", "files:write")
    (said,) = faults(await check())
    assert "files:write, users:read" in said
    assert "reinstall the app" in said


async def test_scopes_that_nothing_needs_may_go(slack: Slack, team: Workspace, check: Imagebot) -> None:
    slack.grant(team, "channels:history")
    found = await check()
    assert faults(found) == []
    assert [said for state, said in found if state is State.OFF] == [
        "Slack: the bot does not need the scope channels:history, so you may take it away"
    ]


async def test_user_groups_ask_for_one_more_scope(check: Imagebot) -> None:
    (said,) = faults(await check(roles="S0123ABCD"))
    assert "usergroups:read" in said


# Tokens


async def test_tokens_in_each_others_place_never_leave_this_machine(slack: Slack, check: Imagebot) -> None:
    swapped = {"SLACK_BOT_TOKEN": slack.app_token, "SLACK_APP_TOKEN": "xoxb-1-2-abc"}
    first, second = faults(await check(swapped))
    assert "belongs in SLACK_APP_TOKEN" in first
    assert "belongs in SLACK_BOT_TOKEN" in second
    assert slack.requests == []


async def test_a_bot_token_that_slack_does_not_know(check: Imagebot) -> None:
    (said,) = faults(await check({"SLACK_BOT_TOKEN": "xoxb-hunter2"}))
    assert "does not accept SLACK_BOT_TOKEN" in said
    assert "hunter2" not in said


async def test_an_app_token_that_slack_does_not_know(check: Imagebot) -> None:
    (said,) = faults(await check({"SLACK_APP_TOKEN": "xapp-hunter2"}))
    assert "does not accept SLACK_APP_TOKEN" in said
    assert "App-Level Tokens" in said


async def test_an_app_that_was_removed_is_to_be_installed_again(slack: Slack, team: Workspace, check: Imagebot) -> None:
    token = team.bot_token
    await slack.uninstall(team)
    (said,) = faults(await check({"SLACK_BOT_TOKEN": token}))
    assert "Install the app again" in said


# Socket Mode


async def test_an_app_token_without_its_scope(slack: Slack, check: Imagebot) -> None:
    slack.api.app_scopes = ("authorizations:read",)
    (said,) = faults(await check())
    assert "connections:write" in said


async def test_socket_mode_that_is_off(slack: Slack, check: Imagebot) -> None:
    slack.sockets.off = True
    (said,) = faults(await check())
    assert "Switch it on" in said


async def test_ten_sockets_are_all_that_slack_allows(slack: Slack, check: Imagebot) -> None:
    headers, open_ones = {"Authorization": f"Bearer {slack.app_token}"}, []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(10):
            async with session.post(f"{slack.api_url}apps.connections.open") as ticket:
                open_ones.append(await session.ws_connect((await ticket.json())["url"]))
        (said,) = faults(await check())
    assert "ten sockets" in said


async def test_tokens_of_two_apps_are_told_apart(slack: Slack, check: Imagebot) -> None:
    async def elsewhere(call: object) -> dict[str, Any]:
        return {"bot": {"id": "B0THER", "name": "imagebot", "app_id": "A0THER"}}

    slack.api.answer("bots.info", elsewhere)
    (said,) = faults(await check())
    assert "two apps" in said


async def test_a_socket_that_is_turned_away_is_one_sentence(slack: Slack, check: Imagebot) -> None:
    slack.sockets.turn_away()
    (said,) = faults(await check())
    assert said == "Slack: it cannot be reached"


# Channels


async def test_a_private_channel_without_the_bot_is_told_what_to_type(team: Workspace, check: Imagebot) -> None:
    closed = team.channel("studio", kind=Kind.PRIVATE, bot=False)
    (said,) = faults(await check(channels=closed.id))
    assert said.endswith("`/invite @imagebot`")


async def test_a_channel_that_cannot_be_had_says_why(team: Workspace, check: Imagebot) -> None:
    attic = team.channel("attic")
    attic.archived = True
    odd, gone, archived = faults(await check(channels=("#general", "C0NOWHERE", attic.id)))
    assert "at the bottom of About" in odd
    assert "take it out of slack.channels" in gone
    assert "#attic is archived" in archived


async def test_without_its_scope_a_channel_is_left_for_later(slack: Slack, team: Workspace, check: Imagebot) -> None:
    art = team.channel("art")
    slack.withdraw(team, "channels:read")
    scope, channel = faults(await check(channels=art.id))
    assert "channels:read" in scope
    assert "before the bot has its scopes" in channel


# Over HTTP, and for many workspaces


async def test_in_http_mode_the_address_is_told_and_no_socket_opened(slack: Slack, check: Imagebot) -> None:
    secrets = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": slack.signing_secret}
    found = await check(secrets, mode="http", public_url=PUBLIC)
    assert faults(found) == []
    assert any(f"{PUBLIC}/slack/events" in said for _, said in found)
    assert slack.sockets.connects == 0


async def test_a_client_that_slack_knows_says_where_to_install(slack: Slack, check: Imagebot) -> None:
    found = await check(client(slack), public_url=PUBLIC)
    assert [said for _, said in found] == [
        f"Slack: workspaces install the app at {PUBLIC}/slack/install",
        "Slack: Socket Mode works",
    ]


@pytest.mark.parametrize("variable", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"])
async def test_a_client_that_slack_does_not_know_is_named(slack: Slack, check: Imagebot, variable: str) -> None:
    (said,) = faults(await check(client(slack, **{variable: "hunter2"}), public_url=PUBLIC))
    assert f"does not accept {variable}" in said


async def test_an_app_that_lacks_the_way_back_is_told_the_address(slack: Slack, check: Imagebot) -> None:
    slack.fail("oauth.v2.access", error="bad_redirect_uri")
    (said,) = faults(await check(client(slack), public_url=PUBLIC))
    assert said.endswith(f"{PUBLIC}/slack/oauth_redirect")


# What goes wrong on the way


async def test_a_slack_out_of_reach_is_one_sentence(check: Imagebot) -> None:
    ((state, said),) = await check(api_url="http://127.0.0.1:9/api/")
    assert (state, said) == (State.FAULT, "Slack: it cannot be reached")


async def test_a_limit_is_told_and_not_slept_through(slack: Slack, check: Imagebot) -> None:
    slack.throttle("auth.test", retry_after_s=3600)
    assert faults(await check()) == ["Slack: it is limiting our calls"]
    assert len(slack.asked("auth.test")) == 1


@pytest.mark.parametrize("planned", [{"status": 503}, {"error": "internal_error"}])
async def test_a_slack_that_breaks_is_one_sentence(slack: Slack, check: Imagebot, planned: dict[str, Any]) -> None:
    slack.fail("auth.test", **planned)
    assert faults(await check()) == ["Slack: it answers with an error"]


async def test_a_line_that_is_cut_is_one_sentence(slack: Slack, check: Imagebot) -> None:
    slack.hang_up("auth.test")
    assert faults(await check()) == ["Slack: it cannot be reached"]


async def test_a_refusal_that_we_do_not_know_is_told_in_slacks_word(slack: Slack, check: Imagebot) -> None:
    slack.fail("auth.test", error="team_added_to_org")
    assert faults(await check()) == ["Slack refused what I asked (team_added_to_org)."]


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "<html>Welcome</html>", "content_type": "text/html"},
        {"text": "Welcome", "content_type": "text/plain"},
        {"text": "{", "content_type": "application/json"},
        {"text": "[]", "content_type": "application/json"},
        {"text": "Not found", "content_type": "text/plain", "status": 404},
    ],
)
async def test_something_else_at_that_address_is_told_apart(check: Imagebot, answer: dict[str, Any]) -> None:
    async def stranger(request: web.Request) -> web.Response:
        return web.Response(**answer)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stranger)
    async with TestServer(app) as server:
        (said,) = faults(await check(api_url=str(server.make_url("/api/"))))
    assert "slack.api_url" in said
