"""The producer of digests: one per subscriber and slot, however often it is asked.

A session has two slots: the reader's evening minute, and the morning after. The evening slot of a week's last
session holds the weekly note in place of the evening one, with what that would have said under it: two messages in
one minute would tell the same market twice, and a reader hears one sound. Money of that last session is not out by
then; the note says up to which session it is counted, and the next morning's has the whole week.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

import structlog

from bot.deliveries import Priority
from bot.digest_news import News
from bot.messages.digest import DigestLimits, DigestWriter, Edition, HeadPicture
from bot.messages.model import Message
from bot.messages.wishes import DigestWishes, RulesTold
from bot.poll import World
from bot.preferences import Colours, Layout, Length, Section
from bot.spreading import Spread
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Subscription, evening_minute
from signals.core.calendar import MARKET_ZONE, CalendarEndedError, TradingCalendar
from signals.core.panel import Panel

log = structlog.get_logger(__name__)

ON_TIME = timedelta(seconds=60)
"""Later than so much after its minute a digest says that it is late."""

_WRITTEN_TOGETHER = 50
"""Digests that a worker writes before they are stored: no more of them are held at once."""


@dataclass(frozen=True, kw_only=True)
class DigestRun:
    """Which digest of which session is written when."""

    edition: Edition
    day: date
    """The session that it is about."""
    now: datetime
    planned: datetime | None = None
    """When a morning digest was to go out at the latest; an evening one goes by each reader's own minute."""
    overtaken: bool = False
    """Another session has closed since: only those who have waited for this one's still get it."""


async def writer_of(world: World, limits: DigestLimits, run: DigestRun, head: HeadPicture | None) -> DigestWriter:
    """The writer over what is known at the run's moment."""
    panel = await world.store.market.panel(world.calendar, run.day, run.now)
    return await asyncio.to_thread(_writer, world, limits, run, panel, head)


def _writer(world: World, limits: DigestLimits, run: DigestRun, panel: Panel, head: HeadPicture | None) -> DigestWriter:
    today = run.now.astimezone(MARKET_ZONE).date()
    return DigestWriter(panel, world.detectors, limits, today=today, themes=world.themes, head=head)


async def write_digest(
    world: World, limits: DigestLimits, run: DigestRun, wishes: DigestWishes, head: HeadPicture | None = None
) -> Message:
    """One digest, for whoever asks."""
    writer = await writer_of(world, limits, run, head)
    written = await asyncio.to_thread(writer.write, run.edition, wishes)
    writer.release()
    return written


async def own_digest(
    world: World, limits: DigestLimits, run: DigestRun, reader: Subscription, head: HeadPicture | None = None
) -> Message:
    """The digest that a subscriber would get, for when he asks for it: it is never late."""
    writer = await writer_of(world, limits, run, head)
    try:
        (letter,) = await _letters(world, run, writer.panel, [_Due(reader)], {reader.id: run.edition}, pictures=True)
        return await asyncio.to_thread(writer.write, *letter)
    finally:
        writer.release()


def ends_week(calendar: TradingCalendar, day: date) -> bool:
    """Whether the session after this one is in another week; not claimed where that one is not known."""
    try:
        return calendar.after(day).isocalendar()[:2] != day.isocalendar()[:2]
    except CalendarEndedError:
        return False


def edition_for(reader: Subscription, run: DigestRun, *, week_ends: bool) -> Edition | None:
    """Which edition a subscriber reads in a run's slot; None = none."""
    if run.edition is Edition.MORNING:
        return Edition.MORNING if reader.morning_digest else None
    if week_ends and reader.weekly_digest:
        return Edition.WEEKLY
    return Edition.EVENING if reader.evening_digest is not None else None


async def enqueue_digests(
    world: World,
    limits: DigestLimits,
    run: DigestRun,
    due: Callable[[Subscription], bool] = lambda _: True,
    *,
    active: Sequence[Subscription] | None = None,
    head: HeadPicture | None = None,
) -> int:
    """Leave a digest for every active reader of the slot who is due it and has none of this session yet.

    1. Readers whose digests would be the same, word for word, are put together.
    2. A worker writes each of those once, some at a time; they are stored for all of their readers before the next.
       A run that is killed goes on where it stopped: what is stored is not written again.

    `active` are all active subscriptions where the caller has them. Returns how many digests were left.
    """
    week_ends = ends_week(world.calendar, run.day)
    known = await world.store.subscriptions.active() if active is None else active
    editions = {one.id: edition for one in known if (edition := edition_for(one, run, week_ends=week_ends))}
    readers = [one for one in known if one.id in editions and due(one)]
    if not readers:
        return 0
    served = await world.store.outbox.subscribers_of(batch_of(run))
    waiting = await _waiting(world, run, [one for one in readers if one.id not in served], week_ends=week_ends)
    if not waiting:
        return 0
    writer, added = await writer_of(world, limits, run, head), 0
    spread = Spread.over((one.reader for one in waiting), world.paces)
    if spread.minutes:
        log.info("a digest for many", readers=len(waiting), minutes=spread.minutes, batch=batch_of(run))
    try:
        letters = await _letters(world, run, writer.panel, waiting, editions, pictures=head is not None)
        for together in _some_of(letters.items()):
            written = await asyncio.to_thread(_written, writer, [key for key, _ in together])
            left = (
                _deliveries(run, message, readers, spread)
                for message, (_, readers) in zip(written, together, strict=True)
            )
            added += await world.store.outbox.enqueue([one for some in left for one in some])
    finally:
        writer.release()
    return added


def batch_of(run: DigestRun) -> str:
    """The slot of a run: nobody has two messages of one."""
    slot = Edition.MORNING if run.edition is Edition.MORNING else Edition.EVENING
    return f"digest/{slot}/{run.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class _Due:
    """A reader whose digest is to be written."""

    reader: Subscription
    late: str = ""
    """The minute that he was promised, where it is over."""


async def _waiting(world: World, run: DigestRun, readers: Sequence[Subscription], *, week_ends: bool) -> list[_Due]:
    """The readers, and whom of them a digest reaches late.

    Whoever chose a minute that was over by then was promised nothing, and hears at once; of a session that is not
    the newest any more he hears nothing at all.
    """
    planned = {one.id: _planned(one, run, week_ends=week_ends) for one in readers}
    over = {number: at for number, at in planned.items() if at is not None and run.now - at > ON_TIME}
    changed = await world.store.subscriptions.changed_since(min(over.values())) if over else {}
    chosen_since = {number for number, at in over.items() if number in changed and changed[number] > at}
    return [
        _Due(one, _minute(over[one.id], run.now, one.zone) if one.id in over.keys() - chosen_since else "")
        for one in readers
        if not (run.overtaken and one.id in chosen_since)
    ]


def _planned(reader: Subscription, run: DigestRun, *, week_ends: bool) -> datetime | None:
    return run.planned if run.edition is Edition.MORNING else evening_minute(reader, run.day, weekly=week_ends)


def _minute(at: datetime, now: datetime, zone: str) -> str:
    """A minute of the reader's clock; with its day where that is not today."""
    here, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{here:%H:%M}" if here.date() == today else f"{here:%m-%d %H:%M}"


_Letter: TypeAlias = tuple[Edition, DigestWishes]
"""What a digest's words depend on, beside the panel."""


async def _letters(
    world: World,
    run: DigestRun,
    panel: Panel,
    waiting: Sequence[_Due],
    editions: Mapping[int, Edition],
    *,
    pictures: bool,
) -> dict[_Letter, list[Subscription]]:
    """The readers of each digest that is different from the others."""
    lists = await world.store.watchlists.codes()
    ruled = any(Section.RULES in one.reader.sections for one in waiting)
    rules = await _rules(world, panel, run.day) if ruled else {}
    week_ends = ends_week(world.calendar, run.day)
    news = News(await world.store.market.told_of(run.day, run.now) if run.edition is Edition.MORNING else ())
    letters: dict[_Letter, list[Subscription]] = defaultdict(list)
    for one in waiting:
        reader, edition = one.reader, editions[one.reader.id]
        since = evening_minute(reader, run.day) if edition is Edition.MORNING else None
        chosen = DigestWishes.of(reader, reader.funds(lists))
        wishes = replace(
            chosen,
            # What changes no word is the same for all: it would be written for each of them.
            layout=Layout.LINES if chosen.length is Length.SHORT else chosen.layout,
            colours=chosen.colours if pictures else Colours.RED_UP,
            dark_pictures=chosen.dark_pictures and pictures,
            today=edition is not Edition.WEEKLY or reader.evening_digest is not None,
            week=edition is Edition.MORNING and week_ends and reader.weekly_digest,
            late=one.late,
            came=news.since(since, run.day) if since is not None else (),
            rules=rules.get(reader.id) if chosen.wants(Section.RULES) else None,
        )
        letters[edition, wishes].append(reader)
    return letters


async def _rules(world: World, panel: Panel, day: date) -> dict[int, RulesTold]:
    """What came of the rules in force, by subscription."""
    found: dict[int, RulesTold] = {}
    for own, findings in await world.rules.recall(world.store, panel, day):
        before = found.get(own.subscription_id, RulesTold(0))
        found[own.subscription_id] = RulesTold(before.count + 1, before.findings + findings)
    return found


def _some_of(
    letters: Iterable[tuple[_Letter, list[Subscription]]],
) -> Iterator[list[tuple[_Letter, list[Subscription]]]]:
    rest = iter(letters)
    while some := list(islice(rest, _WRITTEN_TOGETHER)):
        yield some


def _written(writer: DigestWriter, letters: Iterable[_Letter]) -> list[Message]:
    return [writer.write(edition, wishes) for edition, wishes in letters]


def _deliveries(
    run: DigestRun, message: Message, readers: Iterable[Subscription], spread: Spread
) -> Iterator[NewDelivery]:
    """One message for all its readers, some of whom want to hear no sound, or have it pinned."""
    kept = {
        (silent, pinned): replace(message, silent=silent, pinned=pinned)
        for silent in (False, True)
        for pinned in (False, True)
    }
    for one in readers:
        yield NewDelivery(
            batch=batch_of(run),
            subscription_id=one.id,
            message=kept[one.silent_digest, one.pin_digest],
            due_at=spread.due_at(one, batch_of(run), run.now),
            priority=Priority.DIGEST,
        )
