"""The channel over a real socket: what is said and pressed, and the fragments that come back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import KeyUncheckedError, QuotaSpentError, RejectedError
from bot.job import Failed, Status
from bot.message import Person, Place
from bot.request import Imagine, Upscale, Wish
from tests.standins.desk import GOOD_KEY
from tests.wire.web_door import TOKENS, Visit, form, listening, picture, ready, visiting

CHANNEL = Place("web", "channel")
ELSEWHERE = Person("web", "bo", "Bo")


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        yield opened


# ---- What is said


async def test_imagine_is_announced_at_once_and_gives_the_newcomer_a_cookie(visit: Visit) -> None:
    answer = await visit.say("/imagine A lighthouse --ar 16:9 --seed 42")
    html = await answer.text()
    assert answer.status == 202
    assert f'id="m-{visit.last_job()}"' in html
    assert "<progress" in html
    cookie = answer.cookies["imagebot_person"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    again = await visit.say("/imagine A second one")
    assert "imagebot_person" not in again.cookies
    people = {ask.job.by.key for ask in visit.desk.asks.values()}
    assert len(people) == 1
    assert cookie.value not in people.pop()


async def test_the_page_shows_the_history_and_gives_no_cookie(visit: Visit) -> None:
    await visit.say("/imagine A lighthouse")
    kept = await visit.desk.finish(visit.last_job())
    visit.client.cookie_jar.clear()
    page = await visit.get("/")
    html = await page.text()
    assert f'src="/saved_images/{kept.name}"' in html
    assert 'alt="Picture for the words: A lighthouse"' in html
    assert not page.cookies


async def test_what_programs_ask_stays_out_of_the_channel(visit: Visit) -> None:
    await visit.post("/jobs", json={"prompt": "A secret"})
    assert "A secret" not in await (await visit.get("/")).text()


async def test_the_same_event_twice_is_one_job_and_one_answer(visit: Visit) -> None:
    answers = [await visit.say("/imagine A fox", event="abcdefgh-1") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert len(visit.desk.asks) == 1


async def test_upscale_said_in_reply_enlarges_that_picture(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    kept = await visit.desk.finish(first)
    assert (await visit.say("upscale x4", reply_to=first)).status == 202
    job = visit.desk.asks[visit.last_job()].job
    assert isinstance(job.request, Upscale)
    assert (job.request.source, job.request.factor, job.answers) == (kept.id, 4, kept.id)


async def test_words_in_reply_paint_with_the_picture_as_reference(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    kept = await visit.desk.finish(first)
    await visit.say("now in winter --seed 3", reply_to=first)
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Imagine)
    assert (request.prompt, request.seed, request.references) == ("now in winter", 3, (kept.id,))


async def test_a_file_alone_is_enlarged_and_with_words_is_a_reference(visit: Visit) -> None:
    assert (await visit.post("/channel/messages", data=form(text="", file=picture()))).status == 202
    assert isinstance(visit.desk.asks[visit.last_job()].job.request, Upscale)
    await visit.post("/channel/messages", data=form(text="in blue", file=picture()))
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Imagine)
    assert len(request.references) == 1


async def test_help_is_told_to_the_one_who_asked(visit: Visit) -> None:
    answer = await visit.say("/help")
    assert answer.status == 200
    assert "Only you can see this" in await answer.text()
    assert not visit.desk.asks


async def test_plain_words_are_met_with_an_offer_to_paint_them(visit: Visit) -> None:
    html = await (await visit.say('a <b>"fox"</b>')).text()
    assert 'data-text="/imagine a &lt;b&gt;&#34;fox&#34;&lt;/b&gt;"' in html
    assert not visit.desk.asks


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("/imagine", 400, "Tell me what to paint"),
        ("/imagine a fox --fnord 3", 400, "Did you mean --format?"),
        ("/upscale", 400, "Which picture?"),
        ("/dance", 400, "I don’t know /dance"),
        ("", 400, "Tell me what to paint"),
        ("/imagine a fox --model nope", 400, "flux-dev"),
    ],
)
async def test_a_refusal_is_a_notice_to_this_person_alone(visit: Visit, text: str, status: int, says: str) -> None:
    async with listening(visit) as events:
        await ready(events)
        answer = await visit.say(text)
        html = await answer.text()
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert "data-notice" in html
        assert says in html
        await visit.say("/imagine a fox")
        assert (await events.next())["event"] == "message"


async def test_without_a_model_that_takes_references_none_is_offered(visit: Visit) -> None:
    assert "data-references" in await (await visit.get("/channel/studio")).text()
    await visit.say("/imagine a fox")
    await visit.desk.finish(first := visit.last_job())
    visit.desk.all_offers = tuple(offer for offer in visit.desk.all_offers if not offer.references)
    assert "data-references" not in await (await visit.get("/channel/studio")).text()
    for answer in (
        await visit.say("now in winter", reply_to=first),
        await visit.post("/channel/messages", data=form(text="in blue", file=picture())),
    ):
        assert (answer.status, "as a reference" in await answer.text()) == (400, True)
    assert len(visit.desk.pictures) == 1
    assert (await visit.say("upscale", reply_to=first)).status == 202


async def test_a_reply_to_nothing_and_a_bad_file_are_notices(visit: Visit) -> None:
    assert (await visit.say("upscale", reply_to="0000000000000099")).status == 404
    assert (await visit.post("/channel/messages", data=form(text="", file=b"no picture"))).status == 415


async def test_a_wrong_value_is_marked_with_its_field(visit: Visit) -> None:
    html = await (await visit.say("/imagine a fox", offer="flux/flux-dev", steps="many")).text()
    assert 'data-field="steps"' in html


# ---- The panel


async def test_the_panels_choices_go_with_the_message_and_flags_come_first(visit: Visit) -> None:
    fields = {"offer": "flux/flux-dev", "width": "512", "height": "640", "steps": "40", "guidance": "4,5", "seed": "9",
              "prompt_upsampling": "on", "safety_tolerance": "0", "output_format": "png"}  # fmt: skip
    await visit.say("/imagine a fox --steps 20", **fields)
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Imagine)
    assert (request.shape.width, request.shape.height, request.steps, request.guidance) == (512, 640, 20, 4.5)
    assert (request.seed, request.prompt_upsampling, request.safety_tolerance) == (9, True, 0)
    assert request.output_format.value == "png"


async def test_another_model_brings_other_controls(visit: Visit) -> None:
    first = await (await visit.get("/channel/studio")).text()
    other = await (await visit.get("/channel/studio?offer=flux/flux-pro-1.1-ultra")).text()
    assert 'name="steps"' in first
    assert 'name="raw"' not in first
    assert 'name="raw"' in other
    assert 'name="ratio"' in other
    assert 'name="width"' not in other


async def test_a_key_is_checked_used_and_never_sent_back(visit: Visit) -> None:
    wrong = await visit.post("/channel/keys/stability", data=form(key="sk-wrong-wrong-wrong"))
    html = await wrong.text()
    assert wrong.status == 400
    assert "did not accept" in html
    assert "sk-wrong" not in html
    right = await visit.post("/channel/keys/stability", data=form(key=GOOD_KEY, remember="on"))
    assert right.status == 200
    assert GOOD_KEY not in await right.text()
    assert visit.desk.keys == {"stability": True}
    assert (await visit.post("/channel/keys/stability/forget")).status == 200
    assert visit.desk.keys == {}


async def test_a_key_that_could_not_be_checked_is_told_at_its_field(visit: Visit) -> None:
    visit.desk.refuse = KeyUncheckedError(provider="Stability AI")
    answer = await visit.post("/channel/keys/stability", data=form(key=GOOD_KEY))
    html = await answer.text()
    assert answer.status == 502
    assert re.search(r'id="ke-stability" role="alert">Stability AI could not be reached', html)
    assert GOOD_KEY not in html


async def test_keys_of_unknown_or_keyless_providers_are_404(visit: Visit) -> None:
    for name in ("local", "nobody"):
        assert (await visit.post(f"/channel/keys/{name}", data=form(key=GOOD_KEY))).status == 404


async def test_only_an_admin_gives_keys_from_elsewhere(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as visit:
        statuses = []
        for _, token, _ in TOKENS:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await visit.post("/channel/keys/stability", data=form(key=GOOD_KEY), headers=headers)
            statuses.append(answer.status)
            panel = await (await visit.get("/channel/studio", headers=headers)).text()
            assert ('type="password"' in panel or "forget" in panel) is (answer.status == 200)
        assert statuses == [403, 200]


# ---- Buttons


async def test_the_buttons_do_what_they_say(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    kept = await visit.desk.finish(first)
    assert (await visit.press(first, "upscale", factor="4", upscaler="local/upscale")).status == 202
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Upscale)
    assert (request.source, request.factor) == (kept.id, 4)
    assert (await visit.press(visit.last_job(), "cancel")).status == 204
    assert (await visit.desk.view(visit.last_job())).status is Status.CANCELLED
    assert (await visit.press(first, "again")).status == 202
    assert (await visit.press(first, "delete")).status == 204
    assert f"m-{first}" not in await (await visit.get("/")).text()


async def test_retry_after_an_unsure_end_asks_again(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    await visit.desk.end(first, Failed(key="unsure", unsure=True))
    assert (await visit.press(first, "retry")).status == 202
    assert visit.last_job() != first


async def test_a_look_at_an_unsure_end_says_what_it_came_to(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    first = visit.last_job()
    assert (await visit.press(first, "look")).status == 409
    await visit.desk.end(first, Failed(key="overdue", unsure=True, facts={"deadline_s": 120}))
    answer = await visit.press(first, "look")
    assert answer.status == 409
    assert "keep asking for a day" in await answer.text()


@pytest.mark.parametrize(
    ("job", "verb", "status"),
    [("0000000000000099", "cancel", 404), ("../x", "cancel", 404), ("1", "dance", 404), ("1", "edit", 404)],
)
async def test_buttons_that_are_not_there_are_notices(visit: Visit, job: str, verb: str, status: int) -> None:
    await visit.say("/imagine A fox")
    answer = await visit.post(f"/channel/jobs/{visit.last_job() if job == '1' else job}/{verb}")
    assert answer.status == status


async def test_nobody_takes_away_what_is_anothers(visit: Visit) -> None:
    job = await visit.desk.accept(Wish(prompt="mine"), by=ELSEWHERE, at=CHANNEL, event="e")
    for verb in ("cancel", "delete"):
        answer = await visit.press(job, verb)
        assert answer.status == 403
        assert "Only the person" in await answer.text()


async def test_a_name_goes_with_what_is_said(visit: Visit) -> None:
    named = await visit.post("/channel/name", data=form(name="  Ada\u0000 Ünal  "))
    assert (named.status, "Ada Ünal" in await named.text()) == (200, True)
    await visit.say("/imagine A fox")
    assert visit.desk.asks[visit.last_job()].job.by.name == "Ada Ünal"
    html = await (await visit.get("/")).text()
    assert 'value="Ada Ünal"' in html
    back = await visit.post(
        "/channel/name", data=form(name=""), headers={"Sec-Fetch-Mode": "navigate"}, allow_redirects=False
    )
    assert (back.status, back.headers["Location"]) == (303, "/")


async def test_the_page_speaks_german(visit: Visit) -> None:
    html = await (await visit.get("/", headers={"Accept-Language": "de-CH, en;q=0.5"})).text()
    assert '<html lang="de">' in html
    assert "Was möchtest du sehen?" in html


async def test_nothing_on_the_page_comes_from_outside_or_runs_inline(visit: Visit) -> None:
    await visit.say("/imagine <script>alert(1)</script> \" onload='x'")
    await visit.desk.finish(visit.last_job())
    html = await (await visit.get("/")).text()
    assert "<script>" not in html
    assert not re.search(r"\s(style|on\w+)\s*=\s*[\"']", re.sub(r'"[^"]*"', '""', html))
    assert not re.findall(r'(?:src|href)="(?!/|#)', html)
    for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', html):
        asset = await visit.get(path)
        assert asset.status == 200
        assert "immutable" in asset.headers["Cache-Control"]


async def test_older_messages_come_a_page_at_a_time(visit: Visit) -> None:
    for number in range(60):
        await visit.desk.accept(Wish(prompt="p"), by=ELSEWHERE, at=CHANNEL, event=str(number), asked=f"ask-{number}.")
    html = await (await visit.get("/")).text()
    assert "ask-9." not in html
    assert "ask-10." in html
    found = re.search(r'data-before="(\d+)"', html)
    assert found
    earlier = await (await visit.get(f"/channel/earlier?before={found[1]}")).text()
    assert [f"ask-{number}." in earlier for number in (0, 9, 10)] == [True, True, False]
    assert "data-before" not in earlier


# ---- Signing in


async def test_a_browser_signs_in_with_a_token_and_keeps_its_session_over_a_restart(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as visit:
        turned = await visit.get("/", allow_redirects=False)
        assert (turned.status, turned.headers["Location"]) == (303, "/login")
        assert (await visit.get("/login")).status == 200
        wrong = await visit.post("/login", data=form(token="nope"))
        assert (wrong.status, "isn’t known" in await wrong.text()) == (401, True)
        entered = await visit.post("/login", data=form(token=TOKENS[1][1]), allow_redirects=False)
        assert (entered.status, entered.headers["Location"]) == (303, "/")
        cookie = entered.cookies["imagebot_session"]
        assert TOKENS[1][1] not in cookie.value
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert (await visit.say("/imagine A fox")).status == 202
        assert visit.desk.asks[visit.last_job()].job.by.roles == ("admin",)
        async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as later:
            assert (await later.get("/", headers={"Cookie": f"imagebot_session={cookie.value}"})).status == 200
            forged = cookie.value[:-1] + ("0" if cookie.value[-1] != "0" else "1")
            answer = await later.get("/", headers={"Cookie": f"imagebot_session={forged}"}, allow_redirects=False)
            assert answer.status == 303
        await visit.post("/logout", allow_redirects=False)
        assert (await visit.get("/", allow_redirects=False)).status == 303


async def test_guessing_tokens_is_slowed_down(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as visit:
        answers = [await visit.post("/login", data=form(token=f"guess-{number}")) for number in range(11)]
        assert [answer.status for answer in answers] == [401] * 10 + [429]
        assert int(answers[-1].headers["Retry-After"]) > 0


async def test_a_quota_that_is_spent_is_told_in_friendly_words(visit: Visit) -> None:
    visit.desk.refuse = QuotaSpentError(limit=3, retry_at=visit.desk.clock.now())
    answer = await visit.say("/imagine A fox")
    assert answer.status == 429
    assert "pictures" in await answer.text()


async def test_a_providers_complaints_name_their_fields(visit: Visit) -> None:
    await visit.say("/imagine A fox")
    job = visit.last_job()
    await visit.desk.end(job, Failed.by(RejectedError(fields={"steps": "at most 40"})))
    html = await (await visit.get("/")).text()
    assert 'data-field="steps" data-says="at most 40"' in html
