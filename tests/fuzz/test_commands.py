"""Every command with anything behind it, said by anybody anywhere: answered in words, and shown on every channel."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from bot.channels.base import Channel, ChatKind, Incoming, Speaker
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.wecom import WecomChannel
from bot.commands import load_commands
from bot.commands.administration.menu import SUBS
from bot.commands.setups import FIELDS, FORMAT
from bot.deliveries import Address
from bot.messages.catalogue import catalogue
from bot.messages.model import Document, Message, from_json, to_json
from bot.pictures.studio import Studio
from bot.store.database import Database
from bot.subscriptions import Language
from tests.commands.demo import MORNING
from tests.commands.running import ADMIN, OWNER, STRANGER, running
from tests.commands.said import words
from tests.fuzz.fuzzing import JUNK, NUMBERS, TEXTS, Loop, examples, fuzz, mostly, no_defect
from tests.web.memory import MemoryTranscript

COMMANDS = load_commands().commands
NAMES = st.sampled_from([word for one in COMMANDS for word in (f"/{one.name}", *one.words)])
BEHIND = st.sampled_from([word for one in SUBS for word in (one.name, one.chinese)])
KNOWN = st.sampled_from(
    [
        "560850", "510300", "159590", "999999", "宽基", "dividend", "信创", "半导体", "on", "off", "关", "开", "now", "save",
        "cancel", "保存", "取消", "delete", "删除", "edit", "编辑", "share", "分享", "1", "0", "-1", "#1", "18:30", "24:00", "9:5",
        "07:00-09:00", "22:00-", "2025-02-11", "2025-02-30", "lang", "en", "zone", "Asia/Shanghai", "UTC+8", "topics", "lists",
        "minute", "done", "list_dividend", "sub_560850", "rule_1_abc", "溢价率", ">", "<", "=", "3%", "1亿", "1e999", "nan", "连续",
        "5日", "and", "且", "(", ")", "telegram:7", "web:me", "60d", "120", "top", "all", "new", "add", "remove", "import", "move",
        "publish", "inflow_streak", "min_days", "reset", "max_watched", "close", "rest", "ask", "skip", "send", "list=宽基", "undo",
    ]
)  # fmt: skip
WORDS = st.one_of(KNOWN, KNOWN, KNOWN, TEXTS, NUMBERS.map(str), BEHIND)
LINES = st.one_of(
    st.tuples(NAMES, st.lists(WORDS, max_size=4)).map(lambda one: " ".join([one[0], *one[1]])),
    st.tuples(st.just("/admin"), BEHIND, st.lists(WORDS, max_size=4)).map(
        lambda one: " ".join([one[0], one[1], *one[2]])
    ),
    st.lists(WORDS, max_size=5).map(" ".join),
    st.tuples(NAMES, WORDS).map("".join),
)
PEOPLE = st.sampled_from([OWNER, ADMIN, STRANGER, ""])


@dataclass(frozen=True)
class Service:
    """What is fuzzed, and how what it says is looked at."""

    loop: Loop
    answer: Any
    store: Database
    channels: tuple[Channel, ...]

    def hears(self, said: Incoming) -> Message:
        """The answer; fails where it is none that can be shown and kept."""
        with no_defect():
            message = self.loop.run(self.answer(said))
            assert isinstance(message, Message)
            text = words(message)
            assert text not in {catalogue(one).text("defect") for one in Language}
            assert not any(one in text for one in ("Traceback", "Error:", "<class", "object at 0x", "None,"))
            for channel in self.channels:
                for part in channel.render(message):
                    part.markup.encode()
                    assert part.markup or part.picture or part.document or part.album
            assert from_json(to_json(message)).blocks == message.blocks
        return message


@contextmanager
def served(loop: Loop, database: Path) -> Iterator[Service]:
    entered = running(database)
    owner = loop.run(entered.__aenter__())
    desk = replace(owner.chat.answer.desk, studio=Studio(wait_seconds=0.0))  # pictures are a matter of other tests
    transcript = MemoryTranscript()
    channels = (
        TelegramChannel("1:x"), WebChannel(transcript, lambda: MORNING), WecomChannel({"a": "b"}), ConsoleChannel(),
    )  # fmt: skip
    try:
        yield Service(loop, replace(owner.chat.answer, desk=desk), owner.store, channels)
    finally:
        loop.run(entered.__aexit__(None, None, None))


@pytest.fixture
def service(loop: Loop, database: Path) -> Iterator[Service]:
    with served(loop, database) as one:
        yield one


def said(text: str, person: str = STRANGER, kind: ChatKind = ChatKind.PRIVATE, **more: Any) -> Incoming:
    async def may_set_up() -> bool:
        return bool(more.get("manages"))

    return Incoming(
        channel="telegram",
        address=Address("-100" if kind is not ChatKind.PRIVATE else person or "9", more.get("thread", "")),
        text=text,
        language=more.get("language", "zh"),
        speaker=Speaker(person, more.get("name", "")),
        kind=kind,
        title=more.get("title", ""),
        document=more.get("document"),
        may_set_up=may_set_up,
    )


@examples(100)
def test_whatever_is_said_is_answered(service: Service, count: int) -> None:
    def check(line: str, person: str, kind: ChatKind, about: dict[str, Any]) -> None:
        service.hears(said(line, person, kind, **about))

    about = st.fixed_dictionaries(
        {}, optional={"title": TEXTS, "name": TEXTS, "language": TEXTS, "manages": st.booleans()}
    )
    fuzz(check, count, line=LINES, person=PEOPLE, kind=st.sampled_from([*ChatKind]), about=about)
    for one in service.loop.run(service.store.subscriptions.active()):
        service.hears(said("/settings", one.chat))


# ---- set-ups

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "language": st.sampled_from(["zh", "en", "de"]),
    "zone": st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "localtime", "../etc", "UTC"]),
    "topics": st.lists(st.sampled_from(["flow", "premium", "margin", "x"]), max_size=3),
    "evening_digest": st.sampled_from(["18:30", "18:30:30", "18:30:00.5", "18:30+08:00", "24:00", "T18", None]),
    "quiet": st.one_of(
        st.none(), st.lists(st.sampled_from(["22:00", "07:00", "22:00+02:00", "07:00:01", "x"]), max_size=3)
    ),
    "least_strength": NUMBERS,
    "daily_cap": NUMBERS,
}
SETTINGS = st.fixed_dictionaries({}, optional={name: mostly(VALUES.get(name, st.booleans())) for name in FIELDS})
MUTES = st.lists(
    st.one_of(
        st.tuples(
            st.one_of(TEXTS, st.sampled_from(["560850", "flow", "宽基", "inflow_streak"])),
            st.sampled_from(
                [
                    None, "2025-03-01T00:00:00+08:00", "2025-03-01", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59+00:00",
                    "9998-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00",
                ]
            ),
        ).map(list),
        JUNK,
    ),
    max_size=3,
)  # fmt: skip
RULES = st.lists(
    st.one_of(
        st.sampled_from(["/rule 溢价率 > 3%", "溢价率 > 3%; 冷却 5", "/rule (" * 300, "/rule 溢价率 > 1e999", "/rule " + "非 " * 2000]),
        TEXTS,
    ),
    max_size=3,
)  # fmt: skip
BODIES = st.fixed_dictionaries(
    {"format": mostly(st.just(FORMAT), TEXTS), "version": mostly(st.just(1))},
    optional={
        "settings": mostly(SETTINGS),
        "watched": mostly(st.lists(st.one_of(st.sampled_from(["560850", "510300", "*", "ALL"]), TEXTS), max_size=4)),
        "lists": mostly(st.lists(st.sampled_from(["宽基", "红利", "nothing"]), max_size=3)),
        "rules": mostly(RULES),
        "mutes": mostly(MUTES),
        "made": JUNK,
        "more": JUNK,
    },
)


def pressed(service: Service, message: Message, person: str = STRANGER) -> list[Message]:
    """The answers to the buttons of an offer, the first of which saves it."""
    commands = [one.command for row in message.buttons for one in row if one.command.startswith("/import save")]
    return [service.hears(said(one, person)) for one in commands]


@examples(100)
def test_any_set_up_is_taken_whole_or_refused(service: Service, count: int) -> None:
    kept: list[bool] = []

    def check(body: Any, cut: int) -> None:
        data = json.dumps(body).encode()[: cut or None]
        offer = service.hears(said("", document=Document("set-up.json", data)))
        for done in pressed(service, offer):
            kept.append(bool(done.blocks))
            assert service.loop.run(service.store.subscriptions.find("telegram", STRANGER)) is not None
            for line in ("/settings", "/list", "/mute", "/rules"):
                service.hears(said(line))
            exported = service.hears(said("/export"))
            (file,) = [one for one in exported.blocks if isinstance(one, Document)]
            again = service.hears(said("", document=file))
            assert not any("/import save" in one.command for row in again.buttons for one in row), words(again)

    fuzz(check, count, body=BODIES, cut=mostly(st.just(0), st.integers(-40, -1)))
    assert kept


@examples(100)
def test_any_file_is_read_or_refused(service: Service, count: int) -> None:
    def check(name: str, data: bytes, line: str) -> None:
        offer = service.hears(said(line, document=Document(name, data)))
        pressed(service, offer)

    texts = st.lists(st.one_of(KNOWN, TEXTS), max_size=6).map(lambda one: ",\n".join(one).encode("utf-8", "replace"))
    files = st.one_of(
        texts, texts.map(lambda one: one.decode().encode("utf-16")), st.binary(max_size=200), st.just(b"[" * 200_000),
        st.just(b"{" * 3000), st.just(b'{"format": 1' + b"0" * 5000 + b"}"), st.just(b"560850 " * 5000), st.just("信".encode("gbk")),
    )  # fmt: skip
    line = st.sampled_from(["", "导入", "/import", "/admin list 宽基 import", "hello"])
    fuzz(check, count, name=TEXTS, data=files, line=line)
