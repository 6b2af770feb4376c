import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.store.connections import Connections
from bot.store.database import Database, StoreError
from bot.store.schema import migrations, upgrade
from bot.store.tables import METADATA
from bot.store.url import database_url

pytestmark = pytest.mark.anyio


async def over(url: str, *steps: Callable[[Connection], object]) -> list[object]:
    """What each step over the database gives, all in one transaction."""
    connections = Connections(database_url(url))
    try:
        async with connections.write() as connection:
            return [await connection.run_sync(step) for step in steps]
    finally:
        await connections.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def downgrade(connection: Connection) -> None:
    command.downgrade(migrations(connection), "base")


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA))


def names(connection: Connection) -> dict[str, set[str | None]]:
    found = inspect(connection)
    return {
        table: {
            found.get_pk_constraint(table)["name"],
            *(one["name"] for one in found.get_foreign_keys(table)),
            *(one["name"] for one in found.get_unique_constraints(table)),
        }
        for table in METADATA.tables
    }


async def test_up_down_and_up_again_ends_where_it_began(url: str) -> None:
    _, first, _, empty, _, again = await over(url, upgrade, tables, downgrade, tables, upgrade, tables)
    assert first == again == {*METADATA.tables, "alembic_version"}
    assert empty == {"alembic_version"}


async def test_the_migrated_schema_is_that_of_the_tables(url: str) -> None:
    _, found = await over(url, upgrade, differences)
    assert found == []


async def test_a_column_that_no_migration_makes_is_noticed(url: str) -> None:
    def lose_one(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE runs DROP COLUMN report"))

    _, _, found = await over(url, upgrade, lose_one, differences)
    assert "report" in str(found)


async def test_constraints_are_named_by_the_convention(url: str) -> None:
    _, found = await over(url, upgrade, names)
    assert found == {name: {str(one.name) for one in table.constraints} for name, table in METADATA.tables.items()}


async def test_upgrading_again_changes_nothing(url: str) -> None:
    _, _, found = await over(url, upgrade, upgrade, differences)
    assert found == []


async def test_a_schema_that_is_newer_than_the_program_is_refused(url: str) -> None:
    def age(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await over(url, upgrade, age)
    for exclusive in (True, False):
        with pytest.raises(StoreError, match="schema 9999, which is newer than this program"):
            await Database(url, exclusive=exclusive).open()


async def test_a_migration_that_breaks_leaves_nothing_behind(url: str) -> None:
    def breaks(_: Connection) -> None:
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await over(url, upgrade, breaks)
    assert await over(url, tables) == [set()]


def test_the_template_makes_a_migration_that_follows_the_newest(tmp_path: Path) -> None:
    config = migrations()
    copy = tmp_path / "migrations"
    shutil.copytree(config.get_main_option("script_location") or "", copy)
    config.set_main_option("script_location", str(copy))
    made = command.revision(config, "another table", rev_id="next")
    newest = ScriptDirectory.from_config(config).get_revision("head")
    assert made is not None
    assert newest is not None
    assert (newest.revision, newest.doc) == ("next", "another table")
