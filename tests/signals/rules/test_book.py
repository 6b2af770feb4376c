"""Many rules at once: whatever they are, the book says what each of them says alone."""

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.quantity import STALE_SESSIONS
from signals.rules import Rule, RuleBook, RuleError, evaluate, parse
from tests.builders import market
from tests.signals.rules.sentences import CONDITIONS, VOCABULARY
from tests.signals.rules.test_evaluate import RULES
from tests.signals.worlds import random_market


@cache
def world(seed: int = 5, funds: int = 70) -> Panel:
    """More funds than bits in a word."""
    return random_market(seed, funds=funds, sessions=40).panel


@cache
def rules() -> tuple[Rule, ...]:
    texts = [
        *RULES,
        *RULES[:9],
        "0.2% < 溢价率",
        "溢价率 ≥ 0.2%",
        "溢价率 > 0.3% 且 连续净流入 >= 2",
    ]
    return tuple(parse(text, VOCABULARY) for text in texts)


def pairs_of(found: object) -> list[tuple[int, int]]:
    return list(zip(found.rules.tolist(), found.funds.tolist(), strict=True))  # type: ignore[attr-defined]


def alone(known: tuple[Rule, ...], panel: Panel, row: int) -> list[tuple[int, int]]:
    return [
        (at, int(fund)) for at, rule in enumerate(known) for fund in np.flatnonzero(evaluate(rule, panel).fires[row])
    ]


@pytest.mark.parametrize("row", [0, 1, 20, 39])
def test_the_book_says_what_each_rule_says_alone(row: int) -> None:
    assert pairs_of(RuleBook(rules()).firing(world(), row)) == alone(rules(), world(), row)


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CONDITIONS, max_size=8), st.integers(0, 39))
def test_whatever_the_rules_are(texts: list[str], row: int) -> None:
    known = []
    for text in texts:
        try:
            known.append(parse(text[:500], VOCABULARY))
        except RuleError:
            continue
    panel = world(6, 9)
    assert pairs_of(RuleBook(known).firing(panel, row)) == alone(tuple(known), panel, row)


@pytest.mark.parametrize("row", [0, 20, 39])
def test_refuted_is_what_is_known_not_to_hold(row: int) -> None:
    known, panel = rules(), world()
    places = [(rule, fund) for rule in range(len(known)) for fund in range(panel.shape(Axis.FUND)[1])]
    told = RuleBook(known).refuted(panel, row, *np.array(places).T)
    verdicts = [evaluate(rule, panel) for rule in known]
    count = panel.shape(Axis.FUND)[1]
    fails = [np.broadcast_to(one.known[row] & ~one.fires[row], (count,)) for one in verdicts]
    assert told.tolist() == [bool(fails[rule][fund]) for rule, fund in places]
    assert {True, False} == set(told.tolist())


def test_what_is_unknown_is_neither_held_nor_failed() -> None:
    book, panel = RuleBook(rules()[:6]), world()
    judged = book.judge(panel, 30)
    held, failed = (
        np.unpackbits(one.view(np.uint8), axis=1, bitorder="little") for one in (judged.holds, judged.fails)
    )
    assert not (held & failed).any()
    for at, rule in enumerate(rules()[:6]):
        verdicts = evaluate(rule, panel)
        np.testing.assert_array_equal(held[at, :70] == 1, verdicts.fires[30])
        np.testing.assert_array_equal(failed[at, :70] == 1, (verdicts.known & ~verdicts.fires)[30])
    assert not held[:, 70:].any()


def plain_newly(known: tuple[Rule, ...], panel: Panel, row: int) -> list[tuple[int, int]]:
    found = []
    for at, rule in enumerate(known):
        verdicts = evaluate(rule, panel)
        for fund in np.flatnonzero(verdicts.fires[row]):
            past = range(row - 1, max(-1, row - 2 - STALE_SESSIONS), -1)
            decided = [bool(verdicts.fires[each, fund]) for each in past if verdicts.known[each, fund]]
            if not (decided and decided[0]):
                found.append((at, int(fund)))
    return found


@pytest.mark.parametrize("row", [0, 1, 3, 8, 25, 39])
def test_what_begins_did_not_hold_when_it_was_last_decided(row: int) -> None:
    book = RuleBook(rules())
    assert pairs_of(book.newly(world(), row)) == plain_newly(rules(), world(), row)


def test_what_held_before_may_be_handed_in() -> None:
    book = RuleBook(rules())
    before = book.holding(world(), 29)
    assert pairs_of(book.newly(world(), 30, before)) == pairs_of(book.newly(world(), 30))


def test_a_rule_concerns_the_funds_of_its_scope() -> None:
    panel = world()
    codes = panel.subjects[Axis.FUND]
    some, none = frozenset(codes[3:40]), frozenset[str]()
    scopes = [None, some, none] * (len(rules()) // 3 + 1)
    found = pairs_of(RuleBook(rules(), scopes[: len(rules())]).firing(panel, 30))
    expected = [
        (at, fund) for at, fund in alone(rules(), panel, 30) if (scope := scopes[at]) is None or codes[fund] in scope
    ]
    assert found == expected
    assert any(at % 3 == 1 for at, _ in found)


def test_rules_with_one_meaning_are_one_condition() -> None:
    texts = ["溢价率 > 3%", "premium > 3%", "换手率 > 1%", "换手率 > 1% 且 溢价率 > 3%", "非 换手率 > 1%"]
    book = RuleBook([parse(text, VOCABULARY) for text in texts])
    assert (book.distinct, book.atoms) == (4, 3)


def test_one_book_reads_panels_with_other_funds() -> None:
    book = RuleBook(rules())
    for panel in (world(5, 9), world(7, 64), world(8, 65)):
        assert pairs_of(book.firing(panel, 30)) == alone(rules(), panel, 30)


def test_an_empty_book_and_an_empty_market_say_nothing() -> None:
    assert pairs_of(RuleBook([]).firing(world(), 5)) == []
    assert pairs_of(RuleBook([]).newly(world(), 5)) == []
    assert pairs_of(RuleBook(rules()).newly(market(2).panel(), 1)) == []


def test_a_market_figure_is_laid_beside_every_fund() -> None:
    world_ = market(2).funds(["510300", "159915"], close=1.0)
    panel = world_.margin("SSE", financing=[9e11, 9.1e11]).margin("SZSE", financing=[8e11, 8e11]).panel()
    book = RuleBook([parse(text, VOCABULARY) for text in ("融资余额变动 > 0", "融资余额变动 > 1000亿")])
    assert pairs_of(book.firing(panel, 1)) == [(0, 0), (0, 1)]
