"""The picture at the head of digests, from the demo market to the chat: drawn once, stored once, shown to all."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_sheets import CAPTION_LIMIT, units
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.deliveries import State
from bot.digest import DigestRun, enqueue_digests
from bot.messages.digest import Edition
from bot.messages.model import Message, Picture, Table
from bot.outbox import Drain, Pace
from bot.pictures import studio
from bot.pictures.heads import DigestHead
from bot.preferences import Colours, Layout, Length
from bot.store.tables import PICTURES
from bot.subscriptions import Language
from signals.core.panel import Panel
from tests.bot.readers import letters, reader
from tests.builders import moment
from tests.cli.demo_market import recent_database
from tests.commands.demo import Chat, Hour, talking
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import refused

pytestmark = pytest.mark.anyio

FUNDS = ("560850", "159590")
FRIDAY, MONDAY, TUESDAY = date(2025, 2, 7), date(2025, 2, 10), date(2025, 2, 11)
EVENING, MORNING = moment(TUESDAY, "18:21"), moment(TUESDAY + timedelta(days=1), "09:20")
RUNS = {
    Edition.EVENING: DigestRun(edition=Edition.EVENING, day=TUESDAY, now=EVENING),
    Edition.MORNING: DigestRun(edition=Edition.MORNING, day=TUESDAY, now=MORNING, planned=MORNING),
    Edition.WEEKLY: DigestRun(edition=Edition.EVENING, day=FRIDAY, now=moment(FRIDAY, "18:21")),
}
LI = 7001


@dataclass
class Office:
    """A service over the demo market that counts what its head draws."""

    chat: Chat
    head: DigestHead
    asked: list[tuple[Language, Colours]]
    """Heads that were asked for."""
    drawn: list[object]
    """Charts that were drawn."""

    def counted(self, panel: Panel, language: Language, colours: Colours) -> Picture | None:
        self.asked.append((language, colours))
        return self.head(panel, language, colours)

    async def enqueue(self, run: DigestRun) -> int:
        return await enqueue_digests(self.chat.desk.world, self.chat.desk.limits, run, head=self.counted)

    async def subscribe(self, chat: str, **wishes: object) -> None:
        every = {"evening_digest": EVENING.time(), "morning_digest": True, "weekly_digest": True}
        await reader(self.chat.store, chat, *FUNDS, **{**every, **wishes})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A copy of the demo market's database."""
    return Path(shutil.copy(recent_database(), tmp_path / "demo.db"))


@pytest.fixture
async def office(database: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    draw, drawn = studio._drawn, list[object]()

    def counted(chart: studio.Chart) -> tuple[bytes, bytes]:
        drawn.append(chart)
        return draw(chart)

    monkeypatch.setattr(studio, "_drawn", counted)
    async with talking(database, Hour(EVENING)) as chat:
        head = DigestHead(studio=chat.desk.studio, detectors=chat.desk.world.detectors)
        desk = replace(chat.desk, head=head)
        yield Office(replace(chat, answer=Answerer(desk=desk, registry=load_commands())), head, [], drawn)


def head_of(message: Message) -> Picture:
    """The only picture of a digest."""
    (found,) = [one for one in message.blocks if isinstance(one, Picture)]
    return found


@pytest.mark.parametrize("edition", [*Edition])
async def test_a_digest_has_one_picture_for_each_language_and_colours(office: Office, edition: Edition) -> None:
    await office.subscribe("zh")
    await office.subscribe("dark", dark_pictures=True)
    await office.subscribe("short", length=Length.SHORT, layout=Layout.TABLE)
    await office.subscribe("en", language=Language.EN)
    await office.subscribe("green", colours=Colours.GREEN_UP, watched=frozenset({"510300"}))
    assert await office.enqueue(RUNS[edition]) == 5
    wanted = [(Language.ZH, Colours.RED_UP), (Language.EN, Colours.RED_UP), (Language.ZH, Colours.GREEN_UP)]
    assert sorted(office.asked) == sorted(wanted)
    assert len(office.drawn) == 3
    async with office.chat.store._connections.read() as connection:
        stored = (await connection.execute(select(func.count()).select_from(PICTURES))).scalar_one()
    assert stored == 6, "each in light and in dark, however many have it"
    got = {chat: head_of(message) for chat, (message,) in (await letters(office.chat.store)).items()}
    assert got["zh"] == got["short"]
    assert got["dark"].png == got["zh"].dark != got["zh"].png
    assert len({one.png for one in got.values()}) == 4
    assert got["en"].alt.startswith("Chart: ")
    assert got["zh"].alt.startswith("图：")


async def test_the_same_chart_is_not_drawn_again_for_who_comes_later_or_asks(office: Office) -> None:
    await office.subscribe("early")
    await office.enqueue(RUNS[Edition.EVENING])
    await office.subscribe("late")
    assert await office.enqueue(RUNS[Edition.EVENING]) == 1
    asked = head_of(await office.chat.say("日报"))
    assert len(office.drawn) == 1
    early, late = (head_of(message) for (message,) in (await letters(office.chat.store)).values())
    assert early == late == asked


async def test_whoever_wants_dark_pictures_gets_them_when_he_asks(office: Office) -> None:
    light = head_of(await office.chat.say("日报"))
    await office.chat.say("/settings dark on")
    assert head_of(await office.chat.say("日报")).png == light.dark
    await office.chat.say("/settings colours green_up")
    assert head_of(await office.chat.say("日报")).png not in {light.png, light.dark}


async def test_a_service_without_heads_sends_words(office: Office) -> None:
    await office.subscribe("one", dark_pictures=True)
    world, limits = office.chat.desk.world, office.chat.desk.limits
    assert await enqueue_digests(world, limits, RUNS[Edition.EVENING]) == 1
    [[message]] = (await letters(office.chat.store)).values()
    assert not [one for one in message.blocks if isinstance(one, Picture)]
    assert office.drawn == []


async def test_a_short_digest_stands_under_its_picture(office: Office) -> None:
    await office.subscribe("short", length=Length.SHORT)
    await office.subscribe("full")
    await office.enqueue(RUNS[Edition.EVENING])
    parts = {
        chat: TelegramChannel("1:x").render(message) for chat, (message,) in (await letters(office.chat.store)).items()
    }
    (short,) = parts["short"]
    assert short.picture
    assert "指数" in short.markup
    assert units(short.markup) <= CAPTION_LIMIT
    assert short.buttons
    assert [bool(one.picture) for one in parts["full"]] == [True, *[False] * (len(parts["full"]) - 1)]
    assert [one.silent for one in parts["full"]] == [False, *[True] * (len(parts["full"]) - 1)]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        server.open(LI)
        yield server


async def sent_of(office: Office, api: BotApi, *days: date) -> None:
    """Write and send the evening digests of these days over Telegram."""
    telegram = TelegramChannel(api.token, base_url=api.base_url, uploads=office.chat.store.uploads)
    now = [EVENING]
    drain = Drain(office.chat.store.outbox, {"telegram": telegram}, lambda: now[0], Pace())
    try:
        for day in days:
            now[0] = datetime.combine(day, EVENING.timetz())
            await office.enqueue(DigestRun(edition=Edition.EVENING, day=day, now=now[0]))
            while await drain.once():
                pass
    finally:
        await telegram.aclose()
    assert {state: count for state, count in (await office.chat.store.outbox.counts()).items() if count} == {
        State.SENT: len(days)
    }


async def test_the_newest_digest_is_pinned_and_the_former_is_not_any_more(office: Office, api: BotApi) -> None:
    await office.subscribe(str(LI), channel="telegram", pin_digest=True, silent_digest=True, length=Length.SHORT)
    await sent_of(office, api, MONDAY, TUESDAY)
    former, newest = api.sent(LI)
    assert "02-10" in former.text
    assert "02-11" in newest.text
    assert newest.media == "photo"
    assert set(api.open(LI).pinned) == {newest.id}
    assert [one.silent for one in (former, newest)] == [True, True]


@pytest.mark.parametrize("knows_tables", [True, False])
async def test_whoever_wants_tables_gets_them_where_the_server_knows_them(
    office: Office, api: BotApi, *, knows_tables: bool
) -> None:
    if not knows_tables:
        api.fail("sendRichMessage", refused(404, "Not Found"))
    await office.subscribe(str(LI), channel="telegram", layout=Layout.TABLE)
    await sent_of(office, api, TUESDAY)
    picture, told = api.sent(LI)
    assert (picture.media, told.media) == ("photo", "")
    assert told.rich is knows_tables
    assert api.open(LI).pinned == {}, "he did not ask for it"
    assert not picture.silent
    for word in ("ETF资金日报 2025-02-11", *FUNDS, "风险提示"):
        assert word in told.text


async def test_the_look_at_a_table_has_one(office: Office) -> None:
    seen = await office.chat.say("/digest table")
    assert [one for one in seen.blocks if isinstance(one, Table)]
    picture, told = TelegramChannel("1:x").render(seen)
    assert picture.picture
    assert "<table>" in told.rich
