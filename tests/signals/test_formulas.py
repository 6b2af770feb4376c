"""Formulas: both bodies give the same bits, and every cell is what the words around it say."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from signals.core import formulas, kernels, twins
from signals.core.formulas import FORMULAS
from signals.core.twins import Formula
from signals.rules.formulas import RULE_FORMULAS
from tests.signals.worlds import EXAMPLES

ALL = (*FORMULAS, *RULE_FORMULAS)

figures = st.one_of(
    st.sampled_from([float("nan"), 0.0, -0.0, 1.0, -1.0, 0.4, 1.4, float("inf"), float("-inf"), 1e-310, 1e11]),
    st.floats(-3, 3),
)
kinds: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "floats": (np.float64, figures),
    "flags": (np.bool_, st.booleans()),
    "shorts": (np.int16, st.integers(-1, 3)),
    "rows": (np.int32, st.integers(-1, 3)),
}


@cache
def compiled(formula: Formula[Any]) -> Any:
    """The compiled body, beside whatever the process answers with."""
    return formula.compile(kernels._numba())


@st.composite
def cells(draw: st.DrawFn, formula: Formula[Any]) -> list[Any]:
    """A matrix for each argument, one of them perhaps a row or a column that counts for all."""
    shape = draw(st.tuples(st.integers(0, 9), st.integers(0, 5)))
    words = formula.takes.split()
    spread = draw(st.integers(0, 2 * len(words)))
    shapes = [
        shape if at == 0 or at not in (spread, spread - len(words)) else (shape[1],) if at == spread else (shape[0], 1)
        for at in range(len(words))
    ]
    return [
        draw(arrays(kinds[word][0], own, elements=kinds[word][1], fill=st.nothing()))
        for word, own in zip(words, shapes, strict=True)
    ]


@EXAMPLES
@pytest.mark.parametrize("formula", ALL, ids=lambda one: one.body.__name__)
@given(data=st.data())
def test_both_bodies_give_the_same_bits(formula: Formula[Any], data: st.DataObject) -> None:
    values = data.draw(cells(formula))
    try:
        formula.use(None)
        told = formula(*values)
        formula.use(compiled(formula))
        fast = formula(*values)
    finally:
        formula.use(None)
    np.testing.assert_array_equal(fast, told, strict=True)
    assert told.dtype == formula.gives


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("processors", [1, 3])
def test_a_large_matrix_is_filled_in_parts_and_may_be_one_of_its_own_figures(
    monkeypatch: pytest.MonkeyPatch, fast: bool, processors: int
) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", processors)
    monkeypatch.setattr(twins, "SHARED_CELLS", 1)
    value, row, column = np.arange(1.0, 13.0).reshape(4, 3), np.array([1.0, 2.0, 4.0]), np.arange(1.0, 5.0)[:, None]
    try:
        formulas.ABOVE.use(compiled(formulas.ABOVE) if fast else None)
        np.testing.assert_array_equal(formulas.ABOVE(value, row), value / row - 1)
        np.testing.assert_array_equal(formulas.ABOVE(value, column), value / column - 1)
        np.testing.assert_array_equal(formulas.ABOVE(row, 2.0), row / 2 - 1)
        own = value.copy()
        formulas.ABOVE.fill(own, own, value + 1)
        np.testing.assert_array_equal(own, value / (value + 1) - 1)
    finally:
        formulas.ABOVE.use(None)


def test_a_figure_that_comes_to_nothing_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    zero, one = np.zeros((2, 2)), np.ones((2, 2))
    try:
        for body in (None, compiled(formulas.ABOVE)):
            formulas.ABOVE.use(body)
            assert np.isposinf(formulas.ABOVE(one, zero)).all()
            assert np.isnan(formulas.ABOVE(zero, zero)).all()
    finally:
        formulas.ABOVE.use(None)
    assert not recwarn.list


def test_what_formulas_mean() -> None:
    nan, yes, no = float("nan"), np.True_, np.False_
    assert formulas.CHANGE(
        np.array([1.1, 1.1, 1.1]), np.array([1.0, 0.0, 1.0]), np.array([yes, yes, no])
    ) == pytest.approx([0.1, nan, nan], nan_ok=True)
    assert formulas.PREMIUM(np.array([1.4, 1.41]), np.array([1.0, 1.0]), yes) == pytest.approx([0.4, nan], nan_ok=True)
    assert formulas.NAV_CHANGE(np.array([1.2, 1.3, 1.2]), 1.0, np.array([no, no, yes])) == pytest.approx(
        [0.2, nan, nan], nan_ok=True
    )
    assert formulas.FLOW(np.array([5.0, 5.0]), 3.0, 1.5, np.array([no, yes])) == pytest.approx([3.0, nan], nan_ok=True)
    assert formulas.TRADED(np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([yes, no, yes])).tolist() == [
        False,
        True,
        False,
    ]


def test_a_choice_is_the_same_of_matrices_and_of_numbers() -> None:
    chosen = twins._chosen(None, None, None)
    masks = np.array([True, False])
    assert [chosen(mask, 1.0, 2.0) for mask in masks] == twins.choose(masks, 1.0, 2.0).tolist() == [1.0, 2.0]


def test_a_kind_of_cell_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match=re.escape("figures")):
        Formula(lambda one: one, "figures", np.float64).compile(kernels._numba())
