"""The chats behind the fake Bot API: who is in them, and what the bot wrote there as people see it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tests.fakes.bot_api_faults import RefusedError
from tests.fakes.bot_api_html import RICH_TAGS, MarkupError, Words, read_html, utf16

TEXT_MAX, CAPTION_MAX = 4096, 1024
DATA_BYTES_MAX = 64
BUTTONS_MAX = 100
COPY_MAX = 256
FIRST_DATE = 1_739_260_860
"""Dates count up from here: nothing in the fake reads a clock."""

_RIGHTS = (
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_be_edited",
)
"""What an administrator must be shown with."""

_SPOKEN = re.compile(r"(?<!\S)/\w{1,32}(?:@\w+)?|(?<!\w)@\w{5,32}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message of the bot, as people see it."""

    chat: int
    id: int
    text: str
    source: str
    """As it was sent, with its markup."""
    html: bool
    entities: tuple[dict[str, Any], ...]
    buttons: tuple[tuple[dict[str, Any], ...], ...]
    silent: bool
    thread: int | None
    preview: bool
    """Links may unfold below it."""
    files: tuple[str, ...] = ()
    """Those that came with it; one that the server had already does not."""
    media: str = ""
    """"photo" or "document"."""
    file_id: str = ""
    rich: bool = False
    """It has tables."""
    answers: int | None = None
    """The message of the chat that it is a reply to."""

    @property
    def labels(self) -> list[str]:
        """What stands on its buttons, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    def data(self, label: str) -> str:
        """The data of a button; raises AssertionError when there is no such button."""
        found = [button["callback_data"] for row in self.buttons for button in row if button["text"] == label]
        assert found, f"no button {label!r} under {self.text[:60]!r}, only {self.labels}"
        return str(found[0])


@dataclass(kw_only=True)
class Room:
    """One chat."""

    id: int
    kind: str
    name: str = ""
    topics: frozenset[int] = frozenset()
    refusal: RefusedError | None = None
    """What every message to it is answered with; None = welcome."""
    sent: dict[int, Sent] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    """The standing of people who are not just members."""
    pinned: dict[int, bool] = field(default_factory=dict)
    """Messages of the bot that stand pinned, and whether that was done silently."""
    may_pin: bool = True
    too_old: set[int] = field(default_factory=set)
    """Messages that can be edited no more."""
    taken: int = 0
    """Messages that the test has already looked at."""
    ids: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def as_json(self) -> dict[str, Any]:
        """The chat as updates show it."""
        shown: dict[str, Any] = {"id": self.id, "type": self.kind}
        shown |= {"first_name": "Li"} if self.kind == "private" else {"title": "ETF"}
        if self.name:
            shown["username"] = self.name
        if self.topics:
            shown["is_forum"] = True
        return shown

    def write(self, call: dict[str, Any], files: Collection[str] = (), *, file_id: str = "") -> Sent:
        """A new message of the bot; raises RefusedError as the server would."""
        thread = call.get("message_thread_id")
        if thread is not None and thread not in self.topics:
            raise RefusedError(400, "Bad Request: message thread not found")
        reply = call.get("reply_parameters") or {}
        answered = reply.get("message_id") in self.sent
        if reply and not answered and not reply.get("allow_sending_without_reply"):
            raise RefusedError(400, "Bad Request: message to be replied not found")
        written = Sent(
            chat=self.id,
            id=0,
            answers=reply["message_id"] if answered else None,
            silent=bool(call.get("disable_notification")),
            thread=thread,
            preview=not (call.get("link_preview_options") or {}).get("is_disabled", False),
            files=tuple(files),
            media=next((kind for kind in ("photo", "document") if kind in call), ""),
            file_id=file_id,
            buttons=_buttons(call.get("reply_markup")),
            **_text(call, captioned="text" not in call),
        )
        written = replace(written, id=next(self.ids))
        self.sent[written.id] = written
        return written

    def rewrite(self, call: dict[str, Any], *, file_id: str = "") -> Sent:
        """An edited message of the bot; raises RefusedError as the server would."""
        before = self.sent.get(call["message_id"])
        if before is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if before.id in self.too_old:
            raise RefusedError(400, "Bad Request: message can't be edited")
        if "text" in call and before.media:
            raise RefusedError(400, "Bad Request: there is no text in the message to edit")
        if "caption" in call and not before.media and not file_id:
            raise RefusedError(400, "Bad Request: there is no caption in the message to edit")
        after = replace(before, buttons=_buttons(call.get("reply_markup")))
        if file_id:
            after = replace(after, media=call["type"], file_id=file_id)
        if "text" in call or "caption" in call:
            after = replace(after, **_text(call, captioned="text" not in call))
        if after == before:
            raise RefusedError(400, "Bad Request: message is not modified: same content and reply markup")
        self.sent[after.id] = after
        return after

    def heard(
        self, text: str, speaker: dict[str, Any], thread: int | None, answered: dict[str, Any] | None
    ) -> dict[str, Any]:
        """What a person says, as updates show it."""
        spoken = [_entity(match) for match in _SPOKEN.finditer(text)]
        message = self._envelope(next(self.ids), thread) | {"from": speaker, "text": text}
        if spoken:
            message["entities"] = spoken
        if answered is not None:
            message["reply_to_message"] = answered
        return message

    def shown(self, sent: Sent, bot: dict[str, Any]) -> dict[str, Any]:
        """A message of the bot, as updates and answers show it."""
        said, marks = ("caption", "caption_entities") if sent.media else ("text", "entities")
        message = self._envelope(sent.id, sent.thread) | {"from": bot, said: sent.text}
        if sent.entities:
            message[marks] = list(sent.entities)
        if sent.media:
            told = {"file_id": sent.file_id, "file_unique_id": f"u{sent.file_id}"}
            message[sent.media] = [told | {"width": 1, "height": 1}] if sent.media == "photo" else told
        if sent.buttons:
            message["reply_markup"] = {"inline_keyboard": [list(row) for row in sent.buttons]}
        return message

    def service(self, by: dict[str, Any], **what: Any) -> dict[str, Any]:
        """Something that happens in the chat, as updates show it."""
        return self._envelope(next(self.ids), None) | {"from": by} | what

    def membership(
        self, bot: dict[str, Any], before: str, after: str, by: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The bot's standing in the chat changes."""
        change = {"chat": self.as_json, "from": by or person(abs(self.id))}
        return change | {
            "date": FIRST_DATE,
            "old_chat_member": standing(bot, before),
            "new_chat_member": standing(bot, after),
        }

    def _envelope(self, id: int, thread: int | None) -> dict[str, Any]:  # noqa: A002 — the API's own word
        message: dict[str, Any] = {"message_id": id, "date": FIRST_DATE + id, "chat": self.as_json}
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": thread in self.topics}
        return message


def person(id: int, language: str = "zh") -> dict[str, Any]:  # noqa: A002 — the API's own word
    """A user whose client speaks a language; empty = it does not tell."""
    return {"id": id, "is_bot": False, "first_name": "Li"} | ({"language_code": language} if language else {})


def standing(user: dict[str, Any], status: str) -> dict[str, Any]:
    """What somebody is in a chat."""
    more: dict[str, dict[str, Any]] = {
        "kicked": {"until_date": 0},
        "creator": {"is_anonymous": False},
        "administrator": dict.fromkeys(_RIGHTS, True),
    }
    return {"user": user, "status": status} | more.get(status, {})


def _text(call: dict[str, Any], *, captioned: bool) -> dict[str, Any]:
    if rich := call.get("rich_message"):
        return _rich(rich["html"])
    source = call.get("caption" if captioned else "text") or ""
    mode = call.get("parse_mode")
    if mode not in {None, "HTML"}:
        raise RefusedError(400, f"Bad Request: this server reads HTML, not {mode}")
    try:
        words = read_html(source) if mode else Words(source)
    except MarkupError as error:
        raise RefusedError(400, str(error)) from error
    if not captioned and not any(each.isprintable() and not each.isspace() for each in words.text):
        raise RefusedError(400, "Bad Request: message text is empty")
    if utf16(words.text) > (CAPTION_MAX if captioned else TEXT_MAX):
        raise RefusedError(400, f"Bad Request: message {'caption ' if captioned else ''}is too long")
    return {"text": words.text, "source": source, "html": bool(mode), "entities": words.entities}


def _rich(source: str) -> dict[str, Any]:
    try:
        words = read_html(source, RICH_TAGS)
    except MarkupError as error:
        raise RefusedError(400, str(error)) from error
    return {"text": words.text, "source": source, "html": True, "entities": (), "rich": True}


def _buttons(markup: dict[str, Any] | None) -> tuple[tuple[dict[str, Any], ...], ...]:
    rows = tuple(tuple(row) for row in (markup or {}).get("inline_keyboard", ()))
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_MAX:
        raise RefusedError(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button["text"].strip():
            raise RefusedError(400, "Bad Request: inline keyboard button text must be non-empty")
        if button.get("style") not in {None, "primary", "success", "danger"}:
            raise RefusedError(400, "Bad Request: invalid button style specified")
        if len({"callback_data", "copy_text", "url"} & button.keys()) != 1:
            raise RefusedError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= COPY_MAX:
            raise RefusedError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= DATA_BYTES_MAX:
            raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def _entity(match: re.Match[str]) -> dict[str, Any]:
    return {
        "type": "bot_command" if match[0].startswith("/") else "mention",
        "offset": utf16(match.string[: match.start()]),
        "length": utf16(match[0]),
    }
