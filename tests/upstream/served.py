"""Publishers on a local server, and the two ways to ask them: akshare in one child, and our own client."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.sources.direct.http import Http
from tests.fakes.endpoint import Endpoint
from tests.fakes.upstream import Upstream
from tests.upstream.one_child import PATIENCE_SECONDS, AkshareInOneChild, OneChild


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server and its callers."""

    upstream: Upstream
    akshare: AkshareInOneChild
    http: Http


@contextmanager
def served(*endpoints: Endpoint) -> Iterator[Served]:
    """Serve endpoints; whatever is asked beside them fails the test that uses this."""
    with Upstream(*endpoints) as upstream:
        leading = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        environment = {**leading, **upstream.environment}
        with OneChild(environment) as child:
            yield Served(
                upstream=upstream,
                akshare=AkshareInOneChild(environment={}, child=child),
                http=Http(environment=environment, connect_seconds=PATIENCE_SECONDS, read_seconds=PATIENCE_SECONDS),
            )
    assert upstream.strangers == [], "something was asked for that no endpoint serves"


def mend(*endpoints: Endpoint) -> None:
    """Take back what a test has broken."""
    for one in endpoints:
        one.fault = one.twist = one.answers_about = None
        one.asked.clear()
