"""Many workspaces: installed in a browser, each spoken to with its own token, an organisation with one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from adapters import Kit
from adapters.slack import Settings, oauth, open_adapter
from adapters.slack.event import Tenant
from adapters.slack.workspace import Workspaces
from bot.errors import PlaceShutError
from tests.house import house
from tests.standins.slack import Slack
from tests.wire.living import DoorClock, HastyClock, logbook, soon
from tests.wire.slack_offices import App, Office, files, installing, kit_of, settings_of


@pytest.fixture
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[App]:
    url = request.getfixturevalue("postgres_url") if getattr(request, "param", "") == "postgresql" else ""
    async with installing(tmp_path, url) as opened:
        yield opened


on_both = pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)


@on_both
async def test_two_workspaces_install_and_each_is_spoken_to_with_its_own_token(app: App) -> None:
    acme, other = Office.of(app.slack, "Acme <Ltd>"), Office.of(app.slack, "Other")
    for team in (acme, other):
        page = await app.install(team)
        assert page.status == 200, page.text
    assert [await app.who(team.id) for team in (acme, other)] == [acme.id, other.id]
    seat = await app.workspaces.seat(acme.id)
    assert (seat.name, seat.user, bool(seat.bot_id)) == ("Acme <Ltd>", acme.team.bot.id, True)
    assert "chat:write" in seat.scopes
    for office in (acme, other):
        await app.slack.say(office.ada, office.art, f"{office.team.bot.mention} a fox")
    assert app.heard == [acme.art.id, other.art.id]


async def test_the_last_page_is_the_reader_s_and_holds_nothing_foreign(app: App) -> None:
    acme = Office.of(app.slack, "Acme <script>")
    page = await app.install(acme)
    assert "It’s installed" in page.text
    assert "Acme &lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text
    async with aiohttp.ClientSession() as browser:
        denied = app.settings.public_url + "/slack/oauth_redirect?error=access_denied"
        async with browser.get(denied, headers={"Accept-Language": "fr, de-AT;q=0.8"}) as answer:
            german = await answer.text()
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert '<html lang="de">' in german
    assert "Nichts wurde installiert" in german


async def test_a_refusal_on_slack_s_page_installs_nothing(app: App) -> None:
    acme = Office.of(app.slack, "Acme")
    page = await app.install(acme, deny=True)
    assert (page.status, "Nothing was installed" in page.text) == (200, True)
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)


@pytest.mark.parametrize("how", [{"state": "forged"}, {"cookie": False}])
async def test_a_forged_state_installs_nothing(app: App, how: dict[str, Any]) -> None:
    acme = Office.of(app.slack, "Acme")
    page = await app.install(acme, **how)
    assert (page.status, "Please begin again" in page.text) == (400, True)
    assert app.slack.asked("oauth.v2.access") == []


@on_both
async def test_an_address_of_an_installation_is_good_once(app: App) -> None:
    acme = Office.of(app.slack, "Acme")
    page = await app.install(acme)
    state = page.url.partition("state=")[2].partition("&")[0]
    async with (
        aiohttp.ClientSession(cookies={"slack-app-oauth-state": state}) as browser,
        browser.get(page.url) as again,
    ):
        assert again.status == 400
    assert len(app.slack.asked("oauth.v2.access")) == 1


@pytest.mark.parametrize("code", ["bad_client_secret", "service_unavailable"])
async def test_what_slack_says_against_an_installation_reaches_the_log_without_the_code(app: App, code: str) -> None:
    acme = Office.of(app.slack, "Acme")
    app.slack.fail("oauth.v2.access", error=code)
    with logbook() as log:
        page = await app.install(acme)
    assert (page.status, "Slack didn’t finish it" in page.text) == (502, True)
    told = log.getvalue()
    assert code in told
    assert page.url.partition("code=")[2].partition("&")[0] not in told


async def test_slack_out_of_reach_is_said_and_the_admin_may_begin_again(app: App) -> None:
    acme = Office.of(app.slack, "Acme")
    app.slack.hang_up("oauth.v2.access")
    page = await app.install(acme)
    assert (page.status, "That didn’t work" in page.text) == (500, True)
    assert (await app.install(acme)).status == 200


async def test_another_workspace_can_be_asked_for_and_nothing_else_slips_into_the_address(app: App) -> None:
    async with aiohttp.ClientSession() as browser:
        for team, found in (("T123ABC", "T123ABC"), ("T1&redirect_uri=https://evil.test", None)):
            async with browser.get(app.install_url, params={"team": team}, allow_redirects=False) as answer:
                target = answer.headers["Location"]
                assert answer.status == 302
                assert answer.cookies["slack-app-oauth-state"]["httponly"]
                assert not answer.cookies["slack-app-oauth-state"]["secure"]
            query = URL(target).query
            assert query.get("team") == found
            assert query.getall("redirect_uri") == [app.settings.public_url + "/slack/oauth_redirect"]
            assert "chat:write" in query["scope"].split(",")


async def test_a_workspace_that_has_not_installed_the_app_is_met_with_silence(app: App) -> None:
    acme = await app.installed("Acme")
    await app.installations.async_delete_all(enterprise_id=None, team_id=acme.id)
    app.workspaces.installed(Tenant(acme.id))
    with logbook() as log:
        for _ in range(3):
            asked = await app.slack.slash(acme.ada, acme.art, "imagine", "a fox")
            assert asked.acked
            assert not asked.response
    assert app.slack.ephemerals(acme.ada, acme.art) == []
    assert app.heard == []
    assert log.getvalue().count("has not installed the app") == 1


@on_both
async def test_an_organisation_installs_once_for_all_its_workspaces(app: App) -> None:
    globex = app.slack.enterprise("Globex")
    north, south = Office.of(app.slack, "North", globex), Office.of(app.slack, "South", globex)
    page = await app.install(north)
    assert (page.status, "Globex" in page.text) == (200, True)
    tenants = [Tenant(each.id, globex.id) for each in (north, south)]
    clients = [await app.workspaces.client(tenant) for tenant in tenants]
    assert clients[0].token == clients[1].token
    assert [(await app.workspaces.seat(tenant)).tenant for tenant in tenants] == [Tenant("", globex.id)] * 2
    files = await clients[1].files_list()
    assert files["ok"]
    assert app.slack.asked("files.list")[0].args["team_id"] == south.id
    await app.slack.invite(south.art)
    await app.slack.say(south.ada, south.art, f"{south.team.bot.mention} a fox")
    assert app.heard == [south.art.id]


async def test_one_workspace_needs_no_database_and_says_once_who_it_is(tmp_path: Path) -> None:
    async with Slack() as slack:
        team = slack.workspace("Atelier")
        workspaces = Workspaces(Settings(api_url=slack.api_url), Kit(secrets={"SLACK_BOT_TOKEN": team.bot_token}))
        await workspaces.open()
        seats = [await workspaces.seat(), await workspaces.seat(team.id)]
        assert (seats[0].tenant, seats[0].user, seats[0].name, seats[0].url) == (
            Tenant(team.id), team.bot.id, "Atelier", team.url,
        )  # fmt: skip
        assert seats[0] is seats[1]
        authorized = await workspaces.authorize(None, team.id)
        assert authorized is not None
        assert (authorized.bot_token, authorized.bot_user_id) == (team.bot_token, team.bot.id)
        assert len(slack.asked("auth.test")) == 1
        assert oauth.routes(workspaces, Settings(), None) == []  # type: ignore[arg-type]
        await workspaces.close()


async def test_through_the_whole_door_two_workspaces_are_served_and_what_one_had_goes_with_it(tmp_path: Path) -> None:
    clock = HastyClock()
    async with Slack(clock=clock) as slack, house(tmp_path, doors=False, clock=clock) as home, AsyncExitStack() as left:
        settings, kit = settings_of(slack), kit_of(slack, home, clock)
        secrets = {**kit.secrets, "SLACK_APP_TOKEN": slack.app_token}
        door = open_adapter(settings, home.desk, replace(kit, clock=DoorClock(clock), secrets=secrets))
        home.delivery.messengers["slack"] = door.messenger
        await door.open()
        left.push_async_callback(door.close)

        async def painted(office: Office) -> None:
            """Ada's next picture there, by /imagine."""
            before = sum(len(one.pictures) for one in slack.messages(office.art))
            await slack.slash(office.ada, office.art, "imagine", "a fox")
            await slack.until(lambda: sum(len(one.pictures) for one in slack.messages(office.art)) > before)

        acme, other = Office.of(slack, "Acme"), Office.of(slack, "Other")
        for office in (acme, other):
            page = await slack.install(office.ada, office.team, settings.public_url + oauth.INSTALL_PATH)
            assert page.status == 200
            await painted(office)
        assert files(tmp_path) == 2
        await slack.uninstall(acme.team)

        async def forgotten() -> bool:
            return files(tmp_path) == 1

        await soon(forgotten)
        await painted(other)
        assert files(tmp_path) == 2
