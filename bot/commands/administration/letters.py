"""Dead letters by chat: why messages were given up, which ones, and to send them again or delete them."""

from collections.abc import Sequence

from bot.admin.dead import group_line, letter_line, meant, retried_lines, shortened
from bot.admin.errors import CannotError
from bot.commands.administration.counter import back, deed_of, done, in_rows, page, whole_number
from bot.commands.base import Talk
from bot.messages.model import Button, Look, Message
from bot.store.dead import DeadCount, DeadFilter

_RETRY, _DROP, _SURE = {"retry", "重试"}, {"drop", "删除"}, {"sure", "确定"}
_GROUPS_SHOWN = 10
_LETTERS_SHOWN = 12


async def letters(talk: Talk, words: tuple[str, ...]) -> Message:
    """Counts by reason, channel and kind; the letters that words name; those sent again or deleted."""
    dead, texts = talk.desk.world.store.dead, talk.texts
    there = await dead.groups(DeadFilter())
    said = [one.lower() for one in words]
    names = [word for word, low in zip(words, said, strict=True) if low not in _RETRY | _DROP | _SURE]
    offset = whole_number(names.pop().removeprefix("+")) if names and names[-1].startswith("+") else 0
    wanted = meant(names, there)
    if _RETRY & {*said}:
        retried = await dead.retry(wanted, deed_of(talk))
        return page(texts.text("admin-menu-letters"), retried_lines(retried, texts), ((_to_letters(talk), back(talk)),))
    if _DROP & {*said}:
        if not _SURE & {*said}:
            return await _ask(talk, names, wanted)
        count = await dead.drop(wanted, deed_of(talk))
        return done(texts.text("dead-dropped", count=count), ((_to_letters(talk), back(talk)),))
    narrow = wanted.reasons is not None or wanted.number is not None
    if narrow or offset:
        return await _listed(talk, names, wanted, offset)
    return _counted(talk, names, await dead.groups(wanted) if names else there)


def _counted(talk: Talk, names: Sequence[str], groups: Sequence[DeadCount]) -> Message:
    texts = talk.texts
    if not groups:
        return page(texts.text("admin-menu-letters"), [texts.text("dead-none")], ((back(talk),),))
    shown = groups[:_GROUPS_SHOWN]
    lines = [texts.text("dead-sum", count=sum(one.count for one in groups))]
    lines += [f"{number}. {group_line(one, texts)}" for number, one in enumerate(shown, 1)]
    if len(groups) > len(shown):
        lines.append(texts.text("dead-other", count=sum(one.count for one in groups[_GROUPS_SHOWN:])))
    each = [
        Button(str(number), f"/admin letters @{one.key} {one.channel} {one.kind}")
        for number, one in enumerate(shown, 1)
    ]
    channels = sorted({one.channel for one in groups})
    filters = [Button(one, f"/admin letters {one}") for one in channels] if len(channels) > 1 else []
    everything = _acts(talk, names)
    lines.append(texts.text("dead-how"))
    return page(
        texts.text("admin-menu-letters"), lines, (*in_rows(each, 5), *in_rows(filters), everything, (back(talk),))
    )


async def _listed(talk: Talk, names: Sequence[str], wanted: DeadFilter, offset: int) -> Message:
    texts, dead = talk.texts, talk.desk.world.store.dead
    found = await dead.listed(wanted, _LETTERS_SHOWN + 1, offset)
    if not found:
        raise CannotError("dead-gone")
    shown = found[:_LETTERS_SHOWN]
    count = sum(one.count for one in await dead.groups(wanted))
    lines = [texts.text("dead-sum", count=count), *(letter_line(one, texts) for one in shown)]
    each = [Button(f"#{one.id}", f"/admin letters #{one.id}") for one in shown] if count > 1 else []
    more = Button(texts.text("admin-more"), f"/admin letters {' '.join(names)} +{offset + _LETTERS_SHOWN}")
    last = (more,) if len(found) > _LETTERS_SHOWN else ()
    title = shortened(shown[0].reason) if wanted.reasons else texts.text("admin-menu-letters")
    return page(title, lines, (*in_rows(each, 4), _acts(talk, names), (*last, _to_letters(talk), back(talk))))


async def _ask(talk: Talk, names: Sequence[str], wanted: DeadFilter) -> Message:
    texts = talk.texts
    count = sum(one.count for one in await talk.desk.world.store.dead.groups(wanted))
    if not count:
        raise CannotError("dead-gone")
    sure = Button(texts.text("dead-drop"), f"/admin letters {' '.join([*names, 'drop', 'sure'])}", Look.DANGER)
    return page(
        texts.text("admin-menu-letters"), [texts.text("dead-drop-ask", count=count)], ((sure, _to_letters(talk)),)
    )


def _acts(talk: Talk, names: Sequence[str]) -> tuple[Button, ...]:
    """What can be done with all that is shown."""
    rows = in_rows(
        [
            Button(talk.texts.text("dead-retry"), f"/admin letters {' '.join([*names, 'retry'])}", Look.GOOD),
            Button(talk.texts.text("dead-drop"), f"/admin letters {' '.join([*names, 'drop'])}"),
        ]
    )
    return rows[0] if rows else ()


def _to_letters(talk: Talk) -> Button:
    return Button(talk.texts.text("admin-menu-letters"), "/admin letters")
