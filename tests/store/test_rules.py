"""Rules of subscribers in the store: drafts become rules once, numbers are never given twice, hits are told once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.rules import OwnRule, RuleDraft, RuleFinding, RuleHit, RuleMode, RuleNews, RuleState, Telling
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from bot.store.rules import DRAFTS_KEPT, DraftSettledError, TooManyRulesError
from signals.core.text import Text
from tests.store.samples import DAY, MESSAGE, NOW, subscribers, subscription

pytestmark = pytest.mark.anyio

DRAFT = RuleDraft(
    channel="telegram",
    chat="0",
    thread="",
    text="premium_iopv > 3% on 宽基",
    said="溢价率 > 3% on 宽基",
    telling=Telling(mode=RuleMode.LEVEL, cooldown_sessions=3, daily_cap=7, expires_on=date(2026, 12, 31)),
    share=0.25,
    day=DAY,
    codes=("510300", "159915"),
)
LATER = NOW + timedelta(hours=1)


async def drafted(store: Database, draft: RuleDraft = DRAFT) -> RuleDraft:
    return replace(draft, id=await store.rules.draft(draft, NOW))


async def saved(store: Database, subscription_id: int, draft: RuleDraft = DRAFT, limit: int = 20) -> OwnRule:
    return await store.rules.add(subscription_id, await drafted(store, draft), NOW, limit)


async def test_a_draft_comes_back_to_its_chat_and_to_no_other(store: Database) -> None:
    draft = await drafted(store)
    assert await store.rules.find_draft("telegram", "0", "", draft.id) == draft
    for other in (("web", "0", ""), ("telegram", "1", ""), ("telegram", "0", "7")):
        assert await store.rules.find_draft(*other, draft.id) is None
    assert await store.rules.find_draft("telegram", "0", "", draft.id + 1) is None


async def test_a_saved_rule_has_everything_of_its_draft(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one)
    assert (rule.text, rule.said, rule.telling) == (DRAFT.text, DRAFT.said, DRAFT.telling)
    assert (rule.number, rule.state, rule.token) == (1, RuleState.ACTIVE, "")
    assert await store.rules.of(one) == [rule]
    assert await store.rules.find(one, 1) == rule


async def test_a_draft_is_settled_once_and_its_number_is_not_given_again(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    first = await drafted(store)
    await store.rules.add(one, first, NOW, 20)
    with pytest.raises(DraftSettledError):
        await store.rules.add(one, first, NOW, 20)
    assert await store.rules.find_draft("telegram", "0", "", first.id) is None
    second = await drafted(store)
    assert second.id > first.id
    await store.rules.settle_draft(second.id)
    assert await store.rules.find_draft("telegram", "0", "", second.id) is None
    with pytest.raises(DraftSettledError):
        await store.rules.rewrite((await store.rules.of(one))[0], second, NOW)


async def test_of_many_drafts_the_oldest_of_the_chat_go(store: Database) -> None:
    other = await drafted(store, replace(DRAFT, chat="1"))
    drafts = [await drafted(store) for _ in range(DRAFTS_KEPT + 1)]
    found = [await store.rules.find_draft("telegram", "0", "", one.id) for one in drafts]
    assert [one is None for one in found] == [True, *[False] * DRAFTS_KEPT]
    assert await store.rules.find_draft("telegram", "1", "", other.id) == other


async def test_there_is_room_for_so_many_and_a_deleted_one_makes_room(store: Database) -> None:
    one, other = await subscribers(store, 2)
    rule = await saved(store, one, limit=1)
    waiting = await drafted(store)
    with pytest.raises(TooManyRulesError):
        await store.rules.add(one, waiting, NOW, 1)
    assert await store.rules.find_draft("telegram", "0", "", waiting.id) == waiting
    assert (await saved(store, other, limit=1)).number == 1
    await store.rules.change(replace(rule, state=RuleState.DELETED), NOW, 1)
    assert (await store.rules.add(one, waiting, NOW, 1)).number == 2
    with pytest.raises(TooManyRulesError):
        await store.rules.change(rule, NOW, 1)


async def test_eight_who_save_at_once_get_numbers_of_their_own(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    drafts = [await drafted(store) for _ in range(8)]
    made = await asyncio.gather(*(store.rules.add(one, each, NOW, 20) for each in drafts))
    assert sorted(each.number for each in made) == list(range(1, 9))


async def test_one_draft_pressed_eight_times_is_one_rule(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    draft = await drafted(store)
    done = await asyncio.gather(*(store.rules.add(one, draft, NOW, 20) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, DraftSettledError) for each in done) == 7
    assert len(await store.rules.of(one)) == 1


async def test_a_deleted_rule_is_in_no_list_but_comes_back_by_its_number(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one)
    gone = await store.rules.change(replace(rule, state=RuleState.DELETED), LATER, 20)
    assert await store.rules.of(one) == await store.rules.all() == await store.rules.active(intraday=False) == []
    assert await store.rules.find(one, 1) == gone
    assert await store.rules.change(rule, LATER, 20) == rule
    assert await store.rules.of(one) == [rule]


async def test_another_condition_forgets_what_the_old_one_was_told_of(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one)
    assert await store.rules.told_on(DAY) == {(rule.id, "510300"), (rule.id, "159915")}
    draft = await drafted(store, replace(DRAFT, text="close > 1 CNY/share", said="close>1", codes=("588000",)))
    changed = await store.rules.rewrite(rule, draft, LATER)
    assert changed == replace(rule, text=draft.text, said=draft.said)
    assert await store.rules.told_on(DAY) == {(rule.id, "588000")}


async def test_only_rules_in_force_of_those_who_listen_are_judged(store: Database) -> None:
    one, other = await subscribers(store, 2)
    mine, _ = await saved(store, one), await saved(store, other)
    paused = await saved(store, one)
    await store.rules.change(replace(paused, state=RuleState.PAUSED), NOW, 20)
    await store.subscriptions.pause(other, "gone", NOW)
    assert await store.rules.active(intraday=False) == [mine]
    assert len(await store.rules.all()) == 3


async def test_a_link_leads_to_a_rule_by_its_token_alone(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one)
    assert await store.rules.shared(rule.id, "") is None
    rule = await store.rules.change(replace(rule, token="a_-9"), NOW, 20)
    assert await store.rules.shared(rule.id, "a_-9") == rule
    assert await store.rules.shared(rule.id, "a_-8") is None
    await store.rules.change(replace(rule, state=RuleState.DELETED), NOW, 20)
    assert await store.rules.shared(rule.id, "a_-9") is None


async def test_the_last_hits_before_a_session_are_remembered(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one, replace(DRAFT, codes=()))
    days = [DAY - timedelta(days=back) for back in (5, 3, 0)]
    for day in days:
        assert await record(store, one, rule, day=day) == 1
    assert await store.rules.last_told(days[0], DAY) == {(rule.id, "510300"): days[1]}
    assert await store.rules.last_told(days[1] + timedelta(days=1), DAY) == {}
    assert await store.rules.counts() == {rule.id: (3, DAY)}


def news(rule: OwnRule, *codes: str, day: date = DAY) -> RuleNews:
    return RuleNews(
        findings=tuple(
            RuleFinding(rule=rule, meaning=Text("甲", "a"), hit=RuleHit(rule_id=rule.id, code=code, day=day))
            for code in codes
        )
    )


async def record(store: Database, to: int, rule: OwnRule, *codes: str, day: date = DAY, batch: str = "close") -> int:
    """A poll that finds these funds for a rule and tells its author, if there is anything new."""

    def letters(_: Sequence[RecordedAlert], ruled: RecordedRules) -> list[NewDelivery]:
        name = f"hit{min(ruled.hits.values())}" if ruled.hits else "expired"
        return [NewDelivery(batch=batch, subscription_id=to, message=MESSAGE, rule_news=name, due_at=NOW)]

    found = news(rule, *(codes or ("510300",)), day=day)
    return await store.outbox.record(batch, [], NOW, letters, None, rules=found)


async def test_a_repeated_poll_tells_no_hit_again(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one, replace(DRAFT, codes=()))
    assert [await record(store, one, rule) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert await store.rules.told_on(DAY) == {(rule.id, "510300")}


async def test_what_a_batch_finds_later_is_not_lost(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one, replace(DRAFT, codes=()))
    added = [await record(store, one, rule, *codes) for codes in (["a"], ["a", "b"], ["a", "b", "c"], ["c"])]
    assert added == [1, 1, 1, 0]


async def test_what_fails_leaves_no_hit(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one, replace(DRAFT, codes=()))

    def fails(_: Sequence[RecordedAlert], __: RecordedRules) -> list[NewDelivery]:
        raise RuntimeError

    over = RuleNews(findings=news(rule, "a").findings, expired={rule.id: rule})
    with pytest.raises(RuntimeError):
        await store.outbox.record("close", [], NOW, fails, None, rules=over)
    assert await store.rules.told_on(DAY) == frozenset()
    assert await store.rules.active(intraday=False) == [rule]


async def test_a_rule_is_over_once(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    rule = await saved(store, one)
    seen: list[frozenset[int]] = []

    def keep(_: Sequence[RecordedAlert], ruled: RecordedRules) -> list[NewDelivery]:
        seen.append(ruled.expired)
        return []

    for _ in range(3):
        await store.outbox.record("close", [], NOW, keep, None, rules=RuleNews(expired={rule.id: rule}))
    assert seen == [frozenset({rule.id})]
    assert (await store.rules.of(one))[0].state is RuleState.EXPIRED


async def test_rules_belong_to_a_subscription(store: Database) -> None:
    mine = await store.subscriptions.save(subscription(), NOW)
    await saved(store, mine.id)
    assert await store.rules.of(mine.id + 1) == []
    assert await store.rules.find(mine.id + 1, 1) is None
