"""What people on Slack read, in their own language, and that their words do nothing but stand there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import png
from tests.standins.slack import Message
from tests.wire.slack_door import Life, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def bobs(here: Life, words: str = "ein Fuchs") -> Message:
    """Bob's picture, by /imagine."""
    before = len(here.ours())
    await here.slack.slash(here.bob, here.art, "imagine", words)
    return await here.ended(await here.shown(before + 1))


async def test_from_the_first_word_to_the_last_a_person_reads_their_own_language(here: Life) -> None:
    shown = await bobs(here)
    assert shown.history[0].startswith("Ich male · Bob")
    assert shown.text.startswith("Hier ist dein Bild · Bob")
    assert shown.fallback.startswith("Hier ist dein Bild · Bob")
    assert [each.label for each in shown.buttons] == [
        "Vergrößern", "Noch eins", "Prompt ändern", "Als Vorlage", "Löschen",
    ]  # fmt: skip
    assert shown.pictures[0].alt == "Bild zu den Worten: ein Fuchs"
    form = (await here.slack.press(here.bob, shown, "Prompt ändern")).form
    assert (form.title, form.submit, form.close) == ("Ändern und neu malen", "Malen", "Abbrechen")
    assert [field.label for field in form.fields][:3] == ["Prompt", "Modell", "Seitenverhältnis"]
    model = next(each for each in form.blocks if each.get("block_id") == "model")["element"]["options"][0]
    assert model["description"]["text"] == "0,04\u00a0$ pro Bild"
    larger = (await here.slack.slash(here.bob, here.art, "upscale")).form
    await here.slack.until(lambda: larger.title == "Ein Bild vergrößern")
    page = await here.slack.slash(here.bob, here.art, "imagine", "hilfe")
    assert page.text.startswith("Was du sagen kannst")
    await here.slack.open_home(here.bob)
    home = here.slack.home(here.bob)
    assert home is not None
    assert "Über mich" in home.text
    assert "Deine Bilder" in home.text


async def test_the_same_buttons_answer_each_person_in_their_language(here: Life) -> None:
    shown = await bobs(here)
    english = await here.slack.press(here.ada, shown, "Löschen")
    assert "Only the person who asked for this picture, or a moderator" in english.text
    edit = (await here.slack.press(here.ada, shown, "Prompt ändern")).form
    assert edit.title == "Change and paint again"


async def test_help_is_whole_for_one_person_and_short_in_a_channel(here: Life) -> None:
    alone = await here.slack.slash(here.ada, here.art, "imagine", "help")
    for told in ("@imagebot upscale", "More actions", "--ar 16:9", "/imagine a lighthouse", "$0.04"):
        assert told in alone.text
    await here.slack.say(here.ada, here.art, f"{here.me} help")
    brief = await here.whispered(here.ada, "write “help” to me directly")
    assert len(brief.text.splitlines()) <= 8
    assert "$" not in brief.text, "prices are for who asks"


@pytest.mark.parametrize(
    ("locale", "words"), [("xx-XX", "What you can say"), ("de-AT", "Was du sagen kannst"), ("", "What you can say")]
)
async def test_a_language_is_read_as_slack_tells_it_and_english_otherwise(here: Life, locale: str, words: str) -> None:
    here.ada.locale = locale
    asked = await here.slack.slash(here.ada, here.art, "imagine", "help")
    assert words in asked.text


async def test_a_person_whom_slack_does_not_tell_of_in_time_is_answered_in_english_under_their_user_name(
    here: Life,
) -> None:
    gate = here.slack.hold("users.info", times=None)
    asked = await here.slack.slash(here.bob, here.art, "imagine", "a fox")
    assert asked.acked
    shown = await here.picture()
    assert shown.text.startswith("Here is your picture · bob")
    gate.open.set()


HOSTILE = "<!channel> @here <@U0STAN00005> *bold* <https://evil.test|click> `code` :fox: & <!subteam^S0|x>"


async def test_nobody_is_called_by_a_prompt(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", f"{HOSTILE} --seed 7")
    assert asked.acked
    shown = await here.picture()
    assert HOSTILE in shown.text, "it reads as it was written"
    again = await here.slack.press(here.bob, shown, "Again")
    assert again.acked
    await here.picture(thread=shown)
    refused = await here.slack.slash(here.ada, here.art, "imagine", f"{HOSTILE} --sed 7")
    form = (await here.slack.press(here.ada, shown, "Edit prompt")).form
    assert form.field("prompt").value == HOSTILE
    await here.slack.open_home(here.ada)
    told = [*here.slack.messages(here.art), refused.shown]
    assert [one.pings for one in told] == [[]] * len(told)
    assert all("evil.test" not in text for one in told for text in one.markup)
    home = here.slack.home(here.ada)
    assert home is not None
    assert all("evil.test" not in text and "<!" not in text for text in home.markup)


async def test_nobody_is_called_by_a_name(here: Life) -> None:
    eve = here.team.person("<!here> *Eve* <https://evil.test|x>")
    here.art.members.append(eve)
    await here.slack.slash(eve, here.art, "imagine", "a fox")
    shown = await here.picture()
    assert "<!here> *Eve* <https://evil.test|x>" in shown.text
    assert shown.pings == []
    await here.slack.say(here.ada, here.art, f"{here.me} {eve.mention} as a queen")
    other = await here.picture(count=2)
    assert other.pings == []


async def test_every_picture_has_words_for_who_cannot_see_it(here: Life) -> None:
    posted = await here.posted()
    await here.slack.say(here.ada, here.art, f"{here.me} upscale", thread=posted)
    shown = [await here.picture(thread=posted), await here.painted()]
    await here.slack.press(here.ada, shown[1], "Upscale")
    shown.append(await here.picture(thread=shown[1]))
    assert [picture.alt for one in shown for picture in one.pictures] == [
        "Enlarged picture", "Picture for the words: a fox", "Enlarged picture for the words: a fox",
    ]  # fmt: skip
    assert all(picture.file and picture.file.alt == picture.alt for one in shown for picture in one.pictures)
    form = (await here.slack.slash(here.ada, here.art, "upscale")).form
    await here.slack.until(lambda: bool(form.pictures))
    assert all(picture.alt for picture in form.pictures)


async def test_a_long_prompt_is_told_whole_to_who_listens_and_shortened_where_slack_ends(here: Life) -> None:
    words = "a fox and " * 180
    await here.slack.slash(here.ada, here.art, "imagine", words)
    shown = await here.picture()
    assert len(shown.pictures[0].alt) <= 1000
    form = (await here.slack.press(here.ada, shown, "Edit prompt")).form
    assert form.field("prompt").value == words.strip()


async def test_a_refusal_gives_the_words_back_and_says_what_is_possible(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", "a fox --sed 7")
    assert asked.ephemeral
    assert "a fox --sed 7" in asked.text
    assert "Did you mean --seed?" in asked.text
    photo = here.slack.file(here.ada, "x.png", png())
    await here.slack.say(here.ada, here.art, f"{here.me} a hare --sed 7", files=[photo])
    assert "a hare --sed 7" in (await here.whispered(here.ada, "a hare")).text
