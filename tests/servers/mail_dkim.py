"""Perl's Mail::DKIM as a child process: another implementation that signs and verifies."""

import subprocess
from pathlib import Path
from typing import Self

SCRIPT = Path(__file__).with_suffix(".pl")
PACKAGE = "libmail-dkim-perl"


def installed() -> bool:
    check = ["perl", "-MMail::DKIM::Verifier", "-MNet::DNS", "-e1"]
    try:
        return subprocess.run(check, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


class MailDkim:
    """It asks the nameserver on that port of 127.0.0.1 for keys."""

    def __init__(self, port: int) -> None:
        self._child = subprocess.Popen(
            ["perl", str(SCRIPT), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._child.communicate(timeout=10)

    def holds(self, letter: bytes, domain: str) -> bool:
        """Whether a signature by the domain holds."""
        return any(word.startswith(domain + "/") for word in self.verdict(letter).split())

    def verdict(self, letter: bytes) -> str:
        """What it says in all: the result, domain/selector of what holds, details in brackets."""
        return self._ask(f"verify {len(letter)}", letter).decode("utf-8", "replace")

    def sign(
        self, letter: bytes, algorithm: str, method: str, domain: str, selector: str, key: Path
    ) -> bytes:
        """The letter with a field in front."""
        order = f"sign {len(letter)} {algorithm} {method} {domain} {selector} {key}"
        length = int(self._ask(order, letter))
        assert self._child.stdout is not None
        return self._child.stdout.read(length) + letter

    def _ask(self, order: str, letter: bytes) -> bytes:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(order.encode() + b"\n" + letter)
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        assert answer, "Mail::DKIM has died"
        return answer.rstrip(b"\n")
