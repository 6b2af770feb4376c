"""An entry as the page gets it; on request with what another channel would send in its place."""

from typing import Any

from bot.channels.base import Channel, Part
from bot.channels.web_transcript import BOT, Entry
from bot.messages.model import from_json
from bot.web.gallery import FILES_PATH, file_name, picture_place, with_links


def entry_to_json(entry: Entry, preview: Channel | None = None, *, plain: bool = False) -> dict[str, Any]:
    """With ``parts`` where a channel is tried out on what the service said."""
    entry_id = entry.edits or entry.id
    told = {
        "id": entry_id,
        "chat": entry.chat,
        "author": entry.author,
        "at": entry.at.isoformat(),
        "body": with_links(entry.body, entry_id),
    }
    if preview is not None and entry.author == BOT:
        told["parts"] = [_part(one, entry_id) for one in preview.render(from_json(entry.body), plain=plain)]
    return told


def _part(part: Part, entry_id: int) -> dict[str, Any]:
    """Its buttons are those of the entry."""
    told: dict[str, Any] = {"markup": part.markup, "plain": part.plain}
    if part.picture:
        told["picture"] = picture_place(part.picture, entry_id)
    if part.document is not None:
        told["file"] = part.document.name
        told["href"] = f"{FILES_PATH}/{entry_id}/{file_name(part.document.data)}"
    return told
