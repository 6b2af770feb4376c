"""Telegram's updates: of every kind that the bot listens to, with the right shape and with anything in it."""

from typing import Any

from hypothesis import strategies as st

from tests.fuzz.fuzzing import JUNK, TEXTS, mostly

Strategy = st.SearchStrategy[Any]

LINES = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "/start", "/help", "/etf 560850", "/start list_dividend", "/start sub_560850", "/admin lists", "/settings lang en",
            "/import save 1", "日报", "560850 159590", "/rule 溢价率 > 3%", "/manage 1", "@etf_flow_bot 帮助", "/help@etf_flow_bot",
        ]
    ),
)  # fmt: skip
IDS = st.sampled_from([7001, 7002, -1001234, -55, 0, 1, 2**40, -(2**40)])
KINDS = st.sampled_from(["private", "group", "supergroup", "channel", "sender", "planet"])


def part(needed: dict[str, Strategy], **more: Strategy) -> Strategy:
    """An object whose fields are mostly right."""
    return mostly(
        st.fixed_dictionaries(
            {name: mostly(one) for name, one in needed.items()},
            optional={name: mostly(one) for name, one in more.items()},
        )
    )


USERS = part(
    {"id": IDS, "is_bot": st.booleans(), "first_name": TEXTS},
    last_name=TEXTS, username=TEXTS, language_code=st.one_of(TEXTS, st.sampled_from(["zh-hans", "en", "ar"])),
)  # fmt: skip
CHATS = part({"id": IDS, "type": KINDS}, title=TEXTS, first_name=TEXTS, username=TEXTS, is_forum=st.booleans())
ENTITIES = st.lists(
    part({"type": st.sampled_from(["bot_command", "mention", "x"]), "offset": st.integers(-9, 99), "length": st.integers(-9, 99)}),
    max_size=3,
)  # fmt: skip
DOCUMENTS = part(
    {"file_id": TEXTS, "file_unique_id": TEXTS}, file_name=TEXTS, file_size=st.integers(-1, 2**40), mime_type=TEXTS
)
BUTTONS = part({"text": TEXTS}, callback_data=st.one_of(TEXTS, LINES.map("c|{}".format)), url=TEXTS)
KEYBOARDS = part({"inline_keyboard": st.lists(st.lists(BUTTONS, max_size=2), max_size=2)})
DATES = st.sampled_from([1_739_300_000, 0, -1, 10**30, 1e300])


def messages(depth: int = 1) -> Strategy:
    """A message, perhaps as an answer to another one."""
    before = {"reply_to_message": messages(depth - 1)} if depth else {}
    return part(
        {"message_id": st.integers(-1, 2**40), "date": DATES, "chat": CHATS, "from": USERS, "text": LINES},
        sender_chat=CHATS, caption=LINES, entities=ENTITIES, document=DOCUMENTS, message_thread_id=st.integers(-1, 2**33),
        is_topic_message=st.booleans(), is_automatic_forward=st.booleans(), migrate_to_chat_id=IDS,
        migrate_from_chat_id=IDS, via_bot=USERS, reply_markup=KEYBOARDS, new_chat_title=TEXTS, **before,
    )  # fmt: skip


MEMBERS = part(
    {"status": st.sampled_from(["creator", "administrator", "member", "restricted", "left", "kicked", "x"]), "user": USERS},
    until_date=DATES, is_anonymous=st.booleans(), can_be_edited=st.booleans(), is_member=st.booleans(),
)  # fmt: skip
PARTS: dict[str, Strategy] = {
    "message": messages(),
    "channel_post": messages(),
    "edited_message": messages(),
    "callback_query": part(
        {"id": TEXTS, "from": USERS, "chat_instance": TEXTS},
        message=messages(0), data=st.one_of(TEXTS, LINES.map("c|{}".format)), inline_message_id=TEXTS,
    ),
    "my_chat_member": part(
        {"chat": CHATS, "from": USERS, "date": DATES, "old_chat_member": MEMBERS, "new_chat_member": MEMBERS}
    ),
    "inline_query": part(
        {"id": TEXTS, "from": USERS, "query": LINES, "offset": TEXTS}, chat_type=KINDS, location=JUNK
    ),
}  # fmt: skip

BODIES = st.one_of(
    *(st.fixed_dictionaries({name: one}) for name, one in PARTS.items()),
    st.dictionaries(st.sampled_from([*PARTS, "poll", "x"]), JUNK, max_size=2),
)
"""Everything of an update but its number."""
