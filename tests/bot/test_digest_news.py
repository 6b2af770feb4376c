"""What is new in the morning, and what came of a reader's own rules: from what is stored, in the note that he gets."""

from dataclasses import replace
from datetime import date

import pytest

from bot.digest import DigestRun, own_digest
from bot.digest_news import News
from bot.messages.digest import DigestLimits, Edition
from bot.messages.wishes import Came
from bot.rules import RuleMode, Telling
from bot.rulings import Rulings
from bot.store.database import Database
from bot.store.market import Told
from bot.subscriptions import Language
from signals.core.snapshot import Dataset
from tests.bot.publishers import DAYS, FUND, NEXT_DAY, OTHER, world_of
from tests.bot.readers import letters, reader, words
from tests.bot.serving import Hand, worker_of
from tests.bot.test_digest_producer import MINUTE
from tests.bot.test_digest_producer import RISING as MARKET
from tests.bot.test_rulings import RISING, evenings, ruled
from tests.builders import CALENDAR, LAST_DAY, moment, snapshot
from tests.commands.said import section

pytestmark = pytest.mark.anyio

EVENING = moment(LAST_DAY, "17:45")


def table(
    dataset: Dataset, scope: str, clock: str, *, on: date = LAST_DAY, source: str = "", soft: bool = False
) -> Told:
    return Told(
        dataset=dataset,
        source=source or f"{dataset}.{scope}",
        scope=scope,
        known_at=moment(on, clock),
        provisional=soft,
    )


def since(*told: Told) -> tuple[Came, ...]:
    return News(told).since(EVENING, LAST_DAY)


def test_what_was_out_in_the_evening_is_not_new() -> None:
    assert since(table(Dataset.DAILY, "all", "16:20"), table(Dataset.SHARES, "SSE", "17:45")) == ()


def test_what_came_later_is_new_once_however_many_sources_tell_it() -> None:
    told = [table(Dataset.SHARES, "SSE", "21:00"), table(Dataset.SHARES, "SSE", "22:00", source="another")]
    assert since(*told) == (Came(Dataset.SHARES, "SSE", LAST_DAY),)


def test_final_counts_take_the_place_of_provisional_ones_that_the_reader_has_seen() -> None:
    soft = table(Dataset.SHARES, "SZSE", "17:00", soft=True)
    final = table(Dataset.SHARES, "SZSE", "08:55", on=NEXT_DAY, source="szse_final")
    assert since(soft, final) == (Came(Dataset.SHARES, "SZSE", LAST_DAY, revises=True),)
    assert since(replace(soft, known_at=moment(LAST_DAY, "20:00")), final) == (Came(Dataset.SHARES, "SZSE", LAST_DAY),)


def test_a_second_source_that_repeats_and_more_navs_are_no_revision() -> None:
    first, later = table(Dataset.SHARES, "SSE", "17:00"), table(Dataset.SHARES, "SSE", "21:00", source="another")
    assert since(first, later) == ()
    assert since(first, replace(later, source=first.source)) == (Came(Dataset.SHARES, "SSE", LAST_DAY, revises=True),)
    assert since(table(Dataset.NAV, "all", "17:00"), table(Dataset.NAV, "all", "23:00")) == ()


def test_what_has_no_name_for_people_is_left_out() -> None:
    assert since(table(Dataset.STOCKS, "all", "21:00"), table(Dataset.SPLITS, "all", "21:00")) == ()


async def test_the_morning_digest_names_what_came_after_the_readers_own_minute(store: Database) -> None:
    await store.market.add(MARKET.snapshots())
    final = snapshot(
        Dataset.SHARES, LAST_DAY, {OTHER: {"shares": 2.1e8}}, scope="SZSE", known_at=moment(NEXT_DAY, "08:50")
    )
    await store.market.add([final])
    world = world_of(store)
    wishes = {"morning_digest": True}
    await reader(store, "early", FUND, evening_digest=MINUTE, **wishes)
    await reader(store, "late", FUND, evening_digest=moment(LAST_DAY, "23:30").time(), **wishes)
    await reader(store, "none", FUND, **wishes)
    at = moment(NEXT_DAY, "09:20")
    await worker_of(world, Hand(at)).digests(at)
    said = {chat: words(one).splitlines()[2:4] for chat, (*_, one) in (await letters(store)).items()}
    assert said["early"][0].startswith("上一份日报之后新公布：02-11")
    assert "份额（沪、深）" in said["early"][0]
    assert "两融" in said["early"][0]
    assert said["late"] == ["上一份日报之后新公布：02-11两融", "上一份日报之后有更新，以此为准：02-11份额（深）"]
    assert said["none"][0] == "市场"


async def test_a_digest_says_what_ones_rules_were_told_of(store: Database) -> None:
    who, other = await reader(store, "li", FUND), await reader(store, "other", FUND)
    await ruled(store, who, "净流入 > 0 且 换手率 > 1%")
    await ruled(store, who, "净流入 < 0")
    await evenings(store, RISING, [DAYS[-4], DAYS[-3]])
    run = DigestRun(edition=Edition.EVENING, day=DAYS[-3], now=moment(DAYS[-3], "23:00"))
    world = world_of(store, rules=Rulings())
    message = await own_digest(world, DigestLimits(), run, who)
    assert section(message, "我的规则")[:2] == [
        "规则1：净流入大于0，且换手率大于1%",
        f"{FUND}：净流入100万元，换手率5.24%（02-07）",
    ]
    assert section(await own_digest(world, DigestLimits(), run, other), "我的规则") == []
    later = replace(run, day=DAYS[-2], now=moment(DAYS[-2], "23:00"))
    english = await own_digest(world, DigestLimits(), later, replace(who, language=Language.EN))
    assert section(english, "My rules")[:1] == ["None of your 2 rules was met (02-10)"]


async def test_funds_beyond_the_daily_cap_are_counted_again(store: Database) -> None:
    who = await reader(store, "li", FUND, OTHER)
    telling = Telling(mode=RuleMode.LEVEL, cooldown_sessions=0, daily_cap=1)
    await ruled(store, who, "成交额 > 0", telling)
    await evenings(store, RISING.fund(OTHER, amount=1e7), [DAYS[-3]])
    panel = await store.market.panel(CALENDAR, DAYS[-3], moment(DAYS[-3]))
    ((own, findings),) = await Rulings().recall(store, panel, DAYS[-3])
    assert (own.number, {one.hit.code for one in findings}) == (1, {FUND, OTHER})
    assert [(one.counted, bool(one.evidence)) for one in findings] == [(False, True), (True, False)]


async def test_settings_that_were_stored_since_a_moment_are_known(store: Database) -> None:
    one, other = await reader(store, "one"), await reader(store, "other")
    at = moment(LAST_DAY, "18:00")
    await store.subscriptions.save(other, at)
    assert await store.subscriptions.changed_since(EVENING) == {other.id: at}
    assert set(await store.subscriptions.changed_since(moment(date(2020, 1, 1)))) == {one.id, other.id}
    assert await store.subscriptions.changed_since(at) == {}


async def test_the_tables_of_a_day_are_told_in_the_order_in_which_they_came(store: Database) -> None:
    await store.market.add(MARKET.snapshots())
    told = await store.market.told_of(LAST_DAY, moment(LAST_DAY, "20:00"))
    assert [one.known_at for one in told] == sorted(one.known_at for one in told)
    assert {one.dataset for one in told} >= {Dataset.DAILY}
    assert Dataset.MARGIN not in {one.dataset for one in told}
    assert Dataset.MARGIN in {one.dataset for one in await store.market.told_of(LAST_DAY, moment(NEXT_DAY, "09:00"))}
