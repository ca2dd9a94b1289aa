"""The vendors' descriptions of their APIs, where the machine has them: checks requests and answers against them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(os.environ.get("IMAGEBOT_SPECS") or Path(__file__).parents[3] / "shared" / "specs")
ABSENT = "no API descriptions here: IMAGEBOT_SPECS names no folder that has them"


class Spec:
    """One OpenAPI 3.1 document; schemas are found by their path within it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource("urn:spec", resource)

    def request_schema(self, path: str, media: str) -> dict[str, Any]:
        """What a POST may carry. Raises KeyError for a path that the document lacks."""
        schema: dict[str, Any] = self.document["paths"][path]["post"]["requestBody"]["content"][media]["schema"]
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def faults_of_request(self, path: str, media: str, body: object) -> list[ValidationError]:
        return self._faults(("paths", path, "post", "requestBody", "content", media, "schema"), body)

    def faults_of_answer(self, path: str, method: str, status: int, body: object) -> list[ValidationError]:
        """What a JSON answer has wrong. Raises KeyError for a status that the document lacks."""
        steps: tuple[str, ...] = ("paths", path, method, "responses", str(status))
        answer = self.document["paths"][path][method]["responses"][str(status)]
        if "$ref" in answer:
            steps = tuple(answer["$ref"].removeprefix("#/").split("/"))
            answer = self.document["components"]["responses"][steps[-1]]
        media = next(name for name in answer["content"] if name.startswith("application/json"))
        return self._faults((*steps, "content", media, "schema"), body)

    def statuses(self) -> set[str]:
        return set(self.document["components"]["schemas"]["StatusResponse"]["enum"])

    def _faults(self, steps: Iterable[str], body: object) -> list[ValidationError]:
        pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
        schema = {"$ref": f"urn:spec#{pointer}"}
        return list(Draft202012Validator(schema, registry=self._registry).iter_errors(body))


@cache
def find(name: str) -> Spec | None:
    """The document of that file name; None where this machine has none, as a newcomer's."""
    file = FOLDER / name
    return Spec(json.loads(file.read_bytes())) if file.is_file() else None
