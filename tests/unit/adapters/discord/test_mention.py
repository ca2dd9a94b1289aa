from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from adapters.discord.mention import replies_unread, words_for

ME, ROLE, BOB = 42, 43, 44


def person(id_: int, name: str = "") -> Any:
    return SimpleNamespace(id=id_, display_name=name)


def message(
    content: str, *, pings: tuple[int, ...] = (), reply: bool = False, direct: bool = False, **parts: Any
) -> Any:
    empty: dict[str, Any] = {
        "attachments": [], "embeds": [], "components": [], "stickers": [], "message_snapshots": [],
        "poll": None, "reference": None,
    }  # fmt: skip
    return SimpleNamespace(
        content=content,
        mentions=[person(each, "Bob" if each == BOB else "") for each in pings],
        type=discord.MessageType.reply if reply else discord.MessageType.default,
        guild=None if direct else SimpleNamespace(id=1),
        **empty | parts,
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<@42> a fox", "a fox"),
        ("<@!42> a fox", "a fox"),
        ("a fox, <@42>, in the snow", "a fox, , in the snow"),
        ("<@&43> a fox", "a fox"),
        ("<@42>", ""),
        ("<@42>   x4\n", "x4"),
        ("<@42> a <a:dance:123> and <:fox:9>", "a dance and fox"),
    ],
)
def test_a_mention_anywhere_speaks_to_the_bot(content: str, words: str) -> None:
    assert words_for(message(content), ME, ROLE) == words


@pytest.mark.parametrize(
    "content", ["a fox", "upscale", "<@44> a fox", "<@&45> a fox", "<@421> a fox", "@imagebot a fox", ""]
)
def test_other_words_do_not(content: str) -> None:
    assert words_for(message(content), ME, ROLE) is None


def test_a_bot_without_a_role_of_its_own_is_not_called_by_one() -> None:
    assert words_for(message("<@&43> a fox"), ME, None) is None


def test_in_private_everything_is_for_the_bot() -> None:
    assert words_for(message("a fox", direct=True), ME, None) == "a fox"


@pytest.mark.parametrize("content", ["upscale", "x2", "x4!", "Vergrößern", "help", "/upscale x4"])
def test_a_reply_that_pings_and_says_a_command_is_one(content: str) -> None:
    assert words_for(message(content, pings=(ME,), reply=True), ME, ROLE) == content


@pytest.mark.parametrize("content", ["lovely!", "make it blue", "/imagine a fox", "/upscale nine", ""])
def test_a_reply_that_only_pings_asks_for_nothing(content: str) -> None:
    assert words_for(message(content, pings=(ME,), reply=True), ME, ROLE) is None


def test_a_command_in_a_reply_that_pings_somebody_else_is_not_for_the_bot() -> None:
    assert words_for(message("upscale", pings=(BOB,), reply=True), ME, ROLE) is None


def test_people_mentioned_in_the_words_go_by_their_names() -> None:
    assert words_for(message("<@42> <@!44> and <@44>", pings=(ME, BOB)), ME, ROLE) == "Bob and Bob"


def test_only_a_reply_to_the_bot_with_nothing_in_it_was_kept_from_us() -> None:
    assert replies_unread(message("", pings=(ME,), reply=True), ME)
    assert not replies_unread(message("nice", pings=(ME,), reply=True), ME)
    assert not replies_unread(message("", pings=(ME,), reply=True, stickers=["wave"]), ME)
    assert not replies_unread(message("", pings=(BOB,), reply=True), ME)
    assert not replies_unread(message("", pings=(ME,)), ME)
    assert not replies_unread(message("", pings=(ME,), reply=True, direct=True), ME)
