"""Who a fund is: keyed by its code, whatever its names."""

from dataclasses import replace
from datetime import date

import pytest

from signals.core.profile import FundClass, Profile, as_table, exchange_of, lay_profiles
from tests.builders import Words, moment, profile_snapshot

MONDAY, TUESDAY = date(2025, 2, 10), date(2025, 2, 11)


def laid(*told: tuple[date, Words], code: str = "560850") -> Profile:
    return lay_profiles([profile_snapshot(day, {code: words}) for day, words in told], [code])[code]


@pytest.mark.parametrize(("code", "exchange"), [("510300", "SSE"), ("588710", "SSE"), ("159590", "SZSE")])
def test_the_first_digit_tells_the_exchange(code: str, exchange: str) -> None:
    assert exchange_of(code) == exchange


@pytest.mark.parametrize("code", ["", "600000", "51030", "5103000", "51030X", "sh510300", "000300"])
def test_anything_else_is_no_fund(code: str) -> None:
    with pytest.raises(ValueError, match="not the code"):
        exchange_of(code)


def test_a_fund_that_no_profile_names_is_called_by_its_code() -> None:
    profile = lay_profiles([], ["560850"])["560850"]
    assert (profile.name, profile.exchange, profile.index_key, profile.listed) == ("560850", "SSE", "", None)


def test_a_renamed_fund_keeps_its_code_and_takes_the_later_name() -> None:
    assert laid((MONDAY, {"name": "信创50"}), (TUESDAY, {"name": "信创50ETF"})).name == "信创50ETF"


def test_the_order_in_which_tables_are_read_does_not_matter() -> None:
    assert laid((TUESDAY, {"name": "信创50ETF"}), (MONDAY, {"name": "信创50"})).name == "信创50ETF"


def test_of_two_names_on_one_day_the_one_read_last_is_taken() -> None:
    tables = [
        profile_snapshot(MONDAY, {"560850": {"name": name}}, known_at=moment(MONDAY, clock))
        for name, clock in (("信创50ETF", "09:00"), ("信创", "08:00"))
    ]
    assert lay_profiles(tables, [])["560850"].name == "信创50ETF"


def test_an_empty_word_does_not_erase_a_known_one() -> None:
    profile = laid((MONDAY, {"name": "信创50ETF", "index_code": "931247"}), (TUESDAY, {"name": "", "index_code": ""}))
    assert (profile.name, profile.index_key) == ("信创50ETF", "931247")


def test_a_fund_may_change_its_index() -> None:
    assert laid((MONDAY, {"index_code": "931247"}), (TUESDAY, {"index_code": "H30202"})).index_key == "H30202"


def test_an_index_that_is_only_named_takes_the_code_that_others_have_for_it() -> None:
    words = {"560850": {"index_code": "931247", "index_name": "中证信创"}, "562570": {"index_name": "中证信创"}}
    assert lay_profiles([profile_snapshot(MONDAY, words)], [])["562570"].index_key == "931247"


def test_a_new_name_beside_an_old_code_says_nothing_of_others() -> None:
    old = profile_snapshot(MONDAY, {"560000": {"index_code": "000300", "index_name": "沪深300"}})
    new = profile_snapshot(TUESDAY, {"560000": {"index_name": "中证A500"}, "560001": {"index_name": "中证A500"}})
    assert lay_profiles([old, new], [])["560001"].index_key == "中证A500"


def test_a_code_that_was_corrected_says_nothing_any_more() -> None:
    wrong = profile_snapshot(MONDAY, {"560000": {"index_code": "000300", "index_name": "中证A500"}})
    right = profile_snapshot(
        TUESDAY,
        {"560000": {"index_code": "000510", "index_name": "中证A500"}, "560001": {"index_name": "中证A500"}},
    )
    assert lay_profiles([wrong, right], [])["560001"].index_key == "000510"


def test_a_code_that_was_replaced_alone_leaves_the_name_without_one() -> None:
    together = profile_snapshot(MONDAY, {"560000": {"index_code": "000300", "index_name": "中证A500"}})
    alone = profile_snapshot(TUESDAY, {"560000": {"index_code": "000510"}, "560001": {"index_name": "中证A500"}})
    laid_out = lay_profiles([together, alone], [])
    assert (laid_out["560000"].index_key, laid_out["560001"].index_key) == ("000510", "中证A500")


def test_an_index_name_with_two_codes_stays_a_name() -> None:
    words = {
        "510001": {"index_code": "000001", "index_name": "红利"},
        "510002": {"index_code": "000002", "index_name": "红利"},
        "510003": {"index_name": "红利"},
    }
    assert lay_profiles([profile_snapshot(MONDAY, words)], [])["510003"].index_key == "红利"


def test_the_listing_day_is_a_date() -> None:
    assert laid((MONDAY, {"listed": "2023-05-19"})).listed == date(2023, 5, 19)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"fund_class": "bond", "name": "货币"}, FundClass.BOND),
        ({"name": "银华日利"}, FundClass.MONEY),
        ({"name": "华宝添益"}, FundClass.MONEY),
        ({"name": "添富快线"}, FundClass.MONEY),
        ({"name": "城投债"}, FundClass.OTHER),
        ({"name": "信创50ETF"}, FundClass.OTHER),
        ({"name": "信创50ETF汇添富"}, FundClass.OTHER),
    ],
)
def test_a_class_is_the_told_one_else_money_by_name_else_none(words: Words, expected: FundClass) -> None:
    assert laid((MONDAY, words)).fund_class is expected


def test_profiles_survive_the_table_of_a_snapshot() -> None:
    known = [
        Profile(
            code="560850",
            name="信创50ETF",
            exchange="SSE",
            fund_class=FundClass.EQUITY,
            index_key="931247",
            index_name="中证信创",
            listed=date(2023, 5, 19),
        ),
        Profile(code="511880", name="银华日利", exchange="SSE", fund_class=FundClass.MONEY),
    ]
    table = replace(profile_snapshot(MONDAY, {}), table=as_table(known))
    assert list(lay_profiles([table], []).values()) == sorted(known, key=lambda one: one.code)


@pytest.mark.parametrize("name", ["上证50指数", "上证50指数(价格)", "上证50成份指数", "上证50"])
def test_what_a_publisher_adds_to_the_name_of_an_index_makes_it_no_other(name: str) -> None:
    words = {"510050": {"index_code": "000016", "index_name": "上证50"}, "510100": {"index_name": name}}
    assert lay_profiles([profile_snapshot(MONDAY, words)], [])["510100"].index_key == "000016"


@pytest.mark.parametrize("name", ["上证50红利指数", "中证上证50", "上证500指数"])
def test_another_name_is_another_index(name: str) -> None:
    words = {"510050": {"index_code": "000016", "index_name": "上证50"}, "510100": {"index_name": name}}
    assert lay_profiles([profile_snapshot(MONDAY, words)], [])["510100"].index_key == name


STAR = {"index_code": "000688", "index_name": "科创50"}
LATER = {"index_name": "上证科创板50成份指数"}


def test_funds_with_a_code_lend_it_to_the_name_that_others_give_their_index() -> None:
    coded = profile_snapshot(MONDAY, {"588000": STAR, "588080": STAR})
    named = profile_snapshot(TUESDAY, dict.fromkeys(("588000", "588080", "588370"), LATER))
    assert {one.index_key for one in lay_profiles([coded, named], []).values()} == {"000688"}


def test_one_fund_lends_its_code_to_no_other_name_of_its_index() -> None:
    coded = profile_snapshot(MONDAY, {"588000": STAR})
    named = profile_snapshot(TUESDAY, dict.fromkeys(("588000", "588370"), LATER))
    assert lay_profiles([coded, named], [])["588370"].index_key == "上证科创板50成份指数"


def test_one_fund_lends_its_code_to_a_longer_form_of_the_name() -> None:
    coded = profile_snapshot(MONDAY, {"159852": {"index_code": "930601", "index_name": "软件服务"}})
    named = profile_snapshot(TUESDAY, {code: {"index_name": "中证软件服务指数"} for code in ("159852", "515230")})
    assert lay_profiles([coded, named], [])["515230"].index_key == "930601"


def test_funds_that_disagree_on_the_code_lend_none() -> None:
    coded = profile_snapshot(MONDAY, {"588000": STAR, "588080": STAR, "588060": {**STAR, "index_code": "000698"}})
    named = profile_snapshot(TUESDAY, dict.fromkeys(("588000", "588080", "588060", "588370"), LATER))
    assert lay_profiles([coded, named], [])["588370"].index_key == "上证科创板50成份指数"
