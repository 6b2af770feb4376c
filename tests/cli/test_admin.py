"""`admin`: running the service from the command line, beside the running service; scripts get JSON."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.app import opened
from bot.cli.admin_commands import COMMANDS, GROUPS
from bot.deliveries import State
from bot.poll import World
from bot.schedule import SystemClock
from bot.sources.upstreams import Outcome
from bot.store.audit import Deed
from bot.store.changes import Kind
from bot.store.fetches import Fetch
from bot.subscriptions import Language, Subscription
from config.settings import load_settings
from tests.builders import LAST_DAY, market, moment
from tests.cli.program import Program, Said

DATABASE = ("--database", "sqlite:///mine.db")
NOW = moment(LAST_DAY)
FUNDS = {"510300": "沪深300ETF", "510500": "中证500ETF", "159915": "创业板ETF"}

Result = TypeVar("Result")


def within(etfbot: Program, do: Callable[[World], Coroutine[None, None, Result]]) -> Result:
    """Do something with the database as the service that has it."""
    settings = load_settings({}, etfbot.folder, {"database": f"sqlite:///{etfbot.folder / 'mine.db'}"})

    async def run() -> Result:
        async with opened(settings) as world:
            return await do(world)

    return asyncio.run(run())


@pytest.fixture
def running(etfbot: Program) -> Program:
    """The program with a database that knows three funds and two subscribers."""

    async def fill(world: World) -> None:
        funds = market(4)
        for code, name in FUNDS.items():
            funds = funds.fund(code, close=1.0, nav=1.0, shares=[2e8, 2.1e8, 2.2e8, 2.3e8], words={"name": name})
        await world.store.market.add(funds.snapshots())
        for chat, language in (("100", Language.ZH), ("200", Language.EN)):
            one = Subscription(
                id=0, channel="telegram", chat=chat, title=f"Title {chat}", language=language,
                watchlists=frozenset({"宽基"}),
            )  # fmt: skip
            await world.store.subscriptions.save(one, NOW)

    within(etfbot, fill)
    return etfbot


def admin(etfbot: Program, *words: str) -> str:
    """What `admin` says when nothing is wrong."""
    answer = etfbot.run("admin", *words, *DATABASE, USER="me")
    assert (answer.code, answer.err) == (0, ""), answer
    return answer.out


def rows(etfbot: Program, *words: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in admin(etfbot, *words, "--json").splitlines()]


def refused(answer: Said) -> str:
    assert answer.code == 1, answer
    assert "defect" not in answer.err
    return answer.complaint


def test_every_group_and_command_has_help(etfbot: Program) -> None:
    said = etfbot.run_all([("admin", *path, "--help") for path in ((), *((name,) for name in GROUPS))])
    for name in (*GROUPS, *COMMANDS):
        assert name in said[0].out
    for answer, (_, commands) in zip(said[1:], GROUPS.values(), strict=True):
        assert [name for name in commands if name not in answer.out] == []


def test_lists_are_changed_with_their_diff_audited_and_undone(running: Program) -> None:
    start = rows(running, "list", "show")
    assert admin(running, "list", "create", "mine", "--zh", "我的", "--en", "Mine").splitlines() == [
        "new list “mine”",
        "mine.title_zh: mine → 我的",
        "mine.title_en: mine → Mine",
        "Saved",
    ]
    (running.folder / "funds.txt").write_text("沪深300ETF\nsz159915, 510500.SH\n", encoding="utf-8")
    assert "+ 159915 创业板ETF" in admin(running, "list", "import", "mine", "funds.txt", "--dry-run")
    assert admin(running, "list", "show", "mine").splitlines() == ["mine  我的 / Mine  0 funds, 0 followers"]
    admin(running, "list", "import", "mine", "funds.txt")
    assert admin(running, "list", "show", "mine").splitlines()[1:] == [
        "1. 510300 沪深300ETF",
        "2. 159915 创业板ETF",
        "3. 510500 中证500ETF",
    ]
    assert "− 159915" in admin(running, "list", "remove", "mine", "创业板ETF")
    admin(running, "list", "place", "mine", "510500", "1")
    admin(running, "list", "unpublish", "mine")
    admin(running, "list", "move", "mine", "1")
    (mine, *_) = rows(running, "list", "show")
    assert (mine["name"], mine["codes"], mine["hidden"]) == ("mine", ["510500", "510300"], True)
    admin(running, "list", "undo")

    async def undo_the_rest(world: World) -> None:
        for _ in range(5):
            await world.store.changes.undo(Kind.WATCHLISTS, Deed("cli:me", NOW))

    within(running, undo_the_rest)
    assert rows(running, "list", "show") == start
    assert refused(running.run("admin", "list", "undo", *DATABASE)) == "etfbot: There is no change to undo."
    entries = rows(running, "audit", "--limit", "3")
    assert [one["who"] for one in entries] == ["cli:me"] * 3
    assert entries[0]["what"] == "undo watchlists: mine"
    assert rows(running, "audit", "--before", str(entries[-1]["id"]), "--limit", "1")[0]["id"] < entries[-1]["id"]


def test_unknown_words_are_named_and_nothing_is_saved(running: Program) -> None:
    (running.folder / "funds.txt").write_text("510300\nfoo\n999999\n", encoding="utf-8")
    said = refused(running.run("admin", "list", "import", "宽基", "funds.txt", *DATABASE))
    assert said == "etfbot: Nothing was saved; not clearly a fund (2): foo 999999"
    assert rows(running, "audit") == []


def test_thresholds_are_set_seen_and_reset(running: Program) -> None:
    def seen() -> str:
        answer = running.run("signals", "--day", str(LAST_DAY), *DATABASE)
        assert (answer.code, answer.err) == (0, "")
        return answer.out

    assert "inflow_streak" in seen()
    set_to = admin(running, "threshold", "set", "inflow_streak", "min_days", "4")
    assert set_to.splitlines() == ["detectors.inflow_streak.min_days: not set → 4", "Saved"]
    (one,) = [each for each in rows(running, "threshold", "show", "inflow_streak") if each["parameter"] == "min_days"]
    assert (one["value"], one["default"], one["origin"]) == (4, 3, "")
    assert "inflow_streak" not in seen()
    assert "Alerts over the last" in admin(running, "threshold", "try", "inflow_streak", "min_days", "5")
    admin(running, "threshold", "reset", "inflow_streak", "min_days")
    assert "min_days = 3 (defaults.toml)" in admin(running, "threshold", "show", "inflow_streak")
    said = refused(running.run("admin", "threshold", "set", "inflow_streak", "min_days", "0", *DATABASE))
    assert "“0” is not possible" in said
    unknown = running.run("admin", "threshold", "show", "inflow_streek", *DATABASE)
    assert (unknown.code, "inflow_streak" in unknown.complaint) == (2, True)


def test_limits_are_shown_set_and_refused_beyond_their_bounds(running: Program) -> None:
    admin(running, "limit", "set", "max_watched", "7")
    (one,) = [each for each in rows(running, "limit", "show") if each["key"] == "subscribers.max_watched"]
    assert (one["value"], one["base"], one["least"], one["most"]) == (7, 200, 1, 2000)
    assert "cannot be 2001; it must be 1 to 2000" in refused(
        running.run("admin", "limit", "set", "max_watched", "2001", *DATABASE)
    )
    admin(running, "limit", "undo")
    assert "subscribers.max_watched = 200" in admin(running, "limit", "show")


def test_a_broadcast_is_shown_sent_with_yes_and_taken_back(running: Program) -> None:
    shown = admin(running, "broadcast", "send", "停机一小时")
    assert "公告" in shown
    assert "Announcement" in shown
    assert shown.splitlines()[-1] == "2 readers would get this; say it again with --yes to send it"
    admin(running, "broadcast", "send", "停机一小时", "--list", "宽基", "--yes")
    sent, shown_only = rows(running, "broadcast", "show")
    assert (sent["state"], sent["deliveries"]["pending"]) == ("sent", 2)
    assert (shown_only["state"], shown_only["deliveries"]["pending"]) == ("cancelled", 0)
    assert "2 readers will not get it" in admin(running, "broadcast", "cancel", str(sent["id"]))

    async def counts(world: World) -> dict[State, int]:
        return await world.store.outbox.counts()

    assert within(running, counts)[State.DEAD] == 2
    assert "No subscriber fits this" in refused(
        running.run("admin", "broadcast", "send", "x", "--channel", "web", *DATABASE)
    )


def test_subscribers_are_counted_found_shown_and_paused(running: Program) -> None:
    assert admin(running, "subscriber", "count").splitlines() == ["telegram: 2 active, 0 paused", "list 宽基: 2"]
    (found,) = rows(running, "subscriber", "find", "title 2")
    assert found["chat"] == "200"
    admin(running, "subscriber", "pause", str(found["id"]), "--reason", "asked for it")
    assert rows(running, "subscriber", "show", str(found["id"]))[0]["paused_reason"] == "asked for it"
    admin(running, "subscriber", "resume", str(found["id"]))
    assert rows(running, "subscriber", "find", "200")[0]["active"]
    assert "“#9” was not found" in refused(running.run("admin", "subscriber", "show", "9", *DATABASE))


def test_bans_are_made_listed_and_lifted_with_a_trail(running: Program) -> None:
    assert admin(running, "ban", "list") == "Nobody is banned.\n"
    assert "--reason" in running.run("admin", "ban", "add", "telegram:7", *DATABASE).err
    admin(running, "ban", "add", "telegram:7", "--reason", "floods \x1b[31m")
    (found,) = rows(running, "ban", "list")
    assert (found["who"], found["reason"]) == ("telegram:7", "floods \x1b[31m")
    assert "\x1b" not in admin(running, "ban", "list")
    assert "Say why telegram:7" in refused(running.run("admin", "ban", "add", "telegram:7", "--reason", " ", *DATABASE))
    runs = running.run("admin", "ban", "add", "telegram:3", "--reason", "x", *DATABASE, ETFBOT_OWNERS="telegram:3")
    assert "runs the bot" in refused(runs)
    assert admin(running, "ban", "remove", "telegram:7") == "telegram:7 is answered again.\n"
    assert "is not banned" in refused(running.run("admin", "ban", "remove", "telegram:7", *DATABASE))
    assert [one["what"] for one in rows(running, "audit")][:2] == ["ban telegram:7"] * 2


def test_sources_slots_and_maintenance_are_ordered_for_the_running_service(running: Program) -> None:
    async def ask(world: World) -> None:
        now = SystemClock().now()
        await world.store.fetches.add(
            Fetch(
                at=now, datum="nav", source="etf_nav.em", host="em.example", day=LAST_DAY, outcome=Outcome.TABLE,
                requests=2, seconds=1.0, rows=3, detail="",
            )
        )  # fmt: skip

    within(running, ask)
    admin(running, "source", "rest", "em.example", "--minutes", "90")
    (one,) = rows(running, "source", "show")
    assert one["rests_until"] is not None
    admin(running, "source", "ask", "em.example")
    assert "not asked" not in admin(running, "source", "show")
    admin(running, "slot", "run", "close")
    admin(running, "slot", "skip", "morning", "--reason", "half a day")
    admin(running, "maintenance", "on", "十点回来", "--no-sends")
    (state,) = rows(running, "maintenance", "show")
    assert state == {"on": True, "text": "十点回来", "polls": True, "sends": False}
    assert admin(running, "maintenance", "off") == "Maintenance is off.\n"

    async def orders(world: World) -> list[str]:
        return list(await world.store.changes.overrides())

    left = within(running, orders)
    assert [one.partition("@")[0] for one in left] == ["hosts.em.example", "slots.close"]


def test_a_copy_is_made_and_checked(running: Program, tmp_path: Path) -> None:
    said = admin(running, "backup", "--folder", str(tmp_path / "copies"), "--keep", "1")
    assert said.startswith("Copied and checked: ")
    (copy,) = (tmp_path / "copies").iterdir()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM subscriptions").fetchone() == (2,)


def test_a_copy_is_put_back_while_the_service_is_stopped(running: Program) -> None:
    admin(running, "backup", "--folder", "copies")
    (copy,) = (running.folder / "copies").iterdir()
    admin(running, "limit", "set", "max_rules", "1")

    async def beside(_: World) -> Said:
        return await asyncio.to_thread(running.run, "admin", "restore", str(copy), *DATABASE)

    assert "in use by another process" in refused(within(running, beside))
    assert "is in place" in admin(running, "restore", str(copy))
    assert "rules.max_rules = 20" in admin(running, "limit", "show")
    assert [one["what"] for one in rows(running, "audit")] == ["restore"]


def test_it_works_beside_the_running_service(running: Program) -> None:
    async def beside(world: World) -> tuple[Said, dict[str, Any], list[str]]:
        answer = await asyncio.to_thread(running.run, "admin", "limit", "set", "max_rules", "1", *DATABASE, USER="me")
        return answer, await world.store.changes.overrides(), [one.who for one in await world.store.audit.recent(5)]

    answer, overrides, who = within(running, beside)
    assert (answer.code, answer.err) == (0, "")
    assert overrides == {"rules.max_rules": 1}
    assert who == ["cli:me"]


def test_without_a_database_it_says_so(etfbot: Program) -> None:
    assert "there is no database" in refused(etfbot.run("admin", "list", "show", *DATABASE))
