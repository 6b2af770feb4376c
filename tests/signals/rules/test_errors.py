"""What is no rule: each bad text with the exact answer, and no text that breaks anything else."""

import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.core.text import Text
from signals.rules import Reason, RuleError, Vocabulary, parse, prepare
from signals.rules.rule import MAX_CHARACTERS
from tests.signals.rules.sentences import SOUPS, VOCABULARY

ANSWERS = tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))["answers"]

"""Text, reason, position, word, and what is answered in Chinese and in English."""

MOST_STEPS = 40_000
"""Calls of functions that any text may take; a call takes about a quarter of a microsecond, and 50 ms are allowed."""


def refused(text: str, vocabulary: Vocabulary = VOCABULARY) -> RuleError:
    with pytest.raises(RuleError) as caught:
        parse(text, vocabulary)
    return caught.value


def steps_of(text: str, vocabulary: Vocabulary = VOCABULARY) -> int:
    """How many functions are called to read a text, right or wrong."""
    steps = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    with suppress(RuleError):
        parse(text, vocabulary)
    sys.setprofile(before)
    return steps


def test_there_are_sixty_of_them() -> None:
    assert len(ANSWERS) >= 60


@pytest.mark.parametrize("answer", ANSWERS, ids=[one[0] for one in ANSWERS])
def test_each_mistake_has_its_answer(answer: list[str | int]) -> None:
    text, reason, position, word, zh, en = answer
    error = refused(text)
    assert (error.reason, error.position, error.word) == (Reason(reason), position, word)
    assert error.text == Text(zh, en)
    assert str(error) == en
    assert text[position:].startswith(word)


LONG = {
    "(" * 21 + "溢价率 > 3%" + ")" * 21: (Reason.TOO_DEEP, 20, "括号或“非”套得太深，最多20层。"),
    "非 " * 21 + "溢价率 > 3%": (Reason.TOO_DEEP, 40, "括号或“非”套得太深，最多20层。"),
    "溢价率 > 1%" + " 且 溢价率 > 1%" * 30: (Reason.TOO_MANY_WORDS, 0, "条件太复杂了，请拆成几条规则。"),
    "溢价率 > 3% " + "x" * MAX_CHARACTERS: (Reason.TOO_LONG, 0, "条件太长了，最多500个字符。"),
    "㍿" * 200: (Reason.TOO_LONG, 0, "条件太长了，最多500个字符。"),
}


@pytest.mark.parametrize("text", LONG, ids=[text[:12] for text in LONG])
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    reason, position, zh = LONG[text]
    error = refused(text)
    assert (error.reason, error.position, error.text.zh) == (reason, position, zh)


def test_what_is_just_long_and_deep_enough_is_read() -> None:
    deep = "(" * 20 + "溢价率 > 3%" + ")" * 20
    assert parse(deep + " " * (MAX_CHARACTERS - len(deep)), VOCABULARY).text == "premium_iopv > 3%"
    assert parse("溢价率 > 1%" + " 且 溢价率 > 1%" * 29, VOCABULARY).text == "premium_iopv > 1%"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_in_the_table(reason: Reason) -> None:
    assert reason in {Reason(one[1]) for one in ANSWERS} | {one[0] for one in LONG.values()}


def test_a_name_is_suggested_from_lists_and_funds_too() -> None:
    assert refused("溢价率 > 3% on 信创50etg").suggestions[0] == "信创50ETF"
    assert refused("溢价率 > 3% on 宽机").suggestions == ("宽基",)
    assert refused("溢价率 > 3% on 宽机", Vocabulary()).suggestions == ()


def test_places_are_those_of_the_text_as_written() -> None:
    error = refused("  溢价率　＞　３％   且   益价率 > 1%")
    assert (error.word, error.position) == ("益价率", 17)


@settings(max_examples=1500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(SOUPS | st.text(max_size=MAX_CHARACTERS + 5))
def test_nothing_but_a_rule_error_comes_of_any_text(text: str) -> None:
    error, said = None, Text("-", "-")
    try:
        said = parse(text, VOCABULARY).explanation
    except RuleError as caught:
        error, said = caught, caught.text
    assert said.zh
    assert said.en
    assert error is None or (error.word in text and 0 <= error.position <= len(text))


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(SOUPS | st.text(max_size=MAX_CHARACTERS))
def test_no_text_takes_many_steps(text: str) -> None:
    assert steps_of(text) < MOST_STEPS


HEAVY = (
    "(" * 250 + ")" * 250,
    "非" * 500,
    "-" * 499 + "1",
    "近" * 500,
    "溢" * 500,
    "一" * 500,
    "1" * 500,
    "on " * 166,
    "宽基," * 166,
    "mean(" * 100,
    "净流入+" * 59 + "净流入>0",
    "溢价率>1%且" * 29 + "溢价率>1%",
    "前1日" * 100 + "溢价率 > 1%",
    "x" * 500,
    "㍿" * 166,
    "净流出*-" * 59 + "1>0",
)


@pytest.mark.parametrize("text", HEAVY, ids=[text[:8] for text in HEAVY])
def test_texts_made_to_be_heavy_take_few_steps_too(text: str) -> None:
    parse("溢价率 > 3%", VOCABULARY)
    assert steps_of(text) < MOST_STEPS


def test_a_prepared_vocabulary_reads_its_first_text_in_few_steps() -> None:
    vocabulary = Vocabulary(funds={f"某某行业{at}ETF": f"51{at:04d}" for at in range(1600)})
    prepare(vocabulary)
    assert steps_of("溢价率 > 3% on 某某行叶77ETF", vocabulary) < MOST_STEPS


def test_nothing_of_a_text_is_executed() -> None:
    assert refused("__import__('os').system('true') > 3").reason is Reason.UNKNOWN_NAME
    assert refused("溢价率.__class__ > 3%").reason is Reason.STRAY_CHARACTER
