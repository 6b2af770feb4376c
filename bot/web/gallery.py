"""Pictures and files of the transcript as addresses of the page's own: its policy loads nothing from anywhere else."""

from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from bot.channels.legible import legible
from bot.messages.model import Document, Picture

PICTURES_PATH = "/pictures"
FILES_PATH = "/files"

KEPT_FOR_GOOD = "private, max-age=31536000, immutable"
"""What the name of a picture promises: another content has another name."""

Body = dict[str, Any]
"""An entry as `to_json` made it."""


def _named(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def picture_name(png: bytes) -> str:
    """A name that only this content has."""
    return f"{_named(png)}.png"


def file_name(data: bytes) -> str:
    """The same for a file; it says nothing of what is in it."""
    return f"{_named(data)}.bin"


def pngs(body: Body) -> Iterator[bytes]:
    """The pictures of an entry, light and dark."""
    for block in body["blocks"]:
        yield from (b64decode(block[name]) for name in ("png", "dark") if block.get(name))


def documents(body: Body) -> Iterator[Document]:
    """The files of an entry."""
    for block in body["blocks"]:
        if "file" in block:
            yield Document(block["file"], b64decode(block["data"]), block["about"])


def file_headers(document: Document) -> dict[str, str]:
    """A file is kept, never shown: whatever somebody put into it, it must not run here."""
    name = legible(document.name)
    bare = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{bare}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": KEPT_FOR_GOOD,
    }


def with_links(body: Body, entry_id: int) -> Body:
    """An entry with addresses instead of pictures and files, which are large and wanted one by one."""
    return {**body, "blocks": [_linked(block, entry_id) for block in body["blocks"]]}


def _linked(block: Body, entry_id: int) -> Body:
    if "file" in block:
        data = b64decode(block["data"])
        href = f"{FILES_PATH}/{entry_id}/{file_name(data)}"
        return {"file": block["file"], "about": block["about"], "bytes": len(data), "href": href}
    if "png" not in block:
        return block
    png, dark = b64decode(block["png"]), b64decode(block["dark"])
    width, height = Picture(png, "").size
    return {
        "src": picture_place(png, entry_id),
        "dark": picture_place(dark, entry_id) if dark else "",
        "alt": block["alt"],
        "width": width,
        "height": height,
    }


def picture_place(png: bytes, entry_id: int) -> str:
    """Where a picture of an entry is."""
    return f"{PICTURES_PATH}/{entry_id}/{picture_name(png)}"
