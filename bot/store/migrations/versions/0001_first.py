"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")
OPEN_ONLY: dict[str, Any] = {"sqlite_where": OPEN, "postgresql_where": OPEN}
UNDELIVERED = sa.text("ended_at IS NOT NULL AND delivered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "durations",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_durations_model", "durations", ["provider", "model", "number"])
    op.create_table(
        "images",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("person_key", sa.Text, sa.ForeignKey("people.key", name="fk_jobs_person_key"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("job", sa.JSON, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("submitted_at", MOMENT),
        sa.Column("posting_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("delivered_at", MOMENT),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("fraction", sa.Float),
        sa.Column("ticket", sa.JSON),
        sa.Column("outcome", sa.JSON),
        sa.UniqueConstraint("door", "event", name="uq_jobs_door_event"),
    )
    op.create_index("ix_jobs_open", "jobs", ["ended_at", "number"], **OPEN_ONLY)
    op.create_index("ix_jobs_open_lane", "jobs", ["lane", "status", "ended_at", "number"], **OPEN_ONLY)
    op.create_index("ix_jobs_open_person", "jobs", ["person_key", "ended_at"], **OPEN_ONLY)
    op.create_index("ix_jobs_person", "jobs", ["person_key", "accepted_at"])
    op.create_index("ix_jobs_undelivered", "jobs", ["number"], sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED)
    op.create_table(
        "ledger",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.id", name="fk_ledger_job"), nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("cents", sa.BigInteger),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_ledger_held_at", "ledger", ["held_at"])
    op.create_index("ix_ledger_job", "ledger", ["job"])
    op.create_index("ix_ledger_person", "ledger", ["person_key", "held_at"])
    op.create_table(
        "makings",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("image", sa.Text, sa.ForeignKey("images.id", name="fk_makings_image"), nullable=False),
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.id", name="fk_makings_job")),
        sa.Column("parent", sa.Text),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_index("ix_makings_image", "makings", ["image"])
    op.create_index("ix_makings_job", "makings", ["job"])
    op.create_table(
        "receipts",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.id", name="fk_receipts_job"), nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.UniqueConstraint("door", "place", "handle", name="uq_receipts_door_place_handle"),
    )
    op.create_index("ix_receipts_job", "receipts", ["job"])
    op.create_table(
        "sources",
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.id", name="fk_sources_job"), primary_key=True),
        sa.Column("image", sa.Text, sa.ForeignKey("images.id", name="fk_sources_image"), primary_key=True),
    )
    op.create_index("ix_sources_image", "sources", ["image"])
    op.create_table(
        "announcements",
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.id", name="fk_announcements_job"), primary_key=True),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("receipt", NUMBER, sa.ForeignKey("receipts.number", name="fk_announcements_receipt")),
        sa.Column("reply", sa.JSON),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("position", NUMBER),
        sa.Column("posted_at", MOMENT),
        sa.Column("deleted_at", MOMENT),
    )
    op.create_index("ix_announcements_change", "announcements", ["door", "place", "revision"])
    op.create_index("ix_announcements_position", "announcements", ["door", "place", "position"])
    op.execute("INSERT INTO counters (name, value) VALUES ('revision', 0)")
