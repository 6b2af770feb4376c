"""Running the service by chat: one command with a menu, and what can be said behind it."""

from bot.commands.administration.menu import admin

__all__ = ["admin"]
