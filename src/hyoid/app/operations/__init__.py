"""Operations on a label map that the page offers: names, typed parameters, and functions of `hyoid.imaging`."""

from hyoid.app.operations.operation import Drawing, Operation, Outcome
from hyoid.app.operations.registry import OPERATIONS, list_operations, run_operation

__all__ = ["OPERATIONS", "Drawing", "Operation", "Outcome", "list_operations", "run_operation"]
