"""The vendors' descriptions of their APIs, where the machine has them: checks requests and answers against them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
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
        self._operations: dict[tuple[str, str], Any] = {}

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

    def complaints(self, path: str, method: str, body: object) -> list[str]:
        """What a JSON request has wrong, each with its place; quick where unions tell their parts by a `type`.

        A path or method that the document lacks has nothing to complain about.
        """
        if (path, method) not in self._operations:
            self._operations[path, method] = self._operation(path, method)
        validator = self._operations[path, method]
        if validator is None:
            return []
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]

    def _operation(self, path: str, method: str) -> Any:
        described = self.document["paths"].get(path, {}).get(method, {}).get("requestBody", {})
        if "application/json" not in described.get("content", {}):
            return None
        steps = ("paths", path, method, "requestBody", "content", "application/json", "schema")
        usual = Draft202012Validator.VALIDATORS
        quick = validators.extend(
            Draft202012Validator,
            {"oneOf": self._told_apart(usual["oneOf"]), "anyOf": self._told_apart(usual["anyOf"])},
        )
        return quick({"$ref": _pointer(steps)}, registry=self._registry)

    def _told_apart(self, usual: Callable[..., Any]) -> Callable[..., Any]:
        """A union that tries only the part whose `type` the value names; else as usual."""
        schemas = self.document["components"]["schemas"]
        types: dict[str, frozenset[Any]] = {}

        def types_of(part: Mapping[str, Any]) -> frozenset[Any]:
            name = part.get("$ref", "").rpartition("/")[2]
            if name not in types:
                described = schemas.get(name, {}).get("properties", {}).get("type", {})
                types[name] = frozenset(described.get("enum", ()))
            return types[name]

        def union(
            validator: Any, parts: list[dict[str, Any]], value: object, schema: Mapping[str, Any]
        ) -> Iterator[ValidationError]:
            if isinstance(value, int | str) and any(part.get("const") == value for part in parts):
                return
            rest = [part for part in parts if part != {"type": "null"}]
            if isinstance(value, dict) and isinstance(value.get("type"), int):
                rest = [part for part in rest if value["type"] in types_of(part)] or rest
            if value is not None and len(rest) == 1:
                yield from validator.descend(value, rest[0])
            else:
                yield from usual(validator, parts, value, schema)

        return union

    def statuses(self) -> set[str]:
        return set(self.document["components"]["schemas"]["StatusResponse"]["enum"])

    def _faults(self, steps: Iterable[str], body: object) -> list[ValidationError]:
        schema = {"$ref": _pointer(steps)}
        return list(Draft202012Validator(schema, registry=self._registry).iter_errors(body))


class Methods:
    """Slack's methods: the arguments, scopes and error codes of each, from one compiled document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._methods: dict[str, dict[str, Any]] = document["methods"]

    def __contains__(self, method: str) -> bool:
        return method in self._methods

    def takes(self, method: str, argument: str) -> bool:
        return argument in self._arguments(method)

    def required(self, method: str) -> list[str]:
        return list(self._methods[method]["args"].get("required") or ())

    def kinds(self, method: str, argument: str) -> frozenset[str]:
        """JSON types that an argument may have; empty where the document names a shape of its own instead."""
        described = self._arguments(method).get(argument, {})
        parts = described.get("anyOf") or [described]
        found: set[str] = set()
        for part in parts:
            kind = part.get("type")
            if kind is None:
                return frozenset()
            found.update([kind] if isinstance(kind, str) else kind)
        return frozenset(found - {"null"})

    def scopes(self, method: str) -> list[str]:
        """Of a bot's token; any of several is enough, as the channel's kind asks."""
        return list((self._methods[method].get("scope") or {}).get("bot") or ())

    def reads_json(self, method: str) -> bool:
        return bool(self._methods[method].get("json_input_supported"))

    def errors(self, method: str) -> frozenset[str]:
        return frozenset(self._methods[method]["error_codes"])

    def _arguments(self, method: str) -> dict[str, Any]:
        return self._methods.get(method, {}).get("args", {}).get("properties") or {}


def _pointer(steps: Iterable[str]) -> str:
    return "urn:spec#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


@cache
def find(name: str) -> Spec | None:
    """The document of that file name; None where this machine has none, as a newcomer's."""
    file = FOLDER / name
    return Spec(json.loads(file.read_bytes())) if file.is_file() else None


@cache
def find_methods(name: str) -> Methods | None:
    """Slack's methods from the document of that file name; None where this machine has none."""
    file = FOLDER / name
    return Methods(json.loads(file.read_bytes())) if file.is_file() else None
