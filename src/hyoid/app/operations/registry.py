"""All operations by name, and running one."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from hyoid.app.annotation.errors import AnnotationError, NotFoundError
from hyoid.app.operations.contours import CONTOURS
from hyoid.app.operations.edits import EDITS
from hyoid.app.operations.operation import Drawing, Operation, Outcome
from hyoid.app.operations.parameters import Parameters
from hyoid.app.operations.prediction import START
from hyoid.settings import describe_errors, nearest

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in (*CONTOURS, START, *EDITS)}
"""Operations by name, in the order in which the page shows them."""


def list_operations() -> list[dict[str, Any]]:
    """Return what the page draws its menus and forms from; `parameters` is a JSON schema."""
    return [
        {
            "name": operation.name,
            "group": operation.group,
            "title": operation.title,
            "source": operation.source,
            "parameters": operation.parameters.model_json_schema(),
            "needs_box": operation.needs_box,
        }
        for operation in OPERATIONS.values()
    ]


def run_operation(name: str, parameters: str, drawing: Drawing) -> Outcome:
    """Run an operation by name; `parameters` is JSON.

    The label map that it is given is left as it was. Nothing outside a box is changed where there is one.

    Raises
    ------
    NotFoundError
        If there is no such operation.
    AnnotationError
        If the parameters are not its own.
    HyoidError
        What the operation itself refuses.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        raise NotFoundError.of(
            f"the operation {name!r}", "one of those that are listed", nearest(name, OPERATIONS).capitalize()
        )
    return operation.apply(drawing, _parsed(operation, parameters))


def _parsed(operation: Operation, parameters: str) -> Parameters:
    try:
        values = json.loads(parameters or "{}")
    except ValueError as error:
        raise AnnotationError.of(
            f"parameters that are no JSON ({error})", "a JSON object", "Send them again."
        ) from error
    try:
        return operation.parameters.model_validate(values)
    except ValidationError as error:
        raise AnnotationError.of(
            f"parameters that {operation.name} does not take ({describe_errors(error)})",
            "those of its schema",
            "Correct them.",
        ) from error
