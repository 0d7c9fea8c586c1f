"""The whole life cycle on a synthetic cohort."""

from hyoid.demo.report import DemoResult
from hyoid.demo.run import run_demo

__all__ = ["DemoResult", "run_demo"]
