"""Write docs/commands.md: every command of the chat and of the command line, as the code has them.

    python -m tools.commands

`tests/contracts/test_commands_document.py` fails while the file says anything else.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from bot.cli import app
from bot.commands import load_commands
from bot.commands.administration.menu import SUBS
from bot.commands.base import Chapter, Command, Right
from bot.messages.catalogue import catalogue
from bot.subscriptions import Language
from signals.core.text import Text

DOCUMENT = Path(__file__).parents[1] / "docs" / "commands.md"
RENEW = "python -m tools.commands"
COMMON_OPTIONS = ("--database", "--source", "--debug")

_ZH, _EN = catalogue(Language.ZH), catalogue(Language.EN)
_WHO = {
    Right.ANYONE: Text("任何人", "anyone"),
    Right.CHANGE: Text("任何人；在群里限群管理员", "anyone; in a group its administrators"),
    Right.CHANGE_BY_WORDS: Text(
        "任何人可问；在群里只有群管理员能改", "anyone may ask; in a group its administrators change"
    ),
    Right.ADMIN: Text("机器人的管理员", "administrators of the bot"),
    Right.OWNER: Text("机器人的所有者", "the bot's owner"),
}

_HEAD = f"""# Commands · 命令

Written by `{RENEW}` from the program itself; a test compares the two.

* [In the chat · 聊天里](#in-the-chat--聊天里)
* [On the command line · 命令行](#on-the-command-line--命令行)

## In the chat · 聊天里

带不带斜杠、说中文或英文都行，Telegram 和本地页面通用。直接发送基金代码或名称的一部分，就会回复这只基金的卡片。

With or without a slash, in Chinese or in English, in Telegram and on the page alike. A bare code, or a piece of a fund's name, is
answered with its card.
"""

_ADMIN_HEAD = """What may follow `/admin` · `/admin` 之后可以说（[docs/admin.md](admin.md) says what for）：

| English | 中文 | |
|---|---|---|
"""

_LINE_HEAD = """## On the command line · 命令行

Errors are one line on stderr; exit code 2 means usage or configuration, 1 that something failed. Where a command works with the
database it also takes:

"""


def document() -> str:
    """The whole file."""
    chat = "\n".join(_chat())
    return f"{_HEAD}\n{chat}\n{_LINE_HEAD}{_table(_common())}\n{chr(10).join(_line())}"


def _chat() -> Iterator[str]:
    registry = load_commands()
    for chapter in Chapter:
        about = f"{_ZH.text(f'chapter-{chapter}-about')} {_EN.text(f'chapter-{chapter}-about')}"
        yield f"### {_EN.text(f'chapter-{chapter}')} · {_ZH.text(f'chapter-{chapter}')}\n\n{about}\n"
        yield from (_command(one) for one in registry.commands if one.chapter is chapter)
    rows = [(f"`{one.name}`", f"`{one.chinese}`", _of(_WHO[one.right])) for one in SUBS]
    yield _ADMIN_HEAD + _rows(rows)


def _command(one: Command) -> str:
    words = " · ".join((f"/{one.name}", *one.words))
    facts = [f"* {one.help.zh} — {one.help.en}", f"* {_of(_WHO[one.right])}"]
    return f"#### {words}\n\n{chr(10).join(facts)}\n\n```text\n{chr(10).join(_examples(one))}\n```\n"


def _examples(one: Command) -> list[str]:
    """Lines that can be said, Chinese first, each once."""
    if one.examples:
        lines = [*one.examples.zh.splitlines(), *one.examples.en.splitlines()]
    else:
        zh, en = (one.usage.zh, one.usage.en) if one.usage else ("", "")
        lines = [f"{one.words[0]} {zh}".strip(), f"/{one.name} {en}".strip()]
    return list(dict.fromkeys(lines))


def _of(text: Text) -> str:
    return f"{text.zh} — {text.en}"


def _line() -> Iterator[str]:
    """Every command of the command line, deeper ones behind their groups."""
    root = get_command(app)
    yield from _below(root, typer.Context(root, info_name="etfbot"))


def _below(group: Any, context: typer.Context) -> Iterator[str]:
    for name, one in group.commands.items():
        inner = typer.Context(one, info_name=name, parent=context)
        deep = hasattr(one, "commands")
        yield f"{'####' if context.parent else '###'} `{inner.command_path}`\n\n{_flat(one.help)}\n"
        if deep:
            yield from _below(one, inner)
        else:
            yield from _parameters(one, inner)


def _parameters(one: Any, context: typer.Context) -> Iterator[str]:
    own = [_record(each, context) for each in one.params if not set(each.opts) & set(COMMON_OPTIONS)]
    if own:
        yield _table(own)


def _common() -> Iterable[tuple[str, str]]:
    root = get_command(app)
    run = root.commands["run"]  # type: ignore[attr-defined] # typer does not tell that it makes a group
    context = typer.Context(run, info_name="run")
    return [_record(each, context) for each in run.params]


def _record(parameter: Any, context: typer.Context) -> tuple[str, str]:
    """How it is written and what it says; the types of arguments are plain from their names."""
    said, about = parameter.get_help_record(context)
    shown = re.sub(r" <[a-z ]+>$", "", said) if parameter.param_type_name == "argument" else said
    return f"`{_flat(shown)}`", _flat(about)


def _table(records: Iterable[tuple[str, str]]) -> str:
    return "| | |\n|---|---|\n" + _rows(records)


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.name} is renewed\n")
