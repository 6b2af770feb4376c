"""Scopes: one form for one choice, and the funds that are meant."""

import pytest

from signals.core.profile import FundClass, Profile
from signals.rules import Scope, ScopeKind, ScopePart

PROFILES = {
    code: Profile(code=code, name=code, exchange="SSE", fund_class=FundClass.EQUITY, index_key=index)
    for code, index in (("510300", "000300"), ("510310", "000300"), ("560850", "931247"))
}
LISTS = {"宽基": {"510300", "159999"}}
OWN = {"560850", "159998"}
ALL = ScopePart(ScopeKind.ALL)
BROAD = ScopePart(ScopeKind.LIST, "宽基")
FUND = ScopePart(ScopeKind.FUND, "560850")
INDEX = ScopePart(ScopeKind.INDEX, "000300")


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ([], {"560850"}),
        ([ALL], set(PROFILES)),
        ([BROAD], {"510300"}),
        ([FUND], {"560850"}),
        ([INDEX], {"510300", "510310"}),
        ([BROAD, FUND], {"510300", "560850"}),
        ([ScopePart(ScopeKind.LIST, "gone")], set()),
        ([ScopePart(ScopeKind.FUND, "588000")], set()),
    ],
)
def test_the_funds_meant_are_those_that_exist(parts: list[ScopePart], codes: set[str]) -> None:
    found = Scope.of(parts).codes(PROFILES, LISTS, OWN)
    assert found == codes
    assert hash(found) == hash(frozenset(codes))


def test_order_and_doubles_make_no_difference() -> None:
    assert Scope.of([FUND, BROAD, FUND]) == Scope.of([BROAD, FUND])
    assert Scope.of([FUND, BROAD]).text == "560850, 宽基"


def test_all_funds_make_other_words_needless() -> None:
    assert Scope.of([FUND, ALL]) == Scope.of([ALL])
    assert Scope.of([ALL]).text == "all"
    assert Scope().text == ""
