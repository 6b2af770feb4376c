"""The texts of the product: both languages hold the same ones, the code uses every one, and each can be read."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.alerts import Reason
from bot.commands.administration.menu import SUBS
from bot.commands.base import Chapter
from bot.commands.choices import Hearing
from bot.commands.setups import FIELDS
from bot.deliveries import State
from bot.messages.catalogue import catalogue
from bot.poll import job_of
from bot.preferences import Colours, Layout, Length, Section
from bot.rules import RuleState
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.broadcasts import BroadcastState
from bot.store.dead import LetterKind
from bot.subscriptions import Language
from bot.web.words import NAMES
from signals.core.groups import FundGroup
from signals.core.peers import RANKED
from signals.core.prices import INDICES
from signals.core.profile import FundClass
from signals.core.quantity import Freshness
from signals.core.signal import Basis
from signals.core.snapshot import Dataset
from signals.core.text import Text
from signals.core.vocabulary import fields
from tests.signals.worlds import EXAMPLES

ZH, EN = catalogue(Language.ZH), catalogue(Language.EN)
CODE = Path(bot.__file__).parent
CJK = re.compile("[\u4e00-\u9fff]")
WIDE = re.compile("[\uff00-\uffef\u3000-\u303f]")
NARROW_IN_CHINESE = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]")
BOTH_SCRIPTS = {"demo-label", "demo-notice"}
"""A reader of either language recognises the demo market by its Chinese name."""

STUDY_COLUMNS = ("at", "after", "count", "up", "base", "between", "mean", "range", "median", "ahead")
FAMILIES = {
    "basis": {str(one) for one in Basis},
    "reason": {str(one) for one in Reason},
    "dataset": {str(one).replace("_", "-") for one in Dataset},
    "weekday": {str(number) for number in range(7)},
    "exchange": {"SSE", "SZSE", "join"},
    "index": {*INDICES},
    "class": {str(one).replace("_", "-") for one in FundGroup},
    "job": {job_of(one).replace("/", "-") for one in (Round.CLOSE, Round.EVENING, Round.MORNING)},
    "page": {one.replace("_", "-") for one in NAMES},
    "study-class": {one.replace("_", "-") for one in FundClass},
    "study-column": {*STUDY_COLUMNS},
    "rule-state": {str(one) for one in RuleState if one is not RuleState.ACTIVE},
    "fields-axis": {one.axis.value for one in fields()},
    "freshness": {str(one) for one in Freshness},
    "hear": {str(one) for one in Hearing},
    "section": {str(one) for one in Section},
    "choice": {str(one).replace("_", "-") for kind in (Length, Layout, Colours) for one in kind},
    "chapter": {f"{one}{ending}" for one in Chapter for ending in ("", "-about")},
    "field": {one.replace("_", "-") for one in FIELDS},
    "switch": {"unknown"}
    | {f"{one}-{way}" for one in ("silent", "pin", "dark", "members", "urgent") for way in ("on", "off")},
    "other": {"quiet", "cap", "mute"},
    "strength": {"all", "clear", "strong"},
    "admin-menu": {"title", "how", *(one.name for one in SUBS if one.shown)},
    "outcome": {str(one).replace("_", "-") for one in Outcome},
    "delivery": {str(one) for one in State},
    "letter-kind": {str(one) for one in LetterKind},
    "broadcast": {"title", *(str(one) for one in BroadcastState)},
    "why-reason": {str(one) for one in Reason},
    "history-head": {"day", "what", "subject"},
    "rank-by": {one.replace("_", "-") for one in RANKED},
    "digest-first": {one.replace("_", "-") for one in RANKED},
    "digest-datum": {"bars", "indices", "nav", "margin", "shares"},
    "digest-column": {"change", "flow", "turnover", "premium", "index", "level", "class", "streak"},
}
"""Keys that are put together: their prefix, and every ending that there is."""


@cache
def entries(language: Language) -> dict[str, frozenset[str]]:
    """The placeholders of each text in a file."""
    text = (CODE / "messages" / "locales" / f"{language}.ftl").read_text("utf-8")
    body = FluentParser().parse(text).body
    assert not [one for one in body if isinstance(one, ftl.Junk)]
    return {one.id.name: placeholders(one) for one in body if isinstance(one, ftl.Message)}


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names = set[str]()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def placeholders(message: ftl.Message) -> frozenset[str]:
    found = _Variables()
    found.visit(message)
    return frozenset(found.names)


@cache
def trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(CODE.rglob("*.py")))


def calls() -> Iterator[tuple[str, set[str] | None]]:
    """Texts that the code asks for by a whole key, and the values it gives; None = handed on from elsewhere."""
    for node in (one for tree in trees() for one in ast.walk(tree)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text"):
            continue
        given_ = {one.arg for one in node.keywords}
        for each in ast.walk(node.args[0]) if node.args else ():
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and not _inside_f_string(node, each):
                yield each.value, None if None in given_ else {one for one in given_ if one}


def _inside_f_string(call: ast.Call, constant: ast.Constant) -> bool:
    return any(isinstance(one, ast.JoinedStr) and constant in ast.walk(one) for one in ast.walk(call.args[0]))


def constants() -> set[str]:
    """Every string of the code."""
    return {
        one.value
        for tree in trees()
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def families() -> set[str]:
    """What put-together keys begin with, as the code has it."""
    joined = (one for tree in trees() for one in ast.walk(tree) if isinstance(one, ast.JoinedStr))
    heads = (one.values[0].value for one in joined if isinstance(one.values[0], ast.Constant))
    return {head.removesuffix("-") for head in heads if isinstance(head, str) and re.fullmatch("([a-z]+-)+", head)}


def test_both_languages_have_the_same_texts_in_the_same_order() -> None:
    assert list(entries(Language.ZH)) == list(entries(Language.EN))


def test_no_text_stands_there_twice() -> None:
    for language in Language:
        text = (CODE / "messages" / "locales" / f"{language}.ftl").read_text("utf-8")
        keys = re.findall(r"^([\w-]+) =", text, re.MULTILINE)
        assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("key", entries(Language.ZH))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert entries(Language.ZH)[key] == entries(Language.EN)[key]


def test_every_text_that_the_code_asks_for_is_there() -> None:
    assert {key for key, _ in calls()} - {*entries(Language.ZH)} == set()


def test_whatever_looks_like_a_key_is_one() -> None:
    prefixes = {key.partition("-")[0] for key in entries(Language.ZH) if "-" in key}
    folders = ("messages", "commands")
    written = {
        one.value
        for tree, path in zip(trees(), sorted(CODE.rglob("*.py")), strict=True)
        if path.parent.name in folders
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    alike = {
        one for one in written if re.fullmatch("[a-z]+(-[a-zA-Z0-9]+)+", one) and one.partition("-")[0] in prefixes
    }
    assert alike - {*entries(Language.ZH)} == set()


def test_every_text_is_used() -> None:
    whole = constants()
    made = {f"{family}-{ending}" for family, endings in FAMILIES.items() for ending in endings}
    unused = {*entries(Language.ZH)} - whole - made
    assert {key for key in unused if not key.startswith("evidence-")} == set()
    assert "evidence" in families()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_texts_is_complete_and_has_no_strangers(family: str) -> None:
    there = {key.removeprefix(f"{family}-") for key in entries(Language.ZH) if key.startswith(f"{family}-")}
    assert there == FAMILIES[family]
    assert family in families()


def test_a_text_is_given_no_values_that_it_does_not_show() -> None:
    shown = entries(Language.ZH)
    stray = {(key, name) for key, given_ in calls() if given_ and key in shown for name in given_ - shown[key]}
    asked_by_several = {key for key, _ in stray if key.startswith(("fund-many", "fund-very-many"))}
    assert {one for one in stray if one[0] not in asked_by_several} == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", entries(Language.ZH))
def test_every_text_can_be_read(language: Language, key: str) -> None:
    values = {name: f"«{name}»" for name in entries(language)[key]}
    text = catalogue(language).text(key, **values)
    assert all(value in text for value in values.values())
    assert not set("{}$\u2068\u2069") & set(text)
    assert text.strip() or key.endswith("-gap")


@pytest.mark.parametrize("key", entries(Language.ZH))
def test_a_text_is_written_in_its_language(key: str) -> None:
    zh, en = (one.text(key, **dict.fromkeys(entries(Language.ZH)[key], "1")) for one in (ZH, EN))
    if key not in BOTH_SCRIPTS:
        assert not CJK.search(en)
    assert not WIDE.search(en)
    assert not NARROW_IN_CHINESE.search(zh)
    worded = re.sub(r"\{[^}]*\}|[^a-zA-Z]", "", en)
    assert CJK.search(zh) or not worded or not re.search("[a-z]{4}", zh)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", [key for key, names in entries(Language.ZH).items() if names])
def test_a_value_that_is_missing_is_an_error_and_no_gap(language: Language, key: str) -> None:
    names = sorted(entries(language)[key])
    with pytest.raises(KeyError):
        catalogue(language).text(key, **dict.fromkeys(names[1:], "1"))


@pytest.mark.parametrize("language", Language)
def test_a_text_that_does_not_exist_is_an_error(language: Language) -> None:
    with pytest.raises(KeyError, match="no-such-text"):
        catalogue(language).text("no-such-text")
    assert "no-such-text" not in catalogue(language)
    assert "digest-title" in catalogue(language)


@EXAMPLES
@given(st.text(max_size=40), st.sampled_from(Language))
def test_a_value_is_shown_as_it_is(value: str, language: Language) -> None:
    assert value in catalogue(language).text("fund-unknown", word=value)


@pytest.mark.parametrize("value", ["{ $word }", '{""}', "<b>&amp;</b>", "-term", "“”"])
def test_what_people_type_is_never_read_as_a_pattern(value: str) -> None:
    assert value in ZH.text("help-unknown", word=value)


def test_a_pattern_of_a_detector_is_filled_in() -> None:
    pattern = Text("规模{ $aum }", "AUM { $aum }")
    assert ZH.sentence(pattern, {"aum": "1.91亿元", "other": "x"}) == "规模1.91亿元"
    assert EN.sentence(pattern, {"aum": "CNY 190.58m"}) == "AUM CNY 190.58m"
    assert ZH.of(pattern) == pattern.zh
    assert EN.of(pattern) == pattern.en


def test_a_pattern_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="aum"):
        ZH.sentence(Text("规模{ $aum }", "AUM { $aum }"), {"AUM": "1"})


@pytest.mark.parametrize("broken", ["{ $aum", "{ aum }", "}"])
def test_a_pattern_that_cannot_be_read_is_an_error_that_quotes_it(broken: str) -> None:
    with pytest.raises(KeyError, match=re.escape(broken)):
        ZH.sentence(Text(broken, "x"), {"aum": "1"})


def test_two_patterns_do_not_get_in_each_others_way() -> None:
    one, other = Text("甲{ $a }", "one { $a }"), Text("乙{ $a }", "other { $a }")
    assert [ZH.sentence(text, {"a": "1"}) for text in (one, other, one)] == ["甲1", "乙1", "甲1"]


def test_the_texts_of_a_language_are_read_once() -> None:
    assert catalogue(Language.ZH) is ZH
    assert catalogue(Language.EN) is not ZH
