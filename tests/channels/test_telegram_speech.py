"""Who is heard on Telegram, and where he is answered."""

import pytest

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address
from tests.channels.talking import Echo, heard_before, served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import person
from tests.fakes.bot_api_faults import refused

pytestmark = pytest.mark.anyio

LI, WANG, GROUP = 7001, 7002, -1001234


async def test_a_command_in_is_an_answer_out(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [answer] = await api.ask(LI, "/etf 560850", language="zh-hans")
    assert answer.text == "听到：/etf 560850"
    assert echo.heard == [
        Incoming(
            channel="telegram",
            address=Address(str(LI)),
            text="/etf 560850",
            language="zh-hans",
            speaker=Speaker(str(LI), "Li"),
            title="Li",
        )
    ]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("/etf@etf_flow_bot 560850", "/etf 560850"),
        ("/etf@ETF_Flow_Bot", "/etf"),
        ("  560850 ", "560850"),
        ("大盘怎么样", "大盘怎么样"),
        ("/start sub_510300_zh", "/start sub_510300_zh"),
        ("/关注 560850", "/关注 560850"),
        ("<b>&", "<b>&"),
    ],
)
async def test_in_private_everything_is_heard(api: BotApi, telegram: TelegramChannel, said: str, heard: str) -> None:
    echo = Echo()
    async with served(telegram, echo):
        await api.ask(LI, said, language="")
    assert (echo.texts, echo.heard[0].language) == ([heard], "")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("/etf 560850", "/etf 560850"),
        ("/etf@etf_flow_bot 560850", "/etf 560850"),
        ("etf 560850", "etf 560850"),
        ("ETF 560850", "ETF 560850"),
        ("基金 560850", "基金 560850"),
        ("基金560850", "基金560850"),
        ("查询 560850", "查询 560850"),
        ("@etf_flow_bot 560850", "560850"),
        ("560850 呢 @ETF_flow_bot", "560850 呢"),
    ],
)
async def test_in_a_group_the_bot_hears_what_is_meant_for_it(
    api: BotApi, telegram: TelegramChannel, said: str, heard: str
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        await api.ask(GROUP, said, by=LI)
    assert echo.texts == [heard]
    assert echo.heard[0].address == Address(str(GROUP))


@pytest.mark.parametrize(
    "said",
    [
        "560850",
        "大家好",
        "etfs are fine",
        "基金不错",
        "560850基金",
        "/etf@other_bot 560850",
        "@etf_flow_bots hi",
        "mail@etf_flow_bot.cn",
        "see /etf",
    ],
)
async def test_in_a_group_the_bot_overhears_nothing(api: BotApi, telegram: TelegramChannel, said: str) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.say(GROUP, said, by=LI)
        assert await heard_before(api, echo, GROUP) == []


async def test_an_answer_to_the_bot_is_meant_for_it(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(GROUP, "/etf 560850", by=LI)
        await api.ask(GROUP, "再说一遍", by=WANG, answering=card)
    assert echo.texts == ["/etf 560850", "再说一遍"]


async def test_a_line_in_a_topic_that_the_bot_opened_is_no_answer_to_it(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    room = api.open(GROUP, topics=(7,))
    opening = room.heard("", api.me, 7, None) | {"forum_topic_created": {"name": "ETF", "icon_color": 1}}
    del opening["text"]
    async with served(telegram, echo):
        api.updates.push({"message": room.heard("大家好", person(LI), 7, opening)})
        assert await heard_before(api, echo, GROUP) == []


async def test_posts_of_a_linked_channel_and_of_other_bots_are_left_alone(
    api: BotApi, telegram: TelegramChannel
) -> None:
    echo = Echo()
    room = api.open(GROUP)
    async with served(telegram, echo):
        forwarded = room.heard("/etf 1", person(777000), None, None)
        api.updates.push({"message": forwarded | {"is_automatic_forward": True}})
        api.updates.push({"message": room.heard("/etf 2", person(55) | {"is_bot": True}, None, None)})
        assert await heard_before(api, echo, GROUP) == []


async def test_an_administrator_who_hides_his_name_is_heard(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    room = api.open(GROUP)
    async with served(telegram, echo):
        hidden = room.heard("/etf 1", person(1087968824) | {"is_bot": True}, None, None)
        api.updates.push({"message": hidden | {"sender_chat": room.as_json}})
        assert await heard_before(api, echo, GROUP) == ["/etf 1"]


async def test_an_answer_goes_into_the_topic_of_the_question(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    api.open(GROUP, topics=(7,))
    async with served(telegram, echo):
        [answer] = await api.ask(GROUP, "/etf 560850", by=LI, thread=7)
    assert answer.thread == 7
    assert echo.heard[0].address == Address(str(GROUP), "7")


async def test_a_thread_of_replies_is_no_topic(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [answer] = await api.ask(GROUP, "/etf 560850", by=LI, thread=3)
    assert answer.thread is None
    assert echo.heard[0].address == Address(str(GROUP))


async def test_what_is_edited_is_not_said_again(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        await api.ask(LI, "/etf 1")
        api.edit(LI, "/etf 2")
        edited = api.open(LI).heard("/etf 3", person(LI), None, None)
        api.updates.push({"edited_message": edited | {"edit_date": 1}}, always=True)
        assert await heard_before(api, echo, LI) == ["/etf 1"]


async def test_pictures_and_joins_are_passed_over(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        message = api.open(LI).heard("", person(LI), None, None)
        del message["text"]
        api.updates.push({"message": message | {"new_chat_title": "ETF"}})
        api.shut(WANG)
        assert await heard_before(api, echo, LI) == []


async def test_a_pressed_button_says_its_command(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(GROUP, "/etf 560850", by=LI)
        [more] = await api.press(card, "帮助", by=WANG, language="en")
    assert more.text == "听到：/help"
    assert echo.heard[1] == Incoming(
        channel="telegram",
        address=Address(str(GROUP)),
        text="/help",
        language="en",
        speaker=Speaker(str(WANG), "Li"),
        kind=ChatKind.GROUP,
        title="ETF",
        pressed=str(card.id),
    )
    assert len(api.acknowledged) == 1


@pytest.mark.parametrize("data", ["c|/stop", "x|/help", "/help", "c|", "c|/help ", "🙂"])
async def test_data_of_no_button_is_acknowledged_and_nothing_else(
    api: BotApi, telegram: TelegramChannel, data: str
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(LI, "/etf 560850")
        api.tap(card, data=data)
        assert await heard_before(api, echo, LI) == ["/etf 560850"]
        await api.until(lambda: api.acknowledged)


async def test_a_button_of_a_message_that_is_gone_does_nothing(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(LI, "/etf 560850")
        api.tap(card, "帮助", gone=True)
        assert await heard_before(api, echo, LI) == ["/etf 560850"]
        await api.until(lambda: api.acknowledged)


async def test_a_reader_of_a_channel_cannot_press_in_its_name(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    api.open(-1009, kind="channel", name="etf_flow_news")
    message = await echo(Incoming(channel="telegram", address=Address("-1009"), text="x"))
    for part in telegram.render(message):
        await telegram.send(Address("-1009"), part)
    async with served(telegram, echo):
        api.tap(api.sent(-1009)[0], "帮助", by=LI)
        assert await heard_before(api, echo, LI) == ["x"]


async def test_a_press_that_comes_late_still_counts(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(LI, "/etf 560850")
        api.fail("answerCallbackQuery", refused(400, "Bad Request: query is too old and response timeout expired"))
        await api.press(card, "帮助")
    assert echo.texts == ["/etf 560850", "/help"]


def posted(api: BotApi, text: str) -> None:
    """A channel says something; what it says has no person."""
    room = api.open(-1009, kind="channel", name="etf_flow_news")
    post = room.heard(text, person(LI), None, None) | {"sender_chat": room.as_json}
    del post["from"]
    api.updates.push({"channel_post": post})


async def test_a_command_in_a_channel_that_names_the_bot_comes_from_who_manages_it(
    api: BotApi, telegram: TelegramChannel
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        posted(api, "/subscribe@etf_flow_bot 1")
        [answer] = await api.answers(-1009)
    assert answer.text == "听到：/subscribe 1"
    [said] = echo.heard
    assert (said.kind, said.title, said.speaker) == (ChatKind.CHANNEL, "ETF", Speaker("", "ETF"))
    assert await said.may_set_up()


@pytest.mark.parametrize("said", ["/etf 560850", "etf 560850", "今天 @etf_flow_bot 说", "/etf@other_bot", "560850"])
async def test_everything_else_in_a_channel_is_for_its_readers(
    api: BotApi, telegram: TelegramChannel, said: str
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        posted(api, said)
        posted(api, "/help@etf_flow_bot")
        await api.answers(-1009)
    assert echo.texts == ["/help"]
