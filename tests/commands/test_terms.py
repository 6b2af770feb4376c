"""How a rule is told, in words: read, written, and read again as the same."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.base import SaidWrongError
from bot.commands.terms import CAP_MAX, COOLDOWN_MAX_SESSIONS, begins_with_term, terms_text, told_by
from bot.messages.catalogue import catalogue
from bot.rules import RuleMode, Telling
from bot.subscriptions import Language

TODAY = date(2025, 2, 11)
USUAL = Telling()
TELLINGS = st.builds(
    Telling,
    mode=st.sampled_from(RuleMode),
    cooldown_sessions=st.integers(0, COOLDOWN_MAX_SESSIONS),
    daily_cap=st.integers(1, CAP_MAX),
    expires_on=st.none() | st.dates(TODAY, date(2100, 1, 1)),
)


@given(TELLINGS, st.sampled_from(Language))
def test_what_is_written_is_read_as_the_same(telling: Telling, language: Language) -> None:
    words = catalogue(language)
    assert told_by(terms_text(telling, USUAL, words), USUAL, TODAY, words) == telling


def test_what_is_usual_is_not_written() -> None:
    assert terms_text(USUAL, USUAL, catalogue(Language.ZH)) == ""


@given(st.text(max_size=30))
def test_whatever_is_said_is_read_or_named(text: str) -> None:
    with suppress(SaidWrongError):
        assert isinstance(told_by(text, USUAL, TODAY, catalogue(Language.ZH)), Telling)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("每次", True),
        ("冷却5", True),
        ("UNTIL 2026-01-01", True),
        ("日净流入 > 0", False),
        ("% < 溢价率", False),
        ("", False),
    ],
)
def test_words_of_telling_are_told_from_those_of_a_condition(text: str, begins: bool) -> None:
    assert begins_with_term(text) is begins
