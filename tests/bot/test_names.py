"""How funds, indices, classes and the market are called."""

import pytest

from bot.messages.catalogue import catalogue
from bot.messages.names import Named
from bot.subscriptions import Language
from config.index_map import load_index_map
from signals.core.field import Axis
from signals.core.groups import FundGroup
from signals.core.profile import FundClass, Profile
from signals.core.signal import Subject

ZH, EN = catalogue(Language.ZH), catalogue(Language.EN)
NAMED = Named(
    {
        "562030": Profile(
            code="562030", name="562030", exchange="SSE", fund_class=FundClass.EQUITY, index_key="931247"
        ),
        "560850": Profile(
            code="560850",
            name="信创50ETF",
            exchange="SSE",
            fund_class=FundClass.EQUITY,
            index_key="931247",
            index_name="中证信创",
        ),
    }
)


def text(subject: Subject) -> str:
    return "".join(span.text for span in NAMED.head(subject, ZH))


@pytest.mark.parametrize(
    ("axis", "code", "head"),
    [
        (Axis.FUND, "560850", "信创50ETF 560850"),
        (Axis.FUND, "562030", "562030"),
        (Axis.FUND, "599999", "599999"),
        (Axis.TRACKED, "931247", "中证信创 931247"),
        (Axis.TRACKED, "000300", "000300"),
        (Axis.CLASS, "cross_border", "跨境ETF"),
        (Axis.MARKET, "SSE+SZSE", "沪深两市融资融券"),
        (Axis.INDEX, "000300", "000300"),
    ],
)
def test_each_subject_has_a_head_with_its_code_where_it_has_one(axis: Axis, code: str, head: str) -> None:
    assert text(Subject(axis, code)) == head


@pytest.mark.parametrize("group", FundGroup)
def test_every_class_has_a_name_in_both_languages(group: FundGroup) -> None:
    subject = Subject(Axis.CLASS, str(group))
    assert NAMED.of(subject, ZH).endswith("ETF")
    assert NAMED.of(subject, EN).endswith("ETFs")


def test_every_packaged_index_has_an_english_name_and_no_other_has() -> None:
    known = {one.index_code: one.index_name for one in load_index_map()}
    english, chinese = EN, ZH
    said = {key: english.index(key, name) for key, name in known.items()}
    assert [key for key, name in said.items() if not name.isascii()] == []
    assert len(set(said.values())) == len(said)
    assert {key: chinese.index(key, name) for key, name in known.items()} == known
    assert english.index("999999", "某指数") == "某指数"
