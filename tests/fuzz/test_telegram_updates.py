"""Updates of Telegram through the webhook: taken or refused, and the next one is answered."""

import json
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzz.bot import Bot, listening, update
from tests.fuzz.fuzzing import JUNK, Loop, deep, examples, fuzz, no_defect
from tests.fuzz.updates import BODIES


@pytest.fixture
def bot(loop: Loop, database: Path, request: pytest.FixtureRequest) -> Iterator[Bot]:
    entered = listening(database, echo=getattr(request, "param", True))
    yield loop.run(entered.__aenter__())
    loop.run(entered.__aexit__(None, None, None))


def brought(loop: Loop, bot: Bot, count: int) -> None:
    ids = numbers(1_000_000)

    def check(body: dict[str, Any]) -> None:
        with no_defect():
            assert loop.run(bot.brings(update(next(ids), body))) in {200, 400}

    fuzz(check, count, BODIES)
    loop.run(bot.answers())


@examples(300)
def test_updates_of_every_kind_are_taken_or_refused(loop: Loop, bot: Bot, count: int) -> None:
    brought(loop, bot, count)


@pytest.mark.parametrize("bot", [False], indirect=True, ids=["service"])
@pytest.mark.slow
def test_the_whole_service_stands_them(loop: Loop, bot: Bot) -> None:
    brought(loop, bot, 400)
    loop.run(bot.store.subscriptions.active())


@examples(100)
def test_garbage_is_refused(loop: Loop, bot: Bot, count: int) -> None:
    bodies = st.one_of(
        st.binary(max_size=200),
        JUNK.map(lambda one: json.dumps(one).encode()),
        st.fixed_dictionaries({"update_id": JUNK, "message": JUNK}).map(lambda one: json.dumps(one).encode()),
        st.just(deep()),
        st.just(b'{"update_id": 1, "message": ' * 400),
    )

    def check(body: bytes) -> None:
        with no_defect():
            assert loop.run(bot.brings(body)) in {200, 400}

    fuzz(check, count, bodies)
    loop.run(bot.answers())
