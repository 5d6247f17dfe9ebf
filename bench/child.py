"""Measurements in processes of their own, on the disk as it is or on a slow one."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TIMEOUT = 120


@cache
def _slow_disk() -> str:
    """The library for LD_PRELOAD, compiled when it is first needed."""
    folder = tempfile.TemporaryDirectory(prefix="mailproc-bench-")
    _kept.append(folder)
    target = Path(folder.name) / "slowsync.so"
    source = Path(__file__).with_name("slowsync.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", target, source, "-ldl"], check=True)
    return str(target)


_kept: list["tempfile.TemporaryDirectory[str]"] = []


def _started(arguments: list[str], *, slow: bool) -> "subprocess.Popen[str]":
    environment = os.environ | ({"LD_PRELOAD": _slow_disk()} if slow else {})
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


@contextmanager
def door(*arguments: str, slow: bool = False) -> Iterator[int]:
    """A listener (``bench.door``); gives its port."""
    process = _started(["bench.door", *arguments], slow=slow)
    try:
        yield int(process.stdout.readline())  # type: ignore[union-attr]  # it is a pipe
    finally:
        process.communicate(timeout=TIMEOUT)


def load(
    port: int, connections: int, seconds: float, most: int = 10**9, kind: str = "plain"
) -> dict[str, float]:
    """What ``bench.load`` measured."""
    return _answer(["bench.load", str(port), str(connections), str(seconds), str(most), kind], slow=False)


def tcp_load(port: int, connections: int, seconds: float) -> dict[str, float]:
    """What ``bench.tcp_load`` measured."""
    return _answer(["bench.tcp_load", str(port), str(connections), str(seconds)], slow=False)


def measured(function: str, *, slow: bool) -> dict[str, float]:
    """The answer of "module:function" (no arguments, gives figures) in a fresh process."""
    return _answer(["bench.child", function], slow=slow)


def _answer(arguments: list[str], *, slow: bool) -> dict[str, float]:
    process = _started(arguments, slow=slow)
    said, _ = process.communicate(timeout=TIMEOUT)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    figures: dict[str, float] = json.loads(said)
    return figures


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    function: Any = getattr(importlib.import_module(module), name)
    print(json.dumps(function()))
