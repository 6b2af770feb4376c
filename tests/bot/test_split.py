"""A message in parts of a channel's size: nothing lost, nothing cut that need not be, no heading left alone."""

import html
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.model import Heading, Line, Message, Paragraph, Span, Style, Table, line, paragraph, strong
from bot.messages.split import Piece, pack, pieces, split_line

EXAMPLES = settings(deadline=None, max_examples=300, derandomize=True, database=None)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def utf8(text: str) -> int:
    return len(text.encode())


def markup(one: Line) -> str:
    """HTML-like: each styled span costs its tags, and & < > cost their escapes."""
    return "".join(
        html.escape(span.text) if span.style is Style.PLAIN else f"<b>{html.escape(span.text)}</b>"
        for span in one.spans
    )


def laid(*blocks: Heading | Paragraph | Table) -> list[tuple[str, bool, bool]]:
    found = pieces(Message(blocks=blocks), lambda one: one.text.upper(), lambda one: one.text)
    return [(one.markup, one.opens, one.gap) for one in found]


def test_lines_of_a_paragraph_follow_each_other_and_paragraphs_stand_apart() -> None:
    assert laid(paragraph("a", "b"), paragraph("c")) == [("a", False, False), ("b", False, False), ("c", False, True)]


def test_a_heading_opens_and_its_first_line_stands_close() -> None:
    found = laid(paragraph("a"), Heading("h"), paragraph("b", "c"))
    assert found == [("a", False, False), ("H", True, True), ("b", False, False), ("c", False, False)]


def test_a_message_does_not_begin_with_a_blank_line() -> None:
    assert laid(Heading("h"), paragraph("a"))[0] == ("H", True, False)


def test_a_row_of_a_table_is_a_line() -> None:
    table = Table(("基金", "溢价"), ((Span("560850"), Span("0.56%")), (Span("159590"), Span("0.18%"))))
    assert laid(paragraph("a"), table)[1:] == [("560850  0.56%", False, True), ("159590  0.18%", False, False)]


def test_a_row_keeps_its_styles() -> None:
    table = Table(("a", "b"), ((strong("x"), Span("y")),))
    (only,) = pieces(Message(blocks=(table,)), lambda one: one.text, markup)
    assert only.markup == "<b>x</b>  y"


def cut(one: Line, room: int, size: Callable[[str], int] = len) -> list[Line]:
    return split_line(one, room, lambda part: size(markup(part)))


def test_a_line_that_fits_is_not_cut() -> None:
    one = line("abc", strong("def"))
    assert cut(one, 13) == [one]


def test_a_line_that_does_not_is_cut_and_keeps_its_styles_on_both_sides() -> None:
    parts = cut(line("ab", strong("cdef")), 11)
    assert [markup(part) for part in parts] == ["ab<b>cd</b>", "<b>ef</b>"]


def test_a_cut_keeps_the_depth_of_the_line() -> None:
    assert [part.indent for part in cut(line("abcd", indent=1), 2)] == [1, 1]


def test_an_escape_is_never_cut() -> None:
    assert [markup(part) for part in cut(line("a&b"), 6)] == ["a&amp;", "b"]


def test_a_part_that_cannot_hold_one_character_is_an_error() -> None:
    with pytest.raises(ValueError, match="single character"):
        cut(line("&&"), 4)


def test_a_line_of_many_thousand_characters_is_cut_too() -> None:
    assert len(cut(line("涨" * 20_000), 10)) == 2_000


lines = st.builds(
    lambda spans, indent: Line(tuple(spans), indent),
    st.lists(
        st.builds(Span, st.text("ab&<涨😀", min_size=1, max_size=12), st.sampled_from([Style.PLAIN, Style.STRONG]))
    ),
    st.integers(0, 2),
)


@EXAMPLES
@given(one=lines, room=st.integers(15, 60), size=st.sampled_from([len, utf16, utf8]))
def test_every_part_of_a_line_fits_and_nothing_is_lost(one: Line, room: int, size: Callable[[str], int]) -> None:
    parts = cut(one, room, size)
    assert "".join(part.text for part in parts) == one.text
    assert all(size(markup(part)) <= room for part in parts)
    assert all(part.text for part in parts) or len(parts) == 1


def whole(*texts: str) -> list[Piece]:
    """Pieces in short: `#` opens, a leading blank asks for a blank line before it."""
    return [Piece(text.strip(), opens=text.strip().startswith("#"), gap=text.startswith(" ")) for text in texts]


def test_what_fits_is_one_part() -> None:
    assert pack(whole("#h", "a", " b"), 99, len) == ["#h\na\n\nb"]


def test_nothing_is_no_part() -> None:
    assert pack([], 99, len) == []


def test_a_part_is_filled_before_the_next_begins() -> None:
    assert pack(whole("aaa", "bbb", "ccc"), 7, len) == ["aaa\nbbb", "ccc"]


def test_a_part_of_exactly_the_limit_is_one() -> None:
    assert pack(whole("aaa", "bbb"), 7, len) == ["aaa\nbbb"]


def test_a_blank_line_does_not_open_a_part() -> None:
    assert pack(whole("aaaa", " bbb"), 7, len) == ["aaaa", "bbb"]


def test_a_heading_goes_with_the_line_after_it() -> None:
    assert pack(whole("aaa", " #h", "bbb"), 8, len) == ["aaa", "#h\nbbb"]


def test_two_headings_go_together_with_the_line_after_them() -> None:
    assert pack(whole("aaa", " #1", "#2", "bbb"), 12, len) == ["aaa", "#1\n#2\nbbb"]


def test_a_heading_that_was_carried_over_does_not_make_the_part_too_long() -> None:
    parts = pack(whole("aaa", " #head", "bbbbbbbb"), 10, len)
    assert all(len(part) <= 10 for part in parts)
    assert "\n".join(parts).replace("\n\n", "\n") == "aaa\n#head\nbbbbbbbb"


texts = st.lists(
    st.builds(
        lambda kind, text: kind + text,
        st.sampled_from(["", "", "", " ", "#", " #"]),
        st.text("ab涨", min_size=1, max_size=6),
    ),
    max_size=12,
)


@EXAMPLES
@given(texts=texts, limit=st.integers(8, 30), size=st.sampled_from([len, utf8]))
def test_parts_hold_every_piece_in_order_within_the_limit(
    texts: list[str], limit: int, size: Callable[[str], int]
) -> None:
    told = [one for one in whole(*texts) if size(one.markup) <= limit]
    parts = pack(told, limit, size)
    assert [one for part in parts for one in part.split("\n") if one] == [one.markup for one in told]
    assert all(size(part) <= limit for part in parts)


@EXAMPLES
@given(texts=texts, limit=st.integers(24, 40))
def test_no_part_that_another_follows_ends_with_a_heading(texts: list[str], limit: int) -> None:
    """Where a heading, one more and a line fit into one part."""
    short = [text for at, text in enumerate(texts) if "#" not in text or at == 0 or "#" not in texts[at - 1]]
    parts = pack(whole(*short), limit, len)
    assert not any(part.split("\n")[-1].startswith("#") for part in parts[:-1])
