"""A subscriber's own rules: tried out, saved, listed, changed, shared, exported."""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.offering import (
    CLAUSE,
    Offer,
    fault_lines,
    link_word,
    offer,
    tried_out,
)
from bot.commands.own_rules import all_mine, card, exported, in_rows, list_buttons, meanings, mine_of, press, rule_lines
from bot.commands.terms import begins_with_term, told_by
from bot.messages.model import (
    Block,
    Button,
    Heading,
    Message,
    Paragraph,
    code,
    line,
    muted,
    paragraph,
    plain,
    strong,
)
from bot.messages.rules import telling_text
from bot.messages.trials import brief
from bot.rules import OwnRule, RuleDraft, RuleMode, RuleState, Telling
from bot.store.rules import DraftSettledError, TooManyRulesError
from signals.core.text import Text
from signals.rules import RuleError

_TOKEN_BYTES = 6
_SAVE = frozenset({"save", "保存"})
_CANCEL = frozenset({"cancel", "取消"})
_SURE = frozenset({"sure", "确定"})
_EXPORT = frozenset({"export", "导出"})
_NUMBERED = re.compile(r"(\d{1,6})(?:\s*=(?!=)\s*(.*)|\s+(\D.*)|([^\d\s%].*))?", re.DOTALL)

_Do = Callable[[Talk, OwnRule], Awaitable[Message]]


def _changes(words: tuple[str, ...]) -> bool:
    """To try a condition out, to look at a saved rule or to pass it on changes nothing."""
    if not words or words[0].lower() in _SAVE | _CANCEL:
        return bool(words)
    numbered = _NUMBERED.fullmatch(" ".join(words))
    what = (numbered[3] or numbered[4] or "").strip().lower() if numbered else ""
    do = _ACTIONS.get(what)
    return begins_with_term(what) or (do is not None and do not in (card, _share, _edit))


@command(
    "rule",
    "规则",
    rank=15,
    about=Text("写一条自己的提醒规则", "An alert rule of your own"),
    usage=Text("溢价率 > 3% 且 连续净流入 >= 3", "premium > 3% and inflow streak >= 3"),
    chapter=Chapter.RULES,
    right=Right.CHANGE_BY_WORDS,
    changes=_changes,
    weight=3,
)
async def rule(talk: Talk) -> Message:
    """Try a condition out, save it, or look at and change a saved one by its number."""
    if not talk.words:
        return _how(talk)
    if (pasted := _pasted(talk)) is not None:
        return await _offer_all(talk, pasted)
    first, *rest = talk.words
    if first.lower() in _SAVE | _CANCEL and rest and rest[0].isdecimal():
        return await _settle(talk, int(rest[0][:18]), keep=first.lower() in _SAVE, sure=bool({*rest[1:]} & _SURE))
    return await _about(talk, " ".join(talk.words))


@command(
    "rules",
    "我的规则",
    "规则列表",
    rank=16,
    about=Text("我的规则", "My rules"),
    usage=Text("导出", "export"),
    chapter=Chapter.RULES,
    right=Right.ANYONE,
)
async def rules(talk: Talk) -> Message:
    """The chat's rules with what has become of them, or all as lines that can be sent again."""
    texts, mine = talk.texts, await all_mine(talk)
    if not mine:
        return Message(
            blocks=(paragraph(texts.text("rules-none")), paragraph(line(code(f"/rule {texts.text('rule-example')}")))),
            buttons=((Button(texts.text("fields-button"), "/fields"),),),
        )
    if talk.words and talk.words[0].lower() in _EXPORT:
        lines = [line(code(exported(talk, one))) for one in mine]
        return Message(blocks=(paragraph(texts.text("rules-export")), Paragraph(tuple(lines))))
    most = talk.desk.world.rules.plan.max_rules
    title = texts.text("rules-list-title", count=str(len(mine)), limit=str(most))
    blocks = [
        Paragraph(tuple(rule_lines(talk, one, said)))
        for one, said in zip(mine, await meanings(talk, mine), strict=True)
    ]
    return Message(
        blocks=(Heading(title, 1), *blocks, paragraph(line(muted(texts.text("rules-hint"))))),
        buttons=(*list_buttons(talk, mine), (Button(texts.text("rules-export-button"), "/rules export"),)),
    )


async def _about(talk: Talk, said: str) -> Message:
    """What is said of a saved rule, which a number names; everything else is a new rule."""
    numbered = _NUMBERED.fullmatch(said)
    what = (numbered[3] or numbered[4] or "").strip() if numbered else said
    do = _ACTIONS.get(what.lower())
    if numbered is None or not (numbered[2] is not None or do or begins_with_term(what)):
        return await offer(talk, said)
    mine = await mine_of(talk, int(numbered[1]))
    if numbered[2] is not None:
        return await offer(talk, numbered[2], number=mine.number, telling=mine.telling)
    return await do(talk, mine) if do else await _retell(talk, mine, what)


def _how(talk: Talk) -> Message:
    texts = talk.texts
    examples = [line(code(f"/rule {one}"), indent=1) for one in texts.text("rule-examples").splitlines()]
    buttons = (Button(texts.text("fields-button"), "/fields"), Button(texts.text("rules-button"), "/rules"))
    return Message(
        blocks=(
            Heading(texts.text("rule-how-title"), 1),
            paragraph(texts.text("rule-how")),
            Paragraph(tuple(examples)),
            paragraph(line(muted(texts.text("rule-how-more")))),
        ),
        buttons=(buttons,),
    )


def _pasted(talk: Talk) -> list[str] | None:
    """The rules of several lines that each begin with this command; None where there is one only."""
    lines = [one for one in talk.incoming.text.splitlines() if one.strip()]
    found = [talk.registry.find(one) for one in lines]
    if len(lines) < 2 or not all(one is not None and one[0].name == "rule" for one in found):
        return None
    return [" ".join(one[1]) for one in found if one is not None]


async def _offer_all(talk: Talk, pasted: Sequence[str]) -> Message:
    """Each of several rules in short, with a button to save it."""
    blocks: list[Block] = [Heading(talk.texts.text("rule-trial-title"), 1)]
    buttons = []
    for at, said in enumerate(pasted, 1):
        try:
            made: Offer = await tried_out(talk, said)
        except RuleError as error:
            blocks.append(fault_lines(error, said.partition(CLAUSE)[0], talk))
            continue
        blocks.append(paragraph(line(f"{at}. ", brief(made.tried, talk.texts))))
        buttons.append(Button(talk.texts.text("rule-save-one", number=str(at)), f"/rule save {made.draft_id}"))
    return Message(blocks=tuple(blocks), buttons=in_rows(buttons))


async def _settle(talk: Talk, draft_id: int, *, keep: bool, sure: bool) -> Message:
    """Save a draft or drop it; one that holds nearly always is saved at the second word only."""
    store, texts, where = talk.desk.world.store, talk.texts, talk.incoming.address
    draft = await store.rules.find_draft(talk.incoming.channel, where.chat, where.thread, draft_id)
    if draft is None:
        raise SaidWrongError(texts.text("rule-draft-gone"))
    if not keep:
        await store.rules.settle_draft(draft.id)
        return plain(texts.text("rule-cancelled"))
    if draft.share > talk.desk.world.rules.plan.absurd_share and not sure:
        return Message(
            blocks=(paragraph(texts.text("rule-absurd-sure", share=f"{draft.share * 100:.0f}%")),),
            buttons=(
                (
                    Button(texts.text("rule-save-anyway"), f"/rule save {draft.id} sure"),
                    Button(texts.text("rule-cancel"), f"/rule cancel {draft.id}"),
                ),
            ),
        )
    return await _saved(talk, draft)


async def _saved(talk: Talk, draft: RuleDraft) -> Message:
    store, texts, plan = talk.desk.world.store, talk.texts, talk.desk.world.rules.plan
    mine = talk.subscription or blank(talk)
    began = not mine.active or not mine.id
    if began:
        mine = await save(talk, replace(mine, active=True, paused_reason=""))
    try:
        if draft.number is None:
            kept = await store.rules.add(mine.id, draft, talk.now, plan.max_rules)
        else:
            kept = await store.rules.rewrite(await mine_of(talk, draft.number), draft, talk.now)
    except TooManyRulesError:
        raise SaidWrongError(texts.text("rules-too-many", limit=str(plan.max_rules))) from None
    except DraftSettledError:
        raise SaidWrongError(texts.text("rule-draft-gone")) from None
    await _audit(talk, "" if draft.number is None else str(draft.number), f"{kept.number}: {kept.text}")
    (meaning,) = await meanings(talk, [kept])
    how = telling_text(kept.telling, texts, alike=meaning.alike)
    said = texts.text("rule-saved", number=str(kept.number), how=how)
    level = kept.telling.mode is RuleMode.LEVEL
    other = Button(
        texts.text("rule-edge-button" if level else "rule-level-button"), press(kept, "edge" if level else "level")
    )
    return Message(
        blocks=(paragraph(line(strong(said))), *((paragraph(texts.text("watch-subscribed")),) if began else ())),
        buttons=(
            (
                other,
                Button(texts.text("rule-share"), press(kept, "share")),
                Button(texts.text("rules-button"), "/rules"),
            ),
        ),
    )


async def _retell(talk: Talk, mine: OwnRule, what: str) -> Message:
    """Change how a rule is told; one that was over goes on when its last day is moved."""
    telling = told_by(what, mine.telling, talk.today, talk.texts)
    state = RuleState.ACTIVE if mine.state is RuleState.EXPIRED and telling != mine.telling else mine.state
    return await _changed(talk, replace(mine, telling=telling, state=state), "rule-changed")


async def _pause(talk: Talk, mine: OwnRule) -> Message:
    return await _changed(talk, replace(mine, state=RuleState.PAUSED), "rule-paused")


async def _resume(talk: Talk, mine: OwnRule) -> Message:
    """Go on, or come back from the deleted; a last day that is over is none."""
    last = mine.telling.expires_on
    telling = replace(mine.telling, expires_on=None) if last and last < talk.today else mine.telling
    return await _changed(talk, replace(mine, state=RuleState.ACTIVE, telling=telling), "rule-resumed")


async def _delete(talk: Talk, mine: OwnRule) -> Message:
    return await _changed(talk, replace(mine, state=RuleState.DELETED), "rule-deleted")


async def _changed(talk: Talk, wanted: OwnRule, key: str) -> Message:
    limit = talk.desk.world.rules.plan.max_rules
    try:
        kept = await talk.desk.world.store.rules.change(wanted, talk.now, limit)
    except TooManyRulesError:
        raise SaidWrongError(talk.texts.text("rules-too-many", limit=str(limit))) from None
    await _audit(talk, str(kept.number), f"{kept.number}: {kept.state} {_words(kept.telling)}")
    shown = await card(talk, kept)
    head = paragraph(line(strong(talk.texts.text(key, number=str(kept.number)))))
    return replace(shown, blocks=(head, *shown.blocks))


async def _edit(talk: Talk, mine: OwnRule) -> Message:
    """The line to change and send back."""
    return Message(
        blocks=(
            paragraph(talk.texts.text("rule-edit-how", number=str(mine.number))),
            paragraph(line(code(f"/rule {mine.number} = {mine.said}"))),
        )
    )


async def _share(talk: Talk, mine: OwnRule) -> Message:
    """A link that offers the rule to whoever opens it, and the text to pass on."""
    if not mine.token:
        mine = await talk.desk.world.store.rules.change(
            replace(mine, token=secrets.token_urlsafe(_TOKEN_BYTES)), talk.now, talk.desk.world.rules.plan.max_rules
        )
    word = link_word(mine)
    link = talk.desk.invite(word)
    return Message(
        blocks=(
            paragraph(line(strong(talk.texts.text("rule-share-title", number=str(mine.number))))),
            paragraph(line(link) if link else line(code(f"/start {word}"))),
            paragraph(line(talk.texts.text("rule-share-text")), line(code(exported(talk, mine)))),
        )
    )


async def _audit(talk: Talk, before: str, after: str) -> None:
    who = f"{talk.incoming.channel}:{talk.incoming.address.chat}"
    await talk.desk.world.store.audit.write(who, "rule", before, after, talk.now)


def _words(telling: Telling) -> str:
    return " ".join(f"{name}={value}" for name, value in asdict(telling).items())


_ACTIONS: dict[str, _Do] = {
    "": card,
    **dict.fromkeys(("暂停", "停用", "pause"), _pause),
    **dict.fromkeys(("恢复", "启用", "撤销", "resume"), _resume),
    **dict.fromkeys(("删除", "delete"), _delete),
    **dict.fromkeys(("编辑", "修改", "edit"), _edit),
    **dict.fromkeys(("分享", "share"), _share),
}
