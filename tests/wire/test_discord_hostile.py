"""Hostile and unlucky people on Discord: nobody spends another's money, sees another's picture or wears the house out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import images
from bot.errors import UnsureError, WorkerDiedError
from bot.job import Moderated, Rendered, Ticket, Where
from bot.providers import Order
from tests.clock import ShiftedClock
from tests.house import png
from tests.standins.discord import Discord, Message, acting
from tests.wire.discord_door import Life, Scene, living, scene


@dataclass(frozen=True)
class Evening(Scene):
    """The scene with its house open."""

    house: Life

    @property
    def me(self) -> str:
        return self.discord.bot.mention

    @property
    def orders(self) -> list[Any]:
        return [order.request for order in self.house.home.provider.orders]

    async def public(self) -> list[Message]:
        return [
            each for each in self.discord.messages(self.art) if not each.ephemeral and each.author is self.discord.bot
        ]

    async def replies(self, to: Message, count: int = 1) -> list[Message]:
        def found() -> list[Message]:
            return [each for each in self.discord.messages(to.channel) if each.reply_to is to]

        await self.discord.until(lambda: len(found()) >= count)
        return found()

    async def painted(self, words: str = "a fox", **options: Any) -> Message:
        asked = await self.discord.slash(self.ada, self.art, "imagine", prompt=words, **options)
        return await self.house.ended(asked.shown)


Open = Callable[..., Awaitable[Evening]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a life of the house, with settings of the test's own; `before` changes the scene first."""
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:

        async def open_(
            *, message_content: bool = False, before: Callable[[Scene], None] = lambda _: None, **settings: Any
        ) -> Evening:
            discord = await stack.enter_async_context(Discord(clock=clock, message_content=message_content))
            here = scene(discord)
            before(here)
            house = await stack.enter_async_context(
                living(discord, tmp_path, clock, message_content=message_content, **settings)
            )
            return Evening(here.discord, here.guild, here.art, here.ada, here.bob, house)

        yield open_


@pytest.fixture
async def here(opened: Open) -> Evening:
    return await opened()


# ---- money


async def test_a_name_in_the_words_sets_no_flags_and_gives_no_command(here: Evening) -> None:
    here.bob.name = "Bob --steps 50 —seed 3"
    said = await here.discord.say(here.ada, here.art, f"{here.me} {here.bob.mention} as a knight --steps 9")
    await here.replies(said)
    await here.discord.until(lambda: bool(here.orders))
    assert (here.orders[0].steps, here.orders[0].prompt) == (9, "Bob steps 50 seed 3 as a knight")
    assert here.orders[0].seed != 3


async def test_a_form_from_before_asks_for_no_more_than_is_allowed_now(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        async with living(discord, tmp_path, clock):
            form = await discord.slash(here.ada, here.art, "imagine", count=4)
        async with living(discord, tmp_path, clock, max_count=2) as life:
            sent = await discord.submit(here.ada, form, {"prompt": "a fox"})
            assert sent.answer.ephemeral
            assert "1–2" in sent.text
            asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox", count=3)
            assert asked.answer.ephemeral
            assert life.home.provider.orders == []


async def unsure(order: Order) -> Ticket | Rendered | Moderated:
    raise UnsureError


async def test_what_may_be_charged_twice_is_asked_about_first(here: Evening) -> None:
    here.house.home.provider.on_submit = unsure
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    await here.house.ended(asked.shown, "Not sure")
    here.house.home.provider.on_submit = None
    first = await here.discord.press(here.ada, asked.shown, "Try again")
    second = await here.discord.press(here.bob, asked.shown, "Try again")
    assert first.answer.ephemeral
    assert second.answer.ephemeral
    assert len(here.orders) == 1
    yes = await here.discord.press(here.ada, first.shown, "Try again")
    assert not yes.answer.ephemeral, "the question was private, its answer is not"
    await here.house.ended(yes.shown)
    assert len(here.orders) == 2
    assert here.orders[0].seed == here.orders[1].seed


async def test_an_edited_message_asks_for_nothing(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, "hello")
    said.content = f"{here.me} a fox"
    await here.discord.gateway.message_event("MESSAGE_UPDATE", said)
    after = await here.discord.say(here.bob, here.art, f"{here.me} help")
    await here.replies(after)
    assert here.orders == []


async def test_a_picture_sent_without_a_word_is_not_enlarged_unasked(here: Evening) -> None:
    photo = here.discord.attachment("SPOILER_x.png", png())
    said = await here.discord.say(here.ada, here.discord.dm(here.ada), "", attachments=[photo])
    (reply,) = await here.replies(said)
    assert "What shall I do with it?" in reply.text
    assert here.orders == []
    assert reply.pictures[0].spoiler, "it came covered"
    pressed = await here.discord.press(here.ada, reply, "Upscale")
    shown = await here.house.ended(pressed.shown)
    assert shown.pictures[0].spoiler


async def test_two_forms_from_one_button_are_two_pictures_and_one_form_is_one(here: Evening) -> None:
    shown = await here.painted()
    form = await here.discord.press(here.bob, shown, "Edit prompt")
    sent = await here.discord.submit(here.bob, form, {"prompt": "a wolf"})
    await here.discord.redeliver(sent)
    await here.house.ended(sent.shown)
    assert [order.prompt for order in here.orders] == ["a fox", "a wolf"]


async def test_pressed_while_the_quota_lasts(opened: Open) -> None:
    here = await opened(limits={"pictures_per_day": 3})
    shown = await here.painted()
    presses = await asyncio.gather(*(here.discord.press(here.ada, shown, "Again") for _ in range(6)))
    taken = [each for each in presses if not each.answer.ephemeral]
    await here.discord.until(lambda: len(here.orders) == 3)
    assert len(taken) == 2


# ---- privacy


async def refusing(order: Order) -> Ticket | Rendered | Moderated:
    return Moderated(where=Where.PROMPT)


async def test_words_of_a_private_picture_that_failed_stay_private(opened: Open) -> None:
    here = await opened(ephemeral_refusals=False)
    shown = await here.painted("a secret", private=True)
    here.house.home.provider.on_submit = refusing
    form = await here.discord.menu(here.ada, shown, "Use as reference")
    sent = await here.discord.submit(here.ada, form, {"prompt": "the secret in blue"})
    await here.discord.until(lambda: len(sent.shown.buttons) == 2)
    edit = await here.discord.press(here.ada, sent.shown, "Edit prompt")
    no = await here.discord.submit(here.ada, edit, {"prompt": "the secret in red", "flags": "--steps 400"})
    assert no.answer.ephemeral
    assert await here.public() == []


async def failing(order: Order) -> Ticket | Rendered | Moderated:
    raise WorkerDiedError


async def test_a_no_to_what_follows_from_a_private_picture_is_private(opened: Open) -> None:
    here = await opened(ephemeral_refusals=False, limits={"jobs_per_minute": 2})
    shown = await here.painted("a secret", private=True)
    here.house.home.provider.on_submit = failing
    larger = await here.discord.menu(here.ada, shown, "Upscale")
    await here.house.ended(larger.shown, "No picture")
    no = await here.discord.press(here.ada, larger.shown, "Again")
    assert "One moment" in no.text
    assert no.answer.ephemeral
    assert await here.public() == []


async def test_another_persons_private_job_is_unknown_to_whoever_learns_its_id(here: Evening) -> None:
    await here.painted("a secret", private=True)
    job = await here.house.job()
    shown = await here.painted("a fox")
    for verb in ("again", "edit", "retry"):
        pressed = await here.discord.press_raw(here.bob, shown, f"v1:{verb}:{job}")
        assert pressed.answer.ephemeral
        assert "secret" not in pressed.text
        assert pressed.modal is None
    for verb in ("cancel", "delete"):
        pressed = await here.discord.press_raw(here.bob, shown, f"v1:{verb}:{job}")
        await here.discord.until(lambda each=pressed: "Das" in each.text or each.followups)  # type: ignore[misc]
    mine = await here.discord.slash(here.bob, here.art, "jobs")
    assert "secret" not in mine.text
    assert len(here.orders) == 2


async def test_what_was_deleted_is_not_painted_again(here: Evening) -> None:
    shown = await here.painted("a regret")
    job = await here.house.job()
    question = await here.discord.press(here.ada, shown, "Delete")
    await here.discord.press(here.ada, question.shown, "Delete")
    await here.discord.until(lambda: shown.deleted)
    other = await here.painted("a fox")
    again = await here.discord.press_raw(here.bob, other, f"v1:again:{job}")
    edit = await here.discord.press_raw(here.bob, other, f"v1:edit:{job}")
    assert again.answer.ephemeral
    assert edit.modal is None
    assert "regret" not in again.text + edit.text
    assert len(here.orders) == 2


# ---- permission


async def test_a_person_may_bring_the_bot_into_a_thread_of_a_strangers_server(here: Evening) -> None:
    hall = here.discord.guild("Hall", installed=False, members=[here.ada]).channel("hall").thread("aside")
    asked = await here.discord.slash(here.ada, hall, "imagine", prompt="a fox", by_person=True)
    assert "fox" in asked.text
    assert not asked.answer.ephemeral
    await here.house.ended(asked.shown)


async def test_in_a_closed_channel_nothing_is_explained_unasked(opened: Open) -> None:
    here = await opened(limits={"channels": {"discord": ("1",)}})
    ours = Message(
        id=here.discord.world.snowflakes.mint(), channel=here.art, author=here.discord.bot,
        at=here.discord.world.clock.now(), content="from before",
    )  # fmt: skip
    here.art.messages.append(ours)
    await here.discord.say(here.bob, here.art, "how nice", reply_to=ours, ping=True)
    after = await here.discord.say(here.bob, here.art, f"{here.me} help")
    await here.replies(after)
    assert [each.text for each in await here.public() if each.reply_to is not after and each is not ours] == []


# ---- resources


async def test_uploads_wait_as_links_and_not_as_bytes(here: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()
    admit = images.admit

    async def slow(picture: bytes, **limits: Any) -> images.Admitted:
        await gate.wait()
        return await admit(picture, **limits)

    monkeypatch.setattr(images, "admit", slow)
    photos = [here.discord.attachment(f"{number}.png", png(64, 48 + number)) for number in range(20)]
    asked = [await here.discord.slash(here.ada, here.art, "upscale", image=each, wait=False) for each in photos]
    await here.discord.until(lambda: all(each.first for each in asked))
    assert len(here.discord.cdn.fetched) == 8
    gate.set()
    await here.discord.until(lambda: len(here.orders) == 20)


async def test_a_command_of_an_earlier_release_completes_nothing(
    here: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"name": "paint", "description": "x", "type": 1}
    old["options"] = [{"type": 3, "name": "style", "description": "x", "autocomplete": True}]  # type: ignore[assignment]
    here.discord.register([*here.discord.commands(), old])
    monkeypatch.setattr(acting, "PATIENCE_S", 0.3)
    with suppress(AssertionError):
        await here.discord.autocomplete(here.ada, here.art, "paint", "style", "x")
    monkeypatch.undo()
    asked = await here.discord.slash(here.ada, here.art, "paint", style="x")
    assert "another version of me" in asked.text
    assert [each for each in here.discord.requests if each.status >= 400] == []
