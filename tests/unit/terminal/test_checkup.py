"""What `imagebot check` says of a database and pictures that other hosts may share."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import database_url, read_settings
from bot.store import opening
from bot.terminal import checkup
from tests.house import all_words
from tests.unit.store.older import of_schema


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEBOT__PROVIDERS__ORDER", "flux")  # which lacks its key: nobody is asked


async def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = await checkup.check(read_settings(None), all_words(), "en")
    return code, capsys.readouterr().out


async def test_pictures_in_a_folder_beside_a_shared_database_are_remarked_on(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", postgres_url)
    code, said = await checked(capsys)
    assert code == 0
    assert "  Pictures lie in data on this machine." in said
    assert "✓ Pictures are kept in data" in said
    assert "✓ Jobs are kept in PostgreSQL, which is up to date" in said


async def test_a_folder_of_ones_own_is_no_remark(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = await checked(capsys)
    assert code == 0
    assert "store.pictures_url" not in said
    assert "✓ Pictures and jobs are kept in data" in said
    assert "✓ The database is new. The first start makes its tables." in said


async def test_an_address_of_no_bucket_is_one_fault_among_the_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMAGEBOT__STORE__PICTURES_URL", "https://pictures.example/bucket")
    code, said = await checked(capsys)
    assert code == 1
    assert "✗ store.pictures_url cannot be used: " in said
    assert "✓ The database is new" in said


async def test_a_database_of_a_newer_release_is_the_databases_fault(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = opening.connect(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", postgres_url)
    code, said = await checked(capsys)
    assert code == 1
    assert "✗ store.database_url cannot be used: The database was written by a newer imagebot (schema 9999" in said


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of each kind, as the operator configured it."""
    if request.param == "postgresql":
        monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", request.getfixturevalue("empty_postgres_url"))
    Path("data").mkdir()
    return database_url(read_settings(None))


def kept() -> list[Path]:
    """What lies in the data folder."""
    return list(Path("data").iterdir())


def tables(url: str) -> list[str]:
    engine = opening.connect(url)
    found = sa.inspect(engine).get_table_names()
    engine.dispose()
    return found


async def test_a_new_database_is_left_as_it_is(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = await checked(capsys)
    assert code == 0
    assert "✓ The database is new" in said
    assert kept() == []
    assert tables(url) == []


async def test_a_database_of_an_older_release_is_told_and_not_brought_up(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with of_schema(url, "0003"):
        pass
    older = tables(url)
    code, said = await checked(capsys)
    assert code == 0
    assert "`imagebot run` or `imagebot migrate` brings it up to date" in said
    assert tables(url) == older
    engine = opening.connect(url)
    opening.bring_up(engine, url)
    engine.dispose()
    code, said = await checked(capsys)
    assert code == 0
    assert "up to date" in said
    assert "older imagebot" not in said


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sqlite:///diary.txt", "diary.txt is not a database that imagebot can read"),
        ("sqlite:////dev/null/bot.sqlite", "/dev/null/bot.sqlite cannot be written"),
    ],
)
async def test_a_file_that_no_start_could_use_is_the_databases_fault(
    address: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "diary.txt").write_bytes(b"Dear diary, " * 1000)
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", address)
    code, said = await checked(capsys)
    assert code == 1
    assert told in said


async def test_a_file_that_is_looked_at_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    diary = tmp_path / "diary.sqlite"
    with closing(sqlite3.connect(diary)) as other:  # another program's, which keeps no log beside it
        other.execute("CREATE TABLE entries (words TEXT)")
    before = diary.read_bytes()
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", f"sqlite:///{diary}")
    code, said = await checked(capsys)
    assert code == 0
    assert "The database is new" in said
    assert diary.read_bytes() == before
    assert [name for name in os.listdir(tmp_path) if name.startswith("diary")] == ["diary.sqlite"]


async def test_a_lock_that_is_not_ours_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bot.sqlite.lock").mkdir()  # whoever may do anything, as root may, can lock no folder either
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", f"sqlite:///{tmp_path / 'bot.sqlite'}")
    code, said = await checked(capsys)
    assert code == 1
    assert "bot.sqlite.lock cannot be used" in said
