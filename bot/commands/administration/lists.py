"""Watchlists by chat: shown, made, filled, moved, hidden; each change is shown before it is saved."""

from collections.abc import Awaitable, Callable, Sequence

from bot.admin.errors import CannotError
from bot.admin.lists import (
    added,
    created,
    deleted,
    list_of,
    moved,
    offered,
    placed,
    read_funds,
    removed,
    renamed,
    replaced,
)
from bot.commands.administration.counter import back, in_rows, names_of, offer, page, pasted, rest_of, whole_number
from bot.commands.base import Talk
from bot.messages.model import Button, Look, Message
from bot.store.changes import Kind, States
from bot.store.watchlists import Watchlist
from signals.core.text import Text

_NEW = {"new", "create", "新建"}


async def show(talk: Talk, _: tuple[str, ...]) -> Message:
    """Every list with how many funds and followers it has."""
    texts, store = talk.texts, talk.desk.world.store
    lists, followers = await store.watchlists.all(), await store.readers.followers()
    lines = [_line(talk, one, followers.get(one.name, 0)) for one in lists]
    buttons = [Button(texts.of(Text(one.title_zh, one.title_en)), _say(one)) for one in lists]
    undo = Button(texts.text("admin-undo"), f"/admin undo {Kind.WATCHLISTS}")
    how = texts.text("admin-lists-how")
    return page(texts.text("admin-menu-lists"), [*lines, how], (*in_rows(buttons), (undo, back(talk))))


async def one(talk: Talk, words: tuple[str, ...]) -> Message:
    """One list, or a change of it."""
    if not words:
        return await show(talk, ())
    lists = await talk.desk.world.store.watchlists.all()
    if words[0].lower() in _NEW:
        name, *titles = words[1:] or ("",)
        zh, _, en = " ".join(titles).partition("|")
        return await offer(talk, Kind.WATCHLISTS, created(lists, name, zh.strip(), en.strip()))
    mine = list_of(lists, words[0])
    if len(words) == 1:
        return await _shown(talk, mine)
    action = next((each for names, each in _ACTIONS if words[1].lower() in names), None)
    if action is None:
        some = " ".join("/".join(names) for names, _ in _ACTIONS)
        raise CannotError("admin-list-action", word=words[1], some=some)
    return await offer(talk, Kind.WATCHLISTS, await action(talk, lists, mine, words[2:]))


async def _shown(talk: Talk, mine: Watchlist) -> Message:
    texts, name_of = talk.texts, await names_of(talk)
    followers = (await talk.desk.world.store.readers.followers()).get(mine.name, 0)
    lines = [_line(talk, mine, followers), *(f"{at}. {code} {name_of(code)}" for at, code in enumerate(mine.codes, 1))]
    hide = ("publish", "admin-publish") if mine.hidden else ("unpublish", "admin-unpublish")
    buttons = [
        Button(texts.text(hide[1]), f"{_say(mine)} {hide[0]}"),
        Button(texts.text("admin-up"), f"{_say(mine)} move {max(1, mine.position)}"),
        Button(texts.text("admin-down"), f"{_say(mine)} move {mine.position + 2}"),
        Button(texts.text("admin-delete"), f"{_say(mine)} delete", Look.DANGER),
        Button(texts.text("admin-menu-lists"), "/admin lists"),
    ]
    return page(
        f"{mine.title_zh} / {mine.title_en}", [*lines, texts.text("admin-list-how", name=mine.name)], in_rows(buttons)
    )


def _line(talk: Talk, mine: Watchlist, followers: int) -> str:
    key = "admin-list-line-hidden" if mine.hidden else "admin-list-line"
    return talk.texts.text(
        key, name=mine.name, zh=mine.title_zh, en=mine.title_en, funds=len(mine.codes), followers=followers
    )


def _say(mine: Watchlist) -> str:
    return f"/admin list {mine.name}"


async def _funds(talk: Talk, text: str) -> list[str]:
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    return read_funds(panel.profiles, text)


async def _add(talk: Talk, _: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    return added(mine, await _funds(talk, pasted(talk, words)))


async def _replace(talk: Talk, _: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    return replaced(mine, await _funds(talk, pasted(talk, words)))


async def _remove(talk: Talk, _: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    known = [word for word in words if word in mine.codes]
    others = [word for word in words if word not in mine.codes]
    return removed(mine, [*known, *(await _funds(talk, " ".join(others)) if others or not known else [])])


async def _rename(talk: Talk, _: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    zh, _bar, en = rest_of(talk, words).partition("|")
    if not (zh.strip() or en.strip()):
        raise CannotError("admin-list-how", name=mine.name)
    return renamed(mine, zh.strip(), en.strip())


async def _move(_: Talk, lists: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    return moved(lists, mine, whole_number(" ".join(words)))


async def _place(talk: Talk, _: Sequence[Watchlist], mine: Watchlist, words: Sequence[str]) -> States:
    *fund, place = words or ("",)
    (code, *_more) = [*fund, ""] if fund and fund[0] in mine.codes else await _funds(talk, " ".join(fund))
    return placed(mine, code, whole_number(place))


async def _delete(_: Talk, __: Sequence[Watchlist], mine: Watchlist, ___: Sequence[str]) -> States:
    return deleted(mine)


async def _publish(_: Talk, __: Sequence[Watchlist], mine: Watchlist, ___: Sequence[str]) -> States:
    return offered(mine, hidden=False)


async def _unpublish(_: Talk, __: Sequence[Watchlist], mine: Watchlist, ___: Sequence[str]) -> States:
    return offered(mine, hidden=True)


_ACTIONS: tuple[tuple[tuple[str, ...], Callable[..., Awaitable[States]]], ...] = (
    (("add", "加", "添加"), _add),
    (("remove", "去掉", "移除"), _remove),
    (("import", "导入"), _replace),
    (("rename", "改名"), _rename),
    (("move", "排到"), _move),
    (("place", "放到"), _place),
    (("publish", "公开"), _publish),
    (("unpublish", "隐藏"), _unpublish),
    (("delete", "删除"), _delete),
)
