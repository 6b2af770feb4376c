import os
from collections.abc import Iterator

import pytest

from bot.sources.base import Source
from bot.sources.datum import sources_in
from bot.sources.direct.http import Http
from bot.sources.live import Callers, live_data
from tests.fakes.endpoint import Endpoint
from tests.fakes.upstream import Upstream
from tests.upstream.one_child import AkshareInOneChild, OneChild
from tests.upstream.world import CALENDAR, endpoints


@pytest.fixture(scope="session")
def world() -> dict[str, Endpoint]:
    return endpoints()


@pytest.fixture(scope="session")
def upstream(world: dict[str, Endpoint]) -> Iterator[Upstream]:
    with Upstream(*world.values()) as one:
        yield one
    assert one.strangers == [], "akshare asked for something that no endpoint serves"


@pytest.fixture(scope="session")
def service_environment(upstream: Upstream) -> dict[str, str]:
    """What the service itself would see, led to the local server."""
    leading = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return {**leading, **upstream.environment}


@pytest.fixture(scope="session")
def caller(service_environment: dict[str, str]) -> Iterator[AkshareInOneChild]:
    with OneChild(service_environment) as child:
        yield AkshareInOneChild(environment={}, child=child)


@pytest.fixture(scope="session")
def sources(caller: AkshareInOneChild, service_environment: dict[str, str]) -> dict[str, Source]:
    """Every source by name, over one child."""
    callers = Callers(akshare=caller, http=Http(environment=service_environment))
    return {one.name: one for one in sources_in(live_data(callers, CALENDAR))}


@pytest.fixture
def publishers(world: dict[str, Endpoint], upstream: Upstream) -> Iterator[dict[str, Endpoint]]:
    """The endpoints by the name of their source; what a test breaks is mended after it."""
    yield world
    for one in world.values():
        one.fault = one.twist = one.answers_about = None
        one.asked.clear()
