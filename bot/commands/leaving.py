"""Be forgotten: everything that is kept of a chat is deleted."""

from dataclasses import replace

from bot.commands.base import Chapter, Right, Talk, command
from bot.messages.model import Button, Look, Message, line, paragraph, plain, strong
from bot.rules import RuleState
from signals.core.text import Text

_SURE = frozenset({"sure", "确定"})


@command(
    "forget",
    "忘记我",
    rank=18,
    about=Text("删除我的全部数据", "Delete everything about this chat"),
    chapter=Chapter.SERVICE,
    right=Right.CHANGE,
    own=True,
    examples=Text("忘记我", "forget me"),
)
async def forget(talk: Talk) -> Message:
    """Ask, and delete at the second word."""
    texts, store, where = talk.texts, talk.desk.world.store, talk.incoming.address
    if not _SURE & {word.lower() for word in talk.words}:
        mine = talk.subscription
        rules = await store.rules.of(mine.id) if mine else []
        count = sum(one.state is not RuleState.DELETED for one in rules)
        text = texts.text("forget-ask", watched=len(mine.watched) if mine else 0, rules=count)
        buttons = (
            (Button(texts.text("forget-sure"), "/forget sure", Look.DANGER),),
            (Button(texts.text("button-export"), "/export"), Button(texts.text("forget-not"), "/settings")),
        )
        return Message(blocks=(paragraph(line(strong(texts.text("forget-title")))), paragraph(text)), buttons=buttons)
    await store.forgetting.forget(talk.incoming.channel, where, talk.now)
    return replace(plain(texts.text("forget-done")), afresh=True)
