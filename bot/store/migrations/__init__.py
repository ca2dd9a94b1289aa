"""The schema's history; `upgrade` brings a database to its end."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def settings() -> Config:
    """Alembic's settings for this folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection) -> None:
    """Run every migration that the database lacks, inside the connection's own transaction."""
    config = settings()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revisions() -> tuple[str, ...]:
    """All revisions, oldest first."""
    scripts = ScriptDirectory.from_config(settings()).walk_revisions()
    return tuple(script.revision for script in scripts)[::-1]
