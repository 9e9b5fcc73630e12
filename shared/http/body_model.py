"""What a body is read as: which fields there are beside one that nobody knows."""

from collections.abc import Sequence
from typing import get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel


def body_of(route: object) -> object:
    """The type that a route reads its body as; None when it reads none itself."""
    field = route.body_field if isinstance(route, APIRoute) else None
    return field.field_info.annotation if field is not None else None


def fields_beside(kind: object, location: Sequence[int | str]) -> list[str]:
    """The fields that the model at the end of a location knows, in their order; empty when no model is found there.

    `kind` is the type of the whole: a model, or one inside of a sequence or an option.
    """
    for part in location[:-1]:
        model = _model_in(kind)
        if isinstance(part, str) and model is not None:
            found = model.model_fields.get(part)
            kind = found.annotation if found else None
    model = _model_in(kind)
    return list(model.model_fields) if model is not None else []


def _model_in(kind: object) -> type[BaseModel] | None:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((model for one in get_args(kind) if (model := _model_in(one))), None)
