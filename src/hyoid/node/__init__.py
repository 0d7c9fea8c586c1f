"""A node of a hospital's network: takes studies by C-STORE, answers with predictions as DICOM objects."""

from hyoid.node.log import open_log
from hyoid.node.run import Node
from hyoid.node.sending import SCHEDULE_SECONDS
from hyoid.node.settings import NodeSettings
from hyoid.node.state import State, read_state
from hyoid.node.work import StepError, make_results

__all__ = ["SCHEDULE_SECONDS", "Node", "NodeSettings", "State", "StepError", "make_results", "open_log", "read_state"]
