"""Telegram's sending side against a real server: what people see, and what each refusal means."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.base import Part
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address, Delivery, SendFailedError, State, after_failure
from bot.messages.model import Button, Heading, Message, Picture, paragraph
from tests.channels.messages import EVERYTHING, HARD, PNG, visible, words
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import Fault, broken, flooded, garbage, refused, reset, slow

pytestmark = pytest.mark.anyio

LI, GROUP = 7001, -1001234
NOW = datetime(2025, 2, 11, 10, 21, tzinfo=UTC)


async def failure(channel: TelegramChannel, chat: int = LI, part: Part | None = None) -> SendFailedError:
    with pytest.raises(SendFailedError) as raised:
        await channel.send(Address(str(chat)), part or Part(markup="<b>a</b>"))
    return raised.value


async def test_a_message_arrives_as_people_should_see_it(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    [part] = telegram.render(EVERYTHING)
    remote_id = await telegram.send(Address(str(LI)), part)
    [seen] = api.sent(LI)
    assert remote_id == str(seen.id)
    assert seen.text.startswith("信创50ETF（560850）6连涨后首次回调\n\n收盘 1.430，−1.31%\n· 净流入")
    assert seen.buttons == (
        ({"text": "详情", "callback_data": "c|/etf 560850"},),
        ({"text": "关注", "callback_data": "c|/add 560850"}, {"text": "Stop", "callback_data": "c|/stop"}),
    )
    assert (seen.silent, seen.preview, seen.thread) == (False, False, None)


@pytest.mark.parametrize("name", HARD)
async def test_hard_messages_arrive_whole_and_in_order(api: BotApi, telegram: TelegramChannel, name: str) -> None:
    api.open(LI)
    for part in telegram.render(HARD[name]):
        await telegram.send(Address(str(LI)), part)
    assert visible("".join(seen.text for seen in api.sent(LI))) == (words(HARD[name]) or "…")


async def test_a_long_message_has_its_buttons_below_and_one_sound(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    for part in telegram.render(replace(HARD["many lines"], buttons=EVERYTHING.buttons)):
        await telegram.send(Address(str(LI)), part)
    *above, last = api.sent(LI)
    assert len(above) >= 2
    assert last.labels == ["详情", "关注", "Stop"]
    assert not any(seen.buttons for seen in above)
    assert [seen.silent for seen in api.sent(LI)] == [False] + [True] * len(above)


async def test_a_silent_message_makes_no_sound_at_all(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    [part] = telegram.render(replace(EVERYTHING, silent=True))
    await telegram.send(Address(str(LI)), part)
    assert api.sent(LI)[0].silent


async def test_a_correction_is_a_reply_to_what_it_corrects(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    first = await telegram.send(Address(str(LI)), Part(markup="a"))
    await telegram.send(Address(str(LI)), Part(markup="b", answers=first))
    await telegram.send(Address(str(LI)), Part(markup="c", picture=PNG, answers=first))
    assert [seen.answers for seen in api.sent(LI)] == [None, int(first), int(first)]


async def test_what_it_corrects_may_be_gone(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    await telegram.send(Address(str(LI)), Part(markup="b", answers="4711"))
    assert [(seen.text, seen.answers) for seen in api.sent(LI)] == [("b", None)]


async def test_a_topic_is_written_to(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(GROUP, topics=(7, 9))
    await telegram.send(Address(str(GROUP), "9"), Part(markup="a"))
    assert [seen.thread for seen in api.sent(GROUP)] == [9]


async def test_a_channel_is_written_to_by_its_name(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(-1009, kind="channel", name="etf_flow_news")
    await telegram.send(Address("@etf_flow_news"), Part(markup="a"))
    assert [seen.text for seen in api.sent(-1009)] == ["a"]


async def test_plain_text_is_sent_as_it_is(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    await telegram.send(Address(str(LI)), Part(markup="*ST <b> & _x_", plain=True))
    assert [(seen.text, seen.html) for seen in api.sent(LI)] == [("*ST <b> & _x_", False)]


async def test_a_command_of_64_bytes_fits_a_button(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    fits = "/" + "a" * 61
    await telegram.send(Address(str(LI)), Part(markup="a", buttons=((Button("fits", fits),),)))
    assert api.sent(LI)[0].data("fits") == f"c|{fits}"


async def test_a_longer_command_is_left_out_and_logged(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    api.open(LI)
    buttons = ((Button("too long", "/" + "a" * 62), Button("ok", "/help")), (Button("中文", "/" + "基" * 21),))
    await telegram.send(Address(str(LI)), Part(markup="a", buttons=buttons))
    assert api.sent(LI)[0].labels == ["ok"]
    assert capsys.readouterr().out.count("button left out") == 2


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot is not a member of the channel chat",
        "Forbidden: bot can't initiate conversation with a user",
        "Bad Request: chat not found",
        "Bad Request: group chat was deactivated",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: USER_IS_BLOCKED",
        "Bad Request: CHANNEL_PRIVATE",
        "Bad Request: have no rights to send a message",
        "Bad Request: group chat was upgraded to a supergroup chat",
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: the group chat was deleted",
    ],
)
async def test_a_chat_that_is_gone_is_permanent(api: BotApi, telegram: TelegramChannel, description: str) -> None:
    api.open(LI)
    api.fail("sendMessage", refused(403 if description.startswith("Forbidden") else 400, description))
    error = await failure(telegram)
    assert (error.permanent, error.markup, error.moved_to, error.retry_after_seconds) == (True, False, None, None)
    assert str(error).casefold() in description.casefold()


@pytest.mark.parametrize(
    "fault",
    [
        broken(500),
        broken(502),
        broken(504),
        garbage(b""),
        garbage(b"<html>a portal of the hotel</html>"),
        garbage(b"null"),
        garbage(b"[]"),
        garbage(b"{}"),
        garbage(b"\xff\xfe", status=503),
        reset(),
        refused(400, "Bad Request: something new"),
        refused(401, "Unauthorized"),
        refused(404, "Not Found"),
        refused(500, "Internal Server Error: restart"),
    ],
)
async def test_anything_else_may_pass(api: BotApi, telegram: TelegramChannel, fault: Fault) -> None:
    api.open(LI)
    api.fail("sendMessage", fault)
    error = await failure(telegram)
    assert (error.permanent, error.markup, error.moved_to, error.retry_after_seconds) == (False, False, None, None)
    assert 0 < len(str(error)) <= 240
    await telegram.send(Address(str(LI)), Part(markup="the next one"))
    assert [seen.text for seen in api.sent(LI)] == ["the next one"]


async def test_a_server_that_is_not_there_may_come_back() -> None:
    async with BotApi() as api:
        gone = TelegramChannel(api.token, base_url=api.base_url)
    error = await failure(gone)
    assert not error.permanent
    await gone.aclose()


async def test_a_silent_server_is_not_waited_for_for_ever(api: BotApi) -> None:
    hasty = TelegramChannel(api.token, base_url=api.base_url, read_timeout_seconds=0.05)
    api.open(LI)
    api.fail("sendMessage", slow(30))
    assert "Timed" in str(await failure(hasty))
    assert api.sent(LI) == []
    await hasty.aclose()


async def test_a_named_waiting_time_is_handed_on(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    api.fail("sendMessage", flooded(17))
    error = await failure(telegram)
    assert (error.retry_after_seconds, error.permanent) == (17.0, False)


async def test_a_chat_that_moved_is_named(api: BotApi, telegram: TelegramChannel) -> None:
    api.move(-55, to=GROUP)
    error = await failure(telegram, -55)
    assert (error.moved_to, error.permanent) == (Address(str(GROUP)), False)


@pytest.mark.parametrize("markup", ["<b>a", "a</i>", "<b><i>a</b></i>", "a < b", "<font>a</font>", "a" * 4_097])
async def test_markup_that_the_server_cannot_read_is_our_defect(
    api: BotApi, telegram: TelegramChannel, markup: str
) -> None:
    api.open(LI)
    error = await failure(telegram, part=Part(markup=markup))
    assert (error.markup, error.permanent) == (True, False)


async def test_a_message_that_is_there_already_is_a_success(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    api.fail("sendMessage", refused(400, "Bad Request: message is not modified: specified new message content"))
    assert await telegram.send(Address(str(LI)), Part(markup="a")) == ""


class Careless(TelegramChannel):
    """Forgets to escape."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [
            part if plain else replace(part, markup=part.markup.replace("&lt;", "<"))
            for part in super().render(message, plain=plain)
        ]


async def test_refused_markup_goes_out_as_plain_text_from_where_it_stopped(api: BotApi) -> None:
    careless = Careless(api.token, base_url=api.base_url)
    api.open(LI)
    message = Message(blocks=(paragraph("a" * 4_090), paragraph("*ST <b & co"), paragraph("b" * 200)))
    delivery = Delivery(
        id=1,
        batch="b",
        subscription_id=1,
        channel="telegram",
        address=Address(str(LI)),
        message=message,
        attempts=1,
        parts_sent=0,
    )
    states: list[State] = []
    while not states or states[-1] is State.PENDING:
        try:
            for part in careless.render(delivery.message, plain=delivery.plain)[delivery.parts_sent :]:
                await careless.send(delivery.address, part)
                delivery = replace(delivery, parts_sent=delivery.parts_sent + 1)
        except SendFailedError as error:
            outcome = after_failure(delivery, error, NOW)
            delivery = replace(delivery, attempts=delivery.attempts + 1, plain=outcome.plain)
            states.append(outcome.state)
        else:
            states.append(State.SENT)
    assert states == [State.PENDING, State.SENT]
    assert [(seen.text, seen.html) for seen in api.sent(LI)] == [
        ("a" * 4_090, True),
        ("*ST <b & co\n\n" + "b" * 200, False),
    ]
    await careless.aclose()


async def test_the_bot_knows_its_name(telegram: TelegramChannel) -> None:
    assert await telegram.whoami() == "etf_flow_bot"


@pytest.mark.parametrize(
    ("fault", "why"), [(refused(401, "Unauthorized"), "token"), (broken(), "Bad Gateway"), (reset(), "Server")]
)
async def test_a_name_that_cannot_be_asked_for_says_why(
    api: BotApi, telegram: TelegramChannel, fault: Fault, why: str
) -> None:
    api.fail("getMe", fault)
    with pytest.raises(SendFailedError, match=why) as raised:
        await telegram.whoami()
    assert not raised.value.permanent


PICTURE = Picture(PNG, "上涨比例与基准")


async def test_a_picture_carries_the_words_before_it(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    message = Message(blocks=(Heading("研究", 1), paragraph("出现 212 次"), PICTURE, paragraph("历史统计")))
    for part in telegram.render(replace(message, buttons=EVERYTHING.buttons)):
        await telegram.send(Address(str(LI)), part)
    photo, text = api.sent(LI)
    assert len(photo.files) == 1
    assert photo.text == "研究\n\n出现 212 次\n\n上涨比例与基准"
    assert (photo.source.startswith("<b>研究</b>"), photo.labels) == (True, [])
    assert (text.files, text.text, text.silent) == ((), "历史统计", True)
    assert text.labels == ["详情", "关注", "Stop"]


async def test_a_picture_at_the_end_has_the_buttons(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    for part in telegram.render(Message(blocks=(PICTURE,), buttons=EVERYTHING.buttons)):
        await telegram.send(Address(str(LI)), part)
    [photo] = api.sent(LI)
    assert (photo.text, photo.labels) == ("上涨比例与基准", ["详情", "关注", "Stop"])


async def test_what_no_caption_can_hold_goes_ahead_as_text(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    for part in telegram.render(Message(blocks=(paragraph("涨" * 1020), PICTURE))):
        await telegram.send(Address(str(LI)), part)
    text, photo = api.sent(LI)
    assert (text.files, text.text) == ((), "涨" * 1020)
    assert photo.text == "上涨比例与基准"


async def test_a_caption_whose_markup_is_refused_goes_on_plain(api: BotApi, telegram: TelegramChannel) -> None:
    message = Message(blocks=(paragraph("a & b"), PICTURE))
    marked, bare = telegram.render(message), telegram.render(message, plain=True)
    assert [one.picture for one in bare] == [one.picture for one in marked] == [PNG]
    assert bare[0].markup == "a & b\n\n上涨比例与基准"


async def test_a_picture_goes_into_a_topic_silently_if_it_should(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(GROUP, topics=(5,))
    [part] = telegram.render(Message(blocks=(PICTURE,), silent=True))
    await telegram.send(Address(str(GROUP), "5"), part)
    [photo] = api.sent(GROUP)
    assert (photo.thread, photo.silent) == (5, True)
