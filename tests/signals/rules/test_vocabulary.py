"""The words that rules may use: no two figures share one, and misspelt ones find theirs."""

from collections import Counter

from signals.core.field import Axis
from signals.core.profile import FundClass, Profile
from signals.core.vocabulary import QUANTITIES, fields
from signals.rules import Vocabulary, parse
from signals.rules.folding import fold
from signals.rules.lexicon import keywords

PROFILES = [
    Profile(
        code="560850",
        name="信创50ETF",
        exchange="SSE",
        fund_class=FundClass.EQUITY,
        index_key="931247",
        index_name="中证信创",
    ),
    Profile(code="159590", name="159590", exchange="SZSE", fund_class=FundClass.EQUITY),
]


def test_a_word_names_one_figure_of_an_axis() -> None:
    for axis in Axis:
        words = Counter(
            word
            for one in fields()
            if one.axis is axis
            for word in {fold(each).text for each in (one.name, one.label.zh, one.label.en, *one.words, *one.opposite)}
        )
        assert [word for word, count in words.items() if count > 1] == []


def test_no_figure_is_called_like_a_word_of_the_language() -> None:
    taken = {word for word, _ in keywords()}
    names = {fold(word).text for one in fields() for word in (one.name, one.label.zh, *one.words, *one.opposite)}
    assert names & taken == set()


def test_a_market_brings_its_funds_and_indices() -> None:
    vocabulary = Vocabulary.of(PROFILES, {"宽基": "宽基"})
    assert vocabulary.funds == {"信创50ETF": "560850"}
    assert parse("中证信创涨跌幅 > 1% on 信创50ETF, 中证信创, 宽基", vocabulary).scope.text == "560850, @931247, 宽基"
    assert parse("沪深300 涨跌幅 > 1%", vocabulary).text == "@000300 index_change > 1%"


def test_any_number_of_sessions_makes_a_flow() -> None:
    vocabulary = Vocabulary()
    found = vocabulary.family("flow_30")
    assert found is not None
    assert found.name == "flow_30"
    for word in ("flow_", "flow_0", "flow_1000", "flow_x", "aum_5", "flow"):
        assert vocabulary.family(word) is None


def test_misspelt_names_are_suggested_as_they_are_shown() -> None:
    vocabulary = Vocabulary.of(PROFILES, {"宽基": "宽基"})
    assert vocabulary.like("换收率")[0] == "换手率"
    assert vocabulary.like("turnovr")[0] == "turnover"
    assert vocabulary.like("信创50etg", scope=True)[0] == "信创50ETF"
    assert vocabulary.like("qqqqqq") == ()


def test_a_vocabulary_of_fewer_figures_knows_no_others() -> None:
    vocabulary = Vocabulary(quantities={"flow": QUANTITIES["flow"]})
    assert vocabulary.senses("flow") != ()
    assert vocabulary.senses("aum") == ()
