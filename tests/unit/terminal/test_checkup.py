"""What `imagebot check` says of a database and pictures that other hosts may share."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import read_settings
from bot.store import opening
from bot.terminal import checkup
from tests.house import all_words


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
    assert "✓ The database is up to date" in said


async def test_an_address_of_no_bucket_is_one_fault_among_the_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMAGEBOT__STORE__PICTURES_URL", "https://pictures.example/bucket")
    code, said = await checked(capsys)
    assert code == 1
    assert "✗ store.pictures_url cannot be used: " in said
    assert "✓ The database is up to date" in said


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
