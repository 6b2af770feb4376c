"""The Bot API's methods and their parameters, as aiogram describes them; and how a request carries them."""

import inspect
import json
from collections.abc import Collection
from typing import Any, get_args

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiohttp import BodyPartReader, web
from pydantic import ValidationError

from tests.fakes.bot_api_files import Upload

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    one.__api_method__.lower(): one
    for one in vars(aiogram.methods).values()
    if inspect.isclass(one) and issubclass(one, TelegramMethod) and one is not TelegramMethod
}


class NotInTheApiError(Exception):
    """A parameter that the method does not have, or a value of another type."""


async def carried(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters of a request however it carries them, and its files by the names of their parts."""
    params: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        params |= await request.json()
    elif request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            if part.filename:
                files[str(part.name)] = Upload(part.filename, bytes(await part.read()))
            else:
                params[str(part.name)] = await part.text()
    else:
        params |= await request.post()
    return params, files


def understood(method: str, params: dict[str, Any], files: Collection[str] = ()) -> dict[str, Any]:
    """The parameters as the method's types, files by their names; raises NotInTheApiError."""
    spec = METHODS[method]
    params = {name: f"attach://{name}" for name in files if name in spec.model_fields} | params
    if unknown := params.keys() - spec.model_fields.keys():
        raise NotInTheApiError(f"{method} has no {sorted(unknown)}")
    decoded = {name: _decoded(value, spec.model_fields[name].annotation) for name, value in params.items()}
    try:
        return spec.model_validate(decoded).model_dump(exclude_unset=True, exclude_none=True)
    except ValidationError as error:
        raise NotInTheApiError(f"{method}: {error}") from error


def _decoded(value: object, annotation: Any) -> object:
    """Lists and objects come as JSON; a text that happens to look like some stays a text."""
    if not isinstance(value, str) or not value.startswith(("[", "{")) or str in (annotation, *get_args(annotation)):
        return value
    return json.loads(value)
