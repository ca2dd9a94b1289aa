"""What people on Discord read, in their own language: short where others read along, whole where they read alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.wire.discord_door import Life, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def test_from_the_first_word_to_the_last_a_person_reads_their_own_language(here: Life) -> None:
    asked = await here.discord.slash(here.bob, here.art, "imagine", prompt="a fox")
    assert asked.answer.text.startswith("**Ich male**")
    shown = await here.ended(asked.shown)
    assert shown.text.startswith("**Hier ist dein Bild** · Bob")
    assert [each.label for each in shown.buttons] == [
        "Vergrößern", "Noch eins", "Prompt ändern", "Als Vorlage", "Löschen",
    ]  # fmt: skip
    assert shown.pictures[0].alt == "Bild zu den Worten: a fox"
    form = (await here.discord.press(here.bob, shown, "Prompt ändern")).form
    assert (form.title, [field.label for field in form.fields][:4]) == (
        "Ändern und neu malen",
        ["Prompt", "Modell", "Seitenverhältnis", "Weitere Angaben"],
    )
    for command, first in (("jobs", "Deine Bilder"), ("about", "Über mich"), ("help", "Was du sagen kannst")):
        page = await here.discord.slash(here.bob, here.art, command)
        assert page.text.startswith(f"**{first}**")
        assert page.ephemeral


async def test_the_same_buttons_answer_each_person_in_their_language(here: Life) -> None:
    asked = await here.discord.slash(here.bob, here.art, "imagine", prompt="a fox")
    shown = await here.ended(asked.shown)
    english = await here.discord.press(here.ada, shown, "Löschen")
    assert "Only the person who asked for this picture, or a moderator" in english.text
    german = await here.discord.press(here.bob, shown, "Löschen")
    assert "Das lässt sich nicht rückgängig machen" in german.text


async def test_help_is_whole_for_one_person_and_short_where_others_read_along(here: Life) -> None:
    alone = await here.discord.slash(here.ada, here.art, "help")
    assert alone.ephemeral
    for told in ("`@bot upscale`", "I only read replies that mention me", "Apps → Use as reference", "`--ar 16:9`"):
        assert told in alone.text
    said = await here.discord.say(here.ada, here.art, f"{here.me} help")
    (public,) = await here.replies(said)
    assert "`/help`" in public.text
    assert len(public.text.splitlines()) <= 8
    assert "$" not in public.text, "prices are for who asks"


async def test_shapes_are_told_in_words_and_prices_alike_everywhere(here: Life) -> None:
    imagine = next(each for each in here.discord.commands() if each["name"] == "imagine")
    choices: list[dict[str, Any]] = next(each for each in imagine["options"] if each["name"] == "aspect")["choices"]
    wide = next(each for each in choices if each["value"] == "16:9")
    assert (wide["name"], wide["name_localizations"]["de"]) == ("16:9 landscape", "16:9 Querformat")
    typed = await here.discord.autocomplete(here.bob, here.art, "imagine", "model", "", prompt="a fox")
    assert [each["name"] for each in typed.choices or []] == ["Brush · 0,04\u00a0$"]
    form = (await here.discord.slash(here.bob, here.art, "imagine")).form
    models = form.components[1]["component"]["options"]
    assert [each["description"] for each in models] == ["0,04\u00a0$ pro Bild"]


async def test_a_refusal_gives_the_words_back_and_says_what_is_possible(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox --sed 7")
    assert asked.ephemeral
    assert "> a fox --sed 7" in asked.text
    assert "Did you mean --seed?" in asked.text


async def test_an_unknown_language_is_answered_in_english(here: Life) -> None:
    here.ada.locale = "xx"
    asked = await here.discord.slash(here.ada, here.art, "help")
    assert "What you can say" in asked.text


@pytest.mark.parametrize("direct", [True, False])
async def test_a_message_is_answered_in_the_language_of_the_persons_last_command(here: Life, direct: bool) -> None:
    where = here.discord.dm(here.bob) if direct else here.art
    for first in ("What you can say", "Was du sagen kannst"):
        said = await here.discord.say(here.bob, where, f"{here.me} hilfe")
        (reply,) = await here.replies(said)
        assert reply.text.startswith(f"**{first}**")
        await here.discord.slash(here.bob, where, "help")
    said = await here.discord.say(here.bob, where, f"{here.me} ein Fuchs")
    (reply,) = await here.replies(said)
    assert (await here.ended(reply)).text.startswith("**Hier ist dein Bild** · Bob")
    other = await here.discord.say(here.ada, here.art, f"{here.me} hilfe")
    assert (await here.replies(other))[0].text.startswith("**What you can say**")
