"""Slash commands, menus and forms as people use them: options, pictures of others, questions back, refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import reception
from tests.house import png
from tests.standins.slack import Serving
from tests.wire.slack_door import MENU, Life, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The acknowledgement is due at once, so that nobody waits for a picture that will not come before it."""
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.3)


# ---- /imagine


async def test_words_become_an_announcement_and_the_announcement_becomes_the_picture(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", "a lighthouse at dusk --ar 3:2 --seed 7")
    assert asked.acked
    assert asked.answers == [], "the announcement says it all"
    announced = await here.shown()
    shown = await here.ended(announced)
    assert "a lighthouse at dusk" in shown.text
    assert [picture.alt for picture in shown.pictures] == ["Picture for the words: a lighthouse at dusk"]
    assert [each.label for each in shown.buttons] == ["Upscale", "Again", "Edit prompt", "Use as reference", "Delete"]
    assert len(here.ours()) == 1
    (order,) = await here.ordered()
    assert (order.prompt, order.seed) == ("a lighthouse at dusk", 7)
    assert order.shape.width > order.shape.height


async def test_a_wrong_value_is_told_to_the_person_alone_and_nothing_is_bought(here: Life) -> None:
    asked = await here.slack.slash(here.bob, here.art, "imagine", "a fox --steps 400")
    assert asked.ephemeral
    assert "Schritte: „400“ geht nicht. Möglich: 1–50." in asked.text
    assert "a fox" in asked.text, "the words come back, so that they need not be typed again"
    assert here.orders == []
    assert here.ours() == []
    assert here.slack.asked("chat.") == [], "the acknowledgement itself said so"


async def test_help_is_for_who_asks_alone(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", "help")
    assert asked.ephemeral
    assert "--ar 16:9" in asked.text
    assert here.ours() == []


async def test_the_same_command_twice_makes_one_job(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    await here.slack.redeliver(asked)
    await here.ended(await here.shown())
    assert len(here.orders) == 1
    assert len(here.ours()) == 1


async def test_commands_may_have_a_prefix_of_the_workspaces(tmp_path: Path) -> None:
    async with opened(tmp_path, command_prefix="art-") as here:
        await here.slack.slash(here.ada, here.art, "art-imagine", "a fox")
        await here.picture()
        asked = await here.slack.slash(here.ada, here.art, "art-upscale")
        assert asked.form.title == "Make a picture larger"


# ---- the form


async def test_without_words_a_form_with_every_option_opens(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "imagine")
    form = asked.form
    assert form.title == "Paint a picture"
    assert [field.label for field in form.fields] == [
        "Prompt", "Model", "Aspect ratio", "Seed", "Steps", "Guidance", "Prompt upsampling",
        "Number of pictures", "Further settings", "Reference pictures",
    ]  # fmt: skip
    model = next(each for each in form.blocks if each.get("block_id") == "model")["element"]["options"][0]
    assert (model["text"]["text"], model["description"]["text"]) == ("Brush", "$0.04 a picture")
    assert [field.label for field in form.fields if field.required] == ["Prompt"]
    assert here.orders == []


async def test_the_form_fulfils_each_of_its_options(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    photo = here.slack.file(here.ada, "cat.png", png(colour="brown"))
    filled: dict[str, Any] = {
        "prompt": "a cat in space", "model": "Brush", "aspect": "16:9", "seed": 4, "steps": 12,
        "upsampling": ["on"], "flags": "--format webp", "pictures": photo,
    }  # fmt: skip
    sent = await here.slack.submit(here.ada, form, filled)
    assert sent.acked
    assert form.closed
    shown = await here.picture()
    assert "a cat in space" in shown.text
    assert not shown.thread_ts
    (order,) = await here.ordered()
    assert (order.prompt, order.seed, order.steps, order.prompt_upsampling) == ("a cat in space", 4, 12, True)
    assert order.shape.width > order.shape.height
    assert len(order.references) == 1


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_several_pictures_are_several_messages_with_seeds_that_count_up(here: Life, count: int) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    await here.slack.submit(here.ada, form, {"prompt": "a fox", "seed": 5, "count": str(count)})
    await here.ordered(count)
    assert sorted(order.seed for order in here.orders) == list(range(5, 5 + count))
    await here.picture(count=count)


async def test_a_limit_in_the_middle_of_several_says_how_many_were_taken(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"jobs_per_minute": 2}) as here:
        form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        await here.slack.submit(here.ada, form, {"prompt": "a fox", "count": "4"})
        told = here.slack.modal(here.ada)
        assert told is not None
        assert "I took on 2 of 4 pictures." in told.text
        assert not told.submit
        await here.ordered(2)


async def test_no_more_pictures_can_be_chosen_than_the_setting_allows(tmp_path: Path) -> None:
    async with opened(tmp_path, max_count=2) as here:
        form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        assert list(form.field("count").options) == ["1", "2"]
    async with opened(tmp_path / "one", max_count=1) as here:
        form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        assert "count" not in [field.block_id for field in form.fields]


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({"steps": "60"}, "steps", "won’t work. Allowed: 1–50"),
        ({"flags": "--stpes 3"}, "flags", "Did you mean --steps?"),
        ({"flags": "--seed x"}, "flags", "won’t work"),
        ({"prompt": "a fox --sed 3"}, "prompt", "Did you mean --seed?"),
        ({"prompt": "--"}, "prompt", "Tell me what to paint"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_the_form_stays_open(
    here: Life, filled: dict[str, Any], field: str, words: str
) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    await here.slack.submit(here.ada, form, {"prompt": "a fox"} | filled)
    assert form.errors.keys() == {field}
    assert words in form.errors[field]
    assert not form.closed
    assert here.orders == []
    await here.slack.submit(here.ada, form, {"prompt": "a fox"})
    assert form.closed
    await here.picture()
    assert here.slack.ephemerals(here.ada, here.art) == []


@pytest.mark.parametrize(
    ("content", "serving", "words"),
    [
        (b"no picture at all", Serving.WHOLE, "isn’t a picture I can read"),
        (png()[:60], Serving.WHOLE, "damaged"),
        (png(), Serving.PAGE, "couldn’t fetch"),
        (png(), Serving.GONE, "couldn’t fetch"),
        (png(), Serving.ELSEWHERE, "couldn’t fetch"),
    ],
)
async def test_a_file_that_is_of_no_use_is_told_at_its_field(
    here: Life, content: bytes, serving: Serving, words: str
) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    file = here.slack.file(here.ada, "cat.png", content, serving=serving)
    await here.slack.submit(here.ada, form, {"prompt": "a fox", "pictures": file})
    assert form.errors.keys() == {"pictures"}
    assert words in form.errors["pictures"]
    assert here.orders == []
    assert here.slack.host.strayed == []


async def test_a_form_is_not_kept_waiting_by_a_slow_file(here: Life, hurried: None) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    file = here.slack.file(here.ada, "cat.png", png(), serving=Serving.LATE)
    sent = await here.slack.submit(here.ada, form, {"prompt": "a fox", "pictures": file})
    assert sent.acked
    assert form.closed
    here.slack.host.late.set()
    await here.picture()
    assert len(here.orders[0].references) == 1


async def test_what_comes_to_nothing_after_its_form_has_closed_is_told_to_the_person_alone(
    here: Life, hurried: None
) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    file = here.slack.file(here.ada, "cat.png", png()[:60], serving=Serving.LATE)
    await here.slack.submit(here.ada, form, {"prompt": "a fox", "pictures": file})
    assert form.closed
    here.slack.host.late.set()
    assert "a fox" in (await here.whispered(here.ada, "damaged")).text
    assert here.orders == []


# ---- larger: the menu and the command; buttons and mentions have tests of their own


async def test_the_menu_enlarges_a_strangers_picture_in_its_thread(here: Life) -> None:
    posted = await here.posted()
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    larger = await here.picture(thread=posted)
    assert larger.thread_ts == posted.ts
    assert here.orders[0].factor == 2


async def test_the_menu_takes_our_own_original_without_fetching_anything(here: Life) -> None:
    shown = await here.painted()
    await here.slack.shortcut(here.bob, shown, MENU["upscale"])
    await here.picture(thread=shown)
    assert here.slack.host.fetched == []


async def test_the_menu_opens_a_form_to_paint_after_a_strangers_picture(here: Life) -> None:
    posted = await here.posted()
    form = (await here.slack.shortcut(here.ada, posted, MENU["reference"])).form
    assert form.title == "Paint from this picture"
    assert "pictures" not in [field.block_id for field in form.fields]
    await here.slack.submit(here.ada, form, {"prompt": "the same in blue"})
    painted = await here.picture(thread=posted)
    assert painted.thread_ts == posted.ts
    assert len(here.orders[0].references) == 1


async def test_the_menu_opens_the_same_form_for_a_picture_of_ours(here: Life) -> None:
    shown = await here.painted()
    form = (await here.slack.shortcut(here.bob, shown, MENU["reference"])).form
    await here.slack.submit(here.bob, form, {"prompt": "in blau"})
    await here.slack.until(lambda: len(here.orders) == 2)
    assert len(here.orders[1].references) == 1
    assert here.slack.host.fetched == []


async def test_of_several_pictures_the_one_meant_is_asked_for_in_private(here: Life) -> None:
    files = [here.slack.file(here.bob, f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    posted = await here.slack.say(here.bob, here.art, "", files=files)
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    question = await here.whispered(here.ada, "Which picture?")
    assert [each.label for each in question.buttons] == ["Picture 1 · red.png", "Picture 2 · green.png"]
    await here.slack.press(here.ada, question, "Picture 2 · green.png")
    larger = await here.picture()
    assert not larger.ephemeral, "the question was private, its answer is not"
    assert larger.thread_ts == posted.ts
    await here.slack.until(lambda: here.slack.ephemerals(here.ada, here.art) == [])


async def test_of_several_pictures_one_is_asked_for_as_a_reference(here: Life) -> None:
    files = [here.slack.file(here.bob, f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    posted = await here.slack.say(here.bob, here.art, "", files=files)
    await here.slack.shortcut(here.ada, posted, MENU["reference"])
    question = await here.whispered(here.ada, "Which picture?")
    form = (await here.slack.press(here.ada, question, "Picture 1 · red.png")).form
    await here.slack.submit(here.ada, form, {"prompt": "in blue"})
    await here.picture(thread=posted)
    assert len(here.orders[0].references) == 1
    await here.slack.until(lambda: here.slack.ephemerals(here.ada, here.art) == [])


@pytest.mark.parametrize("verb", ["upscale", "reference"])
async def test_a_message_without_a_picture_has_nothing_to_enlarge(here: Life, verb: str) -> None:
    posted = await here.slack.say(here.bob, here.art, "hello")
    asked = await here.slack.shortcut(here.ada, posted, MENU[verb])
    assert asked.ephemeral
    assert "Which picture?" in asked.text
    assert here.ours() == []


async def test_a_document_is_no_picture_to_enlarge(here: Life) -> None:
    posted = await here.posted(name="plan.pdf", content=b"%PDF-1.7 a plan")
    asked = await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    assert asked.ephemeral
    assert here.orders == []


async def test_upscale_opens_a_form_with_the_channels_latest_pictures(here: Life) -> None:
    for colour in ("red", "green"):
        await here.posted(name=f"{colour}.png", content=png(colour=colour))
    form = (await here.slack.slash(here.ada, here.art, "upscale", "x4")).form
    await here.slack.until(lambda: form.title == "Make a picture larger")
    assert list(form.field("factor").options) == ["2", "4"]
    assert form.field("factor").chosen == ("4",)
    assert len(form.pictures) == 2
    newest, oldest = form.field("recent").options
    assert form.field("recent").chosen == (newest,)
    await here.slack.submit(here.ada, form, {"recent": oldest})
    larger = await here.picture()
    assert not larger.thread_ts
    assert here.orders[0].factor == 4


async def test_upscale_takes_a_file_before_the_picture_that_is_chosen(here: Life) -> None:
    await here.posted()
    form = (await here.slack.slash(here.ada, here.art, "upscale")).form
    await here.slack.until(lambda: bool(form.fields))
    mine = here.slack.file(here.ada, "mine.png", png(80, 60))
    await here.slack.submit(here.ada, form, {"pictures": mine})
    await here.picture()
    view = await here.home.desk.view(await here.job())
    assert view.picture is not None
    assert here.orders[0].factor == 2
    assert here.slack.host.fetched == ["mine.png"]


async def test_where_there_is_no_picture_upscale_asks_for_a_file(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "upscale")).form
    await here.slack.until(lambda: bool(form.fields))
    assert [field.block_id for field in form.fields] == ["pictures", "factor"]
    assert form.field("pictures").required


async def test_a_picture_that_slack_is_not_done_with_is_offered_without_being_shown(here: Life) -> None:
    here.slack.world.ready_after_s = 600
    posted = await here.posted()
    posted.files[0].ready_at = None
    form = (await here.slack.slash(here.ada, here.art, "upscale")).form
    await here.slack.until(lambda: bool(form.fields))
    assert form.pictures == []
    assert form.field("recent").options


async def test_a_form_that_was_closed_before_it_was_ready_troubles_nobody(here: Life) -> None:
    gate = here.slack.hold("files.list")
    asked = await here.slack.slash(here.ada, here.art, "upscale", wait=False)
    await gate.reached.wait()
    await here.slack.close(here.ada, asked.form)
    gate.open.set()
    await here.slack.until(lambda: asked.acked)
    assert asked.answers == []


async def test_a_wrong_factor_is_told_to_the_person_alone(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "upscale", "x9")
    assert asked.ephemeral
    assert "“x9” won’t work" in asked.text
    assert asked.view is None


@pytest.mark.parametrize(
    ("words", "factor"),
    [("4", "4"), ("--factor 4", "4"), ("x4", "4"), ("4x please", "4"), ("this x4", "4"), ("it please", "2")],
)
async def test_how_many_times_may_be_said_in_any_way(here: Life, words: str, factor: str) -> None:
    form = (await here.slack.slash(here.ada, here.art, "upscale", words)).form
    await here.slack.until(lambda: bool(form.fields))
    assert form.field("factor").chosen == (factor,)


async def test_what_says_nothing_of_how_many_times_is_told_so(here: Life) -> None:
    asked = await here.slack.slash(here.bob, here.art, "upscale", "zanzibar")
    assert asked.ephemeral
    assert "zanzibar" in asked.text
    assert "x2, x3, x4" in asked.text
    assert asked.view is None


async def test_help_may_be_had_from_either_command(here: Life) -> None:
    asked = await here.slack.slash(here.ada, here.art, "upscale", "help")
    assert asked.ephemeral
    assert "--ar 16:9" in asked.text
