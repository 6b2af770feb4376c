"""The tables of the settings: their keys, kinds and bounds."""

import re
from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator

from config.kinds import (
    Folder,
    Host,
    Place,
    Robot,
    TimeOfDay,
    Times,
    Token,
    Url,
    UrlOrNone,
    flag,
    is_loopback,
    number,
    refusal,
    text,
    whole,
)

LEAST_PASSWORD_CHARACTERS = 8
"""For a page that other machines can reach."""

_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_CLOCK = 'a time of day such as "16:20"'
_URL = "an http:// or https:// address"


class Table(BaseModel):
    """Keys that are fixed, values that do not change; no default stands here."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Web(Table):
    """The local page."""

    enabled: bool = flag()
    host: Host = text("a host name or an address to listen on")
    port: int = whole(1, 65535)
    password: SecretStr = text("a password, or empty", hidden=True)
    allowed_hosts: tuple[Host, ...] = text('a list of host names, for example ["etf.example.org"]')

    @field_validator("password")
    @classmethod
    def _guarded(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        short = len(password.get_secret_value()) < LEAST_PASSWORD_CHARACTERS
        if short and info.data.get("enabled") and not is_loopback(info.data.get("host", "localhost")):
            raise refusal(
                "lets other machines reach the page, so web.password must be set, "
                f"to {LEAST_PASSWORD_CHARACTERS} characters or more",
                "web.host",
            )
        return password


class Health(Table):
    """Where a process that serves no page is asked how it is."""

    host: Host = text("a host name or an address to listen on")
    port: int = whole(0, 65535)


class Telegram(Table):
    """The Telegram channel; off without a token."""

    token: Token = text("a token such as 123456:ABC-xyz, or empty", hidden=True)
    base_url: Url = text(_URL, hidden=True)
    proxy: UrlOrNone = text(f"{_URL}, or empty", hidden=True)
    """May hold a password, so it is hidden like one."""
    messages_per_second: int = whole(1, 1000)
    poll_timeout_seconds: int = whole(0, 50)
    webhook_url: UrlOrNone = text(f"{_URL}, or empty")
    webhook_secret: SecretStr = text("16 to 256 letters, digits, - or _, or empty", hidden=True)

    @field_validator("webhook_secret")
    @classmethod
    def _known_to_both(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        bare = SecretStr(secret.get_secret_value().strip())
        if bare.get_secret_value() and not _WEBHOOK_SECRET.fullmatch(bare.get_secret_value()):
            raise ValueError
        if info.data.get("webhook_url") and not bare.get_secret_value():
            raise refusal(
                "needs telegram.webhook_secret, by which Telegram is told from others", "telegram.webhook_url"
            )
        return bare


class Wecom(Table):
    """企业微信: groups whose robots are pushed to."""

    robots: tuple[Robot, ...] = text('a list such as ["研究群=693a91f6-7xxx-4bc4"]', hidden=True)
    base_url: Url = text(_URL, hidden=True)


class Archive(Table):
    """A folder of market tables that is replayed."""

    folder: Folder = text("the name of a folder, or empty")


class Akshare(Table):
    """Bounds of each call of akshare."""

    deadline_seconds: int = whole(10, 3600)
    memory_mib: int = whole(256, 65536)


class Upstreams(Table):
    """How publishers are treated, and what is asked of them besides."""

    deadline_seconds: int = whole(5, 600)
    pause_seconds: float = number(0, 60)
    tries: int = whole(1, 5)
    back_off_seconds: float = number(0, 300)
    failures_max: int = whole(1, 100)
    rest_minutes: int = whole(1, 1440)
    rest_max_minutes: int = whole(1, 10080)
    push2_readings: int = whole(0, 1000)
    stocks: Literal["followed", "always", "never"]
    news: bool = flag()


class Intraday(Table):
    """How closely a session is followed while it trades."""

    interval_seconds: int = whole(10, 3600)
    iopv_readings: int = whole(0, 240)


class Timetable(Table):
    """When a session's tables are asked for and digests go out, Asia/Shanghai."""

    close: TimeOfDay = text(_CLOCK)
    evening: Times = text('a list of times of day such as ["20:00", "22:00"]')
    morning: Times = text('a list of times of day such as ["08:30", "08:55"]')
    morning_digest: TimeOfDay = text(_CLOCK)
    morning_digest_latest: TimeOfDay = text(_CLOCK)
    evening_digest: TimeOfDay = text(_CLOCK)
    weekly: TimeOfDay = text(_CLOCK)
    monthly: TimeOfDay = text(_CLOCK)
    catch_up_hours: int = whole(0, 168)

    @field_validator("close")
    @classmethod
    def _after_trading(cls, close: time) -> time:
        if close.hour < 15:
            raise refusal("must not be before 15:00, when the exchanges close")
        return close

    @field_validator("evening")
    @classmethod
    def _after_close(cls, evening: tuple[time, ...], info: ValidationInfo) -> tuple[time, ...]:
        if evening[0] <= info.data.get("close", time.min):
            raise refusal("must begin after timetable.close")
        return evening

    @field_validator("morning")
    @classmethod
    def _before_close(cls, morning: tuple[time, ...], info: ValidationInfo) -> tuple[time, ...]:
        if morning[-1] >= info.data.get("close", time.max):
            raise refusal("must end before timetable.close")
        return morning

    @field_validator("morning_digest_latest")
    @classmethod
    def _not_before_digest(cls, latest: time, info: ValidationInfo) -> time:
        if latest < info.data.get("morning_digest", time.min):
            raise refusal("must not be before timetable.morning_digest")
        return latest


class Alerts(Table):
    """How often an alert is told."""

    remind_sessions: int = whole(0, 250)
    cooldown_sessions: int = whole(0, 250)
    silent_below: float = number(0, 1)


class Digest(Table):
    """How long a digest may grow, and what stands at its head."""

    notable_funds: int = whole(0, 50)
    max_funds: int = whole(1, 500)
    picture: bool = flag()


class Study(Table):
    """What is told of the past of signals."""

    enabled: bool = flag()
    horizon_days: int = whole(1, 60)
    resamples: int = whole(100, 20000)
    least_count: int = whole(10, 10000)


class Rules(Table):
    """Subscribers' own rules."""

    max_rules: int = whole(0, 1000)
    cooldown_sessions: int = whole(0, 250)
    daily_cap: int = whole(1, 50)
    absurd_share: float = number(0, 1)
    trial_sessions: int = whole(20, 1000)


class Subscribers(Table):
    """What a new subscriber starts with, and how much he may ask for."""

    default_watchlists: tuple[str, ...] = text('a list of names of watchlists, for example ["宽基"]')
    max_watched: int = whole(1, 2000)
    max_chats: int = whole(1, 10000)


class Abuse(Table):
    """How fast people may ask."""

    burst: int = whole(0, 10000)
    per_minute: float = number(1, 6000)


class Outbox(Table):
    """The pace at which messages are sent."""

    batch: int = whole(1, 1000)
    at_once: int = whole(1, 1000)
    lease_seconds: int = whole(5, 3600)
    idle_seconds: float = number(0.05, 60)


class Backup(Table):
    """Where copies of the database go."""

    folder: Place = text("the name of a folder")
    keep: int = whole(1, 1000)


class Keeping(Table):
    """For how many days what grows with time is kept; 0 = for ever."""

    deliveries_days: int = whole(0, 3650)
    fetches_days: int = whole(0, 3650)
    quarantine_days: int = whole(0, 3650)
    pictures_days: int = whole(0, 3650)
    transcript_days: int = whole(0, 3650)
    rule_hits_days: int = whole(0, 3650)
    drafts_days: int = whole(0, 3650)
    audit_days: int = whole(0, 36500)
