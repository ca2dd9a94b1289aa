"""The studio: everything but the doors."""

from typing import Final

VERSION: Final = "0.1.0"
