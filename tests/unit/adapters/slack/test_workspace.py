"""Whose events are let in, before anything is asked of Slack; the rest is shown over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation

from adapters import Database, Kit
from adapters.slack import Settings
from adapters.slack.event import Tenant
from adapters.slack.workspace import Workspaces
from bot.errors import PlaceBusyError, PlaceShutError, SettingsError
from tests.house import TestHouse, house

SECRETS = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret",
    "SLACK_ENCRYPTION_KEY": Fernet.generate_key().decode(),
}
PASSED = BoltResponse(status=204)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def workspaces(home: TestHouse) -> AsyncIterator[Workspaces]:
    reading, writing = home.store.engines
    kit = Kit(clock=home.clock, secrets=SECRETS, database=Database(reading=reading, writing=writing))
    opened = Workspaces(Settings(api_url="http://127.0.0.1:9/api/"), kit)
    await opened.open()
    yield opened
    await opened.close()


async def install(workspaces: Workspaces, team: str | None, enterprise: str | None = None) -> None:
    assert workspaces.installations is not None
    await workspaces.installations.async_save(
        Installation(
            app_id="A1", team_id=team, enterprise_id=enterprise, user_id="U1", bot_token=f"xoxb-{team or enterprise}",
            bot_id="B1", bot_user_id="U0", is_enterprise_install=team is None,
        )
    )  # fmt: skip
    workspaces.installed(Tenant(team or "", enterprise or ""))


async def gated(workspaces: Workspaces, body: dict[str, Any]) -> int:
    """The status that Slack gets: 204 where the event was let in."""
    request = AsyncBoltRequest(mode="socket_mode", body=body)

    async def pass_on() -> BoltResponse:
        return PASSED

    return (await workspaces.gate(request.context, body, pass_on)).status


def event(kind: str, **body: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event": {"type": kind}, **body}


async def test_events_come_in_only_from_where_the_app_is_installed(workspaces: Workspaces) -> None:
    await install(workspaces, "T1")
    assert await gated(workspaces, event("app_mention", team_id="T1")) == 204
    assert await gated(workspaces, event("app_mention", team_id="T11")) == 200
    await install(workspaces, "T11")
    assert await gated(workspaces, event("app_mention", team_id="T11")) == 204


@pytest.mark.parametrize(
    "body", [event("app_uninstalled", team_id="T9"), event("tokens_revoked", team_id="T9"), {"type": "ssl_check"}]
)
async def test_a_parting_and_slack_s_own_checks_come_in_from_anywhere(
    workspaces: Workspaces, body: dict[str, Any]
) -> None:
    assert await gated(workspaces, body) == 204


async def test_a_workspace_is_spoken_for_by_its_own_token_before_its_organisation_s(workspaces: Workspaces) -> None:
    await install(workspaces, None, "E1")
    await install(workspaces, "T1", "E1")
    await install(workspaces, "T2")
    tokens = [(await workspaces.client(name)).token for name in ("E1.T1", "E1.T7", "E1", "E1.T2", "T2")]
    assert tokens == ["xoxb-T1", "xoxb-E1", "xoxb-E1", "xoxb-T2", "xoxb-T2"]


async def test_nobody_is_spoken_for_who_did_not_install_the_app(workspaces: Workspaces) -> None:
    await install(workspaces, "T1", "E1")
    for name in ("T9", "E1", "E2.T9"):
        with pytest.raises(PlaceShutError):
            await workspaces.client(name)


async def test_a_parting_without_its_organisation_s_name_still_finds_the_installation(
    workspaces: Workspaces, home: TestHouse
) -> None:
    await install(workspaces, "T1", "E1")
    await workspaces.uninstalled("T1", home.desk)
    with pytest.raises(PlaceShutError):
        await workspaces.client("E1.T1")


async def test_the_one_workspace_s_data_outlives_its_token(tmp_path: Path, home: TestHouse) -> None:
    one = Workspaces(Settings(), Kit(secrets={"SLACK_BOT_TOKEN": "xoxb-1"}))
    await one.open()
    await home.desk.hold("slack", "Ev1", event("app_mention", event_id="Ev1", team_id="T1"))
    await one.uninstalled("T1", home.desk)
    assert len(await home.desk.held("slack")) == 1
    assert await gated(one, event("app_mention", team_id="T9")) == 204
    await one.close()


@pytest.mark.parametrize("secrets", [SECRETS, {"SLACK_BOT_TOKEN": "xoxb-1"}])
async def test_a_door_that_is_not_open_is_only_busy(home: TestHouse, secrets: dict[str, str]) -> None:
    reading, writing = home.store.engines
    shut = Workspaces(Settings(), Kit(secrets=secrets, database=Database(reading=reading, writing=writing)))
    with pytest.raises(PlaceBusyError):
        await shut.client("T1")
    await shut.open()
    await shut.close()
    with pytest.raises(PlaceBusyError):
        await shut.client("T1")


def test_many_workspaces_need_the_open_database() -> None:
    with pytest.raises(SettingsError, match="database"):
        Workspaces(Settings(), Kit(secrets=SECRETS))


async def test_a_token_is_in_nobody_s_log(workspaces: Workspaces) -> None:
    await install(workspaces, "T1")
    seat = await workspaces.seat("T1")
    assert seat.token == "xoxb-T1"
    assert "xoxb" not in repr(seat)
