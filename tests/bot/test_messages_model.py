"""Messages as neutral blocks, and as plain data that outlives the process."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.model import (
    Button,
    Heading,
    Line,
    Message,
    Paragraph,
    Picture,
    Span,
    Style,
    Table,
    brought_back,
    code,
    from_json,
    line,
    muted,
    paragraph,
    picture_names,
    plain,
    put_aside,
    strong,
    to_json,
)
from bot.messages.shelf import Shelf

EXAMPLES = settings(deadline=None, max_examples=150, derandomize=True, database=None)


def test_bare_text_in_a_line_is_plain() -> None:
    assert line("涨", strong("6%"), indent=1) == Line((Span("涨"), Span("6%", Style.STRONG)), 1)


def test_the_words_of_a_line_are_those_of_its_spans() -> None:
    assert line("涨", strong("6%"), muted("（净值）")).text == "涨6%（净值）"


def test_each_style_has_its_word() -> None:
    assert [one.style for one in (strong("a"), muted("a"), code("a"))] == [Style.STRONG, Style.MUTED, Style.CODE]


def test_a_paragraph_takes_lines_and_text() -> None:
    assert paragraph("a", line("b"), folded=True) == Paragraph((line("a"), line("b")), folded=True)


def test_a_plain_text_is_one_paragraph_of_its_lines() -> None:
    assert plain("a\nb") == Message(blocks=(paragraph("a", "b"),))


spans = st.builds(Span, st.text(max_size=8), st.sampled_from(Style))
some_lines = st.builds(lambda row, indent: Line(tuple(row), indent), st.lists(spans, max_size=3), st.integers(0, 2))
blocks = st.one_of(
    st.builds(Heading, st.text(max_size=8), st.integers(1, 3)),
    st.builds(lambda rows, folded: Paragraph(tuple(rows), folded), st.lists(some_lines, max_size=3), st.booleans()),
    st.builds(
        lambda header, rows: Table(tuple(header), tuple(map(tuple, rows))),
        st.lists(st.text(max_size=4), max_size=2),
        st.lists(st.lists(spans, max_size=2), max_size=2),
    ),
    st.builds(Picture, st.binary(max_size=8), st.text(max_size=8), st.binary(max_size=8)),
)
buttons = st.lists(st.lists(st.builds(Button, st.text(max_size=4), st.text(max_size=6)), max_size=2), max_size=2)
messages = st.builds(
    lambda all_blocks, rows, silent: Message(blocks=tuple(all_blocks), buttons=tuple(map(tuple, rows)), silent=silent),
    st.lists(blocks, max_size=4),
    buttons,
    st.booleans(),
)


@EXAMPLES
@given(message=messages)
def test_a_message_survives_as_json(message: Message) -> None:
    assert from_json(json.loads(json.dumps(to_json(message)))) == message


@EXAMPLES
@given(message=messages)
def test_pictures_that_are_put_aside_come_back(message: Message) -> None:
    named = [replace(one, png=b"P" + one.png) if isinstance(one, Picture) else one for one in message.blocks]
    whole, shelf = replace(message, blocks=tuple(named)), Shelf()
    stored = json.loads(json.dumps(to_json(whole, shelf)))
    assert from_json(stored, shelf.contents) == whole
    assert put_aside(to_json(whole), Shelf()) == stored
    assert brought_back(stored, shelf.contents) == to_json(whole)
    assert picture_names(stored) == {*shelf.contents}


def test_a_picture_that_is_lost_reads_as_its_words() -> None:
    message, shelf = Message(blocks=(Picture(b"light", "what is seen", b"dark"),)), Shelf()
    stored = to_json(message, shelf)
    assert from_json(stored) == Message(blocks=(paragraph(line(muted("what is seen"))),))
    without_dark = {name: png for name, png in shelf.contents.items() if png == b"light"}
    assert from_json(stored, without_dark) == Message(blocks=(Picture(b"light", "what is seen"),))


def test_a_shelf_holds_each_picture_once() -> None:
    shelf = Shelf()
    assert len({shelf.put(bytes([one % 2])) for one in range(9)}) == len(shelf.contents) == 2
    assert shelf.put(b"") == ""


def test_data_that_is_no_message_is_left_as_it_is() -> None:
    said = {"text": "/etf 560850"}
    assert put_aside(said, Shelf()) is said
    assert brought_back(said, {}) is said
    assert picture_names(said) == set()


@EXAMPLES
@given(message=messages)
def test_a_message_is_a_value(message: Message) -> None:
    assert hash(message) == hash(from_json(to_json(message)))


GOOD: dict[str, Any] = to_json(Message(blocks=(Heading("h"), paragraph("a")), buttons=((Button("b", "/b"),),)))


@pytest.mark.parametrize("missing", ["blocks", "buttons", "silent"])
def test_data_without_one_of_its_parts_is_refused(missing: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_json({key: value for key, value in GOOD.items() if key != missing})


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"heading": "h"},
        {"header": ["a"]},
        {"lines": [{"spans": [["a", "plain"]], "indent": 0}]},
        {"lines": [{"spans": [["a", "italic"]], "indent": 0}], "folded": False},
        {"lines": [{"spans": [["a"]], "indent": 0}], "folded": False},
    ],
)
def test_a_block_that_is_none_is_refused(block: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_json({**GOOD, "blocks": [block]})


@pytest.mark.parametrize("broken", [{"buttons": [[["only a label"]]]}, {"blocks": None}, {"buttons": 7}])
def test_data_of_another_shape_is_refused_in_the_same_way(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_json({**GOOD, **broken})


def test_a_picture_knows_its_size() -> None:
    header = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (1080).to_bytes(4) + (1400).to_bytes(4)
    assert Picture(header, "a picture").size == (1080, 1400)


def test_a_picture_is_not_printed_with_its_bytes() -> None:
    assert "PNG" not in repr(Picture(b"\x89PNG", "rises"))


@pytest.mark.parametrize("seldom", [{}, {"rich": True}, {"pinned": True}, {"rich": True, "pinned": True}])
def test_tables_and_pins_come_back_and_take_no_room_where_they_are_not_wanted(seldom: dict[str, bool]) -> None:
    message = Message(blocks=(paragraph("a"),), **seldom)
    told = to_json(message)
    assert {name: told[name] for name in ("rich", "pinned") if name in told} == seldom
    assert from_json(json.loads(json.dumps(told))) == message
