"""Many processes on one database: whose turn it is, who runs and tells a job, who lives; and what was spent."""

from collections import defaultdict
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")
UNSURE = sa.text("status = 'unsure'")

# As this migration finds and leaves them.
JOBS = sa.table(
    "jobs", sa.column("id"), sa.column("provider"), sa.column("model"), sa.column("status"), sa.column("ended_at"),
    sa.column("job", sa.JSON),
)  # fmt: skip
LEDGER = sa.table(
    "ledger", sa.column("job"), sa.column("person_key"), sa.column("held_at", MOMENT), sa.column("entry"),
    sa.column("pictures"), sa.column("cents"),
)  # fmt: skip
TOTALS = sa.table(
    "totals", sa.column("scope"), sa.column("period"), sa.column("pictures"), sa.column("cents")
)  # fmt: skip


def upgrade() -> None:
    # Only additions that an older release need not know, so that its processes may go on while others are renewed.
    op.add_column("jobs", sa.Column("attempt", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("turn", sa.Float, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("ready", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("jobs", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("run_by", sa.Text))
    op.add_column("jobs", sa.Column("told_by", sa.Text))
    op.add_column("jobs", sa.Column("looked_at", MOMENT))
    op.add_column("jobs", sa.Column("slot_until", MOMENT))
    op.add_column("held", sa.Column("held_by", sa.Text))
    op.add_column("durations", sa.Column("size", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_durations_size", "durations", ["provider", "model", "size", "number"])
    op.drop_index("ix_durations_model", "durations")
    op.create_index(
        "ix_jobs_turn",
        "jobs",
        ["lane", "status", "ended_at", "turn", "number"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("worker", sa.Boolean, nullable=False),
        sa.Column("doors", sa.JSON, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
    )
    op.create_table(
        "lanes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("virtual", sa.Float, nullable=False),
        sa.Column("paused_until", MOMENT),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("strained_at", MOMENT),
        sa.Column("probe", sa.Text),
    )
    op.create_table(
        "totals",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_totals_period", "totals", ["period", "scope"])
    op.create_table(
        "alerts",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("unit", sa.Text, primary_key=True),
        sa.Column("allowed", sa.BigInteger, primary_key=True),
        sa.Column("percent", sa.Integer, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "callbacks",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("task", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_callbacks_at", "callbacks", ["at"])
    op.create_index("ix_jobs_slot", "jobs", ["lane", "slot_until"], sqlite_where=UNSURE, postgresql_where=UNSURE)
    op.create_index("ix_alerts_place", "alerts", ["place", "at"])
    op.create_index("ix_jobs_unsure", "jobs", ["number"], sqlite_where=UNSURE, postgresql_where=UNSURE)
    _count_this_month(op.get_bind())


def _count_this_month(connection: sa.Connection) -> None:
    """What the ledger says of this month, by person, model and all together; its days are those of UTC.

    A migration does not know the house's time zone, so around midnight a picture may count in the neighbouring day.
    Channels and roles are counted from here on.
    """
    month = datetime.now(UTC).strftime("%Y-%m")
    since = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    rows = connection.execute(
        sa.select(LEDGER, JOBS.c.provider, JOBS.c.model)
        .join_from(LEDGER, JOBS, JOBS.c.id == LEDGER.c.job)
        .where(LEDGER.c.held_at >= since, LEDGER.c.entry.in_(("hold", "release")))
    )
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    tabs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        sign = 1 if row.entry == "hold" else -1
        held_at = row.held_at if row.held_at.tzinfo is None else row.held_at.astimezone(UTC)
        day, model = held_at.strftime("%Y-%m-%d"), (f"model:{row.provider}/{row.model}", month)
        person = f"person:{row.person_key}"
        tabs[row.job] = [(person, day), (person, month), ("team", day), ("team", month), model]
        for tab in tabs[row.job]:
            sums[tab][0] += sign * row.pictures
            sums[tab][1] += sign * (row.cents or 0)
    if sums:
        named = [(*tab, *counted) for tab, counted in sums.items()]
        columns = ("scope", "period", "pictures", "cents")
        connection.execute(TOTALS.insert(), [dict(zip(columns, each, strict=True)) for each in named])
    # What is under way or unsure may still give something back.
    for row in connection.execute(sa.select(JOBS).where(sa.or_(OPEN, UNSURE))).all():
        if row.id in tabs:
            counted = [{"scope": scope, "period": period} for scope, period in tabs[row.id]]
            changed = JOBS.update().where(JOBS.c.id == row.id).values(job={**row.job, "tabs": counted})
            connection.execute(changed)
