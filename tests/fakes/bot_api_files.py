"""Files as the fake Bot API keeps them: by an id that holds for this bot, until it is forgotten."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.fakes.bot_api_faults import RefusedError


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Kept:
    """A file that the server knows."""

    id: str
    upload: Upload

    @property
    def path(self) -> str:
        """Where it can be fetched."""
        return f"documents/{self.id}"

    @property
    def as_file(self) -> dict[str, Any]:
        """The answer to getFile."""
        return self._told | {"file_path": self.path}

    @property
    def as_document(self) -> dict[str, Any]:
        """As messages show it."""
        return self._told | {"file_name": self.upload.name, "mime_type": "application/octet-stream"}

    @property
    def _told(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.upload.data)}


class Files:
    """Every file that came in, by its id."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._kept: dict[str, Kept] = {}

    def keep(self, upload: Upload) -> Kept:
        """A new id, even for a file that came before, as on the real server."""
        kept = Kept(f"file-{next(self._ids)}", upload)
        self._kept[kept.id] = kept
        return kept

    def known(self, file_id: str) -> Kept:
        """The file of an id; raises RefusedError as the server would."""
        if file_id not in self._kept:
            raise RefusedError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return self._kept[file_id]

    def forget(self) -> None:
        """Every id so far is worth nothing."""
        self._kept.clear()

    def at(self, path: str) -> Upload | None:
        """The file that is fetched from here."""
        return next((one.upload for one in self._kept.values() if one.path == path), None)
