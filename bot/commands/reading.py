"""A reader's digest of what is known now."""

from bot.commands.base import Talk
from bot.digest import DigestRun, write_digest
from bot.messages.digest import Edition
from bot.messages.model import Message
from bot.subscriptions import Subscription
from signals.core.field import CLOSE


async def digest_now(talk: Talk, mine: Subscription | None) -> Message:
    """The evening digest of the newest session, for these settings."""
    desk = talk.desk
    lists = await desk.world.store.watchlists.codes()
    funds = mine.funds(lists) if mine else frozenset()
    panel = await desk.panels.latest(talk.now, talk.today)
    newest = panel.fresh_row({CLOSE})
    day = desk.world.calendar.at_or_before(talk.today) if newest is None else panel.sessions[newest]
    run = DigestRun(edition=Edition.EVENING, day=day, now=talk.now)
    return await write_digest(desk.world, desk.limits, run, funds, talk.language)
