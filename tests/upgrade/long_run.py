"""Upgrade a store of 2,000 stories that the code of 0.1.0 writes first: five minutes, in a clone
with its history.

python -m tests.upgrade.long_run [--stories N]
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from tests.upgrade import stories

ROOT = Path(__file__).resolve().parents[2]
OLD = "13056ee"
"""The commit that is called 0.1.0."""
SYMBOLS = ("XX-BL", "XX-NET", "XX-CUSTOMER")


def written(folder: Path, count: int) -> None:
    """The office of 0.1.0 in ``folder/office``."""
    packed = subprocess.run(["git", "archive", OLD], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder / "code", filter="data")
    maker = [sys.executable, "-P", str(ROOT / "tests/upgrade/stories.py")]
    command = [*maker, str(folder / "office"), "--stories", str(count)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(folder / "code")}, check=True)


def upgraded(office: Path) -> bool:
    """Whether all of it is as before, and whether what waited left once."""
    file = office / "config.toml"
    file.write_text(file.read_text().replace(stories.REFUSED, stories.SENT))

    def verb(*words: str) -> str:
        command = [sys.executable, "-m", "mailproc", "--config", str(file), *words]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(ran.stdout[-2000:] if words[0] != "run" else "", ran.stderr[-4000:] if ran.returncode else "")  # noqa: T201
        return ran.stdout

    sent = office / "var/outgoing"
    before = {path.name for path in sent.iterdir()}
    verb("run", "--once")
    held = {path.name for path in sent.iterdir()} - before
    same = ", 0 differ" in verb("verify")
    for symbol in SYMBOLS:
        verb("resume", symbol)
    verb("run", "--once")
    while json.loads(verb("outbox", "--json")):
        time.sleep(10)  # what the relay refused last waits a minute
        verb("run", "--once")
    left = [path.read_text() for path in sent.iterdir() if path.name not in before | held]
    orders = [line for text in left for line in text.splitlines() if line.startswith("TXB")]
    print(f"{len(left)} letters left, {len(orders)} orders")  # noqa: T201
    return same and ", 0 differ" in verb("verify") and len(orders) == len(set(orders)) > 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stories", type=int, default=2000)
    given = parser.parse_args()
    os.environ.update(stories.SECRETS)
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), given.stories)
        sys.exit(0 if upgraded(Path(folder) / "office") else 1)


if __name__ == "__main__":
    main()
