"""`python -m bot` is `etfbot`."""

from bot.cli import main

if __name__ == "__main__":
    main()
