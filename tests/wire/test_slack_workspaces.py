"""Many workspaces: installed in a browser, each with its own token, replaced in time, forgotten when they let us go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from cryptography.fernet import Fernet
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from yarl import URL

from adapters import Database, Kit
from adapters.slack import Settings, oauth
from adapters.slack.event import Tenant
from adapters.slack.installation import Installations
from adapters.slack.workspace import Workspaces
from bot.desk import Desk
from bot.errors import PlaceBusyError, PlaceShutError
from bot.job import JobId
from bot.message import Person, Place
from bot.request import Wish
from tests.clock import ShiftedClock
from tests.house import TestHouse, house, png
from tests.standins.slack import Channel, Enterprise, Page, Slack, Stage, Workspace
from tests.standins.slack import Person as Member

KEY = Fernet.generate_key().decode()


@dataclass(frozen=True)
class Office:
    """A workspace without the app, with one person and one channel; home is what Ada would install it in."""

    team: Workspace
    ada: Member
    art: Channel
    home: Workspace | Enterprise

    @classmethod
    def of(cls, app: App, name: str, enterprise: Enterprise | None = None) -> Office:
        """Of an organisation, all of it installs."""
        team = app.slack.workspace(name, installed=False, enterprise=enterprise)
        return cls(team, team.person("Ada", admin=True), team.channel("art", bot=False), enterprise or team)

    @property
    def id(self) -> str:
        return self.team.id


@dataclass
class App:
    """The installing part of the door, over a whole house; `heard` are the channels that events came from."""

    slack: Slack
    home: TestHouse
    clock: ShiftedClock
    workspaces: Workspaces
    settings: Settings
    heard: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return self.home.desk

    @property
    def install_url(self) -> str:
        return self.settings.public_url + oauth.INSTALL_PATH

    @property
    def installations(self) -> Installations:
        assert self.workspaces.installations is not None
        return self.workspaces.installations

    async def install(self, office: Office, **how: Any) -> Page:
        """As Ada, with a browser; where it is installed, the bot is invited to the channel."""
        page = await self.slack.install(office.ada, office.home, self.install_url, **how)
        if office.team.installed:
            await self.slack.invite(office.art)
        return page

    def later(self, hours: float) -> None:
        self.clock.ahead += timedelta(hours=hours)

    async def who(self, tenant: str) -> str:
        """Whom Slack takes us for there."""
        answer = await (await self.workspaces.client(tenant)).auth_test()
        return str(answer["team_id"] or answer["enterprise_id"])

    def rotations(self) -> int:
        calls = self.slack.asked("oauth.v2.access")
        return sum(call.args.get("grant_type") == "refresh_token" for call in calls)


def kit_of(slack: Slack, home: TestHouse, clock: ShiftedClock) -> Kit:
    reading, writing = home.store.engines
    secrets = {
        "SLACK_CLIENT_ID": slack.client_id, "SLACK_CLIENT_SECRET": slack.client_secret, "SLACK_ENCRYPTION_KEY": KEY,
    }  # fmt: skip
    return Kit(clock=clock, secrets=secrets, database=Database(reading=reading, writing=writing))


@asynccontextmanager
async def serving(slack: Slack, home: TestHouse, clock: ShiftedClock) -> AsyncIterator[App]:
    port = unused_port()
    settings = Settings(
        api_url=slack.api_url, authorize_url=slack.authorize_url, port=port, public_url=f"http://127.0.0.1:{port}"
    )
    workspaces = Workspaces(settings, kit_of(slack, home, clock))
    await workspaces.open()
    app = App(slack, home, clock, workspaces, settings)
    site = web.Application()
    site.add_routes(oauth.routes(workspaces, settings, home.desk))
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    bolt = AsyncApp(
        client=workspaces.speaker(), authorize=workspaces.authorize, before_authorize=workspaces.gate,
        process_before_response=True,
    )  # fmt: skip

    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any]) -> None:
        app.heard.append(event["channel"])

    @bolt.event("app_uninstalled")
    @bolt.event("tokens_revoked")
    async def gone(body: dict[str, Any]) -> None:
        tenant = Tenant(body.get("team_id") or "", body.get("enterprise_id") or "")
        await workspaces.uninstalled(tenant, home.desk, at=datetime.fromtimestamp(body["event_time"], UTC))

    socket = AsyncSocketModeHandler(bolt, slack.app_token, ping_interval=1)
    try:
        await socket.connect_async()
        await slack.connected()
        yield app
    finally:
        await socket.close_async()
        await runner.cleanup()
        await workspaces.close()


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    clock = ShiftedClock()
    async with Slack(clock=clock) as slack, house(tmp_path, clock=clock) as home, serving(slack, home, clock) as opened:
        yield opened


async def test_two_workspaces_install_and_each_is_spoken_to_with_its_own_token(app: App) -> None:
    acme, other = Office.of(app, "Acme <Ltd>"), Office.of(app, "Other")
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
    acme = Office.of(app, "Acme <script>")
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
    acme = Office.of(app, "Acme")
    page = await app.install(acme, deny=True)
    assert (page.status, "Nothing was installed" in page.text) == (200, True)
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)


@pytest.mark.parametrize("how", [{"state": "forged"}, {"cookie": False}])
async def test_a_forged_state_installs_nothing(app: App, how: dict[str, Any]) -> None:
    acme = Office.of(app, "Acme")
    page = await app.install(acme, **how)
    assert (page.status, "Please begin again" in page.text) == (400, True)
    assert app.slack.asked("oauth.v2.access") == []


async def test_an_address_of_an_installation_is_good_once(app: App) -> None:
    acme = Office.of(app, "Acme")
    page = await app.install(acme)
    state = page.url.partition("state=")[2].partition("&")[0]
    async with (
        aiohttp.ClientSession(cookies={"slack-app-oauth-state": state}) as browser,
        browser.get(page.url) as again,
    ):
        assert again.status == 400
    assert len(app.slack.asked("oauth.v2.access")) == 1


@pytest.mark.parametrize("code", ["bad_client_secret", "service_unavailable"])
async def test_what_slack_says_against_an_installation_reaches_the_log_without_the_code(
    app: App, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    acme = Office.of(app, "Acme")
    app.slack.fail("oauth.v2.access", error=code)
    page = await app.install(acme)
    assert (page.status, "Slack didn’t finish it" in page.text) == (502, True)
    told = caplog.text
    assert code in told
    assert page.url.partition("code=")[2].partition("&")[0] not in told


async def test_slack_out_of_reach_is_said_and_the_admin_may_begin_again(app: App) -> None:
    acme = Office.of(app, "Acme")
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


async def test_a_workspace_that_has_not_installed_the_app_is_met_with_silence(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    acme = Office.of(app, "Acme")
    await app.install(acme)
    await app.installations.async_delete_all(enterprise_id=None, team_id=acme.id)
    app.workspaces.installed(Tenant(acme.id))
    for _ in range(3):
        asked = await app.slack.slash(acme.ada, acme.art, "imagine", "a fox")
        assert asked.acked
        assert not asked.response
    assert app.slack.ephemerals(acme.ada, acme.art) == []
    assert app.heard == []
    assert capsys.readouterr().out.count("has not installed the app") == 1


async def test_a_message_hours_later_goes_out_with_the_next_token(app: App) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    first = (await app.workspaces.seat(acme.id)).token
    app.later(9.5)
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 0
    app.later(1.5)
    assert await app.who(acme.id) == acme.id
    second = (await app.workspaces.seat(acme.id)).token
    assert (app.rotations(), second == first) == (1, False)
    app.later(11)
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 2


async def test_many_messages_at_once_take_one_token(app: App) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    app.later(13)
    assert await asyncio.gather(*(app.who(acme.id) for _ in range(20))) == [acme.id] * 20
    assert app.rotations() == 1


async def test_a_token_taken_for_somebody_who_gave_up_is_kept(app: App) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    app.later(13)
    gate = app.slack.hold("oauth.v2.access", stage=Stage.AFTER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await app.workspaces.client(acme.id)
    gate.open.set()
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1


async def test_while_slack_is_away_a_token_that_holds_is_used_and_one_that_ended_waits(app: App) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    app.slack.fail("oauth.v2.access", status=503, times=None)
    app.later(11)
    assert await app.who(acme.id) == acme.id
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1
    app.later(2)
    with pytest.raises(PlaceBusyError):
        await app.workspaces.client(acme.id)
    app.slack.heal()
    assert await app.who(acme.id) == acme.id


async def test_a_token_that_ended_and_has_no_successor_asks_for_a_new_installation(app: App) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    app.later(13)
    app.slack.fail("oauth.v2.access", error="invalid_refresh_token")
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)
    assert (await app.install(acme)).status == 200
    assert await app.who(acme.id) == acme.id


async def test_another_process_s_token_is_taken_over(app: App, tmp_path: Path) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    await app.workspaces.client(acme.id)
    beside = Workspaces(app.settings, kit_of(app.slack, app.home, app.clock))
    await beside.open()
    app.later(11)
    await beside.client(acme.id)
    assert app.rotations() == 1
    assert await app.who(acme.id) == acme.id
    assert app.rotations() == 1
    await beside.close()


async def test_a_refused_token_is_looked_up_anew_and_the_call_repeated_once(app: App) -> None:
    acme = Office.of(app, "Acme")
    await app.install(acme)
    client = await app.workspaces.client(acme.id)
    app.slack.world.grants.rotation = True
    await app.install(acme)  # in another process, as it were
    earlier = [each for each in app.slack.world.grants.of(acme.id) if each.token == client.token]
    app.slack.world.grants.end(earlier, "token_revoked")
    answer = await client.chat_postMessage(channel=acme.art.id, text="here I am")
    assert answer["ok"]
    assert len(app.slack.messages(acme.art)) == 1
    app.slack.world.grants.end(app.slack.world.grants.of(acme.id), "token_revoked")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=acme.art.id, text="and again")
    assert [call.error for call in app.slack.asked("chat.postMessage")] == ["token_revoked", "", "token_revoked"]


async def test_an_organisation_installs_once_for_all_its_workspaces(app: App) -> None:
    globex = app.slack.enterprise("Globex")
    north, south = Office.of(app, "North", globex), Office.of(app, "South", globex)
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


async def picture_of(app: App, tenant: Tenant) -> JobId:
    """Somebody's picture there, and one that they brought; the job's id."""
    ada, place = Person("slack", f"{tenant}/U1", "Ada Lovelace"), Place("slack", f"{tenant}/C1")
    app.home.delivery.messengers["slack"] = app.home.street
    job = await app.desk.accept(Wish(prompt="a heron"), by=ada, at=place, event=app.home.ring())
    await app.home.told(job)
    await app.desk.keep(png(width=40 + sum(tenant.team.encode()) % 100), by=ada)
    return job


def files(folder: Path) -> int:
    return sum(file.is_file() for file in (folder / "gallery").rglob("*"))


@pytest.mark.parametrize("parting", ["uninstall", "revoke"])
async def test_a_workspace_that_lets_us_go_is_forgotten_and_the_other_stays(
    app: App, tmp_path: Path, parting: str
) -> None:
    acme, other = Office.of(app, "Acme"), Office.of(app, "Other")
    for office in (acme, other):
        await app.install(office)
    gone, kept = [await picture_of(app, Tenant(office.id)) for office in (acme, other)]
    waiting = {"type": "event_callback", "event_id": "Ev1", "team_id": acme.id, "event": {
        "type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": "a fox"}}  # fmt: skip
    await app.desk.hold("slack", "Ev1", waiting)
    await app.desk.hold("slack", "Ev2", {**waiting, "event_id": "Ev2", "team_id": other.id})
    assert files(tmp_path) == 4
    await getattr(app.slack, parting)(acme.team)
    await app.slack.until(lambda: all(told.settled for told in app.slack.deliveries))
    assert files(tmp_path) == 2
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)
    assert await app.installations.tenants() == [Tenant(other.id)]
    assert await app.who(other.id) == other.id
    record = await app.home.store.record(gone)
    assert (record.deleted, record.job.by.name, record.reply) == (True, "", None)
    assert (await app.home.store.record(kept)).job.by.name == "Ada Lovelace"
    assert [event for event, _ in await app.desk.held("slack")] == ["Ev2"]
    assert await app.home.store.unbalanced() == ()


async def test_an_organisation_that_lets_us_go_is_forgotten_with_all_its_workspaces(app: App, tmp_path: Path) -> None:
    globex = app.slack.enterprise("Globex")
    north = Office.of(app, "North", globex)
    await app.install(north)
    await picture_of(app, Tenant(north.id, globex.id))
    await app.workspaces.uninstalled(Tenant("", globex.id), app.desk)
    assert files(tmp_path) == 0
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(Tenant(north.id, globex.id))


async def test_a_parting_told_late_does_not_undo_a_new_installation(app: App, tmp_path: Path) -> None:
    acme = Office.of(app, "Acme")
    await app.install(acme)
    parted_at = app.clock.now()
    app.later(0.01)
    await app.install(acme)
    await picture_of(app, Tenant(acme.id))
    await app.workspaces.uninstalled(acme.id, app.desk, at=parted_at)
    assert (await app.who(acme.id), files(tmp_path)) == (acme.id, 2)


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


async def test_a_token_of_an_earlier_installation_is_looked_up_anew_too(app: App) -> None:
    acme = Office.of(app, "Acme")
    await app.install(acme)
    beside = Workspaces(app.settings, kit_of(app.slack, app.home, app.clock))
    await beside.open()
    before = await beside.client(acme.id)
    await app.slack.uninstall(acme.team)
    await app.slack.until(lambda: app.slack.deliveries[-1].settled)
    app.later(0.01)
    await app.install(acme)
    assert (await before.auth_test())["ok"]
    assert (await (await beside.client(acme.id)).auth_test())["ok"]
    await beside.close()


@pytest.mark.parametrize("stage", list(Stage))
async def test_a_token_that_comes_while_the_workspace_leaves_is_not_kept(app: App, stage: Stage) -> None:
    app.slack.world.grants.rotation = True
    acme = Office.of(app, "Acme")
    await app.install(acme)
    app.later(11)
    gate = app.slack.hold("oauth.v2.access", stage=stage)
    asking = asyncio.create_task(app.workspaces.client(acme.id))
    await app.slack.until(lambda: gate.reached.is_set())
    await app.workspaces.uninstalled(acme.id, app.desk)
    gate.open.set()
    with pytest.raises(PlaceShutError):
        await asking
    assert await app.installations.tenants() == []
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(acme.id)


async def test_of_an_organisation_whose_workspace_has_an_installation_of_its_own_nothing_is_deleted(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    globex = app.slack.enterprise("Globex")
    north, south = Office.of(app, "North", globex), Office.of(app, "South", globex)
    await app.install(north)
    await app.install(replace(south, home=south.team))
    await picture_of(app, Tenant(south.id, globex.id))
    await app.workspaces.uninstalled(Tenant("", globex.id), app.desk)
    assert files(tmp_path) == 2
    assert await app.installations.tenants() == [Tenant(south.id, globex.id)]
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(Tenant(north.id, globex.id))
    assert await app.who(f"{globex.id}.{south.id}") == south.id
    assert "nothing of its workspaces was deleted" in capsys.readouterr().out


async def test_what_was_not_forgotten_is_forgotten_when_slack_says_it_again(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    globex = app.slack.enterprise("Globex")
    north = Office.of(app, "North", globex)
    await app.install(replace(north, home=north.team))
    await picture_of(app, Tenant(north.id, globex.id))

    async def broken(door: str, prefix: str) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(app.desk, "forget_people", broken)
        with pytest.raises(ConnectionResetError):
            await app.workspaces.uninstalled(north.id, app.desk)
    await app.workspaces.uninstalled(north.id, app.desk)
    assert files(tmp_path) == 0
    assert await app.installations.tenants() == []


async def test_who_installs_while_it_is_being_forgotten_stays_installed(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = Office.of(app, "Acme")
    await app.install(acme)
    await picture_of(app, Tenant(acme.id))
    parted_at = app.clock.now()
    app.later(0.01)
    forget = app.desk.forget_people

    async def slow(door: str, prefix: str) -> None:
        await forget(door, prefix)
        await app.install(acme)

    monkeypatch.setattr(app.desk, "forget_people", slow)
    await app.workspaces.uninstalled(acme.id, app.desk, at=parted_at)
    assert (await app.who(acme.id), files(tmp_path)) == (acme.id, 0)
