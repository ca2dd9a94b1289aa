"""A key in .env and FLUX on a stand-in: the real process paints through it, and each of its states is a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.endtoend.process import Bot, Vendors, until

ENDED = ("finished", "moderated", "failed", "unsure", "cancelled")
KEY = "bfl_key_of_the_first_evening"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vendors() -> AsyncIterator[Vendors]:
    async with Vendors(work_s=(0.3, 0.6)) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory, vendors: Vendors) -> AsyncIterator[Bot]:
    folder: Path = tmp_path_factory.mktemp("evening")
    opened = Bot(folder, settings={"IMAGEBOT__PROVIDERS__FLUX__DEADLINE_S": "8"})
    (folder / ".env").write_text(f"BFL_API_KEY={KEY}\n")
    (folder / "config.toml").write_text(f'[providers.flux]\nbase_url = "{vendors.flux}"\n')
    await opened.start()
    yield opened
    await opened.end()


async def ask(bot: Bot, prompt: str, **fields: Any) -> dict[str, Any]:
    """Ask over the HTTP door and wait for the end."""
    async with aiohttp.ClientSession() as session:
        asked = {"prompt": prompt, **fields}
        async with session.post(f"{bot.url}/generate_image", json=asked, headers={"Prefer": "respond-async"}) as answer:
            assert answer.status == 202, await answer.text()
            place = answer.headers["Location"]

        async def ended() -> dict[str, Any] | None:
            async with session.get(bot.url + place) as answer:
                said: dict[str, Any] = await answer.json()
            return said if said["status"] in ENDED else None

        return await until(ended, f"{place} to end: {bot.log()[-2000:]}")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_picture_is_painted_by_flux(bot: Bot, vendors: Vendors) -> None:
    said = await ask(bot, "A magical forest", width=640, height=512, steps=30, guidance=3.5, seed=7)
    assert (said["status"], said["provider"], said["model"]) == ("finished", "flux", "flux-dev")
    assert (said["width"], said["height"], said["provider_status"]) == (640, 512, "Ready")
    assert said["cost_cents"] > 0
    task = (await vendors.bought())[-1]
    assert task["id"] == said["task_id"]
    body = task["body"]
    assert (body["steps"], body["guidance"], body["seed"], body["output_format"]) == (30, 3.5, 7, "webp")


@pytest.mark.parametrize(
    ("fault", "at", "status", "sentence"),
    [
        ("request-moderated", "task", "moderated", "declined these words"),
        ("request-moderated-bare", "task", "moderated", "declined these words"),
        ("content-moderated", "task", "moderated", "safety filter"),
        ("error-object", "task", "failed", "Something went wrong at the picture service"),
        ("failed", "task", "failed", "Something went wrong at the picture service"),
        ("vanished", "task", "unsure", "lost track"),
        ("pending-forever", "task", "unsure", "took too long"),
        ("bad-key", "submit", "failed", "won’t let us in"),
        ("html-502", "submit", "unsure", "may have been charged"),
        ("reset-after", "submit", "unsure", "may have been charged"),
        ("unknown-word", "task", "finished", ""),
        ("wordy", "task", "finished", ""),
        ("late", "task", "finished", ""),
        ("html-502", "poll", "finished", ""),
        ("throttled-seconds", "submit", "finished", ""),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_end_at_flux_is_a_sentence_and_one_purchase(
    bot: Bot, vendors: Vendors, fault: str, at: str, status: str, sentence: str
) -> None:
    before = len(await vendors.bought())
    await vendors.fault(fault, at=at)
    said = await ask(bot, f"a fox who meets {fault}", provider="flux")
    assert said["status"] == status, said
    assert sentence in said.get("error", "")
    assert len(await vendors.bought()) - before <= 1


@pytest.mark.asyncio(loop_scope="module")
async def test_the_log_holds_neither_key_nor_prompt_nor_signed_link(bot: Bot, vendors: Vendors) -> None:
    await ask(bot, "an unmistakable axolotl", provider="flux")
    log = bot.log()
    assert "job ended" in log
    for secret in (KEY, "axolotl", "who meets", "sig=", (await vendors.bought())[-1]["id"]):
        assert secret not in log


@pytest.mark.asyncio(loop_scope="module")
async def test_a_key_that_does_not_work_lets_the_next_provider_serve_first(bot: Bot, vendors: Vendors) -> None:
    await vendors.fault("bad-key", at="submit")
    await ask(bot, "a first fox", provider="flux")
    said = await ask(bot, "a second fox")
    assert (said["status"], said["provider"]) == ("finished", "local")
    assert (await ask(bot, "a third fox", provider="flux"))["status"] == "finished"
    assert (await ask(bot, "a fourth fox"))["provider"] == "flux"
