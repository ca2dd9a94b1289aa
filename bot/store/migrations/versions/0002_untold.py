"""Which ends could not be told anywhere."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("untold", sa.Boolean, nullable=False, server_default=sa.false()))
