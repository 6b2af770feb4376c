from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from tests.commands.demo import Chat, copied, talking

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A copy of the demo market's database."""
    return copied(tmp_path_factory, tmp_path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `service`."""
    return copied(tmp_path_factory, tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="session")
async def service(anyio_backend: str, shared: Path) -> AsyncIterator[Chat]:
    """A service that all chats talk to; what is known of the market does not change."""
    async with talking(shared) as one:
        yield one


@pytest.fixture
def chat(service: Chat) -> Chat:
    """A newcomer's chat, on the morning after the reference day."""
    return service.alone(next(_NUMBERS))
