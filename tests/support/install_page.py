"""docs/install.md, whose commands are run as they stand there."""

import re
import subprocess
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/install.md"


def commands(mark: str) -> str:
    """The block that stands behind this mark."""
    found = re.search(rf"<!-- {mark} -->\n```\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"docs/install.md has no block {mark}"
    return found[1]


def done(ran: subprocess.CompletedProcess[str]) -> str:
    """What it wrote to its standard output; it has ended well."""
    assert ran.returncode == 0, f"{ran.args}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout
