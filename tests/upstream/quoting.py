"""What tests of quotes share: a good list, a reading with its gates, and a publisher that says what it is told to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from bot.sources.base import Source, SourceChangedError
from bot.sources.direct.http import Http, Reply
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import Endpoint, Row
from tests.fakes.quotes import listed
from tests.fakes.upstream import Upstream
from tests.upstream.one_child import PATIENCE_SECONDS
from tests.upstream.world import CLOSES, DAY, EVENING


@contextmanager
def asking(*endpoints: Endpoint) -> Iterator[Http]:
    """Our client, led to the endpoints; whatever is asked beside them fails the test that uses this."""
    with Upstream(*endpoints) as upstream:
        yield Http(environment=upstream.environment, connect_seconds=PATIENCE_SECONDS, read_seconds=PATIENCE_SECONDS)
    assert upstream.strangers == [], "something was asked for that no endpoint serves"


@contextmanager
def mended(*endpoints: Endpoint) -> Iterator[None]:
    """What is changed of endpoints inside is as before after it."""
    kept = [dict(vars(one)) for one in endpoints]
    yield
    for one, before in zip(endpoints, kept, strict=True):
        vars(one).update(before)
        one.asked.clear()


def symbol(code: str) -> str:
    return ("sh" if code.startswith("5") else "sz") + code


def good_list(**changed: Any) -> list[Row]:
    """Every fund of the market, traded on the day."""
    return [
        listed(
            symbol(code),
            **{
                "trade": close,
                "settlement": close - 0.005,
                "open": close - 0.01,
                "high": close + 0.02,
                "low": close - 0.02,
                "volume": 200_000 + number,
                "amount": round((200_000 + number) * close),
                **changed,
            },
        )
        for number, (code, close) in enumerate(CLOSES.items())
    ]


def read(source: Source, baseline: Baseline | None = None, day: date = DAY) -> Snapshot:
    snapshot = source.read(day, EVENING)
    check(snapshot, day, baseline or Baseline())
    return snapshot


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


@dataclass(frozen=True, kw_only=True)
class Saying(Http):
    """Answers with a text whatever it is asked, and keeps what it was asked with."""

    said: str
    headers: dict[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def get(
        self, url: str, query: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        self.headers.update(headers or {})
        return Reply(self.said.encode("gbk"), url)
