"""Why an administrator's wish cannot be done."""

from bot.messages.catalogue import Catalogue


class CannotError(Exception):
    """What was asked for cannot be done, and nothing was changed; the key is that of the text that says why."""

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(f"{key} {values}")
        self.key = key
        self.values = values

    def said(self, texts: Catalogue) -> str:
        """Why, in a language."""
        return texts.text(self.key, **{name: str(value) for name, value in self.values.items()})
