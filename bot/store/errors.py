"""How the store refuses."""

from bot.blotting import hide


class StoreError(Exception):
    """The database cannot be used as asked; the text is one line for the operator and holds no secret."""

    def __init__(self, text: str = "") -> None:
        super().__init__(hide(text))


class InUseError(StoreError):
    """Another process has the database file."""
