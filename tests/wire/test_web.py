"""The HTTP door for other programs, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import (
    BotError,
    BrokenError,
    ClosingError,
    HouseError,
    OutOfCreditError,
    OverdueError,
    QuotaSpentError,
    ThrottledError,
    TooManyJobsError,
)
from bot.job import Cancelled, Failed, Moderated, Where
from bot.request import Imagine, Shape, Upscale
from bot.view import Link
from tests.wire.web_door import Visit, form, picture, visiting

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        yield opened


async def answered(visit: Visit, ask: Any, end: Any) -> aiohttp.ClientResponse:
    """Send a request that waits, and end its job meanwhile."""
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask)
        await visit.desk.accepted.wait()
        visit.desk.accepted.clear()
        await end(visit.last_job())
    return asking.result()


async def test_a_prompt_alone_gives_a_picture_of_the_default_size(visit: Visit) -> None:
    answer = await answered(
        visit, visit.post("/generate_image", json={"prompt": "A magical forest"}), visit.desk.finish
    )
    body = await answer.json()
    assert answer.status == 200
    assert body["image_url"].startswith("/saved_images/")
    assert body["image_url"].endswith(".webp")
    assert (body["width"], body["height"], body["status"]) == (1024, 768, "finished")
    served = await visit.get(body["image_url"])
    assert (served.status, served.content_type) == (200, "image/webp")


async def test_every_optional_field_reaches_the_desk(visit: Visit) -> None:
    ask = {
        "prompt": "A fox", "width": 512, "height": 640, "steps": 30, "guidance": 3, "seed": 7, "safety_tolerance": 4,
        "prompt_upsampling": True, "model": "flux-dev", "provider": "flux", "output_format": "png", "unknown": [1],
    }  # fmt: skip
    await answered(visit, visit.post("/generate_image", json=ask), visit.desk.finish)
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Imagine)
    assert (request.shape, request.steps, request.guidance, request.seed) == (Shape(512, 640), 30, 3.0, 7)
    assert (request.prompt_upsampling, request.safety_tolerance, request.output_format.value) == (True, 4, "png")


async def test_flags_in_the_prompt_count_and_fields_outweigh_them(visit: Visit) -> None:
    ask = {"prompt": "A fox --ar 16:9 --seed 1", "seed": 2}
    await answered(visit, visit.post("/generate_image", json=ask), visit.desk.finish)
    request = visit.desk.asks[visit.last_job()].job.request
    assert isinstance(request, Imagine)
    assert (request.prompt, request.seed) == ("A fox", 2)
    assert request.shape.width > 1.7 * request.shape.height


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "  "}, {"prompt": None}, {"width": 512}])
async def test_a_missing_prompt_is_told_in_the_words_that_callers_know(visit: Visit, body: dict[str, Any]) -> None:
    answer = await visit.post("/generate_image", json=body)
    assert (answer.status, await answer.json()) == (400, {"error": "Prompt is required"})


@pytest.mark.parametrize(
    "field",
    [
        {"prompt": 5}, {"prompt": ["a"]}, {"width": 255}, {"width": 1472}, {"width": 500}, {"width": "512"},
        {"width": 512.0}, {"width": True}, {"height": -32}, {"steps": 0}, {"steps": 51}, {"guidance": 1.4},
        {"guidance": 5.1}, {"guidance": True}, {"seed": -1}, {"seed": 10**30}, {"safety_tolerance": 7},
        {"prompt_upsampling": 1}, {"model": "a b"}, {"provider": 1}, {"output_format": "gif"}, {"output_format": 1},
    ],
)  # fmt: skip
async def test_a_value_that_cannot_be_is_400_and_names_its_field(visit: Visit, field: dict[str, Any]) -> None:
    answer = await visit.post("/generate_image", json={"prompt": "A fox", **field})
    body = await answer.json()
    assert answer.status == 400
    assert list(body) == ["error"]
    assert visit.desk.say("en", f"label-{next(iter(field))}") in body["error"]
    assert not visit.desk.asks


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b'{"prompt": NaN}', b'{"prompt": "a", "seed": 1' + b"0" * 5000 + b"}",
     b'{"prompt": ' + b"[" * 30000, b"\xff\xfe", b'{"prompt": Infinity}'],
)  # fmt: skip
async def test_a_body_that_is_no_json_object_is_400(visit: Visit, body: bytes) -> None:
    answer = await visit.post("/generate_image", data=body, headers=JSON)
    assert (answer.status, answer.content_type) == (400, "application/json")
    assert list(await answer.json()) == ["error"]


async def test_a_body_of_another_type_is_415(visit: Visit) -> None:
    for path, headers in (("/generate_image", {"Content-Type": "text/plain"}), ("/upscale_image", JSON)):
        answer = await visit.post(path, data=b'{"prompt": "a"}', headers=headers)
        assert (answer.status, answer.content_type) == (415, "application/json")


async def test_a_long_body_is_413_and_ends_the_connection(visit: Visit) -> None:
    answer = await visit.post("/generate_image", data=b'{"prompt": "' + b"a" * 70_000, headers=JSON)
    assert answer.status == 413
    assert "error" in await answer.json()


async def test_an_upload_comes_back_larger(visit: Visit) -> None:
    answer = await answered(visit, visit.post("/upscale_image", data=form(image=picture())), visit.desk.finish)
    body = await answer.json()
    assert (answer.status, body["width"], body["height"]) == (200, 128, 96)
    assert isinstance(visit.desk.asks[visit.last_job()].job.request, Upscale)


async def test_an_upload_over_512_is_told_in_the_words_that_callers_know(visit: Visit) -> None:
    answer = await visit.post("/upscale_image", data=form(image=picture(513, 20)))
    assert (answer.status, await answer.json()) == (400, {"error": "Image dimensions should not exceed 512x512"})


async def test_a_setting_raises_the_limit_of_uploads(tmp_path: Path) -> None:
    async with visiting(tmp_path, upscale_max_side=1024) as visit:
        answer = await visit.post(
            "/upscale_image", data=form(image=picture(800, 20)), headers={"Prefer": "respond-async"}
        )
        assert answer.status == 202


async def test_a_missing_file_is_400(visit: Visit) -> None:
    for data in (form(other="x"), form(image=b""), None):
        answer = await visit.post("/upscale_image", data=data)
        assert (answer.status, await answer.json()) == (400, {"error": "Image file is required"})


@pytest.mark.parametrize(
    ("content", "status"), [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415), (picture()[:60], 400)]
)
async def test_a_file_that_is_no_picture_is_refused(visit: Visit, content: bytes, status: int) -> None:
    answer = await visit.post("/upscale_image", data=form(image=content))
    assert answer.status == status
    assert list(await answer.json()) == ["error"]


async def test_a_file_that_is_too_large_is_413(tmp_path: Path) -> None:
    async with visiting(tmp_path, max_upload_bytes=2048) as visit:
        answer = await visit.post("/upscale_image", data=form(image=b"x" * 2049))
        assert answer.status == 413
        assert "2" in (await answer.json())["error"]


async def test_a_part_sent_twice_is_400(visit: Visit) -> None:
    data = form(image=picture())
    data.add_field("image", picture(), filename="b.png")
    answer = await visit.post("/upscale_image", data=data)
    assert answer.status == 400
    assert "image" in (await answer.json())["error"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no boundary here"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n"),
    ],
)
async def test_a_broken_form_is_400(visit: Visit, content_type: str, body: bytes) -> None:
    answer = await visit.post("/upscale_image", data=body, headers={"Content-Type": content_type})
    assert (answer.status, answer.content_type) == (400, "application/json")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Moderated(where=Where.PROMPT, reasons=("violence",)), 422),
        (Cancelled(), 409),
        (Failed.by(BrokenError()), 502),
        (Failed.by(OutOfCreditError()), 502),
        (Failed.by(OverdueError(deadline_s=120)), 504),
        (Failed.by(ThrottledError()), 503),
        (Failed(key="unsure", unsure=True), 502),
        (Failed.by(HouseError()), 500),
    ],
)
async def test_a_job_without_a_picture_has_a_fitting_status_and_a_sentence(
    visit: Visit, outcome: Any, status: int
) -> None:
    answer = await answered(
        visit, visit.post("/generate_image", json={"prompt": "A fox"}), lambda job: visit.desk.end(job, outcome)
    )
    body = await answer.json()
    assert answer.status == status
    assert body["error"].endswith((".", "?"))
    assert ("reasons" in body) is isinstance(outcome, Moderated)
    assert ("Retry-After" in answer.headers) is (status == 503)


@pytest.mark.parametrize("error", [TooManyJobsError(limit=4), ThrottledError(retry_after_s=30.0), ClosingError()])
async def test_a_refusal_that_passes_says_when_to_come_back(visit: Visit, error: BotError) -> None:
    visit.desk.refuse = error
    answer = await visit.post("/generate_image", json={"prompt": "A fox"})
    assert answer.status == (429 if isinstance(error, TooManyJobsError) else 503)
    assert answer.headers["Retry-After"] == ("30" if isinstance(error, ThrottledError) else "5")


async def test_a_spent_quota_names_the_moment_in_retry_after(visit: Visit) -> None:
    visit.desk.refuse = QuotaSpentError(limit=3, retry_at=visit.desk.clock.now() + timedelta(hours=1))
    answer = await visit.post("/generate_image", json={"prompt": "A fox"})
    assert answer.status == 429
    assert 3590 < int(answer.headers["Retry-After"]) <= 3600


async def test_a_bug_is_500_without_a_trace(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit.desk, "read", lambda text: 1 / 0)
    answer = await visit.post("/generate_image", json={"prompt": "A fox"})
    text = await answer.text()
    assert answer.status == 500
    assert list(json.loads(text)) == ["error"]
    assert "Zero" not in text


async def test_a_caller_in_no_hurry_gets_the_jobs_address(visit: Visit) -> None:
    answer = await visit.post("/generate_image", json={"prompt": "A fox"}, headers={"Prefer": "respond-async"})
    job = visit.last_job()
    assert (answer.status, answer.headers["Location"]) == (202, f"/jobs/{job}")
    assert (await (await visit.get(f"/jobs/{job}")).json())["status"] == "queued"
    await visit.desk.work(job, word="Pending", task="task-7")
    body = await (await visit.get(f"/jobs/{job}")).json()
    assert (body["status"], body["provider_status"], body["task_id"]) == ("running", "Pending", "task-7")
    await visit.desk.finish(job)
    body = await (await visit.get(f"/jobs/{job}")).json()
    assert (body["status"], body["model"], body["cost_cents"]) == ("finished", "flux-dev", 2.5)
    assert body["image_url"].endswith(".webp")


async def test_past_the_configured_wait_the_answer_is_202(tmp_path: Path) -> None:
    async with visiting(tmp_path, wait_s=0.05) as visit:
        answer = await visit.post("/generate_image", json={"prompt": "A fox"})
        assert (answer.status, answer.headers["Location"]) == (202, f"/jobs/{visit.last_job()}")


async def test_a_door_that_closes_lets_waiting_callers_go_with_the_address(visit: Visit) -> None:
    answer = await answered(
        visit, visit.post("/generate_image", json={"prompt": "A fox"}), lambda job: visit.door.close()
    )
    assert answer.status == 202


async def test_a_caller_who_leaves_does_not_stop_the_job(visit: Visit) -> None:
    with pytest.raises(TimeoutError):
        await visit.post("/generate_image", json={"prompt": "A fox"}, timeout=aiohttp.ClientTimeout(total=0.3))
    job = visit.last_job()
    await visit.desk.finish(job)
    assert (await (await visit.get(f"/jobs/{job}")).json())["status"] == "finished"


async def test_the_same_idempotency_key_makes_one_job(visit: Visit) -> None:
    headers = {"Prefer": "respond-async", "Idempotency-Key": "once"}
    bodies = [
        await (await visit.post("/generate_image", json={"prompt": "A fox"}, headers=headers)).json() for _ in range(2)
    ]
    assert bodies[0]["job"] == bodies[1]["job"]
    assert len(visit.desk.asks) == 1


async def test_jobs_takes_words_and_pictures_within_the_providers_limits(visit: Visit) -> None:
    answer = await visit.post("/jobs", json={"prompt": "A fox", "ratio": "16:9", "width": None})
    assert (answer.status, answer.headers["Location"]) == (202, f"/jobs/{visit.last_job()}")
    answer = await visit.post("/jobs", data=form(image=picture(900, 40), factor="4"))
    request = visit.desk.asks[visit.last_job()].job.request
    assert answer.status == 202
    assert isinstance(request, Upscale)
    assert request.factor == 4


@pytest.mark.parametrize("fields", [{"factor": "9"}, {"output_format": "gif"}, {"model": "a b"}])
async def test_an_upscale_field_that_cannot_be_is_400(visit: Visit, fields: dict[str, str]) -> None:
    assert (await visit.post("/jobs", data=form(image=picture(), **fields))).status == 400


async def test_a_job_is_cancelled_by_its_owner_once(visit: Visit) -> None:
    await visit.post("/jobs", json={"prompt": "A fox"})
    address = f"{visit.door.address}/jobs/{visit.last_job()}"
    async with visit.client.delete(address) as answer:
        assert answer.status == 202
        assert (await answer.json())["status"] == "cancelled"
    async with visit.client.delete(address) as answer:
        assert answer.status == 409


@pytest.mark.parametrize(
    "path", ["/jobs/0000000000000099", "/jobs/x", "/saved_images/" + "0" * 64 + ".webp", "/saved_images/..%2Fsecret",
             "/saved_images/%2e%2e/%2e%2e/etc/passwd", "/nothing", "/assets/x/channel.js", "/metrics"],
)  # fmt: skip
async def test_what_is_not_there_is_404_in_json(visit: Visit, path: str) -> None:
    answer = await visit.get(path)
    assert (answer.status, answer.content_type) == (404, "application/json")
    assert "error" in await answer.json()


async def test_a_method_that_an_address_lacks_is_405_in_json(visit: Visit) -> None:
    for method, path in (("GET", "/generate_image"), ("OPTIONS", "/jobs"), ("PUT", "/upscale_image")):
        async with visit.client.request(method, visit.door.address + path) as answer:
            assert (answer.status, answer.content_type) == (405, "application/json")
            assert answer.headers["Allow"]


async def test_a_picture_may_be_kept_for_ever_and_is_sent_once(visit: Visit) -> None:
    await visit.post("/jobs", json={"prompt": "A fox"})
    kept = await visit.desk.finish(visit.last_job())
    path = f"/saved_images/{kept.name}"
    first = await visit.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert not first.headers["ETag"].startswith("W/")
    assert len(await first.read()) == kept.size_bytes
    again = await visit.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    part = await visit.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status, await part.read()) == (206, b"RIFF")
    async with visit.client.head(visit.door.address + path) as head:
        assert (head.status, head.content_length) == (200, kept.size_bytes)


async def test_a_picture_in_object_storage_is_sent_from_there(tmp_path: Path) -> None:
    link = Link(url="https://storage.example/pictures/a%2Fb.webp?X-Amz-Signature=abc%2F1", life_s=900)
    async with visiting(tmp_path, pictures=link) as visit:
        await visit.post("/jobs", json={"prompt": "A fox"})
        kept = await visit.desk.finish(visit.last_job())
        answer = await visit.get(f"/saved_images/{kept.name}", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (307, link.url)
        assert answer.headers["Cache-Control"] == "private, max-age=450"
        assert "img-src 'self' blob: https://storage.example;" in answer.headers["Content-Security-Policy"]
        async with visit.client.head(visit.door.address + f"/saved_images/{kept.name}") as head:
            assert (head.status, head.content_type, head.content_length) == (200, "image/webp", kept.size_bytes)
        assert (await visit.get(f"/saved_images/{'0' * 64}.webp", allow_redirects=False)).status == 404


async def test_health_and_metrics_answer(tmp_path: Path) -> None:
    async with visiting(tmp_path, metrics=lambda: b"jobs 1\n") as visit:
        assert (await (await visit.get("/health")).json())["status"] == "ok"
        assert await (await visit.get("/metrics")).read() == b"jobs 1\n"


async def test_errors_speak_the_callers_language(visit: Visit) -> None:
    answer = await visit.post("/generate_image", json={}, headers={"Accept-Language": "fr, de-AT;q=0.8, en;q=0.5"})
    assert await answer.json() == {"error": "Ein Prompt ist nötig"}
