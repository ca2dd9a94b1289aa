from __future__ import annotations

import pytest

from bot.errors import PictureUnknownError
from bot.job import Job
from bot.request import Format, ImageId, Imagine, Request, Shape, Upscale
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import CAT, anything_goes, drawn, made_image, made_job


async def painted(store: Store, clock: HeldClock, content: str, request: Request = CAT) -> Job:
    job = made_job(clock, request=request)
    await store.accept(job, anything_goes, draw=drawn)
    parent = request.source if isinstance(request, Upscale) else None
    await store.keep_image(made_image(clock, content, job=job, parent=parent))
    return job


def enlarge(content: str, clock: HeldClock) -> Upscale:
    return Upscale(source=made_image(clock, content).id, factor=2)


async def test_a_picture_reads_back_with_where_it_came_from(store: Store, clock: HeldClock) -> None:
    job = await painted(store, clock, "cat")
    kept = made_image(clock, "cat", job=job)
    assert await store.image(kept.id) == kept
    assert await store.images_by_job(job.id) == (kept,)
    assert kept.format is Format.WEBP


async def test_an_unknown_picture_is_refused(store: Store) -> None:
    with pytest.raises(PictureUnknownError):
        await store.image(ImageId("b" * 64))
    with pytest.raises(PictureUnknownError):
        await store.lineage(ImageId("b" * 64))


async def test_the_first_making_of_a_content_stands(store: Store, clock: HeldClock) -> None:
    job = await painted(store, clock, "cat")
    await store.keep_image(made_image(clock, "cat"))
    await store.keep_image(made_image(clock, "cat"))
    assert (await store.image(made_image(clock, "cat").id)).job == job.id


async def test_the_line_goes_back_to_the_first_picture(store: Store, clock: HeldClock) -> None:
    await painted(store, clock, "cat")
    await painted(store, clock, "big cat", enlarge("cat", clock))
    await painted(store, clock, "huge cat", enlarge("big cat", clock))
    line = await store.lineage(made_image(clock, "huge cat").id)
    assert [image.id for image in line] == [made_image(clock, name).id for name in ("huge cat", "big cat", "cat")]


async def test_a_picture_that_is_its_own_parent_does_not_go_in_circles(store: Store, clock: HeldClock) -> None:
    await store.keep_image(made_image(clock, "cat", parent=made_image(clock, "cat").id))
    assert len(await store.lineage(made_image(clock, "cat").id)) == 1


async def test_a_source_goes_with_the_last_job_that_needs_it(store: Store, clock: HeldClock) -> None:
    small = await painted(store, clock, "cat")
    large = await painted(store, clock, "big cat", enlarge("cat", clock))
    assert await store.forget(small.id) == ()
    assert (await store.image(made_image(clock, "cat").id)).job == small.id
    names = {made_image(clock, name).name for name in ("cat", "big cat")}
    assert set(await store.forget(large.id)) == names
    assert await store.forget(large.id) == ()
    with pytest.raises(PictureUnknownError):
        await store.image(made_image(clock, "cat").id)


async def test_a_brought_picture_goes_with_the_job_it_was_brought_for(store: Store, clock: HeldClock) -> None:
    photo, other = made_image(clock, "photo"), made_image(clock, "other")
    for image in (photo, other):
        await store.keep_image(image)
    blend = Imagine(prompt="both", shape=Shape(64, 64), seed=1, references=(photo.id, other.id, photo.id))
    first = await painted(store, clock, "blend", blend)
    second = await painted(store, clock, "big photo", enlarge("photo", clock))
    assert set(await store.forget(first.id)) == {other.name, made_image(clock, "blend").name}
    assert set(await store.forget(second.id)) == {photo.name, made_image(clock, "big photo").name}


async def test_the_line_ends_where_a_parent_is_no_longer_there(store: Store, clock: HeldClock) -> None:
    await store.keep_image(made_image(clock, "cat", parent=ImageId("c" * 64)))
    assert len(await store.lineage(made_image(clock, "cat").id)) == 1
