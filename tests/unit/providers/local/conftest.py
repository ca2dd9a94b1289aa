"""The upscaler's weights for those tests that run the net: the ones `make test` fetched, or fetched now, once.

They never skip: without the weights the tests that need them fail and say why.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.providers.local import weights

DATA_DIR = Path(__file__).parents[4] / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """A data folder that holds the weights: the checkout's own, which `make run` uses too."""
    try:
        weights.fetch(DATA_DIR)
    except weights.WeightsError as error:
        pytest.fail(f"the weights are needed here: {error}")
    return DATA_DIR
