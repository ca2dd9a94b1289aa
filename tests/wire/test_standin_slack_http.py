"""The Slack stand-in over HTTP: signed requests to the real Bolt, and installations by OAuth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore, Installation
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import SCOPES, Enterprise, Slack, Workspace
from tests.wire.slacking import House, opened

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # slack_sdk's own use


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


@asynccontextmanager
async def served(house: House, app: AsyncApp) -> AsyncIterator[str]:
    """The app's own site, to which the stand-in sends everything from now on."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    house.slack.http.url = f"{url}/slack/events"
    try:
        yield url
    finally:
        await runner.cleanup()


def greeting(house: House, wait: Callable[[], Awaitable[object]] | None = None) -> AsyncApp:
    """An app that says hi."""
    app = house.app(signing_secret=house.slack.signing_secret)

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        if wait:
            await wait()
        await ack("hi")

    @app.shortcut("v1:menu")
    async def menu(ack: Any) -> None:
        await ack()

    return app


async def test_commands_and_interactions_arrive_signed_and_are_answered(house: House) -> None:
    async with served(house, greeting(house)):
        verified = await house.slack.http.verify()
        assert verified.body == {"challenge": "stand-in-challenge"}
        asked = await house.slack.slash(house.ada, house.art, "imagine", "a & b")
        assert (asked.text, asked.status) == ("hi", 200)
        assert (await house.slack.shortcut(house.ada, house.team, "v1:menu")).acked


@pytest.mark.parametrize("odd", [{"forged": True}, {"late_s": 301}, {"unsigned": True}])
async def test_forged_and_late_signatures_are_refused_by_bolt(house: House, odd: dict[str, Any]) -> None:
    async with served(house, greeting(house)):
        for name, value in odd.items():
            setattr(house.slack.http, name, value)
        asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert (asked.status, asked.error, asked.text) == (401, "dispatch_failed", "")


async def test_an_event_that_fails_is_posted_again_with_its_number_and_reason(house: House) -> None:
    app = house.app(signing_secret=house.slack.signing_secret)
    heard: list[tuple[str, str]] = []

    @app.event("app_mention")
    async def mentioned(request: Any) -> None:
        retry, reason = (request.headers.get(f"x-slack-retry-{name}", [""])[0] for name in ("num", "reason"))
        heard.append((retry, reason))
        if not retry:
            raise RuntimeError("not today")

    async with served(house, app):
        said = await house.slack.say(house.ada, house.art, f"{house.team.bot.mention} hi")
    assert heard == [("", ""), ("1", "http_error")]
    assert [told.acked for told in said.delivered] == [True]


async def test_nobody_at_the_address_is_a_failed_dispatch(house: House) -> None:
    async with served(house, greeting(house)):
        pass
    asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert (asked.error, asked.status) == ("dispatch_failed", None)


# Installing.


@asynccontextmanager
async def installable(slack: Slack, house: House, folder: Path) -> AsyncIterator[tuple[str, FileInstallationStore]]:
    """An app for many workspaces that says hi: its install page, and where it keeps installations."""
    store = FileInstallationStore(base_dir=str(folder), client_id=slack.client_id)
    flow = AsyncOAuthFlow(
        client=AsyncWebClient(base_url=slack.api_url),
        settings=AsyncOAuthSettings(
            client_id=slack.client_id,
            client_secret=slack.client_secret,
            scopes=list(SCOPES),
            authorization_url=slack.authorize_url,
            installation_store=store,
            state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(folder)),
        ),
    )
    app = AsyncApp(
        client=flow.client, signing_secret=slack.signing_secret, oauth_flow=flow, process_before_response=True
    )

    @app.command("/imagine")
    async def imagine(ack: Any, client: Any) -> None:
        await ack((await client.auth_test())["team"])

    @app.event("app_mention")
    async def mentioned() -> None:
        pass

    async with served(house, app) as url:
        yield f"{url}/slack/install", store


def kept(store: FileInstallationStore, team: str | None, org: str | None = None) -> Installation | None:
    return store.find_installation(enterprise_id=org, team_id=team, is_enterprise_install=team is None)


async def placed(slack: Slack, name: str, **more: Any) -> tuple[Workspace, Any]:
    """A workspace without the app, and an admin of it."""
    team = slack.workspace(name, installed=False, **more)
    return team, team.person(f"{name} admin", admin=True)


async def test_two_workspaces_install_and_one_throws_the_app_out(house: House, tmp_path: Path) -> None:
    slack = house.slack
    async with installable(slack, house, tmp_path) as (url, store):
        one, ann = await placed(slack, "One")
        two, tom = await placed(slack, "Two")
        assert (await slack.install(ann, one, url)).status == 200
        assert (await slack.install(tom, two, url)).status == 200
        found = kept(store, one.id)
        assert found is not None
        assert (found.bot_token, found.team_name, found.user_id) == (one.bot_token, "One", ann.id)
        assert (await slack.slash(ann, one.channel("art"), "imagine")).text == "One"
        assert (await slack.slash(tom, two.channel("art"), "imagine")).text == "Two"
        old = one.bot_token
        await slack.uninstall(one)
        assert await house.error("auth.test", token=old) == "account_inactive"
        assert await house.error("auth.test", token=two.bot_token) == ""
    told = [one.kind for one in slack.deliveries if one.sort == "events_api"]
    assert told == ["tokens_revoked", "app_uninstalled"]


@pytest.mark.parametrize(
    ("odd", "status"), [({"deny": True}, 200), ({"state": "forged"}, 400), ({"cookie": False}, 400)]
)
async def test_installations_that_go_wrong_install_nothing(
    house: House, tmp_path: Path, odd: dict[str, Any], status: int
) -> None:
    async with installable(house.slack, house, tmp_path) as (url, _):
        team, ann = await placed(house.slack, "One")
        page = await house.slack.install(ann, team, url, **odd)
    assert page.status == status
    assert not team.installed


async def test_tokens_rotate_and_a_refresh_token_works_once(house: House, tmp_path: Path) -> None:
    slack = house.slack
    slack.world.grants.rotation = True
    who = {"client_id": slack.client_id, "client_secret": slack.client_secret, "grant_type": "refresh_token"}
    async with installable(slack, house, tmp_path) as (url, store):
        team, ann = await placed(slack, "One")
        await slack.install(ann, team, url)
        first = kept(store, team.id)
    assert first is not None
    assert first.bot_refresh_token is not None
    client = house.client
    renewed = await client.oauth_v2_access(**who, refresh_token=first.bot_refresh_token)
    assert renewed["expires_in"] == 12 * 3600
    assert await house.error("auth.test", token=first.bot_token) == ""
    with pytest.raises(Exception, match="invalid_refresh_token"):
        await client.oauth_v2_access(**who, refresh_token=first.bot_refresh_token)
    await house.clock.advance(12 * 3600)
    assert await house.error("auth.test", token=renewed["access_token"]) == "token_expired"
    with pytest.raises(Exception, match="bad_client_secret"):
        await client.oauth_v2_access(**who | {"client_secret": "x"}, refresh_token=renewed["refresh_token"])
    assert (await client.oauth_v2_access(**who, refresh_token=renewed["refresh_token"]))["ok"]


async def test_an_organisation_installs_for_all_its_workspaces(house: House, tmp_path: Path) -> None:
    slack = house.slack
    org: Enterprise = slack.enterprise("Globex")
    team, ann = await placed(slack, "North", enterprise=org)
    await placed(slack, "South", enterprise=org)
    async with installable(slack, house, tmp_path) as (url, store):
        assert (await slack.install(ann, org, url)).status == 200
        found = kept(store, None, org.id)
        assert found is not None
        assert (found.is_enterprise_install, found.team_id, found.bot_token) == (True, None, team.bot_token)
        art = team.channel("art")
        assert ann.id.startswith("W")
        assert (await slack.slash(ann, art, "imagine")).text == "Globex"
        said = await slack.say(ann, art, f"{team.bot.mention} hi", wait=False)
        await asyncio.wait_for(slack.all_settled(said.delivered), 5)
    payload = said.delivered[0].payload
    assert payload["authorizations"][0]["is_enterprise_install"]
    assert (payload["enterprise_id"], payload["authorizations"][0]["team_id"]) == (org.id, None)
