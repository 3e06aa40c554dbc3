"""Writes the schemas that the web code's types are generated from, out of the frames and the routes themselves."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.channels import frames
from handoff.console import routes, schemas, table


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "widget.json", widget_schema())
    _write(folder / "console.json", console_openapi())


def widget_schema() -> dict[str, Any]:
    """JSON schema of every frame of the widget's socket."""
    incoming = ("Hello", "Send", "Press", "Submit", "Typing", "Seen", "Export", "Onward")
    outgoing = ("Welcome", "Ack", "Messages", "Trouble", "Transcript", "Link", "Uploaded", "PhotoLink", "UploadTrouble")
    names = (*incoming, *outgoing)
    shapes: list[type[BaseModel]] = [getattr(frames, name) for name in names]
    _, definitions = models_json_schema([(shape, "serialization") for shape in shapes], title="Widget frames")
    return definitions


def console_openapi() -> dict[str, Any]:
    """OpenAPI 3.1 of the console's routes, from the table that serves them."""
    shapes = {shape for route in table.ROUTES for shape in (route.answers, route.takes) if shape is not None}
    shapes |= {schemas.Problem, schemas.LiveFrame, schemas.PresenceFrame}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, definitions = models_json_schema(
        [(shape, "serialization") for shape in ordered], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Baton console", "version": "1"},
        "paths": _paths(),
        "components": {"schemas": definitions["$defs"]},
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in table.ROUTES:
        path = routes.PREFIX + re.sub(r"{(\w+):[^}]*}+", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: routes.Route) -> dict[str, Any]:
    ok: dict[str, Any] = {"description": (route.handler.__doc__ or "Done").strip()}
    if route.answers is not None:
        ok["content"] = _json(route.answers)
    problem = {"description": "What went wrong", "content": _json(schemas.Problem)}
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "responses": {"200": ok, "default": problem},
    }
    if route.takes is not None:
        operation["requestBody"] = {"required": True, "content": _json(route.takes)}
    return operation


def _json(shape: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
