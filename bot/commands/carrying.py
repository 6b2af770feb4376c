"""Take a set-up along: as a file, and from a file or a pasted list of codes."""

import asyncio

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.documents import NotTextError, text_of
from bot.commands.following import known
from bot.commands.lookup import fund_meant, fund_words
from bot.commands.offering import tried_out
from bot.commands.own_rules import all_mine, exported
from bot.commands.setups import BadSetUpError, SetUp, body_of, of_body, read, written
from bot.commands.values import value_text
from bot.messages.model import Block, Button, Document, Line, Look, Message, Paragraph, line, paragraph, plain, strong
from bot.messages.names import Named
from bot.store.rules import DraftSettledError, TooManyRulesError
from bot.subscriptions import Subscription
from signals.core.panel import Panel
from signals.core.text import Text
from signals.rules import RuleError, parse

_SAVE = frozenset({"save", "保存"})
_CANCEL = frozenset({"cancel", "取消"})
_FUNDS_SHOWN = 12
_COMPARED = range(2, 4)
"""Who sends so many codes may want to see them side by side."""

_RULE = "/rule "


@command(
    "export",
    "导出",
    rank=17,
    about=Text("把我的设置存成文件", "My set-up as a file"),
    chapter=Chapter.SERVICE,
    right=Right.ANYONE,
)
async def export(talk: Talk) -> Message:
    """Settings, funds, lists, rules and mutes as a file that can be sent back."""
    mine = talk.subscription
    if mine is None:
        raise SaidWrongError(talk.texts.text("list-none"))
    rules = [exported(talk, one) for one in await all_mine(talk)]
    data = written(mine, rules, talk.now)
    about = talk.texts.text("export-about", watched=len(mine.watched), rules=len(rules))
    name = f"etf-flow-bot-{talk.today.isoformat()}.json"
    return Message(blocks=(paragraph(talk.texts.text("export-how")), Document(name, data, about)))


@command(
    "import",
    "导入",
    rank=17,
    about=Text("从文件或一串代码恢复设置", "A set-up from a file or a list of codes"),
    usage=Text("560850 159590", "560850 159590"),
    chapter=Chapter.SERVICE,
    right=Right.CHANGE,
    weight=3,
)
async def import_(talk: Talk) -> Message:
    """Show what a file or a list of codes would change, and save it at the second word."""
    if talk.words and talk.words[0].lower() in _SAVE | _CANCEL and len(talk.words) == 2:
        return await _settle(talk, talk.words[1], keep=talk.words[0].lower() in _SAVE)
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    document = talk.incoming.document
    try:
        said = text_of(document) if document is not None else " ".join(talk.words)
        if not said.strip():
            raise SaidWrongError(talk.texts.text("import-what"))
        setup = read(said) if said.lstrip().startswith(("{", "[")) else await _of_codes(talk, panel, said)
    except NotTextError as error:
        raise SaidWrongError(talk.texts.text("import-bad", word=error.name)) from None
    except BadSetUpError as error:
        raise SaidWrongError(talk.texts.text("import-bad", word=error.word)) from None
    await _check(talk, panel, setup)
    return await _offer(talk, panel, setup)


async def _of_codes(talk: Talk, panel: Panel, said: str) -> SetUp:
    """The funds of a text; the first word that is none is named."""
    words = fund_words(said.split())
    if len(words) > talk.desk.newcomer.max_watched:
        raise SaidWrongError(talk.texts.text("watch-too-many", limit=talk.desk.newcomer.max_watched))
    codes = [(await fund_meant(talk, panel, word.strip('"'))).code for word in words]
    return SetUp(settings={}, watched=tuple(dict.fromkeys(codes)))


async def _check(talk: Talk, panel: Panel, setup: SetUp) -> None:
    """Raise SaidWrongError that names a list or a rule which nobody knows here, or a limit that is passed."""
    texts, plan = talk.texts, talk.desk.world.rules.plan
    lists, followable = await talk.desk.world.store.watchlists.all(), {one.name for one in await known(talk)}
    for name in setup.lists:
        if name not in followable:
            raise SaidWrongError(texts.text("import-bad", word=name))
    mine = talk.subscription or blank(talk)
    if len(setup.laid_over(mine).watched) > talk.desk.newcomer.max_watched:
        raise SaidWrongError(texts.text("watch-too-many", limit=talk.desk.newcomer.max_watched))
    vocabulary = talk.desk.world.rules.vocabulary(panel.profiles, lists)
    for said in setup.rules:
        try:
            await asyncio.to_thread(parse, _bare(said).partition(";")[0], vocabulary)
        except RuleError as error:
            raise SaidWrongError(texts.text("import-rule", rule=_bare(said), why=texts.of(error.text))) from None
    if len(await _new_rules(talk, setup)) + len(await all_mine(talk)) > plan.max_rules:
        raise SaidWrongError(texts.text("rules-too-many", limit=str(plan.max_rules)))


def _bare(said: str) -> str:
    return said.removeprefix(_RULE).strip()


async def _new_rules(talk: Talk, setup: SetUp) -> list[str]:
    """The rules of a set-up that the chat does not have."""
    there = {_bare(exported(talk, one)) for one in await all_mine(talk)}
    return [said for said in map(_bare, setup.rules) if said not in there]


async def _offer(talk: Talk, panel: Panel, setup: SetUp) -> Message:
    """What would be different, and the buttons to make it so or not."""
    texts, mine = talk.texts, talk.subscription or blank(talk)
    lines = _differences(talk, panel, mine, setup)
    lines += [line(texts.text("import-rule-new", rule=said), indent=1) for said in await _new_rules(talk, setup)]
    if not lines:
        return plain(texts.text("import-same"))
    number = await talk.desk.world.store.imports.keep(
        talk.incoming.channel, talk.incoming.address, body_of(setup), talk.now
    )
    blocks: tuple[Block, ...] = (
        paragraph(line(strong(texts.text("import-title")))),
        Paragraph(tuple(lines)),
        paragraph(texts.text("import-keeps")),
    )
    few = len(setup.watched) in _COMPARED and not (setup.settings or setup.rules)
    others = ((Button(texts.text("import-compare"), f"/compare {' '.join(setup.watched)}"),),) if few else ()
    save_it = Button(texts.text("import-save"), f"/import save {number}", Look.GOOD)
    return Message(
        blocks=blocks, buttons=((save_it, Button(texts.text("rule-cancel"), f"/import cancel {number}")), *others)
    )


def _differences(talk: Talk, panel: Panel, mine: Subscription, setup: SetUp) -> list[Line]:
    texts, named, wanted = talk.texts, Named(panel.profiles), setup.laid_over(mine)
    lines: list[Line] = []
    if funds := sorted(wanted.watched - mine.watched):
        some = texts.text("exchange-join").join(f"{named.fund(one)} {one}" for one in funds[:_FUNDS_SHOWN])
        lines.append(line(texts.text("import-watched", count=len(funds), some=some), indent=1))
    if lists := sorted(wanted.watchlists - mine.watchlists):
        lines.append(line(texts.text("import-lists", some=texts.text("exchange-join").join(lists)), indent=1))
    for name in setup.settings:
        if getattr(mine, name) != getattr(wanted, name):
            label = texts.text(f"field-{name.replace('_', '-')}")
            before, after = (value_text(name, one, texts) for one in (mine, wanted))
            lines.append(line(texts.text("import-setting", name=label, before=before, after=after), indent=1))
    if mutes := [one.what for one in wanted.mutes if one not in mine.mutes]:
        lines.append(line(texts.text("import-mutes", some=texts.text("exchange-join").join(mutes)), indent=1))
    return lines


async def _settle(talk: Talk, number: str, *, keep: bool) -> Message:
    """Save what was shown, or drop it."""
    texts, store = talk.texts, talk.desk.world.store
    known = number.isdecimal() and len(number) < 18
    body = await store.imports.take(talk.incoming.channel, talk.incoming.address, int(number)) if known else None
    if body is None:
        raise SaidWrongError(texts.text("import-gone"))
    if not keep:
        return plain(texts.text("import-cancelled"))
    setup = of_body(body)
    mine = talk.subscription or blank(talk)
    saved = await save(talk, setup.laid_over(mine))
    added = await _save_rules(talk, saved, await _new_rules(talk, setup))
    text = texts.text("import-done", watched=len(saved.watched), rules=added)
    buttons = (Button(texts.text("button-settings"), "/settings"), Button(texts.text("button-list"), "/list"))
    return Message(blocks=(paragraph(line(strong(text))),), buttons=(buttons,))


async def _save_rules(talk: Talk, saved: Subscription, rules: list[str]) -> int:
    """Add rules one after the other, as if each had been said and saved."""
    store, plan = talk.desk.world.store.rules, talk.desk.world.rules.plan
    where, count = talk.incoming.address, 0
    for said in rules:
        try:
            made = await tried_out(talk, said)
            draft = await store.find_draft(talk.incoming.channel, where.chat, where.thread, made.draft_id)
            if draft is not None:
                await store.add(saved.id, draft, talk.now, plan.max_rules)
                count += 1
        except (RuleError, TooManyRulesError, DraftSettledError):
            continue  # what was a rule when it was shown is none any more: a list was renamed meanwhile
    return count
