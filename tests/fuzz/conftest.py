from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.demo import copied
from tests.fuzz.fuzzing import Loop


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A copy of the demo market's database."""
    return copied(tmp_path_factory, tmp_path)
