"""The shape of what arrives from Telegram, as far as the bot looks at it: the library takes over what it is given unseen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, Union

_NUMBER_MAX = 2**63 - 1

Kind: TypeAlias = Union[type, "Shape", "Many"]


@dataclass(frozen=True, slots=True)
class Many:
    """A list, every item of one kind."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: fields that must be there, and fields that may be."""

    needed: Mapping[str, Kind]
    more: Mapping[str, Kind] = field(default_factory=dict)


def fits(told: object, kind: Kind) -> bool:
    """Whether data has a shape; fields that the shape does not name may be anything."""
    match kind:
        case Many(item):
            return isinstance(told, list) and all(fits(one, item) for one in told)
        case Shape(needed, more):
            return (
                isinstance(told, dict)
                and all(name in told and fits(told[name], each) for name, each in needed.items())
                and all(fits(told[name], each) for name, each in more.items() if told.get(name) is not None)
            )
    if kind is int:
        return isinstance(told, int) and not isinstance(told, bool) and abs(told) <= _NUMBER_MAX
    return isinstance(told, kind)


_USER = Shape({"id": int, "first_name": str}, {"is_bot": bool, "last_name": str, "username": str, "language_code": str})
_CHAT = Shape({"id": int, "type": str}, {"title": str, "first_name": str, "last_name": str, "username": str})
_DOCUMENT = Shape({"file_id": str, "file_unique_id": str}, {"file_name": str, "file_size": int})
_BUTTON = Shape({"text": str}, {"callback_data": str})
_KEYBOARD = Shape({"inline_keyboard": Many(Many(_BUTTON))})
_BEFORE = Shape({"message_id": int, "date": int, "chat": _CHAT}, {"from": _USER})
_MESSAGE = Shape(
    _BEFORE.needed,
    {
        "from": _USER,
        "sender_chat": _CHAT,
        "text": str,
        "caption": str,
        "document": _DOCUMENT,
        "message_thread_id": int,
        "is_topic_message": bool,
        "is_automatic_forward": bool,
        "migrate_to_chat_id": int,
        "migrate_from_chat_id": int,
        "reply_markup": _KEYBOARD,
        "reply_to_message": _BEFORE,
    },
)
_MEMBER = Shape({"status": str, "user": _USER})

UPDATE = Shape(
    {"update_id": int},
    {
        "message": _MESSAGE,
        "channel_post": _MESSAGE,
        "callback_query": Shape({"id": str, "from": _USER}, {"message": _MESSAGE, "data": str}),
        "my_chat_member": Shape({"chat": _CHAT, "from": _USER, "old_chat_member": _MEMBER, "new_chat_member": _MEMBER}),
        "inline_query": Shape({"id": str, "from": _USER, "query": str}),
    },
)
"""An update with what the listener asks for."""
