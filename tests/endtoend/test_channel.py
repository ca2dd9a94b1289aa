"""The channel of the real process in a real browser: what somebody does in the first minute, and what may go wrong."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from adapters import Kit
from adapters.web import Settings, open_adapter
from bot.errors import RejectedError
from bot.job import Failed
from bot.message import Person, Place
from bot.request import Wish
from bot.spending import Share, Spending, Spent
from tests.endtoend.process import Bot
from tests.standins.desk import GOOD_KEY
from tests.wire.web_door import TOKENS, Visit, picture
from tests.wire.web_door import visiting as door_over_the_stand_in

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
"""Debian's own; playwright's download is not used."""
PATIENCE_MS: Final = 45_000
WIDE: Final = (1280, 900)
NARROW: Final = (390, 844)
GUEST: Final = Person("web", "bo", "Bo")
CHANNEL: Final = Place("web", "channel")
CITY: Final = "/imagine A futuristic cityscape at night --ar 16:9 --seed 42"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """The real process with no key at all: the local provider serves."""
    bot = Bot(tmp_path)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.end()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Visit]:
    """The door over the stand-in desk, whose jobs a test drives, for moments that no real provider gives on demand."""
    async with door_over_the_stand_in(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser, url: str, size: tuple[int, int] = WIDE, *, dark: bool = False, locale: str = "en-US"
) -> AsyncIterator[Page]:
    """A page of somebody new; a script error or a refused asset fails the test."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", locale=locale
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: None if asked.url.startswith((url, "blob:")) else broken.append(asked.url))
    await page.goto(url)
    yield page
    await context.close()
    assert broken == []


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.keyboard.press("Enter")


async def finished(page: Page, count: int) -> None:
    """Wait until so many pictures are there and loaded."""
    await expect(page.locator(".message.done .picture img[data-loaded]")).to_have_count(count, timeout=PATIENCE_MS)


async def full_size(page: Page, index: int) -> tuple[int, int]:
    """A picture's own pixels, as the browser decoded them."""
    picture = page.locator(".message .picture img").nth(index)
    width, height = await picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    return int(width), int(height)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_picture_is_painted_and_a_reply_makes_it_larger(
    bot: Bot, browser: Browser, size: tuple[int, int]
) -> None:
    async with visiting(browser, bot.url, size) as page:
        await expect(page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
        await say(page, CITY)
        message = page.get_by_role("log", name="Messages").get_by_role("article").first
        await expect(message).to_contain_text("A futuristic cityscape at night")
        await finished(page, 1)
        await expect(message).to_contain_text("Seed42")
        width, height = await full_size(page, 0)
        assert abs(width / height - 16 / 9) < 0.03

        await message.get_by_role("button", name="Reply").click()
        await expect(page.get_by_text("Replying to this picture")).to_be_visible()
        await say(page, "upscale")
        await finished(page, 2)
        larger = await full_size(page, 1)
        assert larger == (2 * width, 2 * height)
        await expect(page.get_by_role("article").nth(1)).to_contain_text(f"{larger[0]} × {larger[1]}")
        assert await page.evaluate("document.documentElement.scrollWidth") == size[0]


async def test_the_upscale_button_and_a_dropped_file_make_pictures_larger(
    bot: Bot, browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    Image.radial_gradient("L").resize((96, 64)).save(photo)
    async with visiting(browser, bot.url) as page:
        await page.get_by_label("Add a picture").set_input_files(photo)
        await expect(page.get_by_text("photo.png")).to_be_visible()
        await page.get_by_role("button", name="Send").click()
        await finished(page, 1)
        assert await full_size(page, 0) == (192, 128)
        await page.get_by_role("button", name="Upscale").click()
        await finished(page, 2)
        assert await full_size(page, 1) == (384, 256)


async def test_two_people_see_the_same_channel_and_only_the_owner_may_delete(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url) as ada, visiting(browser, bot.url) as bo:
        await say(ada, "/imagine A fox in the snow")
        await finished(bo, 1)
        await bo.get_by_role("button", name="Delete").click()
        await bo.get_by_role("button", name="Really delete?").click()
        await expect(bo.get_by_text("Only the person who asked")).to_be_visible()
        await finished(ada, 1)
        await expect(ada.get_by_text("Only the person who asked")).to_have_count(0)
        await ada.get_by_role("button", name="Delete").click()
        await ada.get_by_role("button", name="Really delete?").click()
        for page in (ada, bo):
            await expect(page.get_by_role("article")).to_have_count(0)


async def test_a_page_finds_its_way_back_after_a_restart_and_shows_what_it_missed(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url) as page:
        await say(page, "/imagine A lighthouse")
        await finished(page, 1)
        await page.get_by_text("Details").click()
        await bot.stop()
        await expect(page.get_by_role("status")).to_have_text("Reconnecting …")
        await say(page, "/imagine A ship")
        await expect(page.get_by_text("there is no connection at the moment")).to_be_visible()
        await bot.start()
        await bot.say("/imagine A harbour")
        await finished(page, 2)
        await expect(page.get_by_role("status")).to_have_text("")
        await expect(page.locator(".message details").first).to_have_attribute("open", "")
        await expect(page.get_by_role("textbox", name="Message")).to_have_value("/imagine A ship")


async def test_everything_can_be_done_with_the_keyboard(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url) as page:
        await page.keyboard.type("/imagine A fox")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("in the snow")
        await page.keyboard.press("Enter")
        await finished(page, 1)
        await page.get_by_role("button", name="Reply").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#quote")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#quote")).to_be_hidden()
        await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("textbox", name="Message")).to_have_value(re.compile("in the snow"))


async def test_the_studios_choices_go_with_the_next_message(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url) as page:
        await page.get_by_role("button", name="Studio").first.click()
        await page.get_by_role("button", name="1:1").click()
        await page.get_by_role("spinbutton", name="Seed").fill("7")
        await page.get_by_role("button", name="Keep this seed").click()
        await page.get_by_text("PNG", exact=True).click()
        await say(page, "/imagine A fox")
        await finished(page, 1)
        await expect(page.get_by_role("article")).to_contain_text("Seed7")
        width, height = await full_size(page, 0)
        assert width == height
        source = await page.locator(".picture img").get_attribute("src")
        assert source is not None
        assert source.endswith(".png")
        served = await page.request.get(bot.url + source)
        with Image.open(io.BytesIO(await served.body())) as picture:
            assert picture.format == "PNG"
        await expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("7")


async def test_a_wrong_value_is_told_at_its_field(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url) as page:
        await page.get_by_role("button", name="Studio").first.click()
        await page.get_by_role("spinbutton", name="Width").fill("9")
        await page.get_by_role("spinbutton", name="Seed").fill("99999999999")
        await say(page, "/imagine A fox")
        await expect(page.locator("#e-seed")).not_to_be_empty()
        await expect(page.get_by_role("spinbutton", name="Seed")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_text("Only you can see this")).to_be_visible()


async def test_the_page_is_german_dark_and_still_where_asked(bot: Bot, browser: Browser) -> None:
    async with visiting(browser, bot.url, NARROW, dark=True, locale="de-DE") as page:
        await page.emulate_media(reduced_motion="reduce")
        await expect(page.get_by_role("heading", name="Was möchtest du sehen?")).to_be_visible()
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 21, 19)"
        await page.get_by_role("button", name="Schlüssel eingeben").click()
        await expect(page.get_by_role("heading", name="Anbieter")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name="Anbieter")).to_be_hidden()


async def test_a_message_that_lives_keeps_its_open_details_and_the_focus(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await say(page, "/imagine A fox")
        message = page.get_by_role("article")
        await expect(message).to_contain_text("You’re next.")
        job = stage.last_job()
        await stage.desk.work(job, word="Pending", task="task-7")
        await message.get_by_text("Details").click()
        await expect(message).to_contain_text("task-7")
        await message.get_by_role("button", name="Cancel").focus()
        await stage.desk.work(job, word="Generating", task="task-7", fraction=0.4)
        await expect(message.get_by_role("progressbar")).to_have_attribute("value", "0.400")
        await expect(message.get_by_role("button", name="Cancel")).to_be_focused()
        await expect(message.locator("details")).to_have_attribute("open", "")
        await expect(message).to_contain_text("Generating")
        await stage.desk.finish(job)
        await finished(page, 1)
        await expect(message.locator("details")).to_have_attribute("open", "")
        await expect(message).to_be_focused()
        await page.reload()
        await page.get_by_text("Details").click()
        await expect(message).to_contain_text("task-7")
        await expect(message).to_contain_text("Ready")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_was_spent_is_a_press_away_and_leaves_the_message_under_way_alone(
    stage: Visit, browser: Browser, size: tuple[int, int]
) -> None:
    days = [Share(f"2026-11-{day:02}", Spent(day, Decimal(day))) for day in range(1, 31)]
    month = Spent(30, Decimal(90))
    stage.desk.spent = Spending(
        day="2026-11-30", month="2026-11", today=days[-1].spent, this_month=month, days=days, allowances=()
    )
    async with visiting(browser, stage.door.address, size) as page:
        await page.get_by_role("textbox", name="Message").fill("half a tho")
        await page.locator("#me summary").click()
        await page.get_by_role("button", name="What I have used").click()
        notice = page.locator("[data-notice]")
        await expect(notice).to_be_focused()
        await expect(notice).to_contain_text("30 pictures, $0.30")
        plot = notice.get_by_role("img", name="You: $0.90 this month.")
        await expect(plot).to_be_visible()
        frame, shown = await notice.bounding_box(), await plot.bounding_box()
        assert frame is not None
        assert shown is not None
        assert frame["x"] < shown["x"]
        assert shown["x"] + shown["width"] < frame["x"] + frame["width"] <= size[0]
        await expect(page.get_by_role("textbox", name="Message")).to_have_value("half a tho")


async def test_a_providers_complaint_is_shown_at_the_field_that_caused_it(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await page.get_by_role("button", name="Studio").first.click()
        await page.get_by_role("spinbutton", name="Steps").fill("45")
        await page.get_by_role("button", name="Close the studio panel").click()
        await expect(page.get_by_role("button", name="Steps 45")).to_be_visible()
        await say(page, "/imagine A fox")
        await expect(page.get_by_role("article")).to_be_visible()
        await stage.desk.end(stage.last_job(), Failed.by(RejectedError(fields={"steps": "at most 40"})))
        await expect(page.locator("#e-steps")).to_have_text("at most 40")
        await expect(page.get_by_role("spinbutton", name="Steps")).to_have_attribute("aria-invalid", "true")
        await page.get_by_role("button", name="Steps 45").click()
        await expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("28")


async def test_a_complaint_that_outruns_the_answer_to_its_message_finds_its_field(
    stage: Visit, browser: Browser
) -> None:
    async with visiting(browser, stage.door.address) as page:

        async def held_back(route: Route) -> None:
            answer = await route.fetch()
            await stage.desk.end(stage.last_job(), Failed.by(RejectedError(fields={"steps": "at most 40"})))
            await expect(page.get_by_role("article")).to_contain_text("at most 40")
            await route.fulfill(response=answer)

        await page.route("**/channel/messages", held_back)
        await say(page, "/imagine A fox")
        await expect(page.locator("#e-steps")).to_have_text("at most 40")


async def test_a_key_is_given_checked_and_taken_back_in_the_panel(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await page.get_by_role("button", name="Studio").first.click()
        field = page.get_by_label("Key for Stability AI")
        await field.fill("sk-something-wrong")
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.get_by_text("did not accept this key")).to_be_visible()
        await expect(field).to_have_value("")
        await field.fill(GOOD_KEY)
        await page.get_by_text("Remember it in this machine").click()
        await page.get_by_role("button", name="Check and use").click()
        await expect(field).to_have_count(0)
        assert stage.desk.keys == {"stability": True}
        assert GOOD_KEY not in await page.content()


async def test_what_was_chosen_stays_when_the_model_changes_or_a_key_is_given(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await page.get_by_role("button", name="Studio").first.click()
        model, seed = page.locator("#c-offer"), page.get_by_role("spinbutton", name="Seed")
        await page.get_by_role("button", name="1:1").click()
        width = await page.get_by_role("spinbutton", name="Width").input_value()
        await page.get_by_role("spinbutton", name="Steps").fill("40")
        await seed.fill("7")
        await page.get_by_label("Key for Stability AI").fill(GOOD_KEY)
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.get_by_role("button", name="Remove the key").last).to_be_focused()
        await expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("40")
        await model.select_option("local/sketch")
        await expect(page.get_by_role("spinbutton", name="Steps")).to_have_count(0)
        await expect(page.get_by_role("spinbutton", name="Width")).to_have_value(width)
        await expect(seed).to_have_value("7")
        await expect(page.get_by_role("button", name="Offline sketch ×")).to_be_visible()


async def test_a_session_that_ends_leads_to_the_sign_in_and_keeps_the_words(tmp_path: Path, browser: Browser) -> None:
    async with door_over_the_stand_in(tmp_path, host="0.0.0.0", tokens=TOKENS) as stage:
        address = stage.door.address
        async with visiting(browser, address) as page:
            await page.get_by_label("Token").fill(TOKENS[0][1])
            await page.get_by_role("button", name="Enter").click()
            await page.get_by_role("textbox", name="Message").fill("/imagine a fox")
            await stage.door.close()
            settings = Settings(host="0.0.0.0", port=int(address.rsplit(":", 1)[1]))
            later = open_adapter(settings, stage.desk.front, Kit(tokens=[("ada", "a-token-that-is-another", False)]))
            await later.open()
            try:
                await page.get_by_label("Token").fill("a-token-that-is-another")
                await page.get_by_role("button", name="Enter").click()
                await expect(page.get_by_role("textbox", name="Message")).to_have_value("/imagine a fox")
            finally:
                await later.close()


async def test_an_older_message_that_changes_does_not_jump_to_the_end(stage: Visit, browser: Browser) -> None:
    first = await stage.desk.accept(Wish(prompt="first"), by=GUEST, at=CHANNEL, event="0", asked="/imagine first")
    for number in range(1, 51):
        await stage.desk.accept(Wish(prompt="p"), by=GUEST, at=CHANNEL, event=str(number), asked=f"ask {number}")
    async with visiting(browser, stage.door.address) as page:
        await expect(page.get_by_role("article")).to_have_count(50)
        await stage.desk.work(first, fraction=0.5)
        await stage.desk.finish(first)
        await stage.desk.work(list(stage.desk.asks)[1], fraction=0.5)
        await expect(page.get_by_role("progressbar").first).to_have_attribute("value", "0.500")
        await expect(page.get_by_role("article")).to_have_count(50)
        await page.get_by_role("button", name="Earlier messages").click()
        await expect(page.get_by_role("article").first).to_contain_text("first")


async def test_a_file_may_be_dropped_or_pasted(stage: Visit, browser: Browser) -> None:
    carry = """([kind, bytes]) => {
        const held = new DataTransfer(), settings = { bubbles: true, cancelable: true };
        held.items.add(new File([Uint8Array.from(bytes)], `${kind}.png`, { type: "image/png" }));
        const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: held, ...settings })
            : new ClipboardEvent("paste", { clipboardData: held, ...settings });
        document.querySelector("#text").dispatchEvent(event);
    }"""
    async with visiting(browser, stage.door.address) as page:
        for count, kind in enumerate(("drop", "paste"), start=1):
            await page.evaluate(carry, [kind, list(picture())])
            await expect(page.get_by_text(f"{kind}.png")).to_be_visible()
            await page.get_by_role("button", name="Send").click()
            await expect(page.get_by_role("article")).to_have_count(count)
        await page.get_by_label("Add a picture").set_input_files(
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
        )
        await expect(page.get_by_text("Only PNG, JPEG and WebP")).to_be_visible()


async def test_an_unsure_end_is_tried_again_only_after_a_second_press(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await say(page, "/imagine A fox")
        await expect(page.get_by_role("article")).to_be_visible()
        await stage.desk.end(stage.last_job(), Failed(key="unsure", unsure=True))
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("button", name="even if it is charged twice")).to_be_visible()
        assert len(stage.desk.asks) == 1
        await page.get_by_role("button", name="even if it is charged twice").click()
        await expect(page.get_by_role("article")).to_have_count(2)


async def test_plain_words_are_painted_after_a_yes(stage: Visit, browser: Browser) -> None:
    async with visiting(browser, stage.door.address) as page:
        await say(page, "a quiet harbour")
        await expect(page.get_by_text("Only you can see this")).to_be_visible()
        await page.get_by_role("button", name="Paint it").click()
        await expect(page.get_by_role("article")).to_contain_text("a quiet harbour")
        await expect(page.get_by_text("Only you can see this")).to_have_count(0)
