"""The first minute, as a newcomer has it: the real process with no key and no settings, curl, and the command."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.endtoend.process import Bot


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    opened = Bot(tmp_path)
    await opened.start()
    yield opened
    await opened.end()


async def curl(*words: str) -> Any:
    """What the command prints, as JSON."""
    process = await asyncio.create_subprocess_exec("curl", "-sS", *words, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(said)


async def picture_at(url: str) -> Image.Image:
    process = await asyncio.create_subprocess_exec("curl", "-sSf", url, stdout=asyncio.subprocess.PIPE)
    body, _ = await process.communicate()
    return Image.open(io.BytesIO(body))


async def imagebot(folder: Path, environment: dict[str, str], *words: str) -> tuple[int, str]:
    """The command's exit code and everything that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=folder, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_two_curl_calls_give_webp_pictures(bot: Bot, tmp_path: Path) -> None:
    made = await curl(
        "-X", "POST", f"{bot.url}/generate_image",
        "-H", "Content-Type: application/json", "-d", '{"prompt": "A magical forest"}',
    )  # fmt: skip
    assert made["image_url"].startswith("/saved_images/")
    assert made["image_url"].endswith(".webp")
    picture = await picture_at(bot.url + made["image_url"])
    assert (picture.format, picture.size) == ("WEBP", (1024, 768))
    small = tmp_path / "small.png"
    picture.convert("RGB").resize((320, 240)).save(small)
    large = await curl("-X", "POST", f"{bot.url}/upscale_image", "-F", f"image=@{small}")
    enlarged = await picture_at(bot.url + large["image_url"])
    assert (enlarged.format, enlarged.size) == ("WEBP", (640, 480))


async def test_the_contracts_own_sentences_are_exact(bot: Bot, tmp_path: Path) -> None:
    said = await curl("-X", "POST", f"{bot.url}/generate_image", "-H", "Content-Type: application/json", "-d", "{}")
    assert said == {"error": "Prompt is required"}
    wide = tmp_path / "wide.png"
    Image.new("RGB", (513, 100)).save(wide)
    said = await curl("-X", "POST", f"{bot.url}/upscale_image", "-F", f"image=@{wide}")
    assert said == {"error": "Image dimensions should not exceed 512x512"}


async def test_the_command_paints_and_enlarges_through_the_running_bot_and_alone(bot: Bot, tmp_path: Path) -> None:
    environment = bot.environment()
    words = ("imagine", "A magical forest", "--seed", "7", "--width", "512", "--height", "384", "-o")
    code, said = await imagebot(tmp_path, environment, *words, "beside.webp")
    assert (code, "beside.webp" in said) == (0, True), said
    code, said = await imagebot(tmp_path, environment, "upscale", "beside.webp", "-o", "big.png")
    assert code == 0, said
    with Image.open(tmp_path / "big.png") as big:
        assert big.size == (1024, 768)
    code, said = await imagebot(tmp_path, environment, *words, "beside.webp")
    assert code == 1
    assert "beside.webp" in said
    assert await bot.stop() == 0
    code, said = await imagebot(tmp_path, environment, *words, "alone.webp")
    assert code == 0, said
    assert (tmp_path / "alone.webp").read_bytes() == (tmp_path / "beside.webp").read_bytes()


async def test_a_second_bot_on_the_same_folder_is_turned_away(bot: Bot, tmp_path: Path) -> None:
    code, said = await imagebot(tmp_path, bot.environment() | {"IMAGEBOT__WEB__PORT": "0"}, "run")
    assert code == 2
    assert "in use" in said
    assert "Traceback" not in said


async def test_check_says_what_works(tmp_path: Path) -> None:
    environment = Bot(tmp_path).environment()
    code, said = await imagebot(tmp_path, environment, "check")
    assert code == 0, said
    assert "BFL_API_KEY" in said
    code, said = await imagebot(tmp_path, environment | {"BFL_API_KEY": "bfl_nobody_listens",
        "IMAGEBOT__PROVIDERS__FLUX__BASE_URL": "http://127.0.0.1:9"}, "check")  # fmt: skip
    assert code == 1
    assert "bfl_nobody_listens" not in said


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("IMAGEBOT__WEB__PORT", "many", "IMAGEBOT__WEB__PORT"),
        ("IMAGEBOT__WEB__COLOUR", "red", "colour"),
        ("IMAGEBOT__WEB__HOST", "0.0.0.0", "IMAGEBOT_WEB_TOKENS"),
    ],
)
async def test_settings_that_cannot_be_end_with_a_sentence(
    tmp_path: Path, setting: str, value: str, named: str
) -> None:
    code, said = await imagebot(tmp_path, Bot(tmp_path).environment() | {setting: value}, "run")
    assert code == 2
    assert named.lower() in said.lower()
    assert len(said.strip().splitlines()) == 1


async def test_help_is_worth_reading(tmp_path: Path) -> None:
    code, said = await imagebot(tmp_path, Bot(tmp_path).environment(), "--help")
    assert code == 0
    for word in ("run", "imagine", "upscale", "check", "jobs", "BFL_API_KEY", "config.example.toml"):
        assert word in said


async def test_ctrl_c_ends_it_cleanly(bot: Bot) -> None:
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()
