"""Findings as lines in the terminal, in the reader's language, each with its mark."""

from __future__ import annotations

from collections.abc import AsyncIterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters import Finding, State, Verbatim
from bot.words import Words


class Sheet:
    """Prints to standard output as it comes to know, and counts what needs a look."""

    def __init__(self, words: Words, tongue: str) -> None:
        self._words, self._tongue = words, tongue
        self._console = Console(highlight=False, soft_wrap=True)
        self._beside = Console(highlight=False, soft_wrap=True, stderr=True)
        self.faults = 0

    def put(self, finding: Finding) -> None:
        """One more line."""
        said = self.said(finding.key, **finding.facts, listed=", ".join(self.said(key) for key in finding.listed))
        match finding.state:
            case State.WELL:
                self._line("✓", said, mark_style="green")
            case State.OFF:
                self._line("○", said, style="dim")
            case State.FAULT:
                self.faults += 1
                self._line("✗", said, mark_style="red")
            case State.ASIDE:
                self._line(" ", said, style="dim")
            case State.SAID:
                self._console.print(Text(said))
            case State.HINT:
                self._beside.print(Text(said, style="dim"))

    async def put_all(self, told: AsyncIterator[Finding | Verbatim]) -> None:
        """Each as it comes."""
        async for each in told:
            if isinstance(each, Verbatim):
                self._console.print(Text(each.text))
            else:
                self.put(each)

    def said(self, key: str, **facts: object) -> str:
        """The sentence alone."""
        return self._words.say(self._tongue, key, **facts)

    def head(self, key: str) -> None:
        """The line above all others."""
        self._console.print(Text(self.said(key), style="bold"))

    def _line(self, mark: str, said: str, *, style: str = "", mark_style: str = "") -> None:
        """In a window, words go on under the first one; a command in backticks stays in one piece, to be copied."""
        if self._console.is_terminal and "`" not in said:
            row = Table.grid(padding=(0, 1))
            row.add_row(Text(mark, style=mark_style or style), Text(said, style=style))
            self._console.print(row, soft_wrap=False)
        else:
            self._console.print(Text(f"{mark} ", style=mark_style or style) + Text(said, style=style))
