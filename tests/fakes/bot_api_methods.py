"""What the fake Bot API does for each method, on calls that are known to be the Bot API's."""

import re
from typing import Any

from tests.fakes.bot_api_chats import Room, Sent, person, standing
from tests.fakes.bot_api_faults import RefusedError
from tests.fakes.bot_api_files import Files, Upload
from tests.fakes.bot_api_hook import Webhook
from tests.fakes.bot_api_html import MarkupError, read_html
from tests.fakes.bot_api_updates import Updates

Params = dict[str, Any]

ALBUM = range(2, 11)
RESULTS_MAX = 50

_COMMAND = re.compile(r"[a-z0-9_]{1,32} (?s:.{1,256})")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Methods:
    """`_on_…` takes a call's parameters, `_with_files_…` its files too; the state is that of the server."""

    me: Params
    acknowledged: list[Params]
    menus: dict[tuple[str, str], list[Params]]
    suggested: dict[str, Params]
    files: Files
    updates: Updates
    hook: Webhook
    _rooms: dict[int, Room]
    _queries: set[str]
    _inquiries: set[str]

    async def _on_getme(self, params: Params) -> Params:
        return self.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def _on_getupdates(self, params: Params) -> list[Params]:
        if self.hook.url:
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active")
        return await self.updates.poll(
            offset=params.get("offset", 0),
            wait_seconds=params.get("timeout", 0),
            limit=params.get("limit", 100),
            kinds=params.get("allowed_updates", ()),
        )

    async def _on_setwebhook(self, params: Params) -> bool:
        if params.get("secret_token") is not None and not _SECRET.fullmatch(params["secret_token"]):
            raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
        self.hook.set(params["url"], params.get("secret_token", ""), params.get("allowed_updates", ()))
        return True

    async def _on_deletewebhook(self, params: Params) -> bool:
        self.hook.set("", "", ())
        return True

    async def _on_getmycommands(self, params: Params) -> list[Params]:
        return self.menus.get(self._shelf(params), [])

    async def _on_setmycommands(self, params: Params) -> bool:
        if not all(_COMMAND.fullmatch(f"{one['command']} {one['description']}") for one in params["commands"]):
            raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.menus[self._shelf(params)] = params["commands"]
        return True

    def _shelf(self, params: Params) -> tuple[str, str]:
        scope = params.get("scope") or {"type": "default"}
        if "chat_id" in scope:
            self._room(scope["chat_id"])
            return f"{scope['type']}:{scope['chat_id']}", params.get("language_code", "")
        return scope["type"], params.get("language_code", "")

    async def _on_answercallbackquery(self, params: Params) -> bool:
        if params["callback_query_id"] not in self._queries:
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(params["callback_query_id"])
        self.acknowledged.append(params)
        return True

    async def _on_answerinlinequery(self, params: Params) -> bool:
        if params["inline_query_id"] not in self._inquiries:
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        results = params["results"]
        ids = [one["id"] for one in results]
        if len(results) > RESULTS_MAX:
            raise RefusedError(400, "Bad Request: RESULTS_TOO_MUCH")
        if len(set(ids)) != len(ids) or not all(1 <= len(one.encode()) <= 64 for one in ids):
            raise RefusedError(400, "Bad Request: RESULT_ID_INVALID")
        for one in results:
            content = one["input_message_content"]
            try:
                words = read_html(content["message_text"]) if content.get("parse_mode") else None
            except MarkupError as error:
                raise RefusedError(400, str(error)) from error
            one["text"] = words.text if words else content["message_text"]
        self._inquiries.discard(params["inline_query_id"])
        self.suggested[params["inline_query_id"]] = params
        return True

    async def _on_getchat(self, params: Params) -> Params:
        room = self._room(params["chat_id"])
        gifts = dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        )
        told = room.as_json | {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}
        newest = max(room.pinned, default=None)
        return told | ({"pinned_message": self._wrote(room.sent[newest])} if newest else {})

    async def _on_getchatmember(self, params: Params) -> Params:
        return self._member(self._room(params["chat_id"]), params["user_id"])

    async def _on_getchatadministrators(self, params: Params) -> list[Params]:
        room = self._room(params["chat_id"])
        return [self._member(room, one) for one, status in room.members.items() if status != "member"]

    def _member(self, room: Room, user: int) -> Params:
        status = room.members.get(user, "member" if room.kind != "channel" else "left")
        return standing(person(user), status)

    async def _on_pinchatmessage(self, params: Params) -> bool:
        room = self._room(params["chat_id"])
        if not room.may_pin:
            raise RefusedError(400, "Bad Request: not enough rights to manage pinned messages in the chat")
        if params["message_id"] not in room.sent:
            raise RefusedError(400, "Bad Request: message to pin not found")
        room.pinned[params["message_id"]] = bool(params.get("disable_notification"))
        return True

    async def _on_unpinchatmessage(self, params: Params) -> bool:
        if self._room(params["chat_id"]).pinned.pop(params["message_id"], None) is None:
            raise RefusedError(400, "Bad Request: message to unpin not found")
        return True

    async def _on_getfile(self, params: Params) -> Params:
        return self.files.known(params["file_id"]).as_file

    async def _with_files_sendmediagroup(self, params: Params, files: dict[str, Upload]) -> list[Params]:
        room, items = self._room(params["chat_id"]), params["media"]
        if len(items) not in ALBUM:
            raise RefusedError(400, "Bad Request: an album must include 2-10 items")
        shared = {name: params[name] for name in params if name != "media"}
        named = [self._medium(one, "media", files) for one in items]
        written = [
            room.write({**shared, **one, one["type"]: one["media"]}, (name,) if fresh else (), file_id=file_id)
            for one, (name, fresh, file_id) in zip(items, named, strict=True)
        ]
        return [self._wrote(one) | {"media_group_id": "g"} for one in written]

    async def _with_files_editmessagemedia(self, params: Params, files: dict[str, Upload]) -> Params:
        media = params["media"]
        _, _, file_id = self._medium(media, "media", files)
        call = {**params, **media, media["type"]: file_id}
        return self._wrote(self._room(params["chat_id"]).rewrite(call, file_id=file_id))

    async def _on_editmessagetext(self, params: Params) -> Params:
        return self._wrote(self._room(params["chat_id"]).rewrite(params))

    _on_editmessagereplymarkup = _on_editmessagecaption = _on_editmessagetext

    async def _on_deletemessage(self, params: Params) -> bool:
        if self._room(params["chat_id"]).sent.pop(params["message_id"], None) is None:
            raise RefusedError(400, "Bad Request: message to delete not found")
        return True

    def _write(self, params: Params, files: dict[str, Upload]) -> Sent:
        """A message of any kind, with its file if it has one; raises RefusedError for a file nobody knows."""
        room, kind = self._room(params["chat_id"]), next((one for one in ("photo", "document") if one in params), "")
        if not kind:
            return room.write(params)
        name, fresh, file_id = self._medium(params, kind, files)
        return room.write(params, (name,) if fresh else (), file_id=file_id)

    def _medium(self, holder: Params, key: str, files: dict[str, Upload]) -> tuple[str, bool, str]:
        """The name of a file, whether it comes with the call, and its id."""
        given = str(holder[key])
        if not given.startswith("attach://"):
            return given, False, self.files.known(given).id
        name = given.removeprefix("attach://")
        if name not in files:
            raise RefusedError(400, f"Bad Request: there is no file {name}")
        return name, True, self.files.keep(files[name]).id

    def _wrote(self, sent: Sent) -> Params:
        return self._rooms[sent.chat].shown(sent, self.me)

    def _room(self, chat: int | str) -> Room:
        named = (room.id for room in self._rooms.values() if f"@{room.name}" == chat)
        room = self._rooms.get(number(chat) or next(named, 0))
        if room is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if room.refusal:
            raise room.refusal
        return room


def number(chat: object) -> int | None:
    return int(str(chat)) if str(chat).removeprefix("-").isdecimal() else None
