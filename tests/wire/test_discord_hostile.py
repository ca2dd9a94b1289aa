"""Hostile and unlucky people: nobody spends another's money, sees another's picture, or wears the house out."""

from __future__ import annotations

import asyncio
import gc
import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import images
from bot.errors import UnsureError, WorkerDiedError
from bot.job import Moderated, Rendered, Ticket, Where
from bot.offer import Number
from bot.providers import Order
from bot.store import Store
from tests.clock import ShiftedClock
from tests.house import PAINTER, png
from tests.standins.discord import USUAL, Answer, Channel, Discord, Kind, Message, Permission, acting
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

    async def settled(self) -> None:
        """What came before would have come to something by now: a later wish is fulfilled."""
        last = await self.discord.say(self.bob, self.art, f"{self.me} the last")
        await self.house.ended((await self.replies(last))[0])

    async def painted(self, words: str = "a fox", **options: Any) -> Message:
        asked = await self.discord.slash(self.ada, self.art, "imagine", prompt=words, **options)
        return await self.house.ended(asked.shown)


OURS = re.compile(r"(adapters|discord|aiohttp|_?asyncio)\b")
Open = Callable[..., Awaitable[Evening]]


def evening(here: Scene, life: Life) -> Evening:
    return Evening(here.discord, here.guild, here.art, here.ada, here.bob, life)


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a life of the house, with settings of the test's own; `by` tells those that need ids of the scene."""
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:

        async def open_(
            *, message_content: bool = False, by: Callable[[Scene], dict[str, Any]] = lambda _: {}, **settings: Any
        ) -> Evening:
            discord = await stack.enter_async_context(Discord(clock=clock, message_content=message_content))
            here = scene(discord)
            settings |= by(here)
            house = await stack.enter_async_context(
                living(discord, tmp_path, clock, message_content=message_content, **settings)
            )
            return evening(here, house)

        yield open_


@pytest.fixture
async def here(opened: Open) -> Evening:
    return await opened()


# ---- money


async def test_a_name_in_the_words_sets_no_flags(here: Evening) -> None:
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
    twice = await here.discord.press(here.ada, first.shown, "Try again")
    assert twice.answer.kind is Answer.DEFERRED_UPDATE
    assert len(here.orders) == 2
    assert here.orders[0].seed == here.orders[1].seed


async def test_an_edited_message_asks_for_nothing(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, "hello")
    said.content = f"{here.me} a fox"
    await here.discord.gateway.message_event("MESSAGE_UPDATE", said)
    await here.settled()
    assert [order.prompt for order in here.orders] == ["the last"]


async def test_a_mention_shown_as_code_calls_nobody(opened: Open) -> None:
    here = await opened(message_content=True)
    for words in (f"just say `{here.me} a fox`", f"```\n{here.me} a wolf\n```"):
        await here.discord.say(here.ada, here.art, words)
    await here.settled()
    assert [order.prompt for order in here.orders] == ["the last"]


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


async def test_one_form_is_one_picture_however_often_it_arrives(here: Evening) -> None:
    shown = await here.painted()
    form = await here.discord.press(here.bob, shown, "Edit prompt")
    sent = await here.discord.submit(here.bob, form, {"prompt": "a wolf"})
    await here.discord.redeliver(sent)
    await here.house.ended(sent.shown)
    assert [order.prompt for order in here.orders] == ["a fox", "a wolf"]


async def test_buttons_pressed_all_at_once_stay_within_the_quota(opened: Open) -> None:
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


async def test_several_private_pictures_are_all_private(here: Evening) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a secret", count=3, private=True)
    await here.discord.until(lambda: sum(bool(each.pictures) for each in [asked.shown, *asked.followups]) == 3)
    assert await here.public() == []


# ---- permission


async def test_a_person_may_bring_the_bot_into_a_thread_of_a_strangers_server(here: Evening) -> None:
    hall = here.discord.guild("Hall", installed=False, members=[here.ada]).channel("hall").thread("aside")
    asked = await here.discord.slash(here.ada, hall, "imagine", prompt="a fox", by_person=True)
    assert "fox" in asked.text
    assert not asked.answer.ephemeral
    await here.house.ended(asked.shown)


async def no_way(here: Evening, where: Channel, shown: Message) -> None:
    """Bob asks in every way there is; each is refused, and nothing is bought or fetched."""
    had = list(here.orders)
    photo = here.discord.attachment("x.png", png())
    ways = [
        await here.discord.slash(here.bob, where, "imagine", prompt="a fox"),
        await here.discord.slash(here.bob, where, "imagine", image=photo),
        await here.discord.slash(here.bob, where, "upscale", image=photo),
        *[await here.discord.press(here.bob, shown, label) for label in ("Upscale", "Again")],
        await here.discord.menu(here.bob, shown, "Upscale"),
    ]
    for label in ("Edit prompt", "Use as reference"):
        form = await here.discord.press(here.bob, shown, label)
        ways.append(await here.discord.submit(here.bob, form, {"prompt": "a wolf"}))
    assert [way.text for way in ways if not way.answer.ephemeral] == []
    for words, files in (("a fox", []), ("upscale", [photo]), ("", [photo])):
        said = await here.discord.say(here.bob, where, f"{here.me} {words}", attachments=files)
        await here.replies(said)
    assert here.orders == had
    assert here.discord.cdn.fetched == []


async def test_who_lacks_the_role_gets_nothing_in_any_way(opened: Open) -> None:
    def by(here: Scene) -> dict[str, Any]:
        role = here.guild.role("Artists")
        here.ada.roles.add(role.id)
        return {"roles": (str(role.id),), "limits": {"roles": {"discord": (str(role.id),)}}}

    here = await opened(by=by)
    await no_way(here, here.art, await here.painted())
    said = await here.discord.say(here.bob, here.discord.dm(here.bob), "a fox")
    await here.replies(said)
    assert len(here.orders) == 1


@pytest.mark.parametrize("kind", ["channel", "thread", "forum post"])
async def test_a_channel_that_was_closed_is_closed_to_every_way_of_asking(tmp_path: Path, kind: str) -> None:
    clock = ShiftedClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        hall = here.guild.channel("hall", kind=Kind.FORUM if kind == "forum post" else Kind.TEXT)
        where = hall if kind == "channel" else hall.thread("aside")
        here = replace(here, art=where)
        async with living(discord, tmp_path, clock) as life:
            shown = await evening(here, life).painted()
        async with living(discord, tmp_path, clock, limits={"channels": {"discord": ("1", "dm")}}) as life:
            later = evening(here, life)
            await no_way(later, where, shown)
            said = await discord.say(here.bob, discord.dm(here.bob), "a fox")
            await later.replies(said)
            await discord.until(lambda: len(later.orders) == 1)


async def test_who_moderates_one_channel_does_not_moderate_another(here: Evening) -> None:
    shown = await here.painted()
    job = await here.house.job()
    hall = here.guild.channel("hall")
    await here.discord.join(here.guild)
    here.bob.permissions = USUAL | Permission.MANAGE_MESSAGES
    other = await here.discord.slash(here.bob, hall, "imagine", prompt="a wolf")
    await here.house.ended(other.shown)
    for custom_id in (f"v1:delete:{job}", f"v1:delete:{job}:sure", f"v1:cancel:{job}"):
        no = await here.discord.press_raw(here.bob, other.shown, custom_id)
        await here.discord.until(lambda each=no: "Das kann nur" in each.text + "".join(f.text for f in each.followups))  # type: ignore[misc]
    assert not shown.deleted
    assert not other.shown.deleted
    pressed = await here.discord.press(here.bob, shown, "Delete")
    assert "Wirklich löschen?" in pressed.text


TOLERANT = replace(PAINTER, controls=(*PAINTER.controls, Number(name="safety_tolerance", low=0, high=6, default=2)))


async def test_what_an_age_restricted_channel_allows_ends_at_its_door(here: Evening) -> None:
    here.house.home.provider.offers = (TOLERANT, *here.house.home.provider.offers[1:])
    cellar = here.guild.channel("cellar", nsfw=True)
    await here.discord.join(here.guild)
    asked = await here.discord.slash(here.ada, cellar.thread("deeper"), "imagine", prompt="a fox", safety_tolerance=6)
    below = await here.house.ended(asked.shown)
    job = await here.house.job()
    assert here.orders[0].safety_tolerance == 6
    shown = await here.painted("a fox")
    again = await here.discord.press_raw(here.ada, shown, f"v1:again:{job}")
    assert again.answer.ephemeral
    form = await here.discord.press_raw(here.ada, shown, f"v1:edit:{job}")
    sent = await here.discord.submit(here.ada, form, {"prompt": "a wolf"})
    assert sent.answer.ephemeral
    typed = await here.discord.submit(here.ada, form, {"prompt": "a wolf --safety 6", "flags": "--safety 6"})
    assert typed.answer.ephemeral
    for where in (here.art, here.discord.dm(here.ada)):
        asked = await here.discord.slash(here.ada, where, "imagine", prompt="a fox --safety 6")
        assert "0–2" in asked.text
    assert [order.safety_tolerance for order in here.orders] == [6, 2]
    assert not below.deleted


async def test_in_a_channel_that_was_closed_nothing_is_explained_unasked(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        async with living(discord, tmp_path, clock) as life:
            shown = await evening(here, life).painted()
        async with living(discord, tmp_path, clock, limits={"channels": {"discord": ("1",)}}) as life:
            unread = await discord.say(here.bob, here.art, "how nice", reply_to=shown)
            asked = await discord.say(here.bob, here.art, f"{discord.bot.mention} help")
            await evening(here, life).replies(asked)
            assert [each for each in discord.messages(here.art) if each.reply_to is unread] == []


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
    await here.discord.until(lambda: len(here.discord.cdn.fetched) == 20)


async def test_of_more_pictures_than_any_model_takes_none_is_fetched(here: Evening) -> None:
    here.house.home.provider.offers = (replace(PAINTER, references=3), *here.house.home.provider.offers[1:])
    form = await here.discord.slash(here.ada, here.art, "imagine")
    here.house.home.provider.offers = (PAINTER, *here.house.home.provider.offers[1:])
    photos = [here.discord.attachment(f"{number}.png", png()) for number in range(3)]
    sent = await here.discord.submit(here.ada, form, {"prompt": "a fox", "pictures": photos})
    assert sent.answer.ephemeral
    assert "0–1" in sent.text
    assert here.discord.cdn.fetched == []


async def test_a_small_file_of_a_huge_picture_is_not_unpacked(here: Evening) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    photo = here.discord.attachment("bomb.png", bomb.getvalue())
    asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo)
    assert asked.answer.ephemeral
    assert "9000 × 9000" in asked.text
    assert here.orders == []


async def test_a_command_of_an_earlier_release_completes_nothing(
    here: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = {"type": 3, "name": "style", "description": "x", "autocomplete": True}
    old = {"name": "paint", "description": "x", "type": 1, "options": [style]}
    here.discord.register([*here.discord.commands(), old])
    monkeypatch.setattr(acting, "PATIENCE_S", 0.3)
    with suppress(AssertionError):
        await here.discord.autocomplete(here.ada, here.art, "paint", "style", "x")
    monkeypatch.undo()
    asked = await here.discord.slash(here.ada, here.art, "paint", style="x")
    assert "another version of me" in asked.text
    assert [each for each in here.discord.requests if (each.status or 0) >= 400] == []


async def test_what_was_answered_is_not_kept_in_memory(here: Evening) -> None:
    shown = await here.painted()

    async def busy(rounds: int) -> None:
        for _ in range(rounds):
            for command in ("help", "about", "jobs", "imagine"):
                await here.discord.slash(here.ada, here.art, command)
            await here.discord.press(here.bob, shown, "Edit prompt")
            await here.discord.press_raw(here.bob, shown, "old")
            await here.discord.autocomplete(here.ada, here.art, "imagine", "model", "b")
            await here.replies(await here.discord.say(here.ada, here.art, f"{here.me} help"))

    await busy(10)
    before = census()
    await busy(30)
    assert {kind: count for kind, count in (census() - before).items() if count > 20} == {}


def census() -> Counter[str]:
    """Living objects of the door and its library, by class."""
    gc.collect()
    kinds = Counter(type(each) for each in gc.get_objects())
    return Counter({kind.__qualname__: count for kind, count in kinds.items() if OURS.match(str(kind.__module__))})


async def test_a_flood_of_mentions_keeps_no_command_waiting(here: Evening) -> None:
    gate = here.discord.hold("POST /channels", times=None)
    said = [await here.discord.say(here.ada, here.art, f"{here.me} help") for _ in range(100)]
    asked = await here.discord.slash(here.bob, here.art, "help")
    assert asked.answered_at - asked.asked_at < 1
    gate.open.set()
    here.discord.heal()
    for each in said:
        await here.replies(each)


async def test_a_house_too_slow_for_the_first_answer_still_tells_each_in_their_way(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await opened()
    accept = Store.accept

    async def late(store: Store, *args: Any, **more: Any) -> int:
        here.house.home.clock.ahead += timedelta(seconds=5)
        return await accept(store, *args, **more)

    monkeypatch.setattr(Store, "accept", late)
    for private, where in ((False, here.art), (True, here.discord.dm(here.ada))):
        await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", private=private, wait=False)
        await here.discord.until(lambda where=where: any(each.pictures for each in here.discord.messages(where)))  # type: ignore[misc]
    assert len(here.orders) == 2
    assert len(await here.public()) == 1


@pytest.mark.parametrize("kind", [Kind.VOICE, 5])
async def test_the_talk_beside_a_voice_channel_and_news_are_channels_like_any(opened: Open, kind: int) -> None:
    hall: list[Channel] = []

    def by(here: Scene) -> dict[str, Any]:
        hall.append(here.guild.channel("hall", kind=kind))  # type: ignore[arg-type]
        return {}

    here = await opened(by=by)
    said = await here.discord.say(here.ada, hall[0], f"{here.me} a fox")
    (reply,) = await here.replies(said)
    await here.house.ended(reply)
    asked = await here.discord.slash(here.bob, hall[0], "imagine", prompt="a wolf")
    await here.house.ended(asked.shown)


async def test_an_unknown_language_is_answered_in_english(here: Evening) -> None:
    here.ada.locale = "xx"
    asked = await here.discord.slash(here.ada, here.art, "help")
    assert "What you can say" in asked.text
