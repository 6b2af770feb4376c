"""From a line about a message one gets to the run that left it and to its readings; from an update to what it changed."""

import json
import logging
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from bot.admin.broadcasting import Wish, draft, send
from bot.app import opened
from bot.blotting import KNOWN
from bot.channels.telegram import TelegramChannel
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.deliveries import SendFailedError
from bot.outbox import Drain, Pace
from bot.poll import Slot, World
from bot.sources.base import UnavailableError
from bot.sources.datum import Round
from bot.store.audit import Deed
from config.settings import load_settings
from signals.core.calendar import TradingCalendar
from signals.core.snapshot import Dataset
from tests.bot.publishers import HASTY, Publisher
from tests.bot.readers import Recorder, reader
from tests.bot.serving import Hand, desk_of, worker_of
from tests.builders import LAST_DAY, moment
from tests.channels.talking import served
from tests.cli.demo_market import recent_database
from tests.fakes.bot_api import BotApi

pytestmark = pytest.mark.anyio

EVENING = Slot(round=Round.EVENING, due=moment(LAST_DAY, "22:00"), day=LAST_DAY)
LATER = moment(LAST_DAY, "22:05")
WATCHED = "560850"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The loggers as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    KNOWN.forget()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return Path(shutil.copy(recent_database(), tmp_path / "demo.db"))


@pytest.fixture
async def world(database: Path) -> AsyncIterator[World]:
    """The demo market, of which nothing was told yet."""
    settings = load_settings({}, database.parent, {"database": f"sqlite:///{database}", "source": "demo"})
    async with opened(settings) as one:
        yield replace(one, upstreams=type(one.upstreams)(HASTY))


class Lines:
    """What is logged from now on, as JSON, read line by line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._lines: list[dict[str, Any]] = []
        logs.configure("debug", "json", [])
        for one in ("matplotlib", "PIL"):
            logging.getLogger(one).setLevel(logging.WARNING)

    def read(self) -> str:
        """What was logged so far."""
        text = self._capsys.readouterr().err
        self._lines = [json.loads(line) for line in text.splitlines()]
        return text

    def of(self, event: str, **named: object) -> list[dict[str, Any]]:
        wanted = {"event": event, **named}
        return [one for one in self._lines if all(one.get(name) == value for name, value in wanted.items())]

    def the(self, event: str, **named: object) -> dict[str, Any]:
        found = self.of(event, **named)
        assert len(found) == 1, (event, named, found)
        return found[0]


async def drained(world: World, channel: Recorder) -> None:
    """Everything that is due on a channel is tried."""
    drain = Drain(world.store.outbox, {channel.kind: channel}, lambda: LATER, Pace())
    while await drain.once():
        pass


def sources() -> Sequence[Publisher]:
    """Two that are asked beside what the market has already, and one of them is down."""
    broken = Publisher(Dataset.INDEX, scope="B", tables={LAST_DAY: UnavailableError("reset by peer")})
    return Publisher(Dataset.INDEX, scope="A"), broken


async def test_a_message_leads_to_its_poll_and_from_there_to_the_readings(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(capsys)
    await reader(world.store, "happy", WATCHED)
    await reader(world.store, "gone", WATCHED)
    await worker_of(world, Hand(EVENING.due), *sources()).poll(EVENING)
    await drained(world, Recorder(gone={"gone": SendFailedError("blocked", permanent=True)}))
    lines.read()
    sent, failed = lines.the("sent"), lines.the("delivery failed")
    assert sent["delivery"] != failed["delivery"]
    assert sent["batch"] == failed["batch"] == EVENING.batch
    polled = lines.the("polled", batch=sent["batch"])
    assert polled["alerts"] > 0
    read = lines.of("read", run=polled["run"])
    assert {one["source"]: one["outcome"] for one in read} == {
        "index_daily.a": "not_published",
        "index_daily.b": "unavailable",
    }
    assert lines.the("source broken", run=polled["run"])["source"] == "index_daily.b"


async def test_every_attempt_is_a_run_of_its_own(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(capsys)
    worker = worker_of(world, Hand(EVENING.due), *sources())
    for _ in range(2):
        await worker.poll(EVENING)
    lines.read()
    first, second = lines.of("polled", batch=EVENING.batch)
    assert first["run"] != second["run"]


async def test_a_slot_that_fails_is_found_by_its_batch(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(capsys)
    over = TradingCalendar.of([date(2020, 1, 2)])
    worker = worker_of(replace(world, calendar=over), Hand(EVENING.due), *sources())
    await worker.schedule()._attempt(EVENING)
    lines.read()
    line = lines.the("slot failed; tried again later")
    assert line["batch"] == EVENING.batch
    assert "CalendarEndedError" in line["exception"]


async def test_a_digest_leads_to_the_look_that_left_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(capsys)
    await reader(world.store, "me", WATCHED, evening_digest=moment(LAST_DAY, "21:00").time())
    worker = worker_of(world, Hand(EVENING.due))
    await worker.digests(EVENING.due)
    await worker.digests(EVENING.due)
    await drained(world, Recorder())
    lines.read()
    left = lines.the("digests left", batch=lines.the("sent")["batch"])
    assert (left["deliveries"], left["edition"], left["day"]) == (1, "evening", LAST_DAY.isoformat())


async def test_a_broadcast_leads_to_who_sent_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(capsys)
    await reader(world.store, "me", WATCHED)
    deed = Deed("telegram:7", EVENING.due)
    drafted, *_ = await draft(world, Wish(text="back at eight"), deed)
    await send(world, drafted.id, deed)
    await drained(world, Recorder())
    lines.read()
    assert lines.the("broadcast left", batch=lines.the("sent")["batch"])["deliveries"] == 1
    assert lines.the("audited")["what"] == f"broadcast {drafted.id}"


async def test_an_update_leads_to_its_answer_and_to_the_rule_that_it_saved(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(capsys)
    answer = Answerer(desk=desk_of(world, Hand(EVENING.due)), registry=load_commands())
    async with BotApi() as api:
        telegram = TelegramChannel(api.token, base_url=api.base_url)
        async with served(telegram, answer):
            (offer,) = await api.ask(7001, "/rule 换手率 > 20% on all")
            await api.press(offer, "保存")
        await telegram.aclose()
    text = lines.read()
    asked, pressed = lines.of("answered", command="rule")
    assert asked["update"] != pressed["update"]
    assert asked["question"] != pressed["question"]
    assert lines.the("audited", what="rule")["update"] == pressed["update"]
    assert lines.the("audited", what="rule")["question"] == pressed["question"]
    assert "换手率" not in text, "what people say is nobody's business"
