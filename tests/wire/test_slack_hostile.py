"""Hostile and unlucky payloads: whatever comes is answered, harms no other, and leaves nobody's words in the log."""

from __future__ import annotations

import copy
import io
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.house import png
from tests.standins.slack import Delivered, Sort
from tests.wire.living import logbook
from tests.wire.slack_door import MENU, Life, opened

GONE: Final = object()
ODD: Final[tuple[Any, ...]] = (GONE, None, 7, "zanzibar", [], {}, ["zanzibar"], {"zanzibar": "zanzibar"})
DEPTH: Final = 3
"""How deep below the payload something is made odd."""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logbook() as out:
        yield out


# ---- payloads that are not as Slack describes them


async def command(here: Life) -> Delivered:
    return await here.slack.slash(here.ada, here.art, "imagine", "zanzibar")


async def mention(here: Life) -> Delivered:
    photo = here.slack.file(here.ada, "zanzibar.png", png())
    return (await here.slack.say(here.ada, here.art, f"{here.me} zanzibar", files=[photo])).delivered[0]


async def reply(here: Life) -> Delivered:
    root = await here.posted()
    return (await here.slack.say(here.ada, here.art, f"{here.me} upscale", thread=root)).delivered[0]


async def direct(here: Life) -> Delivered:
    return (await here.slack.say(here.ada, here.team.dm(here.ada), "zanzibar")).delivered[0]


async def button(here: Life) -> Delivered:
    return await here.slack.press(here.ada, await here.painted("zanzibar"), "Again")


async def form(here: Life) -> Delivered:
    asked = await here.slack.slash(here.ada, here.art, "imagine")
    return await here.slack.submit(here.ada, asked.form, {"prompt": "zanzibar"})


async def menu(here: Life) -> Delivered:
    return await here.slack.shortcut(here.ada, await here.posted(), MENU["upscale"])


async def home(here: Life) -> Delivered:
    return await here.slack.open_home(here.ada)


async def pane(here: Life) -> Delivered:
    here.slack.world.events |= {"assistant_thread_started"}
    return await here.slack.open_assistant(here.ada)


async def parting(here: Life) -> Delivered:
    event = {"type": "tokens_revoked", "tokens": {"bot": ["B1"], "oauth": ["U1"]}}
    return here.slack.asking.event(here.team, event, person=here.ada)


@pytest.mark.parametrize("kind", [command, mention, reply, direct, button, form, menu, home, pane, parting])
async def test_an_odd_payload_is_acknowledged_and_nobodys_words_are_logged(
    tmp_path: Path, log: io.StringIO, kind: Any
) -> None:
    async with opened(tmp_path) as here:
        slack = here.slack
        told = await kind(here)
        odd = list(oddities(told.payload, DEPTH))
        assert len(odd) > 100
        for start in range(0, len(odd), 50):
            names = [f"odd-{number}" for number in range(start, min(start + 50, len(odd)))]
            for name, payload in zip(names, odd[start:], strict=False):
                link = slack.sockets.live[int(name[4:]) % len(slack.sockets.live)]
                link.outbox.put_nowait({"type": told.sort.value, "envelope_id": name, "payload": payload})
            await slack.until(lambda names=names: set(names) <= set(slack.sockets.strange_acks))  # type: ignore[misc]
        slack.sockets.strange_acks.clear()
        asked = await slack.slash(here.bob, here.art, "imagine", "help")
        assert asked.ephemeral
        assert slack.sockets.connects == 2
        if kind is not parting:  # which holds nothing but ids
            assert "zanzibar" not in log.getvalue()
        slack.violations.clear()  # some oddities make us ask for what is not there


def oddities(payload: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """The payload with each of its values, as deep as that, replaced by something odd; each an event of its own."""
    ways = ((path, value) for turn, path in enumerate(paths(payload, depth)) for value in oddness(path, depth, turn))
    for number, (path, value) in enumerate(ways):
        odd = copy.deepcopy(dict(payload))
        for name in ("event_id", "trigger_id"):
            if name in odd:
                odd[name] = f"{odd[name]}-{number}"
        where: Any = odd
        for step in path[:-1]:
            where = where[step]
        if value is GONE:
            del where[path[-1]]
        else:
            where[path[-1]] = value
        yield odd


def oddness(path: tuple[Any, ...], depth: int, turn: int) -> tuple[Any, ...]:
    """Each of them down to the last level, where there are hundreds of values: there, one after the other."""
    return ODD if len(path) < depth else (ODD[turn % len(ODD)],)


def paths(value: Any, depth: int) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in it; of a list, to its first."""
    if not depth:
        return
    items = value.items() if isinstance(value, Mapping) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, inner in items:
        yield (name,)
        for path in paths(inner, depth - 1):
            yield (name, *path)


async def test_an_event_that_nobody_listens_for_is_acknowledged(here: Life, log: io.StringIO) -> None:
    for kind in ("team_join", "reaction_added", "file_shared", "zanzibar"):
        event = {"type": kind, "user": here.ada.id, "text": "zanzibar"}
        told = here.slack.asking.event(here.team, event, person=here.ada)
        here.slack.delivery.send(told)
        await here.slack.all_settled([told])
        assert told.acked
    for kind in ("view_closed", "block_suggestion", "dialog_submission", "workflow_step_edit", "zanzibar"):
        asked = await here.slack.slash(here.ada, here.art, "imagine", "help")
        payload = {**asked.payload, "type": kind, "trigger_id": f"{kind}.1", "text": "zanzibar"}
        payload.pop("command")
        odd = Delivered(
            id=kind, sort=Sort.INTERACTION, payload=payload, workspace=here.team, at=here.clock.now()
        )  # fmt: skip
        here.slack.delivery.send(odd)
        await here.slack.all_settled([odd])
        assert odd.acked
    assert "zanzibar" not in log.getvalue()


# ---- texts


@pytest.mark.parametrize(
    "words",
    [
        "zanzibar " * 10_000,
        "<" * 40_000,
        "<@U1|" * 8_000,
        "<https://zanzibar.test|" + "a" * 40_000,
        "--" * 20_000,
        "--ar " * 8_000,
        '"' * 40_000,
        "\u202e\u0000\u2028" * 5_000,
        "🦊" * 20_000,
    ],
    ids=lambda words: words[:12].encode("unicode_escape").decode(),
)
async def test_a_giant_text_is_answered_soon(here: Life, log: io.StringIO, words: str) -> None:
    began = time.monotonic()
    asked = await here.slack.slash(here.ada, here.art, "imagine", words)
    said = await here.slack.say(here.ada, here.art, f"{here.me} {words}")
    assert asked.acked
    assert said.delivered[0].acked
    assert time.monotonic() - began < 1
    assert asked.ephemeral or here.ours()
    assert "zanzibar" not in log.getvalue()


async def test_a_prompt_that_pings_everybody_pings_nobody(here: Life) -> None:
    words = f"<!channel> <!here> {here.bob.mention} <#{here.art.id}> @channel"
    shown = await here.painted(words)
    await here.slack.say(here.ada, here.art, f"{here.me} {words} again")
    await here.picture(count=2)
    assert [one.pings for one in here.ours()] == [[], []]
    assert here.ours()[0] is shown


# ---- buttons and forms


@pytest.mark.parametrize(
    "button_id",
    ["v1:again:unknown", "v1:cancel:", "v1:delete:x", "v1:upscale:x:99", "v0:again:x", "v1:zanzibar", "", "v1:" * 80],
)
async def test_a_button_that_nobody_made_is_answered(here: Life, button_id: str) -> None:
    shown = await here.painted()
    pressed = await here.slack.press_raw(here.bob, shown, button_id)
    assert pressed.acked
    if button_id:
        await here.whispered(here.bob, "")
    assert len(here.orders) == 1


async def test_a_form_from_another_release_is_answered(here: Life) -> None:
    opened_form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    opened_form.callback_id, opened_form.private_metadata = "v1:zanzibar", "{no json"
    sent = await here.slack.submit(here.ada, opened_form, {"prompt": "a fox"})
    assert sent.acked
    assert here.orders == []
