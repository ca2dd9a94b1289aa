"""Installations and states in the house's own database, tokens encrypted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from structlog.testing import capture_logs

from adapters import Database
from adapters.slack.event import Tenant
from adapters.slack.installation import Installations, States, read_keys
from bot.errors import SettingsError
from bot.store import Store
from bot.store.tables import metadata
from tests.clock import HeldClock

KEY, OLD, STRANGE = (Fernet.generate_key().decode() for _ in range(3))
TOKEN = "xoxb-1-secret-token"
TABLES = "slack_bots", "slack_installations", "slack_oauth_states"
HOOK = "https://hooks.slack.test/services/secret"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bot.sqlite"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    store = await Store.open(url, clock=HeldClock())
    reading, writing = store.engines
    yield Database(reading=reading, writing=writing)
    await store.close()


def of(database: Database, keys: str = KEY, client_id: str = "1.2") -> Installations:
    return Installations(database, client_id, read_keys(keys))


def made(team: str | None = "T1", *, enterprise: str | None = None, **more: Any) -> Installation:
    given = {"bot_token": TOKEN, "bot_id": "B1", "bot_user_id": "U0", "bot_scopes": "chat:write,commands"}
    return Installation(
        app_id="A1", team_id=team, enterprise_id=enterprise, user_id="U1", is_enterprise_install=team is None,
        **{**given, **more},
    )  # fmt: skip


def everything(database: Database, folder: Path) -> str:
    """What stands in the tables, and in SQLite's file and beside it."""
    with database.reading.connect() as connection:
        rows = [connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in TABLES]
    files = [file.read_bytes().decode("latin-1") for file in folder.glob("bot.sqlite*") if file.is_file()]
    return "".join([str(rows), *files])


@pytest.mark.parametrize("table", TABLES)
def test_our_tables_are_the_library_s(table: str) -> None:
    theirs = sa.MetaData()
    SQLAlchemyInstallationStore.build_bots_table(theirs, "slack_bots")
    SQLAlchemyInstallationStore.build_installations_table(theirs, "slack_installations")
    SQLAlchemyOAuthStateStore.build_oauth_states_table(theirs, "slack_oauth_states")
    for column in theirs.tables[table].c:
        ours = metadata.tables[table].c[column.name]
        assert (ours.nullable, ours.primary_key) == (column.nullable, column.primary_key), column.name
        assert ours.type.python_type is column.type.python_type, column.name
    assert metadata.tables[table].c.keys() == theirs.tables[table].c.keys()
    names = {index.name: index.columns.keys() for index in theirs.tables[table].indexes}
    assert {index.name: index.columns.keys() for index in metadata.tables[table].indexes} == names


async def test_an_installation_reads_back_as_it_was_saved(database: Database) -> None:
    await of(database).async_save(
        made(team_name="Acme", bot_refresh_token="xoxe-1-secret", bot_token_expires_in=43200, incoming_webhook_url=HOOK)
    )
    bot = await of(database).async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_refresh_token, bot.team_name) == (TOKEN, "xoxe-1-secret", "Acme")
    assert list(bot.bot_scopes) == ["chat:write", "commands"]
    installation = await of(database).async_find_installation(enterprise_id=None, team_id="T1")
    assert installation is not None
    assert (installation.user_id, installation.incoming_webhook_url) == ("U1", HOOK)
    assert await of(database).async_find_bot(enterprise_id=None, team_id="T11") is None
    assert await of(database, client_id="another app").async_find_bot(enterprise_id=None, team_id="T1") is None


async def test_no_token_stands_in_the_database(database: Database, tmp_path: Path) -> None:
    secrets = {
        "bot_token": TOKEN, "bot_refresh_token": "xoxe-1-secret", "user_token": "xoxp-1-secret",
        "user_refresh_token": "xoxe-2-secret", "incoming_webhook_url": HOOK,
        "incoming_webhook_configuration_url": "https://acme.slack.test/secret",
    }  # fmt: skip
    await of(database).async_save(made(**secrets))
    written = everything(database, tmp_path)
    assert "chat:write" in written
    assert [name for name, secret in secrets.items() if secret in written] == []


async def test_a_workspace_and_its_organisation_are_two_installations(database: Database) -> None:
    await of(database).async_save(made(enterprise="E1", bot_token="xoxb-team"))
    await of(database).async_save(made(None, enterprise="E1", bot_token="xoxb-org"))
    found = [
        await of(database).async_find_bot(enterprise_id="E1", team_id="T1"),
        await of(database).async_find_bot(enterprise_id="E1", team_id="T9", is_enterprise_install=True),
    ]
    assert [bot and bot.bot_token for bot in found] == ["xoxb-team", "xoxb-org"]
    assert set(await of(database).tenants()) == {Tenant("T1", "E1"), Tenant("", "E1")}
    assert await of(database).tenants("T1") == [Tenant("T1", "E1")]


async def test_the_newest_installation_counts_and_all_are_deleted(database: Database) -> None:
    await of(database).async_save(made(bot_token="xoxb-first", installed_at=1000.0))
    await of(database).async_save(made(bot_token="xoxb-second", installed_at=2000.0))
    await of(database).async_save(made("T11"))
    bot = await of(database).async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_token == "xoxb-second"
    await of(database).async_delete_all(enterprise_id=None, team_id="T1")
    assert await of(database).async_find_bot(enterprise_id=None, team_id="T1") is None
    assert await of(database).async_find_installation(enterprise_id=None, team_id="T1") is None
    assert await of(database).tenants() == [Tenant("T11")]


async def test_an_older_key_still_decrypts_and_is_needed_no_more_after_a_start(database: Database) -> None:
    await of(database, OLD).async_save(made())
    await of(database, f"{KEY}, {OLD}").open()
    bot = await of(database, KEY).async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_token == TOKEN


async def test_what_cannot_be_decrypted_counts_as_not_installed_and_can_be_installed_anew(database: Database) -> None:
    await of(database, STRANGE).async_save(made())
    ours = of(database)
    with capture_logs() as told:
        await ours.open()
        assert await ours.async_find_bot(enterprise_id=None, team_id="T1") is None
        assert await ours.async_find_installation(enterprise_id=None, team_id="T1") is None
    assert any("SLACK_ENCRYPTION_KEY" in each["event"] and each["team"] == "T1" for each in told)
    assert TOKEN not in str(told)
    await ours.async_save(made(bot_token="xoxb-anew"))
    bot = await ours.async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_token == "xoxb-anew"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("", "SLACK_ENCRYPTION_KEY is missing"),
        (" , ", "SLACK_ENCRYPTION_KEY is missing"),
        ("hunter2", "SLACK_ENCRYPTION_KEY: it must be 32 bytes"),
        ("{key},hunter2", "key 2 of 2 must be 32 bytes"),
        ("Schlüssel", "it must be 32 bytes"),
    ],
)
def test_a_key_that_is_none_is_refused_with_a_sentence(listed: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        read_keys(listed.format(key=KEY))
    assert "hunter2" not in str(refused.value)


async def test_a_state_is_good_once(database: Database) -> None:
    states = States(database)
    state = await states.async_issue()
    assert await States(database).async_consume(state)
    assert not await states.async_consume(state)
    assert not await states.async_consume("forged")


async def test_states_that_nobody_came_back_with_do_not_pile_up(database: Database) -> None:
    states = States(database)
    lapsed = await states.async_issue()
    states_table = metadata.tables["slack_oauth_states"]
    with database.writing.begin() as connection:
        connection.execute(states_table.update().values(expire_at=datetime(2020, 1, 1)))  # noqa: DTZ001 - as the library does
    assert not await states.async_consume(lapsed)
    await states.async_issue()
    with database.reading.connect() as connection:
        assert len(connection.execute(sa.select(states_table)).all()) == 1


async def test_reading_waits_for_no_writer(database: Database) -> None:
    await of(database).async_save(made())
    with database.writing.begin():
        assert await of(database).async_find_bot(enterprise_id=None, team_id="T1") is not None
