"""Subscribers' own rules in polls: told when they begin or hold, once, to their authors, in one message with the alerts."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.poll import PollReport, Slot, poll
from bot.preferences import Mute, QuietHours
from bot.rules import EVERYWHERE, OwnRule, RuleDraft, RuleMode, RuleState, Telling
from bot.rulings import Rulings
from bot.sources.datum import Round
from bot.store.database import Database
from bot.store.watchlists import Watchlist
from bot.subscriptions import ALL_FUNDS, Language, Subscription
from signals.core.detector import Detector
from signals.core.snapshot import Dataset
from signals.rules import RuleBook, parse
from signals.streak import InflowStreak
from tests.bot.killing import KilledError, Killer
from tests.bot.publishers import (
    DAYS,
    FUND,
    NEXT_DAY,
    OTHER,
    Publisher,
    ask,
    data_from,
    past,
    publishers,
    with_flows,
    world_of,
)
from tests.bot.readers import Recorder, letters, reader, words
from tests.builders import LAST_DAY, Market, market, moment, snapshot

pytestmark = pytest.mark.anyio

RISING = with_flows(*[-1] * 10, 1, 1, 1).fund(OTHER, close=[1.0] * 13 + [1.05], nav=1.0, shares=2e8)
"""Money comes in for the third time on the last day; the other fund jumps there."""


async def ruled(
    store: Database, who: Subscription, text: str, telling: Telling | None = None, **draft: object
) -> OwnRule:
    """A rule of a subscriber, saved before anything was polled."""
    rulings = Rulings()
    await store.watchlists.seed([Watchlist("宽基", "宽基", "Broad market", (FUND,), 0)], moment(DAYS[0]))
    rule = parse(text, rulings.vocabulary({}, await store.watchlists.all()))
    made = RuleDraft(
        channel="test",
        chat=who.chat,
        thread="",
        text=rule.whole,
        said=text,
        telling=telling or Telling(),
        share=0.0,
        **draft,  # type: ignore[arg-type]
    )
    draft_id = await store.rules.draft(made, moment(DAYS[0]))
    return await store.rules.add(who.id, replace(made, id=draft_id), moment(DAYS[0]), 20)


async def evenings(
    store: Database, world: Market, days: Iterable[date], *detectors: Detector, rulings: Rulings | None = None
) -> list[PollReport]:
    """What polls of the evenings find; everything of the days before is known."""
    days = list(days)
    await past(store, world, days[0])
    reports = []
    for day in days:
        told = world_of(store, *detectors, rules=rulings or Rulings())
        reports.append(await ask(told, publishers(world).values(), day))
    return reports


async def told(store: Database, chat: str = "li") -> list[str]:
    return [words(one) for one in (await letters(store)).get(chat, [])]


async def only_letter(store: Database, chat: str = "li") -> Message:
    (letter,) = (await letters(store))[chat]
    return letter


async def test_a_rule_is_told_when_it_begins_with_its_figures_and_their_day(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0 且 换手率 > 1%")
    await evenings(store, RISING, [DAYS[-4], DAYS[-3], DAYS[-2]])
    letter = await only_letter(store)
    assert words(letter).splitlines() == [
        "规则提醒 02-07 22:00",
        "规则1：净流入大于0，且换手率大于1%",
        f"{FUND}：净流入100万元，换手率5.24%（02-07）",
    ]
    assert letter.buttons[-1][0].command == "/rules"
    assert letter.buttons[0][0].command == f"/etf {FUND}"


async def test_a_muted_fund_is_told_by_no_rule(store: Database) -> None:
    who = await reader(store, "li", FUND, mutes=(Mute(FUND),))
    await ruled(store, who, "净流入 > 0 且 换手率 > 1%")
    await evenings(store, RISING, [DAYS[-4], DAYS[-3], DAYS[-2]])
    assert await told(store) == []


async def test_what_rules_tell_waits_for_the_end_of_quiet_hours(store: Database) -> None:
    who = await reader(store, "li", FUND, quiet=QuietHours(time(21), time(7)))
    await ruled(store, who, "净流入 > 0 且 换手率 > 1%")
    await evenings(store, RISING, [DAYS[-4], DAYS[-3], DAYS[-2]])
    channel, night = Recorder(), moment(DAYS[-2], "22:01")
    assert await Drain(store.outbox, {"test": channel}, lambda: night, Pace()).once() == 0
    morning = night + timedelta(hours=8, minutes=59)
    assert await Drain(store.outbox, {"test": channel}, lambda: morning, Pace()).once() == 1
    assert channel.markups == [
        f"<规则提醒 {morning:%m-%d} 07:00>",
        "<安静时段里的提醒，合并在这一条里。>",
        "<02-07 22:00>",
        "<规则1：净流入大于0，且换手率大于1%>",
        f"<{FUND}：净流入100万元，换手率5.24%（02-07）>",
    ]


async def test_it_is_told_in_the_readers_language(store: Database) -> None:
    who = await reader(store, "li", FUND, language=Language.EN)
    await ruled(store, who, "flow > 0 and turnover > 1%")
    await evenings(store, RISING, [DAYS[-3]])
    assert words(await only_letter(store)).splitlines() == [
        "Rule alerts 02-07 22:00",
        "Rule 1: net inflow is above 0, and turnover is above 1%",
        f"{FUND}: net inflow CNY 1.00m, turnover 5.24% (02-07)",
    ]


async def test_alerts_and_rules_are_one_message(store: Database) -> None:
    who = await reader(store, "li", FUND, OTHER)
    await ruled(store, who, "涨跌幅 > 3%")
    await evenings(store, RISING, [LAST_DAY], InflowStreak())
    said = words(await only_letter(store))
    assert (
        said.index("连续第3日获净流入")
        < said.index("我的规则")
        < said.index("规则1：涨跌幅大于3%")
        < said.index("涨跌幅+5.00%")
    )


async def test_what_goes_on_is_told_once_and_on_each_session_where_that_is_wanted(store: Database) -> None:
    edge, level = await reader(store, "edge", FUND), await reader(store, "level", FUND)
    every = Telling(mode=RuleMode.LEVEL, cooldown_sessions=0)
    await ruled(store, edge, "净流入 > 0")
    await ruled(store, level, "净流入 > 0", every)
    await evenings(store, RISING, DAYS[-3:])
    found = await letters(store)
    assert {chat: len(all_) for chat, all_ in found.items()} == {"edge": 1, "level": 3}


@pytest.mark.parametrize(("cooldown", "days"), [(0, 6), (1, 3), (2, 2), (9, 1)])
async def test_a_fund_is_left_in_peace_for_a_while(store: Database, cooldown: int, days: int) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0", Telling(mode=RuleMode.LEVEL, cooldown_sessions=cooldown))
    await evenings(store, with_flows(*[-1] * 7, *[1] * 6), DAYS[-6:])
    assert len(await told(store)) == days


async def test_one_that_begins_again_soon_is_not_told_again(store: Database) -> None:
    who, other = await reader(store, "li", FUND), await reader(store, "wu", FUND)
    await ruled(store, who, "净流入 > 0")
    await ruled(store, other, "净流入 > 0", Telling(cooldown_sessions=1))
    await evenings(store, with_flows(*[-1] * 9, 1, -1, 1, -1), DAYS[-4:])
    assert {chat: len(all_) for chat, all_ in (await letters(store)).items()} == {"li": 1, "wu": 2}


async def test_beyond_the_cap_funds_are_counted(store: Database) -> None:
    funds = [f"5106{at:02d}" for at in range(8)]
    world = market(14)
    for at, fund in enumerate(funds):
        world = world.fund(fund, close=[1.0] * 13 + [1.05 + at / 100])
    who = await reader(store, "li", *funds)
    rule = await ruled(store, who, "涨跌幅 > 3%", Telling(daily_cap=3))
    await evenings(store, world, [LAST_DAY])
    lines = words(await only_letter(store)).splitlines()
    assert [one[:6] for one in lines[2:5]] == ["510607", "510606", "510605"]
    assert lines[5:] == ["另有5只"]
    assert await store.rules.told_on(LAST_DAY) == {(rule.id, fund) for fund in funds}


async def test_the_cap_is_that_of_the_session_and_not_of_the_poll(store: Database) -> None:
    who = await reader(store, "li", FUND, OTHER)
    await ruled(store, who, "净流入 > 0 on all", Telling(daily_cap=1))
    world = with_flows(*[-1] * 12, 1).fund(OTHER, close=1.0, nav=1.0, shares=[2e8] * 13 + [2.01e8])
    sources = publishers(world)
    late = sources.pop("etf_shares.szse")
    await past(store, world, LAST_DAY)
    judging = world_of(store, rules=Rulings())
    await ask(judging, sources.values(), LAST_DAY, "20:00")
    assert f"{FUND}：净流入" in words(await only_letter(store))
    await ask(judging, [*sources.values(), late], LAST_DAY, "21:00")
    (said,) = await told(store)
    assert said.splitlines()[-1] == "1只基金新增符合（今日已列满上限）"


async def test_only_the_authors_own_funds_are_watched_unless_he_says_more(store: Database) -> None:
    one, all_, listed, named = [
        await reader(store, chat, *funds, **more)  # type: ignore[arg-type]
        for chat, funds, more in (
            ("one", (OTHER,), {}),
            ("all", (ALL_FUNDS,), {}),
            ("list", (), {"watchlists": frozenset({"宽基"})}),
            ("named", (OTHER,), {}),
        )
    ]
    for who in (one, all_, listed):
        await ruled(store, who, "净流入 > 0")
    await ruled(store, named, f"净流入 > 0 on {FUND}")
    await evenings(store, RISING, [DAYS[-3]])
    assert set(await letters(store)) == {"all", "list", "named"}


async def test_what_holds_for_the_market_is_told_once_even_to_one_who_follows_nothing(store: Database) -> None:
    world = RISING.index("000300", [4000.0] * 13 + [3900.0])
    who = await reader(store, "li")
    rule = await ruled(store, who, "沪深300 涨跌幅 < -1%")
    await evenings(store, world, DAYS[-2:])
    assert words(await only_letter(store)).splitlines()[1:] == [
        "规则1：沪深300涨跌幅小于−1%",
        "沪深300涨跌幅−2.50%（02-11）",
    ]
    assert await store.rules.told_on(LAST_DAY) == {(rule.id, EVERYWHERE)}


async def test_a_rule_waits_for_its_figures_and_is_judged_with_the_first_that_are_out(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0")
    await past(store, RISING, DAYS[-3])
    sources = publishers(RISING)
    judging = world_of(store, rules=Rulings())
    await ask(judging, [sources["etf_daily.sse"], sources["etf_nav.sse"]], DAYS[-3], "16:20")
    assert await told(store) == []
    await ask(judging, sources.values(), DAYS[-3], "20:00")
    assert len(await told(store)) == 1


async def test_provisional_figures_are_marked(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0")
    await past(store, RISING, DAYS[-3])
    sources = publishers(RISING)
    sources["etf_shares.sse"].provisional = {DAYS[-3]}
    await ask(world_of(store, rules=Rulings()), sources.values(), DAYS[-3])
    assert words(await only_letter(store)).endswith("净流入100万元（02-07，暂估）")


async def test_what_its_author_has_seen_in_the_trial_is_not_told_again(store: Database) -> None:
    who, other = await reader(store, "li", FUND), await reader(store, "wu", FUND)
    await ruled(store, who, "净流入 > 0", day=DAYS[-3], codes=(FUND,))
    await ruled(store, other, "净流入 > 0", day=DAYS[-3], codes=(OTHER,))
    await evenings(store, RISING, [DAYS[-3]])
    assert set(await letters(store)) == {"wu"}


async def test_paused_and_deleted_rules_keep_silent(store: Database) -> None:
    who = await reader(store, "li", FUND)
    for state in (RuleState.PAUSED, RuleState.DELETED, RuleState.EXPIRED):
        rule = await ruled(store, who, "净流入 > 0")
        await store.rules.change(replace(rule, state=state), moment(DAYS[0]), 20)
    (report,) = await evenings(store, RISING, [DAYS[-3]])
    assert (report.rule_hits, await told(store)) == (0, [])


async def test_a_rule_is_told_on_its_last_day_and_its_end_once(store: Database) -> None:
    who = await reader(store, "li", FUND)
    every = Telling(mode=RuleMode.LEVEL, cooldown_sessions=0, expires_on=DAYS[-2])
    await ruled(store, who, "净流入 > 0", every)
    await evenings(store, RISING, DAYS[-3:])
    await ask(world_of(store, rules=Rulings()), publishers(RISING).values(), LAST_DAY, "23:00")
    said = await told(store)
    assert ["净流入100万元" in one for one in said] == [True, True, False]
    assert said[2].splitlines()[1:] == [f"规则1已于{DAYS[-2].isoformat()}到期，不再提醒：净流入 > 0"]
    assert (await store.rules.of(who.id))[0].state is RuleState.EXPIRED


async def test_a_rule_whose_list_is_gone_keeps_silent_and_the_others_go_on(store: Database) -> None:
    who = await reader(store, "li", FUND)
    rule = await ruled(store, who, "净流入 > 0")
    broken = await ruled(store, who, "涨跌幅 > 1%")
    draft = RuleDraft(
        channel="test", chat="li", thread="", text="flow > 0 on 没有了", said="x", telling=Telling(), share=0.0
    )
    draft = replace(draft, id=await store.rules.draft(draft, moment(DAYS[0])))
    await store.rules.rewrite(broken, draft, moment(DAYS[0]))
    await evenings(store, RISING, [DAYS[-3]])
    assert await store.rules.told_on(DAYS[-3]) == {(rule.id, FUND)}


async def test_a_defect_in_the_rules_keeps_no_alert_from_its_readers(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(RuleBook, "judge", broken)
    (report,) = await evenings(store, RISING, [LAST_DAY], InflowStreak())
    assert (report.alerts, report.rule_hits) == (1, 0)
    assert "连续第3日获净流入" in words(await only_letter(store))


async def test_within_a_session_no_rule_on_published_figures_is_judged(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0")
    await store.market.add(RISING.snapshots())
    due = moment(NEXT_DAY, "10:00")
    report = await poll(world_of(store), (), Slot(round=Round.INTRADAY, due=due, day=DAYS[-3]), due)
    assert report.rule_hits == 0


async def minutes(store: Database, *prices: float, one: Round = Round.INTRADAY) -> list[int]:
    """How many findings each poll of a fund's price has, minute by minute, over a previous close of 1."""
    await past(store, RISING, LAST_DAY)
    source = Publisher(Dataset.SPOT, settles=False)
    found = []
    for minute, price in enumerate(prices, 1):
        rows = {FUND: {"spot_price": price, "spot_prev_close": 1.0}, OTHER: {"spot_price": 1.0, "spot_prev_close": 1.0}}
        source.tables[LAST_DAY] = snapshot(Dataset.SPOT, LAST_DAY, rows).table
        due = moment(LAST_DAY, f"10:{minute:02}")
        report = await poll(world_of(store), data_from(source), Slot(round=one, due=due, day=LAST_DAY), due)
        found.append(report.rule_hits)
    return found


async def test_a_rule_on_prices_is_judged_at_every_price_and_told_once_a_day(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "盘中涨跌幅 > 3%")
    assert await minutes(store, 1.02, 1.04, 1.01, 1.05) == [0, 1, 0, 0]
    letter = words(await only_letter(store))
    assert "盘中涨跌幅" in letter
    assert "4.00%" in letter


async def test_what_it_says_beside_prices_is_as_last_known(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "盘中涨跌幅 > 3% 且 前1日连续净流入 >= 2")
    await ruled(store, who, "盘中涨跌幅 > 3% 且 前1日连续净流入 >= 3")
    assert await minutes(store, 1.04) == [1]


async def test_after_the_close_rules_on_prices_are_silent(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "盘中涨跌幅 > 3%")
    assert await minutes(store, 1.04, one=Round.CLOSE) == [0]


@pytest.mark.parametrize(("text", "wanted"), [("盘中涨跌幅 > 3%", True), ("涨跌幅 > 3%", False)])
async def test_prices_are_read_where_a_rule_speaks_of_them(store: Database, text: str, wanted: bool) -> None:
    who = await reader(store, "li", FUND)
    rule = await ruled(store, who, text)
    assert await store.rules.any_intraday() is wanted
    await store.rules.change(replace(rule, state=RuleState.PAUSED), moment(LAST_DAY), 20)
    assert not await store.rules.any_intraday()


async def test_the_rules_are_compiled_once_and_again_when_they_change(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0")
    rulings = Rulings()
    await evenings(store, RISING, DAYS[-3:-1], rulings=rulings)
    book = rulings._book
    await evenings(store, RISING, DAYS[-1:], rulings=rulings)
    assert rulings._book is book
    await ruled(store, who, "净流入 > 1万")
    await ask(world_of(store, rules=rulings), publishers(RISING).values(), LAST_DAY, "23:00")
    assert rulings._book is not book


async def test_a_poll_that_is_run_five_times_tells_it_once(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await ruled(store, who, "净流入 > 0", Telling(mode=RuleMode.LEVEL, cooldown_sessions=0))
    for _ in range(5):
        await evenings(store, RISING, [DAYS[-3]])
    assert len(await told(store)) == 1


async def test_killed_between_any_two_steps_and_run_again_a_poll_tells_the_same(blank: Path, tmp_path: Path) -> None:
    eve = Path(shutil.copy(blank, tmp_path / "eve.db"))
    async with _opened(eve) as store:
        who = await reader(store, "li", FUND, OTHER)
        await ruled(store, who, "净流入 > 0", Telling(mode=RuleMode.LEVEL, cooldown_sessions=0))
        await ruled(store, who, "涨跌幅 > 3% on all")
        await ruled(store, who, "涨跌幅 > 4%", Telling(expires_on=DAYS[-2]))
        await past(store, RISING, LAST_DAY)
    unbroken = Killer()
    whole = await _outcome(Path(shutil.copy(eve, tmp_path / "unbroken.db")), unbroken)
    assert len(whole) == 1
    assert {"rules.active", "rules.told_on", "outbox.record"} <= set(unbroken.calls)
    for number in range(1, len(unbroken.calls) + 1):
        path = Path(shutil.copy(eve, tmp_path / f"killed-{number}.db"))
        assert await _outcome(path, Killer(at=number)) == whole, unbroken.calls[number - 1]


def _opened(path: Path) -> "_Opened":
    return _Opened(Database(f"sqlite:///{path}"))


class _Opened:
    def __init__(self, store: Database) -> None:
        self._store = store

    async def __aenter__(self) -> Database:
        await self._store.open()
        return self._store

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()


async def _outcome(path: Path, killer: Killer) -> list[str]:
    async with _opened(path) as store:
        killer.watch(store)

        async def evening() -> None:
            await ask(world_of(store, InflowStreak(), rules=Rulings()), publishers(RISING).values(), LAST_DAY)

        if killer.at:
            with pytest.raises(KilledError):
                await evening()
        await evening()
        calls = list(killer.calls)
        said = await told(store)
        killer.calls = calls
        return said


GIVEN, REVISED = 1.0, -1.0
"""Money into the fund on the last session, as first told and as revised; in units of shares."""


async def _revised_overnight(store: Database, before: Market, after: Market) -> list[PollReport]:
    """An evening on estimates, and two polls of the next morning on what they were revised to."""
    estimates = publishers(before).values()
    for one in estimates:
        one.provisional.add(LAST_DAY)
    judging = world_of(store, rules=Rulings())
    await past(store, before, LAST_DAY)
    await ask(judging, estimates, LAST_DAY)
    final = publishers(after).values()
    return [await ask(judging, final, LAST_DAY, hour, on=NEXT_DAY) for hour in ("08:00", "09:00")]


def _flowing(last: float) -> Market:
    return with_flows(*[-1] * 12, last)


async def test_what_was_told_on_an_estimate_is_taken_back_once_and_to_its_author_only(store: Database) -> None:
    who = await reader(store, "li", FUND)
    await reader(store, "wu", FUND)
    await ruled(store, who, "净流入 > 0")
    await _revised_overnight(store, _flowing(GIVEN), _flowing(REVISED))
    found = await letters(store)
    assert {chat: len(all_) for chat, all_ in found.items()} == {"li": 2}
    correction = found["li"][1]
    assert words(correction).splitlines() == [
        "规则提醒 02-12 08:00",
        "更正：规则1曾提醒的条件，按最新数据不成立（净流入大于0）",
        f"{FUND}：净流入−100万元（02-11）",
    ]
    assert correction.buttons[0][0].command == f"/etf {FUND}"


async def test_what_still_holds_on_the_revised_figure_is_not_taken_back(store: Database) -> None:
    await ruled(store, await reader(store, "li", FUND), "净流入 > 0")
    await _revised_overnight(store, _flowing(GIVEN), _flowing(2.0))
    assert len(await told(store)) == 1


async def test_a_hit_that_was_only_counted_is_not_taken_back(store: Database) -> None:
    who = await reader(store, "li", FUND)
    rule = await ruled(store, who, "净流入 > 0", Telling(daily_cap=0))
    await _revised_overnight(store, _flowing(GIVEN), _flowing(REVISED))
    assert len(await told(store)) == 1
    assert await store.rules.told_on(LAST_DAY) == {(rule.id, FUND)}
    assert await store.rules.standing_on(LAST_DAY) == frozenset()


async def test_what_holds_for_the_market_is_taken_back_for_all(store: Database) -> None:
    await ruled(store, await reader(store, "li"), "沪深300涨跌幅 < -2%")
    fallen = [4000.0] * 13
    before, after = (RISING.index("000300", [*fallen, last]) for last in (3900.0, 3990.0))
    reports = await _revised_overnight(store, before, after)
    assert [one.told()["rule_correction"] for one in reports] == [1, 0]
    assert words((await letters(store))["li"][1]).splitlines()[1:] == [
        "更正：规则1曾提醒的条件，按最新数据不成立（沪深300涨跌幅小于−2%）",
        "沪深300涨跌幅−0.25%（02-11）",
    ]


async def test_a_rule_that_is_paused_takes_nothing_back(store: Database) -> None:
    who = await reader(store, "li", FUND)
    seen = await ruled(store, who, "净流入 > 0", day=LAST_DAY, codes=(FUND,))
    assert await store.rules.standing_on(LAST_DAY) == {(seen.id, FUND)}
    await store.rules.change(replace(seen, state=RuleState.PAUSED), moment(LAST_DAY), 20)
    reports = await _revised_overnight(store, _flowing(REVISED), _flowing(REVISED))
    assert [one.rule_corrections for one in reports] == [0, 0]
