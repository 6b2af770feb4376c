"""A process is ready when it can do its role's work; what is missing is named, and nothing else is."""

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.leading import Role
from bot.readiness import ANSWER_SECONDS, DRAINING, KEPT_SECONDS, LEADING, STALLED_SECONDS, Readiness, noted
from bot.store.database import Database
from tests.web.served import free_port

pytestmark = pytest.mark.anyio

EVERYTHING = frozenset({LEADING, DRAINING})


@dataclass
class Asked:
    """Readiness, and what a test turns of it."""

    store: Database
    role: Role = Role.ALL
    going_on: set[str] = field(default_factory=lambda: set(EVERYTHING))
    stalled: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.ready = Readiness(
            role=self.role,
            store=self.store,
            going_on=self.going_on,
            stalled=lambda longest: self.stalled if longest == STALLED_SECONDS else [],
            clock=lambda: self.seconds,
        )

    async def missing(self) -> list[str]:
        """Look anew."""
        self.seconds += KEPT_SECONDS
        return await self.ready()


@pytest.mark.parametrize("role", Role)
async def test_nothing_is_missing_while_all_goes_on(store: Database, role: Role) -> None:
    assert await Asked(store, role).missing() == []


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        (Role.ALL, ["leadership", "drain:all"]),
        (Role.LEADER, ["leadership"]),
        (Role.WORKER, ["drain:all"]),
        (Role.WEB, []),
    ],
)
async def test_each_role_misses_what_is_its_own(store: Database, role: Role, missing: list[str]) -> None:
    asked = Asked(store, role)
    asked.going_on.clear()
    assert await asked.missing() == missing


async def test_a_drain_that_hangs_is_named_by_its_channel(store: Database) -> None:
    asked = Asked(store, Role.WORKER, stalled=["telegram", "wecom"])
    assert await asked.missing() == ["drain:telegram", "drain:wecom"]
    asked.stalled.clear()
    assert await asked.missing() == []


async def test_a_database_that_nobody_serves_is_missing() -> None:
    gone = Database(f"postgresql://etfbot:of-the-database@127.0.0.1:{free_port()}/etfbot", exclusive=False)
    try:
        assert await Asked(gone, Role.WEB).missing() == ["database"]
    finally:
        await gone.close()


async def test_a_database_that_takes_a_call_and_says_nothing_is_missing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        silent = Database(f"postgresql://etfbot:of-the-database@127.0.0.1:{port}/etfbot", exclusive=False)
        try:
            async with asyncio.timeout(5 * ANSWER_SECONDS):
                assert await Asked(silent, Role.WEB).missing() == ["database"]
        finally:
            await silent.close()


async def test_a_schema_that_is_not_this_programs_is_missing(store: Database, tmp_path: Path) -> None:
    asked = Asked(store)
    assert await asked.missing() == []
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert await asked.missing() == ["schema"]


async def test_many_who_ask_at_once_are_one_question_to_the_database(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, check = [], store.check

    async def counted() -> None:
        looks.append(1)
        await check()

    monkeypatch.setattr(store, "check", counted)
    asked = Asked(store, seconds=10.0)
    await asyncio.gather(*(asked.ready() for _ in range(50)))
    assert len(looks) == 1
    await asked.missing()
    assert len(looks) == 2


async def test_work_is_among_what_goes_on_until_it_ends_however_it_does() -> None:
    going_on, end = set[str](), asyncio.Event()

    async def work() -> None:
        await end.wait()
        raise ValueError("x")

    working = asyncio.create_task(noted(going_on, LEADING, work()))
    await asyncio.sleep(0)
    assert going_on == {LEADING}
    end.set()
    with pytest.raises(ValueError, match="x"):
        await working
    assert going_on == set()
