"""Bans by chat: who is not answered, why, and to answer him again."""

from bot.admin.bans import banned, lifted
from bot.admin.errors import CannotError
from bot.admin.wording import ban_line
from bot.commands.administration.counter import back, deed_of, done, in_rows, page, rest_of
from bot.commands.base import Talk
from bot.messages.model import Button, Message

_ADD, _REMOVE = {"add", "加", "封禁"}, {"remove", "解除", "解封"}


async def bans(talk: Talk, words: tuple[str, ...]) -> Message:
    """Every ban with a button to lift it; one that is made or lifted."""
    if not words:
        return await _all(talk)
    action, *rest = words
    texts, store, roles = talk.texts, talk.desk.world.store, talk.desk.roles
    who = rest[0] if rest else ""
    if action.lower() in _ADD:
        reason = rest_of(talk, rest[1:]) if rest[1:] else ""
        one = await banned(store, who, reason, roles.admins | roles.owners, deed_of(talk))
        undo = Button(texts.text("admin-ban-lift"), f"/admin bans remove {one.who}")
        return done(texts.text("admin-banned", who=one.who, reason=one.reason), in_rows([undo, back(talk)]))
    if action.lower() in _REMOVE:
        return done(texts.text("admin-ban-lifted", who=await lifted(store, who, deed_of(talk))), ((back(talk),),))
    raise CannotError("admin-ban-action", word=action)


async def _all(talk: Talk) -> Message:
    texts, found = talk.texts, await talk.desk.world.store.bans.all()
    buttons = [Button(f"{texts.text('admin-ban-lift')} {one.who}", f"/admin bans remove {one.who}") for one in found]
    lines = [ban_line(one) for one in found] or [texts.text("admin-bans-none")]
    return page(
        texts.text("admin-menu-bans"), [*lines, texts.text("admin-bans-how")], (*in_rows(buttons, 2), (back(talk),))
    )
