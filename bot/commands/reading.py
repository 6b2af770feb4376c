"""A reader's digest of what is known now."""

from dataclasses import replace

from bot.commands.base import Talk
from bot.digest import DigestRun, own_digest, write_digest
from bot.messages.digest import Edition
from bot.messages.model import Message
from bot.messages.wishes import DigestWishes
from bot.preferences import Layout, Length
from bot.subscriptions import Subscription
from signals.core.field import CLOSE


async def digest_now(talk: Talk, mine: Subscription | None, layout: Layout | None = None) -> Message:
    """The evening digest of the newest session, for these settings; in another layout where one is given."""
    desk = talk.desk
    panel = await desk.panels.latest(talk.now, talk.today)
    newest = panel.fresh_row({CLOSE})
    day = desk.world.calendar.at_or_before(talk.today) if newest is None else panel.sessions[newest]
    run = DigestRun(edition=Edition.EVENING, day=day, now=talk.now)
    if mine is None:
        wishes = DigestWishes(language=talk.language, layout=layout or Layout.LINES)
        return await write_digest(desk.world, desk.limits, run, wishes, desk.head)
    if layout is not None:
        # A short one has no tables.
        mine = replace(mine, layout=layout, length=Length.FULL if layout is Layout.TABLE else mine.length)
    return await own_digest(desk.world, desk.limits, run, mine, desk.head)
