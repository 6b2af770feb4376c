"""Quiet hours and daily limits: what of a reader's alerts goes out now, what waits, and how it is merged."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.deliveries import Gate
from bot.messages.catalogue import catalogue
from bot.messages.letters import compose, merged
from bot.store.held import Held, Verdict
from bot.subscriptions import Subscription, muted
from signals.core.calendar import MARKET_ZONE

MORNING = time(8)
"""When a reader's day begins whose quiet hours do not say it."""

log = structlog.get_logger(__name__)


def verdict(reader: Subscription, held: Sequence[Held], told_today: int, now: datetime) -> Verdict:
    """What becomes of a reader's alert messages at a moment.

    1. In his quiet hours all wait for their end, but for what is urgent where he has chosen so. What had passed before
       and could not be sent is called back.
    2. When he has had as many as he wants for his day, the others wait for his next morning.
    3. What goes out goes as one message, and takes along whatever waited: nobody hears of a correction first.
    4. What he has muted since is left out of it; where nothing else is in it, it goes nowhere.
    """
    quiet_until = reader.quiet.ends(now, reader.zone) if reader.quiet else None
    hushed = [one for one in held if quiet_until and not (one.gate is Gate.URGENT and reader.urgent_passes)]
    waits = {one.id: (_why(one, Gate.QUIET), quiet_until) for one in hushed if quiet_until}
    ready = [one for one in held if one.id not in waits and one.gate is not Gate.PASSED]
    passing = sum(one.id not in waits and one.gate is Gate.PASSED for one in held)
    if not any(one.due for one in ready):
        return Verdict(waits=waits)
    if reader.daily_cap and told_today + passing >= reader.daily_cap:
        until = morning(reader, now)
        return Verdict(waits=waits | {one.id: (_why(one, Gate.CAP), until) for one in ready})
    return _going(reader, ready, now, Verdict(waits=waits))


def _why(one: Held, why: Gate) -> Gate:
    """What was held because of the limit tells so, though it meets quiet hours too."""
    return Gate.CAP if one.gate is Gate.CAP else why


def morning(reader: Subscription, now: datetime) -> datetime:
    """His next day's first hour: the end of his night, where he has told of one."""
    zone = ZoneInfo(reader.zone)
    night = reader.quiet is not None and reader.quiet.start > reader.quiet.until
    begins = reader.quiet.until if reader.quiet and night else MORNING
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), begins, zone)


def _going(reader: Subscription, ready: Sequence[Held], now: datetime, so_far: Verdict) -> Verdict:
    goes, silenced = tuple(one.id for one in ready), muted(reader, now)
    letters = [one.letter for one in ready if one.letter is not None]
    whys = {one.gate for one in ready}
    alone = len(ready) == 1 and not whys & {Gate.QUIET, Gate.CAP}
    if len(letters) < len(ready) or (alone and not letters[0].speaks_of(silenced)):
        return Verdict(goes=goes, waits=so_far.waits)
    words = catalogue(reader.language)
    notes = [words.text("held-cap-note", limit=reader.daily_cap)] if Gate.CAP in whys and reader.daily_cap else []
    notes += [words.text("held-quiet-note")] if Gate.QUIET in whys else []
    try:
        letter = merged(letters, now.astimezone(MARKET_ZONE), silenced)
        if letter.empty:
            return Verdict(drops=goes, waits=so_far.waits)
        message = compose(letter, words, notes=notes, timed=not alone)
    except Exception:
        log.exception("defect while merging; sent one by one", subscription=reader.id)
        return Verdict(goes=goes, waits=so_far.waits)
    return Verdict(goes=goes, message=message, letter=letter, waits=so_far.waits)
