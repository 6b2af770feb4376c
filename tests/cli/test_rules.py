"""`etfbot rules`: whose rules there are, for the operator, beside the running service too."""

import asyncio
import json
from datetime import date

from bot.rules import RuleDraft, Telling
from bot.store.database import Database
from bot.subscriptions import Subscription
from tests.builders import LAST_DAY, moment
from tests.cli.program import Program

DATABASE = ("--database", "sqlite:///mine.db")
NOW = moment(LAST_DAY, "21:30")
DRAFT = RuleDraft(
    channel="telegram",
    chat="42",
    thread="7",
    text="premium_iopv > 3% on 宽基",
    said="溢价率 > 3% on 宽基",
    telling=Telling(expires_on=date(2026, 12, 31)),
    share=0.1,
    day=LAST_DAY,
    codes=("510300", "159915"),
)


def prepare(etfbot: Program, *drafts: RuleDraft) -> None:
    """A database with one subscriber who has these rules."""

    async def run() -> None:
        store = Database(f"sqlite:///{etfbot.folder / 'mine.db'}")
        await store.open()
        who = await store.subscriptions.save(Subscription(id=0, channel="telegram", chat="42", thread="7"), NOW)
        for each in drafts:
            draft_id = await store.rules.draft(each, NOW)
            await store.rules.add(who.id, type(each)(**{**vars(each), "id": draft_id}), NOW, 20)
        await store.close()

    asyncio.run(run())


def test_every_rule_is_listed_with_whose_it_is(etfbot: Program) -> None:
    prepare(etfbot, DRAFT)
    told = etfbot.run("rules", *DATABASE)
    assert told.code == 0
    assert told.out.strip() == (
        "telegram:42:7 #1  premium_iopv > 3% on 宽基  "
        "(active; edge, cooldown 5, cap 10, until 2026-12-31; 2 hits, last on 2025-02-11)"
    )


def test_scripts_get_one_object_a_line(etfbot: Program) -> None:
    prepare(etfbot, DRAFT, type(DRAFT)(**{**vars(DRAFT), "codes": ()}))
    first, second = [json.loads(one) for one in etfbot.run("rules", "--json", *DATABASE).out.splitlines()]
    assert first == {
        "id": 1,
        "who": "telegram:42:7",
        "number": 1,
        "state": "active",
        "listens": True,
        "text": "premium_iopv > 3% on 宽基",
        "said": "溢价率 > 3% on 宽基",
        "mode": "edge",
        "cooldown_sessions": 5,
        "daily_cap": 10,
        "expires_on": "2026-12-31",
        "hits": 2,
        "last_hit": "2025-02-11",
    }
    assert (second["number"], second["hits"], second["last_hit"]) == (2, 0, None)


def test_where_nobody_has_a_rule_that_is_said_but_not_to_scripts(etfbot: Program) -> None:
    prepare(etfbot)
    assert etfbot.run("rules", *DATABASE).out.strip() == "nobody has a rule of his own"
    assert etfbot.run("rules", "--json", *DATABASE).out == ""
