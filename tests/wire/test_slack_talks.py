"""Talks with the bot alone: direct messages need no slash and no mention, and the assistant shows that it works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import png
from tests.standins.slack import Channel, Serving
from tests.wire.slack_door import Life, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def talk(here: Life) -> Channel:
    return here.team.dm(here.ada)


async def test_a_direct_message_needs_no_mention(here: Life, talk: Channel) -> None:
    said = await here.slack.say(here.ada, talk, "a fox in the snow --ar 16:9")
    shown = await here.picture(talk)
    assert "a fox in the snow" in shown.text
    assert shown.thread_ts == said.ts, "an agent's talks are threads"
    assert len(here.ours(talk)) == 1, "its own messages ask for nothing"
    assert len(here.orders) == 1


@pytest.mark.parametrize("assistant", ["pane", "off"])
async def test_where_the_bot_is_no_agent_a_talk_has_one_line(tmp_path: Path, assistant: str) -> None:
    async with opened(tmp_path, assistant=assistant) as here:
        talk = here.team.dm(here.ada)
        await here.slack.say(here.ada, talk, "a fox")
        shown = await here.picture(talk)
        await here.slack.press(here.ada, shown, "Again")
        await here.picture(talk, count=2)
        await here.slack.say(here.ada, talk, "upscale")
        await here.picture(talk, count=3)
        assert [one.thread_ts for one in here.ours(talk)] == ["", "", ""]


async def test_a_file_with_upscale_in_a_direct_message_comes_back_larger(here: Life, talk: Channel) -> None:
    photo = here.slack.file(here.ada, "cat.png", png())
    await here.slack.say(here.ada, talk, "upscale x4", files=[photo])
    await here.picture(talk)
    assert here.orders[0].factor == 4


async def test_a_file_with_words_in_a_direct_message_is_painted_after(here: Life, talk: Channel) -> None:
    photo = here.slack.file(here.ada, "cat.png", png())
    await here.slack.say(here.ada, talk, "as a knight", files=[photo])
    await here.picture(talk)
    assert len(here.orders[0].references) == 1


async def test_upscale_alone_takes_the_last_picture_of_the_talk(here: Life, talk: Channel) -> None:
    await here.slack.say(here.ada, talk, "a fox")
    await here.picture(talk)
    await here.slack.say(here.ada, talk, "upscale")
    await here.picture(talk, count=2)
    assert here.slack.host.fetched == []
    here.later(seconds=5)
    await here.slack.upload(here.ada, talk, "later.png", png(colour="red"))
    await here.slack.say(here.ada, talk, "x2")
    await here.picture(talk, count=3)
    assert here.slack.host.fetched == ["later.png", "later.png"]


async def test_a_file_alone_in_a_direct_message_is_asked_about(here: Life, talk: Channel) -> None:
    await here.slack.upload(here.ada, talk, "cat.png", png())
    question = await here.shown(channel=talk)
    assert not question.ephemeral, "nobody else is there"
    await here.slack.press(here.ada, question, "Upscale")
    await here.picture(talk)


async def test_upscale_with_nothing_to_enlarge_asks_for_a_picture(here: Life, talk: Channel) -> None:
    await here.slack.say(here.ada, talk, "upscale")
    assert "Which picture?" in (await here.shown(channel=talk)).text
    assert here.orders == []


@pytest.mark.parametrize("words", ["help", "Hilfe!", "/dance"])
async def test_help_is_whole_in_a_direct_message(here: Life, talk: Channel, words: str) -> None:
    await here.slack.say(here.ada, talk, words)
    told = await here.shown(channel=talk)
    assert "--ar 16:9" in told.text
    assert "Home tab" in told.text


async def test_a_refusal_in_a_direct_message_is_a_plain_answer(here: Life, talk: Channel) -> None:
    await here.slack.say(here.ada, talk, "a fox --sed 7")
    told = await here.shown(channel=talk)
    assert not told.ephemeral
    assert "Did you mean --seed?" in told.text
    assert here.slack.asked("chat.postEphemeral") == []


async def test_in_a_thread_of_a_direct_message_the_answer_stands_there(here: Life, talk: Channel) -> None:
    root = await here.slack.say(here.ada, talk, "a fox")
    await here.picture(talk)
    await here.slack.say(here.ada, talk, "a wolf", thread=root)
    assert (await here.picture(thread=root)).thread_ts == root.ts


async def test_a_document_in_a_direct_message_is_no_picture(here: Life, talk: Channel) -> None:
    await here.slack.upload(here.ada, talk, "plan.pdf", b"%PDF-1.7 a plan")
    assert "Which picture?" in (await here.shown(channel=talk)).text


async def test_a_file_that_slack_does_not_hand_over_is_told_so(here: Life, talk: Channel) -> None:
    photo = here.slack.file(here.ada, "cat.png", png(), serving=Serving.PAGE)
    await here.slack.say(here.ada, talk, "upscale", files=[photo])
    assert "couldn’t fetch" in (await here.shown(channel=talk)).text


async def test_a_file_of_which_only_the_id_is_told_is_asked_about(here: Life, talk: Channel) -> None:
    photo = here.slack.file(here.ada, "cat.png", png(), stub=True)
    await here.slack.say(here.ada, talk, "upscale", files=[photo])
    await here.picture(talk)
    assert len(here.orders) == 1


@pytest.mark.parametrize("hosts", [(), ("files.pictures.test",), ("127.0.0.1:1",)])
async def test_pictures_come_from_no_host_but_slacks_and_those_of_the_setting(
    tmp_path: Path, hosts: tuple[str, ...]
) -> None:
    """The token would go along: a stranger's host must not even be asked."""
    async with opened(tmp_path, file_hosts=hosts) as here:
        talk = here.team.dm(here.ada)
        photo = here.slack.file(here.ada, "cat.png", png())
        await here.slack.say(here.ada, talk, "upscale", files=[photo])
        assert "couldn’t fetch" in (await here.shown(channel=talk)).text
        assert here.slack.host.fetched == []
        assert here.orders == []


# ---- the assistant's pane


async def test_the_assistant_suggests_prompts_in_the_persons_language(here: Life) -> None:
    await here.slack.open_assistant(here.bob)
    prompts = here.slack.prompts(here.team.dm(here.bob))
    assert prompts[0]["title"] == "Ein Leuchtturm in der Dämmerung, als Aquarell"
    assert all(each["message"] for each in prompts)


async def test_the_assistant_shows_that_it_works_and_answers_in_its_thread(here: Life) -> None:
    done = here.holding()
    root = (await here.slack.open_assistant(here.ada)).message
    assert root is not None
    talk = here.team.dm(here.ada)
    prompts = here.slack.prompts(talk)
    await here.slack.say(here.ada, talk, prompts[0]["message"], thread=root)
    await here.slack.until(lambda: here.slack.status(root) == "is working on your picture …")
    done.set()
    shown = await here.picture(thread=root)
    assert shown.thread_ts == root.ts
    await here.slack.until(lambda: not here.slack.status(root))
    await here.slack.say(here.ada, talk, "upscale", thread=root)
    larger = await here.picture(thread=root, count=2)
    assert larger.thread_ts == root.ts
    assert here.slack.host.fetched == []


async def test_each_talk_with_the_assistant_is_about_its_own_pictures(here: Life) -> None:
    talk = here.team.dm(here.ada)
    first, second = [(await here.slack.open_assistant(here.ada)).message for _ in range(2)]
    assert first is not None
    assert second is not None
    await here.slack.say(here.ada, talk, "a fox", thread=first)
    await here.picture(thread=first)
    await here.slack.say(here.ada, talk, "upscale", thread=second)
    assert "Which picture?" in (await here.shown(thread=second)).text
    assert len(here.orders) == 1


async def test_buttons_in_the_assistant_answer_in_its_thread(here: Life) -> None:
    root = (await here.slack.open_assistant(here.ada)).message
    assert root is not None
    await here.slack.say(here.ada, here.team.dm(here.ada), "a fox", thread=root)
    shown = await here.picture(thread=root)
    await here.slack.press(here.ada, shown, "Upscale")
    assert (await here.picture(thread=root, count=2)).thread_ts == root.ts


async def test_what_is_said_in_a_thread_and_to_the_talk_as_well_is_heard(here: Life, talk: Channel) -> None:
    said = await here.slack.say(here.ada, talk, "help")
    event = {
        **said.delivered[0].payload["event"],
        "subtype": "thread_broadcast",
        "text": "a wolf",
        "thread_ts": said.ts,
    }
    told = here.slack.asking.event(here.team, event, person=here.ada, channel=talk)
    here.slack.delivery.send(told)
    await here.slack.all_settled([told])
    await here.picture(thread=said)
    assert [order.prompt for order in here.orders] == ["a wolf"]


async def test_without_an_assistant_no_thread_has_a_status(tmp_path: Path) -> None:
    async with opened(tmp_path, assistant="off") as here:
        said = await here.slack.say(here.ada, here.team.dm(here.ada), "help")
        await here.slack.say(here.ada, here.team.dm(here.ada), "a fox", thread=said)
        await here.picture(thread=said)
        assert here.slack.asked("assistant.") == []
