"""Workspaces that let us go: what was theirs is forgotten, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.slack.event import Tenant
from bot.errors import PlaceShutError
from tests.wire.living import logbook
from tests.wire.slack_offices import App, Office, files, installing, picture_of


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with installing(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("parting", ["uninstall", "revoke"])
async def test_a_workspace_that_lets_us_go_is_forgotten_and_the_other_stays(
    app: App, tmp_path: Path, parting: str
) -> None:
    acme, other = Office.of(app.slack, "Acme"), Office.of(app.slack, "Other")
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
    north = Office.of(app.slack, "North", globex)
    await app.install(north)
    await picture_of(app, Tenant(north.id, globex.id))
    await app.workspaces.uninstalled(Tenant("", globex.id), app.desk)
    assert files(tmp_path) == 0
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(Tenant(north.id, globex.id))


async def test_a_parting_told_late_does_not_undo_a_new_installation(app: App, tmp_path: Path) -> None:
    acme = await app.installed("Acme")
    parted_at = app.clock.now()
    app.later(0.01)
    await app.install(acme)
    await picture_of(app, Tenant(acme.id))
    await app.workspaces.uninstalled(acme.id, app.desk, at=parted_at)
    assert (await app.who(acme.id), files(tmp_path)) == (acme.id, 2)


async def test_of_an_organisation_whose_workspace_has_an_installation_of_its_own_nothing_is_deleted(
    app: App, tmp_path: Path
) -> None:
    globex = app.slack.enterprise("Globex")
    north, south = Office.of(app.slack, "North", globex), Office.of(app.slack, "South", globex)
    await app.install(north)
    await app.install(replace(south, home=south.team))
    await picture_of(app, Tenant(south.id, globex.id))
    with logbook() as log:
        await app.workspaces.uninstalled(Tenant("", globex.id), app.desk)
    assert files(tmp_path) == 2
    assert await app.installations.tenants() == [Tenant(south.id, globex.id)]
    with pytest.raises(PlaceShutError):
        await app.workspaces.client(Tenant(north.id, globex.id))
    assert await app.who(f"{globex.id}.{south.id}") == south.id
    assert "nothing of its workspaces was deleted" in log.getvalue()


async def test_what_was_not_forgotten_is_forgotten_when_slack_says_it_again(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    globex = app.slack.enterprise("Globex")
    north = Office.of(app.slack, "North", globex)
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
    acme = await app.installed("Acme")
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
