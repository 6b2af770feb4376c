"""A sentence in each language of the product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and English, in Fluent syntax.

    Placeholders are evidence names, e.g. ``{ $streak }连涨后首次回调``. The message layer fills them in
    with formatted figures; nothing in `signals` formats a number.
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not (self.zh.strip() and self.en.strip()):
            raise ValueError("a text needs both its Chinese and its English words")
