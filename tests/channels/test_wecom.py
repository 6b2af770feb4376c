"""企业微信: what a group sees, what each refusal means, and a key that nobody ever reads."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Part
from bot.channels.wecom import PICTURE_BYTES_MAX, WecomChannel
from bot.channels.wecom_markup import LIMIT_BYTES, as_html, bare, marked, size_bytes
from bot.deliveries import Address, SendFailedError
from bot.messages.model import Heading, Message, Picture, Span, Style, Table, code, line, muted, paragraph, strong
from tests.channels.messages import PNG
from tests.fakes.wecom import KEY, WecomServer, counts

pytestmark = pytest.mark.anyio

GROUP = Address("研究群")


@pytest.fixture
async def server(anyio_backend: str) -> AsyncIterator[WecomServer]:
    async with WecomServer() as made:
        yield made


@pytest.fixture
async def wecom(server: WecomServer) -> AsyncIterator[WecomChannel]:
    channel = WecomChannel({"研究群": KEY, "旧群": "gone"}, base_url=server.base_url)
    yield channel
    await channel.aclose()


async def _tell(wecom: WecomChannel, message: Message) -> None:
    for part in wecom.render(message):
        assert await wecom.send(GROUP, part) == ""


async def _refused(wecom: WecomChannel, address: Address = GROUP) -> SendFailedError:
    with pytest.raises(SendFailedError) as raised:
        await wecom.send(address, Part(markup="x"))
    assert KEY not in repr(raised.value)
    assert raised.value.__cause__ is None
    return raised.value


def test_styles_become_the_three_colours_and_signs_that_read_alike() -> None:
    message = Message(
        blocks=(
            Heading("信创50ETF 提醒", 1),
            paragraph(
                line("涨 ", Span("+1.2%", Style.UP), " 跌 ", Span("−3%", Style.DOWN), muted("（暂估）")),
                line(strong("*ST <b>"), " ", code("56`0850"), indent=1),
                line("# 不是标题"),
                line("1. 不是列表"),
            ),
            Heading("同类"),
            Table(("代码", "换手"), ((code("560850"), Span("31.5%")),)),
        )
    )
    assert "".join(marked(message)) == (
        "### 信创50ETF 提醒\n"
        '涨 <font color="warning">+1.2%</font> 跌 <font color="info">−3%</font><font color="comment">（暂估）</font>\n'
        "· **＊ST ＜b＞** `56｀0850`\n"
        "\u200b# 不是标题\n"
        "\u200b1. 不是列表\n\n"
        "**同类**\n"
        '<font color="comment">代码</font>  <font color="comment">换手</font>\n'
        "`560850`  31.5%"
    )


SPANS = st.builds(Span, st.text(max_size=300), st.sampled_from(Style))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(SPANS, max_size=5), max_size=30))
def test_whatever_people_and_funds_are_called_the_server_takes_every_part(lines: list[list[Span]]) -> None:
    parts = marked(Message(blocks=(paragraph(*(line(*spans) for spans in lines)),)))
    assert all(0 < size_bytes(part) <= LIMIT_BYTES and bare(part).strip() for part in parts)


async def test_pictures_stand_where_they_stood(wecom: WecomChannel, server: WecomServer) -> None:
    picture = Picture(PNG, "过去60日")
    await _tell(wecom, Message(blocks=(Heading("研究", 1), picture, paragraph("说明"))))
    assert [one["msgtype"] for one in server.taken] == ["markdown", "image", "markdown"]


async def test_a_picture_that_is_too_large_is_told_in_words(wecom: WecomChannel, server: WecomServer) -> None:
    await _tell(wecom, Message(blocks=(Picture(PNG + bytes(PICTURE_BYTES_MAX), "过去60日"),)))
    assert counts(server) == {"markdown": 1}


async def test_too_fast_means_a_minute(wecom: WecomChannel, server: WecomServer) -> None:
    server.faults = [{"errcode": 45009, "errmsg": f"api freq out of limit, key {KEY}"}]
    failure = await _refused(wecom)
    assert (failure.retry_after_seconds, failure.permanent) == (60.0, False)


async def test_a_robot_that_was_removed_or_never_set_up_is_asked_no_more(wecom: WecomChannel) -> None:
    assert (await _refused(wecom, Address("旧群"))).permanent
    assert (await _refused(wecom, Address("别的群"))).permanent


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=502, text="bad gateway"),
        web.Response(text="<html>"),
        web.Response(text="[1]"),
        web.Response(text="{}"),
    ],
)
async def test_an_answer_that_says_nothing_is_tried_again(
    wecom: WecomChannel, server: WecomServer, answer: web.Response
) -> None:
    server.faults = [answer]
    failure = await _refused(wecom)
    assert (failure.permanent, failure.retry_after_seconds) == (False, None)
    assert await wecom.send(GROUP, Part(markup="x")) == ""


async def test_nobody_at_the_address_is_no_loss() -> None:
    wecom = WecomChannel({"研究群": KEY}, base_url="http://127.0.0.1:1")
    assert not (await _refused(wecom)).permanent
    await wecom.aclose()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="base_url"):
        WecomChannel({}, base_url="ftp://x")


async def test_a_robot_gets_twenty_a_minute(wecom: WecomChannel) -> None:
    for _ in range(20):
        async with wecom.limiter.turn("研究群", 1):
            pass
    assert not wecom.limiter.waiting
    async with wecom.limiter.turn("旧群", 1):
        pass


def test_a_preview_shows_what_a_reader_sees_and_escapes_the_rest() -> None:
    assert as_html('### 题\n· **粗** `5` <font color="warning">+1%</font> ＜b＞ a&b <i>') == (
        '<b>题</b>\n· <b>粗</b> <code>5</code> <span class="up">+1%</span> ＜b＞ a&amp;b &lt;i&gt;'
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"errcode": []}',
        b'{"errcode": {}}',
        b'{"errcode": "0"}',
        b"a" * 200_000,
        b'{"errmsg": 1}',
        b"",
    ],
    ids=lambda body: str(body[:16]),
)
async def test_an_answer_of_another_shape_is_a_failed_send(body: bytes) -> None:
    async with WecomServer() as server:
        channel = WecomChannel({"研究群": KEY}, base_url=server.base_url)
        server.faults = [web.Response(body=body)]
        with pytest.raises(SendFailedError) as caught:
            await channel.send(Address("研究群"), Part(markup="x"))
        assert not caught.value.permanent
        await channel.aclose()
