"""Published lists of funds: which there are, what is in them, and to follow them."""

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank
from bot.commands.choices import rows, ticked
from bot.commands.following import LIST_LINK, find_list, followed, known, published, slug, title_of
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, Span, line, muted, paragraph
from bot.messages.names import Named
from bot.store.watchlists import Watchlist
from bot.subscriptions import Subscription
from signals.core.text import Text

_JOIN = frozenset({"follow", "join", "订阅", "关注", "+"})
_LEAVE = frozenset({"leave", "退订", "取消", "取消关注", "-"})
_MOST_SHOWN = 60
_UNFOLDED = 15


@command(
    "lists",
    "清单",
    "全部清单",
    rank=6,
    about=Text("现成的基金清单", "Ready-made lists of funds"),
    usage=Text("宽基", "Dividend"),
    chapter=Chapter.BEGIN,
    right=Right.CHANGE_BY_WORDS,
    changes=lambda words: words[:1] != () and words[0].lower() in _JOIN | _LEAVE,
    examples=Text("清单\n清单 宽基\n清单 订阅 红利\n清单 退订 红利", "lists\nlists Dividend\nlists follow Dividend"),
)
async def lists(talk: Talk) -> Message:
    """All lists with a button to follow each, one list with its funds, or a list followed or left."""
    every, mine = await published(talk), await known(talk)
    if not mine:
        raise SaidWrongError(talk.texts.text("lists-none"))
    if not talk.words:
        return _all(talk, every, talk.subscription or blank(talk))
    first, *rest = talk.words
    if first.lower() not in _JOIN | _LEAVE:
        return await _one(talk, find_list(" ".join(talk.words), mine, talk.texts), mine)
    if not rest:
        raise SaidWrongError(talk.texts.text("lists-which"))
    on = first.lower() in _JOIN
    one = find_list(" ".join(rest), every if on else mine, talk.texts)
    return await _changed(talk, one, every, on=on)


async def _changed(talk: Talk, one: Watchlist, every: list[Watchlist], *, on: bool) -> Message:
    texts, listened = talk.texts, talk.subscription is not None and talk.subscription.active
    mine = await followed(talk, one, on=on)
    key = "lists-joined" if on else "lists-left"
    said = paragraph(texts.text(key, name=title_of(one, texts), count=len(one.codes)))
    began = [paragraph(texts.text("watch-subscribed"))] if on and not listened else []
    shown = _all(talk, every, mine)
    return Message(blocks=(said, *began, *shown.blocks), buttons=shown.buttons, in_place=True)


def _all(talk: Talk, every: list[Watchlist], mine: Subscription) -> Message:
    texts = talk.texts
    lines = [
        line(texts.text("lists-line", name=title_of(one, texts), count=len(one.codes)), *_mark(one, mine, talk))
        for one in every
    ]
    buttons = [
        ticked(
            title_of(one, texts),
            on=one.name in mine.watchlists,
            command=f"/lists {'leave' if one.name in mine.watchlists else 'follow'} {slug(one, every)}",
        )
        for one in every
    ]
    return Message(
        blocks=(
            Heading(texts.text("lists-title"), 1),
            Paragraph(tuple(lines)),
            paragraph(line(muted(texts.text("lists-hint")))),
        ),
        buttons=rows(buttons),
        in_place=True,
    )


def _mark(one: Watchlist, mine: Subscription, talk: Talk) -> list[Span]:
    return [muted(talk.texts.text("lists-followed"))] if one.name in mine.watchlists else []


async def _one(talk: Talk, one: Watchlist, every: list[Watchlist]) -> Message:
    texts, mine = talk.texts, talk.subscription or blank(talk)
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    named = Named(panel.profiles)
    funds: list[Line] = [line(*named.spans(code, loud=False)) for code in one.codes[:_MOST_SHOWN]]
    head = texts.text("lists-head", name=title_of(one, texts), count=len(one.codes))
    blocks: list[Block] = [
        Heading(head, 1),
        Paragraph(tuple(funds[:_UNFOLDED])),
        *([Paragraph(tuple(funds[_UNFOLDED:]), folded=True)] if len(funds) > _UNFOLDED else []),
    ]
    if len(one.codes) > _MOST_SHOWN:
        blocks.append(paragraph(texts.text("lists-more", count=len(one.codes) - _MOST_SHOWN)))
    name = slug(one, every)
    link = talk.desk.invite(LIST_LINK + name)
    if link and not one.hidden:
        blocks.append(paragraph(line(muted(texts.text("lists-link")), link)))
    follows = one.name in mine.watchlists
    press = Button(
        texts.text("button-leave" if follows else "button-follow"), f"/lists {'leave' if follows else 'follow'} {name}"
    )
    rank = Button(texts.text("button-rank"), f"/rank flow {name}")
    return Message(blocks=tuple(blocks), buttons=((press, rank), (Button(texts.text("button-lists"), "/lists"),)))
