"""Lines in a window of forty columns, and in a pipe."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from rich.text import Text

from adapters import Finding, State, Verbatim
from bot.terminal.sheet import Sheet
from bot.words import Words

LONG = Finding(State.FAULT, "check-discord-token")
COMMAND = Finding(State.FAULT, "check-discord-alone", {"command": "imagebot discord invite"})
LINK = Finding(State.SAID, "terminal-discord-invite", {"url": "https://discord.com/" + "x" * 100})


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")


def printed(capsys: pytest.CaptureFixture[str], *findings: Finding) -> list[str]:
    sheet = Sheet(Words.load(strict=True), "en")
    for finding in findings:
        sheet.put(finding)
    return Text.from_ansi(capsys.readouterr().out).plain.splitlines()


@pytest.mark.usefixtures("window")
def test_in_a_window_a_sentence_goes_on_under_its_first_word(capsys: pytest.CaptureFixture[str]) -> None:
    first, *more = printed(capsys, LONG)
    assert first.startswith("✗ Discord")
    assert more
    assert all(line.startswith("  ") and len(line) <= 40 for line in more)


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(("finding", "whole"), [(COMMAND, "`imagebot discord invite`"), (LINK, "x" * 100)])
def test_what_is_to_be_copied_stays_in_one_piece(
    capsys: pytest.CaptureFixture[str], finding: Finding, whole: str
) -> None:
    assert any(whole in line for line in printed(capsys, finding))


def test_in_a_pipe_each_finding_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(printed(capsys, LONG, COMMAND)) == 2


def test_what_is_listed_is_told_in_the_readers_words(capsys: pytest.CaptureFixture[str]) -> None:
    lacking = ("permission-attach-files", "permission-embed-links")
    (line,) = printed(capsys, Finding(State.FAULT, "check-discord-server-fault", {"server": "Atelier"}, lacking))
    assert line.endswith("Attach Files, Embed Links")


@pytest.mark.usefixtures("window")
async def test_what_is_no_sentence_is_printed_as_it_is_and_hints_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = "{\n  [bold]: " + "x" * 100 + "\n}"

    async def told() -> AsyncIterator[Finding | Verbatim]:
        yield Verbatim(text)
        yield Finding(State.HINT, "check-settings")

    await Sheet(Words.load(strict=True), "en").put_all(told())
    printed = capsys.readouterr()
    assert Text.from_ansi(printed.out).plain == f"{text}\n"
    assert "Settings read" in printed.err


def test_only_faults_are_counted() -> None:
    sheet = Sheet(Words.load(strict=True), "en")
    for state in State:
        sheet.put(Finding(state, "check-settings"))
    assert sheet.faults == 1
