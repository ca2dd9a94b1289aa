"""Many workspaces of Slack: what installs the app, keeps their tokens and forgets them, over a whole house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import unused_port
from cryptography.fernet import Fernet
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from adapters import Database, Kit
from adapters.slack import Settings, oauth
from adapters.slack.event import Tenant
from adapters.slack.installation import Installations
from adapters.slack.workspace import Workspaces
from bot.desk import Desk
from bot.job import JobId
from bot.message import Person, Place
from bot.request import Wish
from tests.clock import ShiftedClock
from tests.house import TestHouse, house, png
from tests.standins.slack import Channel, Enterprise, Page, Slack, Workspace
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
    def of(cls, slack: Slack, name: str, enterprise: Enterprise | None = None) -> Office:
        """Of an organisation, all of it installs."""
        team = slack.workspace(name, installed=False, enterprise=enterprise)
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

    async def installed(self, name: str, *, rotating: bool = False) -> Office:
        """A workspace with the app; rotating: its token ends after hours."""
        self.slack.world.grants.rotation = rotating
        office = Office.of(self.slack, name)
        await self.install(office)
        return office

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


def settings_of(slack: Slack) -> Settings:
    port = unused_port()
    return Settings(
        api_url=slack.api_url, authorize_url=slack.authorize_url, port=port, public_url=f"http://127.0.0.1:{port}"
    )


@asynccontextmanager
async def serving(slack: Slack, home: TestHouse, clock: ShiftedClock) -> AsyncIterator[App]:
    settings = settings_of(slack)
    workspaces = Workspaces(settings, kit_of(slack, home, clock))
    await workspaces.open()
    app = App(slack, home, clock, workspaces, settings)
    site = web.Application()
    site.add_routes(oauth.routes(workspaces, settings, home.desk))
    runner = web.AppRunner(site, access_log=None)  # as the door's own
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.port).start()
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


@asynccontextmanager
async def installing(folder: Path, url: str = "") -> AsyncIterator[App]:
    """A Slack and a house of their own, and the door's installing part open between them; url as in `house`."""
    clock = ShiftedClock()
    async with (
        Slack(clock=clock) as slack,
        house(folder, clock=clock, url=url) as home,
        serving(slack, home, clock) as opened,
    ):
        yield opened


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
