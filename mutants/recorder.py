"""A pytest plugin: which test runs which line of mailproc, and how long each test takes.

Written into the folder that ``MUTANTS_MAP`` names. With xdist each worker measures, and the process that
collects the reports writes the times.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

from mutants.nearest import TIMES

FOLDER = Path(os.environ["MUTANTS_MAP"])

_coverage = coverage.Coverage(
    data_file=str(FOLDER / "coverage"), data_suffix=True, source_pkgs=["mailproc"], config_file=False,
    messages=False,
)  # fmt: skip
_coverage.start()  # before any conftest imports the program
_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _coverage.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that failed or was skipped says nothing about a mutant: it is left out."""
    if report.when == "setup" and report.passed:
        _seconds[report.nodeid] = report.duration
    elif not report.passed:
        _seconds.pop(report.nodeid, None)
    elif report.nodeid in _seconds:
        _seconds[report.nodeid] += report.duration


def pytest_unconfigure(config: pytest.Config) -> None:
    _coverage.stop()
    _coverage.save()
    if not hasattr(config, "workerinput"):
        times = FOLDER / TIMES
        known = json.loads(times.read_text()) if times.exists() else {}
        times.write_text(json.dumps(known | _seconds))
