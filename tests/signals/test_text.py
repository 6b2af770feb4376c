"""A sentence has both its languages."""

import pytest

from signals.core.text import Text


def test_a_text_holds_both_languages() -> None:
    assert (Text("份额", "shares").zh, Text("份额", "shares").en) == ("份额", "shares")


@pytest.mark.parametrize(("zh", "en"), [("", "shares"), ("份额", ""), (" ", "shares"), ("份额", "\n")])
def test_a_text_without_one_of_them_is_refused(zh: str, en: str) -> None:
    with pytest.raises(ValueError, match="both"):
        Text(zh, en)
