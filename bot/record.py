"""Our values as plain JSON and back: for the database's columns and the engine's memory."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter

from bot import errors
from bot.job import Cancelled, Failed, Finished, Job, Moderated, Progress, Rendered, Ticket
from bot.message import Person, Place, Receipt, Reply

Json = dict[str, Any]
T = TypeVar("T")

VALUES: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (
        Job, Ticket, Progress, Rendered, Finished, Moderated, Failed, Cancelled, Person, Place, Receipt, Reply,
    )
}  # fmt: skip
"""What may be written; the class's name goes along as "is"."""

ERRORS: Final[dict[str, type[errors.BotError]]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.BotError)
}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(VALUES[name])


def encode(value: object) -> Json:
    """A value of VALUES as JSON's own types. Raises KeyError for any other class."""
    name = type(value).__name__
    return {"is": name, **_adapter(name).dump_python(value, mode="json")}


def decode(json: Json, kind: type[T] | None = None) -> T:
    """The value that `encode` wrote. Fields unknown to this release are ignored. Raises TypeError for another kind."""
    name = str(json["is"])
    value = _adapter(name).validate_python({key: part for key, part in json.items() if key != "is"})
    if kind is not None and not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, found {name}")
    return cast("T", value)


def encode_error(error: errors.BotError) -> Json:
    """An error of ours as JSON: its class, facts, and what a provider said."""
    failed = Failed.by(error)
    return {
        "is": type(error).__name__,
        "message": str(error),
        "facts": dict(failed.facts),
        "fields": dict(failed.fields),
        "retry_after_s": getattr(error, "retry_after_s", None),
    }


def decode_error(json: Json) -> errors.BotError:
    """The error that `encode_error` wrote; an unknown class comes back as HouseError."""
    kind = ERRORS.get(str(json["is"]), errors.HouseError)
    message, facts = str(json["message"]), dict(json["facts"])
    if issubclass(kind, errors.ProviderError):
        return kind(message, retry_after_s=json["retry_after_s"], fields=json["fields"], **facts)
    if issubclass(kind, errors.DeliveryError):
        return kind(message, retry_after_s=json["retry_after_s"], **facts)
    return kind(message, **facts)
