"""A reader's digest of what is known now."""

from bot.commands.base import Talk
from bot.digest import DigestRun, own_digest, write_digest
from bot.messages.digest import Edition
from bot.messages.model import Message
from bot.messages.wishes import DigestWishes
from bot.subscriptions import Subscription
from signals.core.field import CLOSE


async def digest_now(talk: Talk, mine: Subscription | None) -> Message:
    """The evening digest of the newest session, for these settings."""
    desk = talk.desk
    panel = await desk.panels.latest(talk.now, talk.today)
    newest = panel.fresh_row({CLOSE})
    day = desk.world.calendar.at_or_before(talk.today) if newest is None else panel.sessions[newest]
    run = DigestRun(edition=Edition.EVENING, day=day, now=talk.now)
    if mine is None:
        return await write_digest(desk.world, desk.limits, run, DigestWishes(language=talk.language), desk.head)
    return await own_digest(desk.world, desk.limits, run, mine, desk.head)
