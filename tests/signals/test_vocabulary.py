"""Every quantity: named, labelled, and claimed of a session only as it was known then."""

import re
from functools import cache

import numpy as np
import pytest

from signals.core.field import Axis
from signals.core.matrix import Floats
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.quantity import Freshness, Quantity
from signals.core.vocabulary import FUND_QUANTITIES, GROUP_QUANTITIES, QUANTITIES, fields
from tests.builders import market
from tests.signals.worlds import random_market

LONG = {"flow_60", "class_flow_20", "index_flow_20"}
"""Sums over more sessions than the random market has without a hole."""

EVERY = {**FUND_QUANTITIES, **GROUP_QUANTITIES}
every_quantity = pytest.mark.parametrize("quantity", EVERY.values(), ids=list(EVERY))


@cache
def world(seed: int, row: int | None = None) -> Panel:
    """A random market, or what of it was known on the evening of a session."""
    if row is None:
        return random_market(seed, funds=24, sessions=48, same_day=bool(seed % 2)).panel
    return world(seed).until(world(seed).sessions[row])


@cache
def year(less: int = 0) -> Panel:
    """A random market of more than a year, or what of it was known some sessions before its end."""
    made = random_market(5, funds=8, sessions=280, same_day=True).panel
    return made.until(made.sessions[-1 - less])


def claimed(quantity: Quantity, panel: Panel, row: int) -> Floats:
    measure = quantity.on(panel)
    return np.where(knowable(measure)[row], measure.values[row], np.nan)


@every_quantity
def test_its_name_is_its_key_and_it_has_a_label(quantity: Quantity) -> None:
    assert EVERY[quantity.name] is quantity
    assert (quantity.axis is Axis.FUND) == (quantity.name in FUND_QUANTITIES)
    assert quantity.needs
    assert quantity.label.zh != quantity.label.en


@every_quantity
@pytest.mark.parametrize("seed", range(3))
def test_what_is_claimed_of_a_session_was_known_on_its_evening(quantity: Quantity, seed: int) -> None:
    for row in range(len(world(seed).sessions)):
        np.testing.assert_array_equal(
            claimed(quantity, world(seed), row), claimed(quantity, world(seed, row), row), err_msg=f"row {row}"
        )


@every_quantity
def test_what_looks_back_over_a_year_was_known_on_its_evening(quantity: Quantity) -> None:
    for less in (1, 2, 7):
        row = len(year(less).sessions) - 1
        np.testing.assert_array_equal(claimed(quantity, year(), row), claimed(quantity, year(less), row))


@every_quantity
def test_it_is_a_figure_or_unknown_and_never_infinite(quantity: Quantity) -> None:
    assert not np.isinf(quantity.on(world(0)).values).any()
    assert not np.isinf(quantity.on(year()).values).any()
    assert np.isfinite(quantity.on(year()).values).any()


@every_quantity
def test_it_is_unknown_where_nothing_is_told(quantity: Quantity) -> None:
    assert np.isnan(quantity.on(market(3).fund("510300", dividend=0.1).panel()).values).all()


@every_quantity
def test_a_figure_of_it_names_its_source(quantity: Quantity) -> None:
    panel = world(0)
    measure = quantity.on(panel)
    for row, column in np.argwhere(np.isfinite(measure.values))[::50]:
        figure = panel.figure(measure, int(row), int(column))
        assert figure.source == "made"
        assert figure.unit is measure.unit


def test_no_two_quantities_share_a_name_or_a_label() -> None:
    assert not {*FUND_QUANTITIES} & {*GROUP_QUANTITIES}
    for labels in ([one.label.zh for one in EVERY.values()], [one.label.en for one in EVERY.values()]):
        assert sorted(labels) == sorted({*labels})


every_field = pytest.mark.parametrize("quantity", fields(), ids=list(QUANTITIES))


@every_field
def test_help_can_say_what_it_is_in_both_languages(quantity: Quantity) -> None:
    assert QUANTITIES[quantity.name] is quantity
    for text in (quantity.label, quantity.meaning):
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert not re.search("[\u4e00-\u9fff]", text.en)
    assert quantity.words or any(letter.isdecimal() for letter in quantity.name)


@every_field
def test_its_unit_is_that_of_its_figures(quantity: Quantity) -> None:
    assert quantity.on(world(0)).unit is quantity.unit


def test_exports_list_funds_and_help_lists_all() -> None:
    assert set(FUND_QUANTITIES) < set(QUANTITIES)
    assert {one.axis for one in fields()} == {Axis.FUND, Axis.INDEX, Axis.MARKET}


@pytest.mark.parametrize(
    ("name", "freshness"),
    [
        ("close", Freshness.CLOSE),
        ("premium_iopv", Freshness.CLOSE),
        ("premium_nav", Freshness.EVENING),
        ("flow", Freshness.EVENING),
        ("index_change", Freshness.CLOSE),
        ("financing_change", Freshness.MORNING),
    ],
)
def test_a_figure_is_out_with_the_last_of_its_needs(name: str, freshness: Freshness) -> None:
    assert QUANTITIES[name].freshness is freshness
