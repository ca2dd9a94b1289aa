"""The tables, as SQLite and PostgreSQL both understand them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

SCHEMAS: Final = ("0001", "0002", "0003", "0004")
"""Every schema this release can open, oldest first; the last is the one it works with (migrations/versions)."""

MICRO: Final = 1_000_000
SMALLEST: Final = Decimal(1) / MICRO
"""The least amount of money, in US cents, that the book keeps."""


class Entry(StrEnum):
    """The kinds of ledger entry. For a job that ended for sure, holds = settled + released."""

    HOLD = "hold"
    SUBMITTING = "submitting"
    """A paid request is about to leave: moves nothing, but tells that money may be gone if nothing follows."""
    SETTLE = "settle"
    RELEASE = "release"


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite, which knows no zones, gives it back naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Cents(sa.types.TypeDecorator[Decimal]):
    """US cents, kept as whole millionths so that sums are exact on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * MICRO).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / MICRO


class Said(sa.types.TypeDecorator[str]):
    """What people call themselves, or a provider a status, less what a database refuses: NULs and lone surrogates."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "").encode(errors="ignore").decode()


Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts rows by itself only in a column of exactly INTEGER."""
Json = sa.JSON(none_as_null=True)

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(column_0_N_label)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s"}
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("name", Said, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("number", Number, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("person_key", sa.Text, sa.ForeignKey("people.key"), nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("job", Json, nullable=False),
    sa.Column("accepted_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("submitted_at", Moment),
    sa.Column("posting_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("delivered_at", Moment),
    sa.Column("cancel_asked", sa.Boolean, nullable=False),
    sa.Column("untold", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("word", Said, nullable=False),
    sa.Column("fraction", sa.Float),
    sa.Column("ticket", Json),
    sa.Column("outcome", Json),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("turn", sa.Float, nullable=False, server_default="0"),
    sa.Column("ready", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("run_by", sa.Text),
    sa.Column("told_by", sa.Text),
    sa.Column("looked_at", Moment),
    sa.Column("slot_until", Moment),
    sa.UniqueConstraint("door", "event", name="uq_jobs_door_event"),
)
OPEN = jobs.c.ended_at.is_(None)
UNSURE = jobs.c.status == sa.literal_column("'unsure'")
UNDELIVERED = sa.and_(jobs.c.ended_at.is_not(None), jobs.c.delivered_at.is_(None))
sa.Index("ix_jobs_person", jobs.c.person_key, jobs.c.accepted_at)
# Partial, so that a million finished jobs weigh nothing on the questions about the few that are open. ended_at stands
# in them although it is always null there: matching one column more, they beat the full ones in SQLite's planner.
_open_only: dict[str, Any] = {"sqlite_where": OPEN, "postgresql_where": OPEN}
sa.Index("ix_jobs_open", jobs.c.ended_at, jobs.c.number, **_open_only)
sa.Index("ix_jobs_open_person", jobs.c.person_key, jobs.c.ended_at, **_open_only)
sa.Index("ix_jobs_open_lane", jobs.c.lane, jobs.c.status, jobs.c.ended_at, jobs.c.number, **_open_only)
sa.Index("ix_jobs_turn", jobs.c.lane, jobs.c.status, jobs.c.ended_at, jobs.c.turn, jobs.c.number, **_open_only)
sa.Index("ix_jobs_slot", jobs.c.lane, jobs.c.slot_until, sqlite_where=UNSURE, postgresql_where=UNSURE)
sa.Index("ix_jobs_unsure", jobs.c.number, sqlite_where=UNSURE, postgresql_where=UNSURE)
sa.Index("ix_jobs_undelivered", jobs.c.number, sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("number", Number, primary_key=True),
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), nullable=False, index=True),
    sa.Column("person_key", sa.Text, nullable=False),
    sa.Column("held_at", Moment, nullable=False, index=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("pictures", sa.Integer, nullable=False),
    sa.Column("cents", Cents),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_ledger_person", "person_key", "held_at"),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("receipt", Number, sa.ForeignKey("receipts.number")),
    sa.Column("reply", Json),
    sa.Column("revision", Number, nullable=False),
    sa.Column("position", Number),
    sa.Column("posted_at", Moment),
    sa.Column("deleted_at", Moment),
    sa.Index("ix_announcements_change", "door", "place", "revision"),
    sa.Index("ix_announcements_position", "door", "place", "position"),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("number", Number, primary_key=True),
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), nullable=False, index=True),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("handle", sa.Text, nullable=False),
    sa.Column("kept_at", Moment, nullable=False),
    sa.UniqueConstraint("door", "place", "handle", name="uq_receipts_door_place_handle"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

images = sa.Table(
    "images",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
)

# One content may be made more than once: two jobs with the same seed, or a file that two people bring.
makings = sa.Table(
    "makings",
    metadata,
    sa.Column("number", Number, primary_key=True),
    sa.Column("image", sa.Text, sa.ForeignKey("images.id"), nullable=False, index=True),
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), index=True),
    sa.Column("parent", sa.Text),
    sa.Column("person_key", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger),
    sa.Column("made_at", Moment, nullable=False),
)

# Which pictures a job works from: they stay as long as a job that is not deleted needs them.
sources = sa.Table(
    "sources",
    metadata,
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("image", sa.Text, sa.ForeignKey("images.id"), primary_key=True, index=True),
)

durations = sa.Table(
    "durations",
    metadata,
    sa.Column("number", Number, primary_key=True),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("size", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_durations_size", "provider", "model", "size", "number"),
)

# What a door has acknowledged and not yet decided: after a crash it is gone through again.
held = sa.Table(
    "held",
    metadata,
    sa.Column("door", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, primary_key=True),
    sa.Column("payload", Json, nullable=False),
    sa.Column("held_at", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("held_by", sa.Text),
)

# The processes that live: what one that is not here any more ran, told or held belongs to whoever takes it over.
processes = sa.Table(
    "processes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("worker", sa.Boolean, nullable=False),
    sa.Column("doors", Json, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("beat_at", Moment, nullable=False),
)

# A lane is the queue before one provider. virtual is the tag of the turn given last (store/turns.py); the rest is of
# a provider that takes nothing: why, how many times in a row and since when, and the job that tries it.
lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("virtual", sa.Float, nullable=False),
    sa.Column("paused_until", Moment),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("strained_at", Moment),
    sa.Column("probe", sa.Text),
)

# Providers' own word that a task may have ended, which also tells whose task it is. Each is kept for two days.
callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("task", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
)

# What was spent, by scope and period (bot/spending.py), kept along with the ledger.
totals = sa.Table(
    "totals",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("pictures", sa.Integer, nullable=False),
    sa.Column("cents", Cents, nullable=False),
    sa.Index("ix_totals_period", "period", "scope"),
)

# Thresholds of caps that were passed (place is ""), and the places where that was told. allowed and spent are in units.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("allowed", Cents, primary_key=True),
    sa.Column("percent", sa.Integer, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("spent", Cents, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_alerts_place", "place", "at"),
)

# The next three belong to the Slack door, whose library writes them; their names and columns are the library's.
# Tokens and links stand in them encrypted, which makes them longer than the library's own columns.
slack_bots = sa.Table(
    "slack_bots",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("enterprise_id", sa.Text),
    sa.Column("enterprise_name", sa.Text),
    sa.Column("team_id", sa.Text),
    sa.Column("team_name", sa.Text),
    sa.Column("bot_token", sa.Text),
    sa.Column("bot_id", sa.Text),
    sa.Column("bot_user_id", sa.Text),
    sa.Column("bot_scopes", sa.Text),
    sa.Column("bot_refresh_token", sa.Text),
    sa.Column("bot_token_expires_at", sa.DateTime),
    sa.Column("is_enterprise_install", sa.Boolean, nullable=False),
    sa.Column("installed_at", sa.DateTime, nullable=False),
    sa.Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)

slack_installations = sa.Table(
    "slack_installations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("enterprise_id", sa.Text),
    sa.Column("enterprise_name", sa.Text),
    sa.Column("enterprise_url", sa.Text),
    sa.Column("team_id", sa.Text),
    sa.Column("team_name", sa.Text),
    sa.Column("bot_token", sa.Text),
    sa.Column("bot_id", sa.Text),
    sa.Column("bot_user_id", sa.Text),
    sa.Column("bot_scopes", sa.Text),
    sa.Column("bot_refresh_token", sa.Text),
    sa.Column("bot_token_expires_at", sa.DateTime),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("user_token", sa.Text),
    sa.Column("user_scopes", sa.Text),
    sa.Column("user_refresh_token", sa.Text),
    sa.Column("user_token_expires_at", sa.DateTime),
    sa.Column("incoming_webhook_url", sa.Text),
    sa.Column("incoming_webhook_channel", sa.Text),
    sa.Column("incoming_webhook_channel_id", sa.Text),
    sa.Column("incoming_webhook_configuration_url", sa.Text),
    sa.Column("is_enterprise_install", sa.Boolean, nullable=False),
    sa.Column("token_type", sa.Text),
    sa.Column("installed_at", sa.DateTime, nullable=False),
    sa.Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)

slack_oauth_states = sa.Table(
    "slack_oauth_states",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("expire_at", sa.DateTime, nullable=False),
)
