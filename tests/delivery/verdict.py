"""What must hold in the end: everything arrived, twice only what nobody knew of, and that with a word that says so."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.messages.catalogue import catalogue
from bot.subscriptions import Language
from tests.delivery.survivor import Taken

MARK = catalogue(Language.ZH).text("may-be-repeated")


@dataclass
class Arrival:
    """What came to a chat of one delivery, in its order."""

    texts: list[str] = field(default_factory=list)
    """Without marks."""
    marked: list[bool] = field(default_factory=list)

    def add(self, text: str, *, marked: bool) -> None:
        self.texts.append(text)
        self.marked.append(marked)

    @property
    def once(self) -> list[str]:
        """Each part when it came first."""
        return list(dict.fromkeys(self.texts))

    @property
    def doubles(self) -> int:
        """How many of the parts had come before."""
        return len(self.texts) - len(self.once)

    @property
    def unmarked_doubles(self) -> list[str]:
        """Parts that came again and did not say so."""
        return [
            one
            for at, (one, marked) in enumerate(zip(self.texts, self.marked, strict=True))
            if one in self.texts[:at] and not marked
        ]


def arrivals(journal: Iterable[Taken], head: str) -> dict[int, Arrival]:
    """What begins with `head`, by chat; a mark that stands by itself is one of what comes after it."""
    found: dict[int, Arrival] = defaultdict(Arrival)
    ahead: dict[int, bool] = {}
    for one in journal:
        if one.text == MARK:
            ahead[one.chat] = True
            continue
        marked = one.text.startswith(MARK) or ahead.pop(one.chat, False)
        text = one.text.removeprefix(MARK).strip()
        if text.startswith(head):
            found[one.chat].add(text, marked=marked)
    return found


@dataclass(frozen=True)
class Diary:
    """What victims have written: word by word of each process."""

    lines: tuple[tuple[int, str, int], ...]

    @classmethod
    def read(cls, path: Path, since: int = 0) -> "Diary":
        """What was written after so many bytes."""
        split = (line.split() for line in path.read_bytes()[since:].decode().splitlines()) if path.exists() else ()
        return cls(tuple((int(pid), word, int(number)) for pid, word, number in split))

    def open_at_death(self, dead: Collection[int]) -> dict[int, list[int]]:
        """The deliveries that each of the dead had begun without having stored what became of them."""
        last: dict[tuple[int, int], str] = {}
        for pid, word, number in self.lines:
            last[pid, number] = word
        return {
            pid: [number for (who, number), word in last.items() if who == pid and word == "begins"] for pid in dead
        }

    def of(self, pid: int, word: str) -> list[int]:
        """The deliveries of which a victim has written this word."""
        return [number for who, said, number in self.lines if (who, said) == (pid, word)]

    def unknown(self) -> Counter[int]:
        """How often a living victim did not learn what became of a delivery."""
        return Counter(number for _, word, number in self.lines if word == "unknown")


def check(
    told: Mapping[int, str], arrived: Mapping[int, Arrival], numbers: Mapping[int, int], doubts: Mapping[int, int]
) -> None:
    """`told` is what each chat is to get, `numbers` its delivery, `doubts` how often nobody knew of a delivery."""
    for chat, text in told.items():
        one = arrived.get(chat, Arrival())
        assert "\n".join(one.once) == text, f"chat {chat} got {one.texts}"
        assert one.unmarked_doubles == [], f"chat {chat} was not told that it may be a repeat"
        allowed = doubts.get(numbers[chat], 0)
        assert one.doubles <= allowed, f"chat {chat} got {one.texts} with {allowed} in doubt"
        assert sum(one.marked) <= allowed, f"chat {chat} was told of {one.marked} with {allowed} in doubt"
    assert arrived.keys() == told.keys()
