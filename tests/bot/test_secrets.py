"""What must never be logged, as the settings hold it."""

from pathlib import Path

from bot.app_channels import secrets_of
from config.settings import load_settings


def test_every_secret_of_the_settings_is_known_to_the_logs() -> None:
    told = {
        "ETFBOT_DATABASE": "postgresql://etfbot:data%2Fbase-word@database/etfbot",
        "ETFBOT_TELEGRAM__TOKEN": "770001:AAfake-0123456789_secret-part-of-it",
        "ETFBOT_TELEGRAM__PROXY": "http://me:proxy-word@127.0.0.1:8118",
        "ETFBOT_TELEGRAM__WEBHOOK_URL": "https://etf.example.org/telegram",
        "ETFBOT_TELEGRAM__WEBHOOK_SECRET": "webhook-secret-word",
        "ETFBOT_WEB__PASSWORD": "page-password-word",
        "ETFBOT_WECOM__ROBOTS": '["研究群=693a91f6-7aaa-4bc4-97a0"]',
    }
    assert set(secrets_of(load_settings(told, Path()))) == {
        "data%2Fbase-word",
        "data/base-word",
        "770001:AAfake-0123456789_secret-part-of-it",
        "AAfake-0123456789_secret-part-of-it",
        "proxy-word",
        "webhook-secret-word",
        "page-password-word",
        "693a91f6-7aaa-4bc4-97a0",
    }


def test_settings_without_secrets_have_none() -> None:
    assert secrets_of(load_settings({}, Path())) == []
