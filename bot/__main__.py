"""`python -m bot` is `imagebot`."""

from bot.cli import main

main(prog_name="imagebot")
