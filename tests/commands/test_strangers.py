"""Whoever does not run the service changes nothing of it, by whatever way he says so, and is told one and the same."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.channels.web import WebChannel
from bot.channels.web_rooms import DEMO_ROOMS
from bot.commands import load_commands
from bot.commands.administration.menu import SUBS
from bot.commands.base import Right
from bot.commands.setups import FORMAT
from bot.deliveries import Address
from bot.messages.catalogue import catalogue
from bot.messages.model import Document, Message
from bot.subscriptions import Language
from bot.suggesting import Suggester
from bot.web.app import create_app
from bot.web.server import serve_page
from tests.commands.demo import MORNING, copied
from tests.commands.running import ADMIN, OWNER, STRANGER, Person, running
from tests.commands.said import words
from tests.web.served import free_port
from tests.web.tab import tab

pytestmark = pytest.mark.anyio

REFUSED = catalogue(Language.EN).text("not-for-you")
RUNNING = [one for one in load_commands().commands if one.right in (Right.ADMIN, Right.OWNER)]
LINES = [
    *("/admin", "管理员", "后台", "/ADMIN", "/admin@etf_flow_bot", "／ａｄｍｉｎ"),
    *(f"/admin {word}" for one in SUBS for word in (one.name, one.chinese)),
    "/admin list 宽基 add 512880",
    "/admin list 宽基 import 510300",
    "/admin list new mine",
    "/admin thresholds inflow_streak min_days 4",
    "/admin limits max_watched 1",
    "/admin sources etf_shares.sse rest 90",
    "/admin quarantine 1 accept fine",
    "/admin run close",
    "/admin skip close tired",
    "/admin subscribers #1 pause",
    "/admin bans add telegram:7 rude",
    "/admin broadcast everybody hear me",
    "/admin broadcast send 1",
    "/admin maintenance on",
    "/admin backup",
    "/admin ok 1",
    "/admin no 1",
    "/admin undo lists",
]
"""Every word behind the command, and lines that would change something if an administrator said them."""


@dataclass(frozen=True)
class Who:
    """Somebody who does not run the service."""

    name: str
    speaker: str
    channel: str = "telegram"
    kind: ChatKind = ChatKind.PRIVATE
    manages: bool = False

    def says(self, text: str, *, pressed: str = "", document: Document | None = None) -> Incoming:
        async def may_set_up() -> bool:
            return self.manages

        return Incoming(
            channel=self.channel,
            address=Address("-100500" if self.kind is not ChatKind.PRIVATE else self.speaker or "55"),
            text=text,
            language="en",
            speaker=Speaker(self.speaker, f"telegram:{OWNER}"),
            kind=self.kind,
            title=f"telegram:{OWNER}",
            pressed=pressed,
            document=document,
            may_set_up=may_set_up,
        )


PEOPLE = [
    Who("a stranger", STRANGER),
    Who("somebody in a group", STRANGER, kind=ChatKind.GROUP),
    Who("an administrator of the group", "77", kind=ChatKind.GROUP, manages=True),
    Who("an administrator of another group", "78", kind=ChatKind.GROUP),
    Who("who speaks in the name of a chat", "", kind=ChatKind.GROUP, manages=True),
    Who("who posts in a channel", "", kind=ChatKind.CHANNEL, manages=True),
    Who("the owner's number on another channel", OWNER, channel="web"),
    Who("an administrator's number on another channel", ADMIN, channel="wecom"),
]
people = pytest.mark.parametrize("who", PEOPLE, ids=lambda one: one.name)


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a database."""
    with sqlite3.connect(path) as reading:
        tables = [row[0] for row in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {one: reading.execute(f'SELECT * FROM "{one}"').fetchall() for one in tables}  # noqa: S608 - its own names


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory, tmp_path_factory.mktemp("strangers"))


@pytest.fixture(scope="module")
async def owner(anyio_backend: str, path: Path) -> AsyncIterator[Person]:
    """The owner of a service in which drafts, a broadcast and a reader wait to be touched."""
    async with running(path) as one:
        await one.say("/subscribe")
        for line in ("/admin list 宽基 add 512880", "/admin limits max_rules 3", "/admin broadcast hello"):
            await one.say(line)
        yield one


@pytest.fixture
def unchanged(owner: Person, path: Path) -> Iterator[None]:
    """Fails where anything in the database is different afterwards."""
    before, backups = everything(path), sorted(path.parent.rglob("*"))
    yield
    assert everything(path) == before
    assert sorted(path.parent.rglob("*")) == backups


def test_what_is_walked_is_all_there_is() -> None:
    assert [one.name for one in RUNNING] == ["admin"]
    assert {one.name for one in SUBS} <= {line.split()[1] for line in LINES if line.startswith("/admin ")}


@people
@pytest.mark.usefixtures("unchanged")
async def test_no_line_does_anything(owner: Person, who: Who) -> None:
    for line in LINES:
        answer = await owner.chat.answer(who.says(line))
        assert (line, words(answer), answer.buttons) == (line, REFUSED, ())


@people
@pytest.mark.usefixtures("unchanged")
async def test_no_forged_button_does_anything(owner: Person, who: Who) -> None:
    menu = await owner.say("/admin")
    offered = [one.command for row in menu.buttons for one in row]
    for line in (*offered, *LINES):
        assert words(await owner.chat.answer(who.says(line, pressed="7"))) == REFUSED


@people
@pytest.mark.usefixtures("unchanged")
async def test_no_file_does_anything(owner: Person, who: Who) -> None:
    file = Document("list.txt", b"510300 510500")
    for line in ("/admin list 宽基 import", "/admin lists", "管理员 列表"):
        assert words(await owner.chat.answer(who.says(line, document=file))) == REFUSED


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("key", ["owners", "admins", "admin", "overrides", "roles"])
async def test_no_set_up_makes_an_administrator(owner: Person, key: str) -> None:
    body = {"format": FORMAT, "version": 1, key: [f"telegram:{STRANGER}"]}
    file = Document("set-up.json", json.dumps(body).encode())
    answer = words(await owner.chat.answer(PEOPLE[0].says("", document=file)))
    assert key in answer
    assert words(await owner.chat.answer(PEOPLE[0].says("/admin lists"))) == REFUSED


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("rule", ["/admin limits max_watched 1", "/rule /admin backup", "admin ok 1"])
async def test_a_rule_of_a_file_is_no_command(owner: Person, rule: str) -> None:
    body = {"format": FORMAT, "version": 1, "rules": [rule]}
    answer = await owner.chat.answer(PEOPLE[0].says("", document=Document("x.json", json.dumps(body).encode())))
    assert answer.buttons == ()


@people
@pytest.mark.usefixtures("unchanged")
async def test_no_link_does_anything(owner: Person, who: Who) -> None:
    for word in ("admin", "admin_backup", "ok_1", "rule_1_admin", "list_admin", "sub_admin", "../admin"):
        answer = await owner.chat.answer(who.says(f"/start {word}"))
        commands = [one.command for row in answer.buttons for one in row]
        assert not any(one.startswith("/admin") for one in commands)


@people
@pytest.mark.usefixtures("unchanged")
async def test_nothing_that_is_typed_behind_the_bots_name_does_anything(owner: Person, who: Who) -> None:
    suggest = Suggester(desk=owner.chat.answer.desk, registry=owner.chat.answer.registry)
    for line in ("/admin backup", "admin ok 1", "/admin lists", "管理员"):
        assert await suggest(who.says(line)) == []


@pytest.mark.usefixtures("unchanged")
async def test_whoever_sets_up_a_group_from_outside_does_not_run_the_service(owner: Person) -> None:
    for line in ("/manage 1", "/manage off"):
        await owner.chat.answer(PEOPLE[0].says(line))
        assert words(await owner.chat.answer(PEOPLE[0].says("/admin lists"))) == REFUSED


async def test_an_administrator_does_not_do_what_is_the_owners(owner: Person, path: Path) -> None:
    before = everything(path)
    told = {await owner.as_(ADMIN).hears(f"/admin {one.name} on") for one in SUBS if one.right is Right.OWNER}
    assert told == {catalogue(Language.EN).text("admin-owner-only")}
    assert everything(path) == before


async def test_the_page_does_not_do_it_either(owner: Person) -> None:
    desk = owner.chat.answer.desk
    transcript, heard = desk.world.store.chat, []

    async def answer(said: Incoming) -> Message | None:
        heard.append(said)
        return await owner.chat.answer(replace(said, language="en"))

    channel, port = WebChannel(transcript, lambda: MORNING), free_port()
    app = create_app(channel, transcript, demo=True, rooms=DEMO_ROOMS)
    ready = asyncio.Event()
    tasks = [
        asyncio.create_task(channel.serve(answer, owner.chat.answer.registry.menu())),
        asyncio.create_task(serve_page(app, "127.0.0.1", port, ready)),
    ]
    await asyncio.wait_for(ready.wait(), 10)
    try:
        async with tab(f"http://127.0.0.1:{port}") as http:
            before = await owner.store.audit.recent(99), await owner.store.changes.overrides()
            for chat, person in (("me", "me"), ("wang", "wang"), ("group", "wang"), ("channel", "me")):
                assert await _said(http, chat=chat, person=person, text="/admin backup") == REFUSED
            # A button that is not offered there, and somebody who is not of the chat.
            forged = {"chat": "me", "person": "me", "text": "/admin ok 1", "pressed": 1}
            async with http.post("/say", json=forged) as told:
                assert told.status == 409
            for person in (OWNER, f"telegram:{OWNER}", ""):
                async with http.post("/say", json={"chat": "me", "person": person, "text": "/admin backup"}) as told:
                    assert told.status == 400
            assert (await owner.store.audit.recent(99), await owner.store.changes.overrides()) == before
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.wait(tasks)
    assert {one.channel for one in heard} == {"web"}


async def _said(http: aiohttp.ClientSession, **told: str) -> str:
    async with http.post("/say", json=told) as answer:
        assert answer.status == 204
    async with http.get("/history", params={"chat": told["chat"], "as": "plain"}) as answer:
        return str((await answer.json())["entries"][-1]["parts"][0]["markup"])
