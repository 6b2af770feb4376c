"""Help: a chapter for each thing that people want to do, and each command with lines to try."""

from bot.channels.base import ChatKind
from bot.commands.base import Chapter, Command, Right, Talk, command
from bot.commands.choices import rows
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, code, line, muted, paragraph, strong
from bot.subscriptions import Language
from signals.core.text import Text

_RUNNING = frozenset({Right.ADMIN, Right.OWNER})


@command(
    "help",
    "帮助",
    rank=12,
    about=Text("怎么用", "How to use it"),
    usage=Text("关注", "watch"),
    quick=True,
    chapter=Chapter.BEGIN,
    right=Right.ANYONE,
)
async def show_help(talk: Talk) -> Message:
    """The chapters, one chapter, or one command; a word that is neither is named."""
    if not talk.words:
        return _contents(talk)
    said = talk.words[0]
    chapter = _chapter(said, talk)
    if chapter is not None:
        return _of_chapter(chapter, talk)
    found = talk.registry.find(said)
    if found and found[0] in _visible(talk):
        return _of_command(found[0], talk)
    contents = _contents(talk)
    return _with_first(contents, paragraph(talk.texts.text("help-unknown", word=said)))


def _with_first(message: Message, first: Paragraph) -> Message:
    return Message(blocks=(first, *message.blocks), buttons=message.buttons)


def _visible(talk: Talk) -> list[Command]:
    """What the speaker may say at all: commands that run the service are for those who do."""
    runs = talk.desk.roles.right(talk.incoming)
    allowed = {Right.OWNER: _RUNNING, Right.ADMIN: {Right.ADMIN}}.get(runs, frozenset[Right]())
    return [one for one in talk.registry.commands if one.right not in _RUNNING or one.right in allowed]


def _chapter(word: str, talk: Talk) -> Chapter | None:
    said = word.lower()
    there = {one.chapter for one in _visible(talk)}
    named = {name: one for one in Chapter for name in (str(one), talk.texts.text(f"chapter-{one}").lower())}
    found = named.get(said)
    return found if found in there else None


def _contents(talk: Talk) -> Message:
    texts, there = talk.texts, _visible(talk)
    chapters = [one for one in Chapter if any(each.chapter is one for each in there)]
    blocks: list[Block] = [Heading(texts.text("help-title"), 1)]
    for one in chapters:
        names = [_said(each, talk) for each in there if each.chapter is one]
        spans = [part for name in names for part in (code(name), "  ")][:-1]
        blocks.append(paragraph(line(strong(texts.text(f"chapter-{one}"))), line(*spans, indent=1)))
    if talk.incoming.kind is not ChatKind.PRIVATE:
        blocks.append(_for_groups(talk))
    blocks.append(paragraph(line(muted(texts.text("help-hint")))))
    buttons = [Button(texts.text(f"chapter-{one}"), f"/help {one}") for one in chapters]
    return Message(blocks=tuple(blocks), buttons=rows(buttons), in_place=True)


def _for_groups(talk: Talk) -> Paragraph:
    """What anyone may say in a group, and who changes its settings."""
    texts = talk.texts
    anyone = [_said(one, talk) for one in _visible(talk) if one.right in (Right.ANYONE, Right.CHANGE_BY_WORDS)]
    open_ = talk.subscription is not None and talk.subscription.members_set_up
    return paragraph(
        texts.text("help-anyone", some=texts.text("exchange-join").join(anyone)),
        texts.text("help-members" if open_ else "help-managers"),
    )


def _of_chapter(chapter: Chapter, talk: Talk) -> Message:
    texts = talk.texts
    mine = [one for one in _visible(talk) if one.chapter is chapter]
    blocks: list[Block] = [
        Heading(texts.text(f"chapter-{chapter}"), 1),
        paragraph(texts.text(f"chapter-{chapter}-about")),
    ]
    blocks.append(Paragraph(tuple(_line(one, talk) for one in mine)))
    buttons = [Button(_said(one, talk), f"/help {one.name}") for one in mine]
    back = Button(texts.text("help-contents"), "/help")
    return Message(blocks=tuple(blocks), buttons=(*rows(buttons, 4), (back,)), in_place=True)


def _of_command(one: Command, talk: Talk) -> Message:
    texts = talk.texts
    lines = [_line(one, talk)]
    others = texts.text("exchange-join").join((f"/{one.name}", *one.words))
    examples = texts.of(one.examples).splitlines() if one.examples else []
    blocks: list[Block] = [Paragraph(tuple(lines))]
    if examples:
        shown: list[Line] = [line(code(each), indent=1) for each in examples]
        blocks.append(Paragraph((line(texts.text("help-examples")), *shown)))
    blocks.append(paragraph(line(muted(texts.text("help-words", words=others)))))
    if one.right is Right.CHANGE and talk.incoming.kind is not ChatKind.PRIVATE:
        blocks.append(paragraph(texts.text("help-managers")))
    back = Button(texts.text(f"chapter-{one.chapter}"), f"/help {one.chapter}")
    return Message(blocks=tuple(blocks), buttons=((back, Button(texts.text("help-contents"), "/help")),), in_place=True)


def _said(one: Command, talk: Talk) -> str:
    """How a reader says it: the Chinese word, or the name."""
    return one.words[0] if talk.language is Language.ZH and one.words else one.name


def _line(one: Command, talk: Talk) -> Line:
    example = talk.texts.of(one.usage) if one.usage else ""
    said = " / ".join((f"/{one.name}", *one.words[:1]))
    return line(code(f"{said} {example}".strip()), "  ", talk.texts.of(one.help))
