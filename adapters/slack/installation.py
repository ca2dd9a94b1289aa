"""The workspaces that installed the app, in the house's own database; whatever opens a door there is encrypted.

slack_sdk's stores are made for threads: here they are what its asynchronous interfaces ask for.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.sqlalchemy_utils import normalize_datetime_for_db
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from adapters import Database
from adapters.slack.credential import ENCRYPTION_KEY
from adapters.slack.event import Tenant
from bot.errors import SettingsError

log = structlog.get_logger(__name__)

SEALED: Final = frozenset(
    {
        "bot_token",
        "bot_refresh_token",
        "user_token",
        "user_refresh_token",
        "incoming_webhook_url",
        "incoming_webhook_configuration_url",
    }
)
"""The columns that are encrypted."""
STATE_LIFE_S: Final = 600
"""How long an admin may take over Slack's page."""


class UnreadableError(Exception):
    """A column was encrypted with a key that is not among ours."""


class Sealed(sa.types.TypeDecorator[str]):
    """Text that stands encrypted in its column."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, keys: MultiFernet) -> None:
        super().__init__()
        self.keys = keys

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.keys.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        try:
            return None if value is None else self.keys.decrypt(value).decode()
        except InvalidToken as error:
            raise UnreadableError from error


def read_keys(listed: str) -> tuple[Fernet, ...]:
    """Fernet keys with commas between: the first encrypts, all decrypt. Raises SettingsError."""
    keys = [key.strip() for key in listed.split(",") if key.strip()]
    if not keys:
        raise SettingsError(f"{ENCRYPTION_KEY} is missing; `imagebot slack key` makes one.")
    made: list[Fernet] = []
    for number, key in enumerate(keys, start=1):
        try:
            made.append(Fernet(key))
        except ValueError as error:
            which = f"key {number} of {len(keys)}" if len(keys) > 1 else "it"
            raise SettingsError(
                f"{ENCRYPTION_KEY}: {which} must be 32 bytes in URL-safe base64; `imagebot slack key` makes one."
            ) from error
    return tuple(made)


class _Tables(SQLAlchemyInstallationStore):
    """The library's store over our tables."""

    def __init__(self, client_id: str, engine: sa.Engine, keys: MultiFernet) -> None:
        super().__init__(client_id=client_id, engine=engine)
        for table in (self.bots, self.installations):
            for name in SEALED.intersection(table.c.keys()):
                table.c[name].type = Sealed(keys)

    def tenants(self, team: str) -> list[Tenant]:
        """The installations of one team, or ("") all."""
        columns = self.bots.c.team_id, self.bots.c.enterprise_id
        wanted = sa.select(*columns).where(self.bots.c.client_id == self.client_id).distinct()
        if team:
            wanted = wanted.where(self.bots.c.team_id == team)
        with self.engine.connect() as connection:
            return [Tenant(row.team_id or "", row.enterprise_id or "") for row in connection.execute(wanted)]

    def renew(self, bot: Bot) -> bool:
        """Write down the next token of an installation; False where it was deleted meanwhile."""
        written, columns = bot.to_dict(), self.bots.c
        found = (
            columns.client_id == self.client_id,
            columns.enterprise_id == bot.enterprise_id,
            columns.team_id == bot.team_id,
            columns.installed_at == normalize_datetime_for_db(written["installed_at"]),
        )
        values = {
            "bot_token": bot.bot_token,
            "bot_refresh_token": bot.bot_refresh_token,
            "bot_token_expires_at": normalize_datetime_for_db(written["bot_token_expires_at"]),
        }
        with self.engine.begin() as connection:
            return connection.execute(self.bots.update().where(*found).values(values)).rowcount > 0

    def reseal(self, keys: tuple[Fernet, ...]) -> int:
        """Encrypt with the first key whatever an older one still had to decrypt; gives how many values."""
        changed = 0
        with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                for name in SEALED.intersection(table.c.keys()):
                    written = sa.type_coerce(table.c[name], sa.Text)
                    rows = connection.execute(sa.select(table.c.id, written).where(table.c[name].is_not(None))).all()
                    for row_id, value in rows:
                        fresh = _resealed(value, keys)
                        if fresh is not None:
                            values: dict[Any, Any] = {table.c[name]: sa.literal(fresh, sa.Text)}
                            connection.execute(table.update().where(table.c.id == row_id).values(values))
                            changed += 1
        return changed


class Installations(AsyncInstallationStore):
    """What AsyncOAuthFlow writes into and Workspaces reads; each call is one or two transactions in a thread."""

    def __init__(self, database: Database, client_id: str, keys: tuple[Fernet, ...]) -> None:
        self._keys = keys
        self._reading = _Tables(client_id, database.reading, MultiFernet(keys))
        self._writing = _Tables(client_id, database.writing, MultiFernet(keys))

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def open(self) -> None:
        """From now on the first key is enough, so that the operator may take the others away."""
        changed = await asyncio.to_thread(self._writing.reseal, self._keys)
        if changed:
            log.info("tokens encrypted with the first key", count=changed)

    async def tenants(self, team: str = "") -> list[Tenant]:
        """All that have an installation, or those of one team, which may belong to an organisation by now."""
        return await asyncio.to_thread(self._reading.tenants, team)

    async def async_save(self, installation: Installation) -> None:
        await asyncio.to_thread(self._writing.save, installation)

    async def async_save_bot(self, bot: Bot) -> None:
        await asyncio.to_thread(self._writing.save_bot, bot)

    async def renew(self, bot: Bot) -> bool:
        """As `async_save_bot`, of a token that follows another; False where the installation was deleted meanwhile."""
        return await asyncio.to_thread(self._writing.renew, bot)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The newest; none where it was encrypted with a key that is gone."""
        try:
            return await asyncio.to_thread(
                self._reading.find_bot,
                enterprise_id=enterprise_id,
                team_id=team_id,
                is_enterprise_install=is_enterprise_install,
            )
        except UnreadableError:
            _tell_unreadable(enterprise_id, team_id)
            return None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """As `async_find_bot`, with who installed it."""
        try:
            return await asyncio.to_thread(
                self._reading.find_installation,
                enterprise_id=enterprise_id,
                team_id=team_id,
                user_id=user_id,
                is_enterprise_install=is_enterprise_install,
            )
        except UnreadableError:
            _tell_unreadable(enterprise_id, team_id)
            return None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await asyncio.to_thread(self._writing.delete_bot, enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        await asyncio.to_thread(
            self._writing.delete_installation, enterprise_id=enterprise_id, team_id=team_id, user_id=user_id
        )


class _StateTable(SQLAlchemyOAuthStateStore):
    def sweep(self) -> None:
        """Away with those that nobody came back with: anybody may ask for new ones."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with self.engine.begin() as connection:
            connection.execute(self.oauth_states.delete().where(self.oauth_states.c.expire_at < now))


class States(AsyncOAuthStateStore):
    """What proves that an installation was begun here: each state is good once, for STATE_LIFE_S."""

    def __init__(self, database: Database) -> None:
        self._table = _StateTable(expiration_seconds=STATE_LIFE_S, engine=database.writing)

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        await asyncio.to_thread(self._table.sweep)
        return await asyncio.to_thread(self._table.issue)

    async def async_consume(self, state: str) -> bool:
        return await asyncio.to_thread(self._table.consume, state)


def _resealed(written: str, keys: tuple[Fernet, ...]) -> str | None:
    """The same under the first key; None where it is already, and where none of ours fits."""
    for key in keys:
        try:
            key.decrypt(written)
        except InvalidToken:
            continue
        return None if key is keys[0] else MultiFernet(keys).rotate(written).decode()
    return None


def _tell_unreadable(enterprise_id: str | None, team_id: str | None) -> None:
    log.error(
        "an installation cannot be decrypted: put the key back that SLACK_ENCRYPTION_KEY lost, or install anew",
        team=team_id,
        enterprise=enterprise_id,
    )
