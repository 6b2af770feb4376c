"""How the store refuses."""

from bot.blotting import hide


class StoreError(Exception):
    """The database cannot be used as asked; the text is one line for the operator and holds no secret."""

    def __init__(self, text: str = "") -> None:
        super().__init__(hide(text))


class InUseError(StoreError):
    """Another process has the database file."""


class AwayError(StoreError):
    """The database cannot be had just now: full, locked by somebody else, broken off. Asking later may help.

    Nothing of the transaction counts, but for one whose end the server could not confirm.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"the database cannot be used now: {why}")
        self.why = why
