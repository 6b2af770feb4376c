"""The command itself: its menu, and who may say what behind it."""

from bot.admin.errors import CannotError
from bot.commands.administration import audience, bans, figures, letters, lists, works
from bot.commands.administration.counter import Sub, deed_of, done, in_rows, made, page, whole_number
from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.messages.model import Button, Message
from bot.store.changes import Change, ChangedMeanwhileError, DraftGoneError, Kind, NothingToUndoError
from signals.core.text import Text

_UNDONE = (Kind.WATCHLISTS, Kind.THRESHOLDS, Kind.LIMITS)


@command(
    "admin",
    "管理员",
    "后台",
    rank=90,
    about=Text("管理机器人：列表、阈值、数据源、群发等", "Run the bot: lists, thresholds, sources, broadcasts"),
    usage=Text("列表", "lists"),
    chapter=Chapter.ADMIN,
    right=Right.ADMIN,
)
async def admin(talk: Talk) -> Message:
    """The menu, or what stands behind one of its words."""
    if not talk.words:
        return _menu(talk)
    sub = find_sub(talk.words[0])
    if sub is None:
        some = " ".join(f"{one.name}/{one.chinese}" for one in _offered(talk))
        raise SaidWrongError(talk.texts.text("admin-unknown", word=talk.words[0], some=some))
    if sub.right is Right.OWNER and talk.desk.roles.right(talk.incoming) is not Right.OWNER:
        raise SaidWrongError(talk.texts.text("admin-owner-only"))
    try:
        return await sub.run(talk, talk.words[1:])
    except CannotError as error:
        raise SaidWrongError(error.said(talk.texts)) from error


def find_sub(word: str) -> Sub | None:
    """The thing that a word behind the command means."""
    said = word.lower()
    return next((one for one in SUBS if said in {one.name, one.chinese}), None)


def _menu(talk: Talk) -> Message:
    buttons = [Button(talk.texts.text(f"admin-menu-{one.name}"), f"/admin {one.name}") for one in _offered(talk)]
    lines = [talk.texts.text("admin-menu-how")]
    if talk.desk.maintenance is not None:
        lines.insert(0, talk.texts.text("admin-maintenance-is-on"))
    return page(talk.texts.text("admin-menu-title"), lines, in_rows(buttons))


def _offered(talk: Talk) -> list[Sub]:
    """What the speaker may do."""
    owner = talk.desk.roles.right(talk.incoming) is Right.OWNER
    return [one for one in SUBS if one.shown and (owner or one.right is not Right.OWNER)]


async def _confirm(talk: Talk, words: tuple[str, ...]) -> Message:
    number = whole_number(" ".join(words))
    try:
        change = await talk.desk.world.store.changes.confirm(number, deed_of(talk))
    except DraftGoneError:
        raise CannotError("admin-draft-gone") from None
    except ChangedMeanwhileError:
        raise CannotError("admin-draft-stale") from None
    return await made(talk, change.kind, change.before, change.after, "admin-saved")


async def _drop(talk: Talk, words: tuple[str, ...]) -> Message:
    try:
        await talk.desk.world.store.changes.drop(whole_number(" ".join(words)), deed_of(talk))
    except DraftGoneError:
        raise CannotError("admin-draft-gone") from None
    return done(talk.texts.text("admin-dropped"))


async def _undo(talk: Talk, words: tuple[str, ...]) -> Message:
    word = words[0].lower() if words else Kind.WATCHLISTS.value
    kind = next((one for one in _UNDONE if one.value == word), None)
    if kind is None:
        raise CannotError("admin-undo-unknown", word=word, some=" ".join(_UNDONE))
    try:
        change: Change = await talk.desk.world.store.changes.undo(kind, deed_of(talk))
    except NothingToUndoError:
        raise CannotError("admin-undo-none") from None
    except ChangedMeanwhileError:
        raise CannotError("admin-draft-stale") from None
    return await made(talk, kind, change.before, change.after, "admin-undone")


SUBS = (
    Sub(name="lists", chinese="列表", run=lists.show),
    Sub(name="list", chinese="清单", run=lists.one, shown=False),
    Sub(name="thresholds", chinese="阈值", run=figures.thresholds),
    Sub(name="limits", chinese="上限", run=figures.limits),
    Sub(name="sources", chinese="数据源", run=works.sources),
    Sub(name="quarantine", chinese="隔离", run=works.quarantine),
    Sub(name="timetable", chinese="时间表", run=works.timetable),
    Sub(name="run", chinese="运行", run=works.run, shown=False),
    Sub(name="skip", chinese="跳过", run=works.skip_slot, shown=False),
    Sub(name="subscribers", chinese="订户", run=audience.subscribers),
    Sub(name="bans", chinese="封禁", run=bans.bans),
    Sub(name="letters", chinese="死信", run=letters.letters),
    Sub(name="audit", chinese="日志", run=works.audit),
    Sub(name="broadcast", chinese="群发", right=Right.OWNER, run=audience.broadcast),
    Sub(name="maintenance", chinese="维护", right=Right.OWNER, run=works.maintenance),
    Sub(name="backup", chinese="备份", right=Right.OWNER, run=works.backup),
    Sub(name="ok", chinese="确认", run=_confirm, shown=False),
    Sub(name="no", chinese="放弃", run=_drop, shown=False),
    Sub(name="undo", chinese="撤销", run=_undo, shown=False),
)
"""Everything that may be said behind the command, in the order of the menu."""
