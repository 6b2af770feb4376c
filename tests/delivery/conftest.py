"""What delivery tests stand on: a database of either kind, and one place where victims come from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.conftest import blank
from tests.delivery.nursery import Nursery
from tests.delivery.stage import Stage, staged
from tests.store.conftest import server, store_url

__all__ = ["blank", "server", "store_url"]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The loop lives as long as the nursery."""
    return "asyncio"


@pytest.fixture(scope="module")
async def nursery(anyio_backend: str) -> AsyncIterator[Nursery]:
    """Takes seconds to import what all victims need."""
    async with Nursery() as made:
        yield made


@pytest.fixture
async def stage(store_url: str, tmp_path: Path, nursery: Nursery) -> AsyncIterator[Stage]:
    """A stage over a database of its own."""
    async with staged(store_url, tmp_path, nursery) as made:
        yield made
