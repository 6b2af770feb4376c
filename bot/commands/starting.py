"""Begin: three taps from a greeting to a subscription, links that do it at once, subscribe and unsubscribe.

The steps keep nothing but the settings themselves: each button says what it changes, every step shows what is
chosen by then, and whoever goes through them again changes it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.choices import (
    Hearing,
    find_hearing,
    hearing_buttons,
    hearings,
    hears,
    minute_buttons,
    minute_of,
    rows,
    ticked,
    toggled,
)
from bot.commands.following import (
    FUND_LINK,
    LINK_WORD,
    LIST_LINK,
    find_list,
    followed,
    kept,
    known,
    published,
    slug,
    title_of,
    titles,
    watched_more,
)
from bot.commands.lookup import find_fund
from bot.commands.offering import SHARED, offer_shared
from bot.commands.reading import digest_now
from bot.commands.zones import zone_name
from bot.messages.model import Button, Heading, Line, Look, Message, Paragraph, line, paragraph, plain, strong
from bot.messages.names import Named
from bot.store.watchlists import Watchlist
from bot.subscriptions import Language, Subscription
from signals.core.text import Text

_LINKS = (FUND_LINK, LIST_LINK)


def _changes(words: tuple[str, ...]) -> bool:
    """Steps only show; what is said behind them, a link to a fund or a list, and the end of them change."""
    return bool(words) and (words[0].startswith(_LINKS) or words[0] == "done" or len(words) > 1)


@command(
    "start",
    "开始",
    rank=1,
    about=Text("三步设置好提醒", "Set everything up in three taps"),
    chapter=Chapter.BEGIN,
    right=Right.CHANGE_BY_WORDS,
    changes=_changes,
)
async def start(talk: Talk) -> Message:
    """Greet and lead through three choices, or do what a link asks; a chat that could not be reached comes back."""
    if talk.subscription is not None and talk.subscription.paused_reason:
        back = await save(talk, replace(talk.subscription, active=True, paused_reason=""))
        return await _started(replace(talk, subscription=back), returned=True)
    return await _started(talk, returned=False)


async def _started(talk: Talk, *, returned: bool) -> Message:
    if not talk.words:
        return await _greeting(talk, returned=returned)
    first, *rest = talk.words
    if first.startswith(SHARED):
        return await offer_shared(talk, first)
    if first.startswith(_LINKS):
        return await _linked(talk, first)
    step = _STEPS.get(first)
    # A word that some old link brought means no more than a beginning.
    return await step(talk, " ".join(rest)) if step else await _greeting(talk, returned=returned)


async def _greeting(talk: Talk, *, returned: bool) -> Message:
    texts, mine = talk.texts, talk.subscription
    joined = mine is not None and mine.active
    key = "start-returned" if returned else "start-back" if joined else "start-how"
    notice = (paragraph(line(strong(texts.text("demo-notice")))),) if talk.desk.demo else ()
    step = await _lists(talk, "")
    blocks = (
        Heading(texts.text("start-title"), 1),
        paragraph(*texts.text("start-what").splitlines()),
        paragraph(texts.text(key)),
        *notice,
    )
    return replace(step, blocks=(*blocks, *step.blocks), in_place=False)


async def _lists(talk: Talk, word: str) -> Message:
    """The first step; with a word behind it that list is followed, or no longer."""
    mine, lists = talk.subscription or blank(talk), await published(talk)
    if word:
        one = find_list(word, lists, talk.texts)
        mine = await followed(talk, one, on=one.name not in mine.watchlists, listening=False)
    texts = talk.texts
    choices = rows([_list_button(one, lists, mine, talk) for one in lists])
    last = [Button(texts.text("step-next"), "/start topics")]
    if not mine.active or not mine.id:
        last.append(Button(texts.text("button-subscribe"), "/subscribe", Look.GOOD))
    return _step("step-lists", talk, (*choices, tuple(last)))


def _list_button(one: Watchlist, lists: list[Watchlist], mine: Subscription, talk: Talk) -> Button:
    label = f"{title_of(one, talk.texts)} {len(one.codes)}"
    return ticked(label, on=one.name in mine.watchlists, command=f"/start lists {slug(one, lists)}")


async def _topics(talk: Talk, word: str) -> Message:
    """The second step; with a word behind it that is heard, or no longer."""
    mine = talk.subscription or blank(talk)
    if word:
        mine = await save(talk, kept(toggled(talk, mine, find_hearing(word, talk.texts))))
    walk = (Button(talk.texts.text("step-back"), "/start lists"), Button(talk.texts.text("step-next"), "/start minute"))
    return _step("step-topics", talk, (*hearing_buttons(mine, talk.texts, "/start topics"), walk))


async def _minute(talk: Talk, word: str) -> Message:
    """The third step; with a minute behind it that is the digest's, and the end of the steps."""
    mine = talk.subscription or blank(talk)
    if word:
        return await _done(talk, replace(mine, evening_digest=minute_of(word, talk.texts)))
    walk = (Button(talk.texts.text("step-back"), "/start topics"), Button(talk.texts.text("step-skip"), "/start done"))
    buttons = (*minute_buttons(mine, talk.texts, "/start minute"), walk)
    chinese = talk.language is Language.ZH
    return _step("step-minute", talk, buttons, zone=zone_name(mine.zone, chinese=chinese))


def _step(key: str, talk: Talk, buttons: tuple[tuple[Button, ...], ...], **values: str) -> Message:
    text = talk.texts.text(key, **values)
    return Message(blocks=(paragraph(line(strong(text))),), buttons=buttons, in_place=True)


async def _end(talk: Talk, _: str) -> Message:
    return await _done(talk, talk.subscription or blank(talk))


async def _done(talk: Talk, mine: Subscription) -> Message:
    """What was chosen, and the digest of the day as it will come."""
    texts, began = talk.texts, not mine.active or not mine.id
    saved = await save(talk, replace(mine, active=True, paused_reason=""))
    sample = await digest_now(replace(talk, subscription=saved), saved)
    head = paragraph(line(strong(texts.text("subscribe-done" if began else "start-changed"))))
    return Message(
        blocks=(head, await _summary(talk, saved), paragraph(texts.text("start-sample")), *sample.blocks),
        buttons=(*sample.buttons, *_next_steps(talk)),
    )


async def _summary(talk: Talk, mine: Subscription) -> Paragraph:
    """Lists, what is heard, and when the digest comes, a line each."""
    texts, lists = talk.texts, await known(replace(talk, subscription=mine))
    heard = hearings([one for one in Hearing if hears(mine, one)], texts) or "—"
    minute = f"{mine.evening_digest:%H:%M}" if mine.evening_digest else texts.text("minute-none")
    return paragraph(
        texts.text("set-lists", lists=titles(mine.watchlists, lists, texts), count=len(mine.watched)),
        texts.text("set-topics", topics=heard),
        texts.text("set-minute", minute=minute),
    )


_STEPS: dict[str, Callable[[Talk, str], Awaitable[Message]]] = {
    "lists": _lists,
    "topics": _topics,
    "minute": _minute,
    "done": _end,
}


async def _linked(talk: Talk, word: str) -> Message:
    """Watch the fund or follow the list of a link, and listen; raises SaidWrongError where it leads nowhere."""
    texts = talk.texts
    if LINK_WORD.fullmatch(word) is None:
        raise SaidWrongError(texts.text("link-dead"))
    if word.startswith(LIST_LINK):
        one = find_list(word.removeprefix(LIST_LINK), await published(talk), texts)
        await followed(talk, one, on=True)
        said: Line = line(texts.text("lists-joined", name=title_of(one, texts), count=len(one.codes)))
    else:
        panel = await talk.desk.panels.latest(talk.now, talk.today)
        fund = find_fund(panel, _code_of(word, talk), texts)
        await watched_more(talk, (fund.code,))
        said = line(texts.text("watch-done"), " ", *Named(panel.profiles).spans(fund.code, loud=False))
    began = [] if talk.subscription and talk.subscription.active else [paragraph(texts.text("watch-subscribed"))]
    return Message(blocks=(paragraph(said), *began), buttons=_next_steps(talk))


def _code_of(word: str, talk: Talk) -> str:
    """The code of a link to a fund; names do not fit into links."""
    code = word.removeprefix(FUND_LINK)
    if not code.isdecimal():
        raise SaidWrongError(talk.texts.text("link-dead"))
    return code


@command(
    "subscribe",
    "订阅",
    rank=2,
    about=Text("订阅提醒与日报", "Get alerts and digests"),
    chapter=Chapter.BEGIN,
    right=Right.CHANGE,
)
async def subscribe(talk: Talk) -> Message:
    """Begin, or begin again with the old settings."""
    texts, mine = talk.texts, talk.subscription
    if mine is not None and mine.active:
        return Message(blocks=(paragraph(texts.text("subscribe-already")),), buttons=_next_steps(talk))
    saved = await save(talk, replace(mine or blank(talk), active=True, paused_reason=""))
    key = "subscribe-done" if mine is None else "subscribe-again"
    return Message(
        blocks=(
            paragraph(line(strong(texts.text(key)))),
            await _summary(talk, saved),
            paragraph(texts.text("subscribe-more")),
        ),
        buttons=_next_steps(talk),
    )


@command(
    "unsubscribe",
    "退订",
    rank=3,
    about=Text("停止提醒，设置保留", "Stop; your settings are kept"),
    chapter=Chapter.BEGIN,
    right=Right.CHANGE,
)
async def unsubscribe(talk: Talk) -> Message:
    """Stop every message to this chat; nothing that was set is lost."""
    mine = talk.subscription
    if mine is None or not (mine.active or mine.paused_reason):
        return plain(talk.texts.text("unsubscribe-none"))
    await save(talk, replace(mine, active=False, paused_reason=""))
    back = Button(talk.texts.text("button-subscribe"), "/subscribe")
    return Message(blocks=(paragraph(talk.texts.text("unsubscribe-done")),), buttons=((back,),))


def _next_steps(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    texts = talk.texts
    return (
        (Button(texts.text("button-digest"), "/digest"), Button(texts.text("button-list"), "/list")),
        (Button(texts.text("button-settings"), "/settings"), Button(texts.text("button-help"), "/help")),
    )
