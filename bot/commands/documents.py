"""Files that people send, as words."""

from bot.messages.model import Document

_ENCODINGS = "utf-8-sig", "gb18030"
"""Those in which spreadsheets here write text."""


class NotTextError(Exception):
    """A file holds no text; `name` is what it is called."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def text_of(document: Document) -> str:
    """The words of a file; raises NotTextError."""
    for encoding in _ENCODINGS:
        try:
            return document.data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotTextError(document.name)
