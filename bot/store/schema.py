"""Bring a database to the schema of this program, or say why it cannot be."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.errors import StoreError

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrations(connection: Connection | None = None) -> Config:
    """Alembic's configuration; `connection` is what the migrations run over."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run what migrations are missing; raises StoreError when the schema is newer than this program."""
    config = migrations(connection)
    if _revision(connection, config) != _head(config):
        command.upgrade(config, "head")


def require_head(connection: Connection) -> None:
    """Raise StoreError unless the schema is exactly this program's."""
    config = migrations(connection)
    found, head = _revision(connection, config), _head(config)
    if found != head:
        raise StoreError(f"the database has schema {found or 'none'}, this program needs {head}: start the bot once")


@cache
def newest() -> str | None:
    """The schema of this program; reading the migrations takes a while, so it is remembered."""
    return _head(migrations())


def _revision(connection: Connection, config: Config) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(f"the database has schema {found}, which is newer than this program: update the program")
    return found


def _head(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()
