"""Telegram's HTML: accepted by the server whatever is in a message, and nothing of it is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram_markup import LIMIT, bare, marked, units
from bot.messages.model import (
    Heading,
    Line,
    Message,
    Paragraph,
    Span,
    Style,
    Table,
    code,
    line,
    muted,
    paragraph,
    strong,
)
from tests.channels.messages import EVERYTHING, visible, words
from tests.fakes.bot_api_html import read_html

AWKWARD = st.sampled_from(
    (
        *("*ST 信创", "<", ">", "&", "&amp;", "&lt;b&gt;", "_", "</b>", "<blockquote expandable>", "</blockquote>\n"),
        *("\x00\x1b[2J", "\ud83d", "👩‍👩‍👧‍👦", "\u202e", "\n\n", "", " ", "　", "换手率31.51%", "/etf 560850", '"a"'),
        *("信" * 5_000, "🇨🇳" * 2_500, "&" * 4_096),
    )
)
TEXTS = AWKWARD | st.text(st.characters(exclude_categories=("Cn", "Co")), max_size=40)
SPANS = st.builds(Span, TEXTS, st.sampled_from(Style))
LINES = st.builds(Line, st.lists(SPANS, max_size=4).map(tuple), st.integers(0, 3))
BLOCKS = st.one_of(
    st.builds(Heading, TEXTS, st.integers(1, 3)),
    st.builds(Paragraph, st.lists(LINES, max_size=6).map(tuple), st.booleans()),
    st.builds(
        Table,
        st.lists(TEXTS, max_size=3).map(tuple),
        st.lists(st.lists(SPANS, max_size=3).map(tuple), max_size=4).map(tuple),
    ),
)
MESSAGES = st.builds(lambda blocks: Message(blocks=tuple(blocks)), st.lists(BLOCKS, max_size=8))


def html(*blocks: Heading | Paragraph | Table) -> list[str]:
    return marked(Message(blocks=blocks))


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_every_message_becomes_parts_that_the_server_reads_and_that_hold_all_its_words(message: Message) -> None:
    parts = marked(message)
    read = [read_html(part) for part in parts]
    assert all(units(part) <= LIMIT for part in parts)
    assert all(any(each.isprintable() and not each.isspace() for each in part.text) for part in read)
    assert [bare(part) for part in parts] == [part.text for part in read]
    if visible("".join(part.text for part in read)) != "…":
        assert visible("".join(part.text for part in read)) == words(message)


def test_each_block_has_its_dress() -> None:
    [part] = marked(EVERYTHING)
    assert part.split("\n") == [
        "<b>信创50ETF（560850）6连涨后首次回调</b>",
        "",
        "收盘 <b>1.430</b>，−1.31%",
        "· 净流入 +1572万元（暂估）",
        "　· second level <i>as of 02-10</i>",
        "",
        "<b>同类</b>",
        "代码  名称  换手率",
        "<code>560850</code>  信创50ETF  31.51%",
        "<code>562570</code>  信创ETF  2.10%",
        "",
        "<blockquote expandable>长尾一",
        "长尾二</blockquote>",
        "",
        "风险提示",
    ]


def test_an_empty_line_follows_the_title_and_none_a_section_heading() -> None:
    assert html(Heading("T", 1), paragraph("a"), Heading("S", 2), paragraph("b")) == ["<b>T</b>\n\na\n\n<b>S</b>\nb"]


def test_what_looks_like_markup_is_escaped() -> None:
    assert html(paragraph(line(strong("*ST <b>"), code("a&b")))) == ["<b>*ST &lt;b&gt;</b><code>a&amp;b</code>"]


@pytest.mark.parametrize(
    ("text", "shown"), [("as of 02-10", "<i>as of 02-10</i>"), ("暂估", "暂估"), ("（02-10）", "（02-10）")]
)
def test_italics_are_for_type_that_has_them(text: str, shown: str) -> None:
    assert html(paragraph(line(muted(text)))) == [shown]


def test_a_line_that_just_fits_is_not_cut() -> None:
    assert html(paragraph("a" * LIMIT)) == ["a" * LIMIT]


def test_a_line_one_character_longer_is_cut() -> None:
    assert html(paragraph("a" * (LIMIT + 1))) == ["a" * LIMIT, "a"]


def test_length_is_counted_in_utf16_units() -> None:
    assert [units(part) for part in html(paragraph("🙂" * LIMIT))] == [LIMIT, LIMIT]


def test_a_cut_line_keeps_its_style_on_both_sides() -> None:
    first, second = html(paragraph(line(strong("涨" * 5_000))))
    assert re.fullmatch(r"<b>涨+</b>", first)
    assert re.fullmatch(r"<b>涨+</b>", second)


def test_a_cut_point_of_a_list_has_its_mark_only_once() -> None:
    first, second = html(paragraph(line("涨" * 5_000, indent=1)))
    assert first.startswith("· ")
    assert not second.startswith("· ")


def test_lines_that_fit_stay_whole() -> None:
    lines = [f"{number:03} " + "信创" * 40 for number in range(200)]
    assert "\n".join(html(paragraph(*lines))).split("\n") == lines


def test_a_quotation_cut_in_two_is_closed_and_opened_again() -> None:
    parts = html(paragraph(*("跌" * 400 for _ in range(20)), folded=True))
    assert len(parts) == 2
    assert all(part.startswith("<blockquote expandable>") and part.endswith("</blockquote>") for part in parts)
    assert all(part.count("<blockquote") == 1 for part in parts)


def test_a_heading_goes_with_its_first_line_into_the_next_part() -> None:
    first, second = html(paragraph(*("a" * 100 for _ in range(40))), Heading("S"), paragraph("b" * 100))
    assert "S" not in first
    assert second == "<b>S</b>\n" + "b" * 100


def test_a_heading_stays_while_its_first_line_fits() -> None:
    assert len(html(paragraph(*("a" * 100 for _ in range(35))), Heading("S"), paragraph("b" * 100))) == 1


def test_a_heading_whose_line_fills_a_part_does_not_overflow_it() -> None:
    parts = html(paragraph("a"), Heading("S" * 100), paragraph("b" * LIMIT))
    assert [units(part) <= LIMIT for part in parts] == [True] * len(parts)


@pytest.mark.parametrize("blocks", [(), (paragraph(),), (paragraph("", " \t", "\u200b"),), (Heading(""),)])
def test_a_message_without_ink_still_says_something(blocks: tuple[Heading | Paragraph, ...]) -> None:
    assert html(*blocks) == ["…"]
