"""Pictures of the transcript as addresses of the page's own: its policy loads no image from anywhere else."""

from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from bot.messages.model import Picture

PICTURES_PATH = "/pictures"

KEPT_FOR_GOOD = "private, max-age=31536000, immutable"
"""What the name of a picture promises: another content has another name."""

Body = dict[str, Any]
"""An entry as `to_json` made it."""


def picture_name(png: bytes) -> str:
    """A name that only this content has."""
    return f"{sha256(png).hexdigest()[:32]}.png"


def pngs(body: Body) -> Iterator[bytes]:
    """The pictures of an entry, light and dark."""
    for block in body["blocks"]:
        yield from (b64decode(block[name]) for name in ("png", "dark") if block.get(name))


def with_links(body: Body, place: str) -> Body:
    """An entry with addresses below `place` instead of pictures, which are large and wanted one by one."""
    return {**body, "blocks": [_linked(block, place) if "png" in block else block for block in body["blocks"]]}


def _linked(block: Body, place: str) -> Body:
    png, dark = b64decode(block["png"]), b64decode(block["dark"])
    width, height = Picture(png, "").size
    return {
        "src": f"{place}/{picture_name(png)}",
        "dark": f"{place}/{picture_name(dark)}" if dark else "",
        "alt": block["alt"],
        "width": width,
        "height": height,
    }
