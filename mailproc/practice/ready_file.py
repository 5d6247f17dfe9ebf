"""A whole configuration for the practice world, ready to use: ``practice --write FILE``."""

import re
from pathlib import Path

from mailproc import private
from mailproc.errors import LocalFault
from mailproc.practice import configuration

_TEXT = """\
# A library that only practises: everything stays on 127.0.0.1. `mailproc practice --write` wrote this file;
# docs/practice.md says what to do with it. Every other key stands in config.toml of mailproc.

[library]
symbol = "PRACTICE-LIBRARY"
name = "Practice Library"
email = "ill@practice-library.example"

[store]
url = "sqlite:///{folder}/mailproc.db"

{lines}"""

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]")


def write(file: Path, relay_port: int, mailbox_port: int, password: str) -> list[Path]:
    """Write the configuration, and beside it a file with the password of all; return both.

    Raise LocalFault where one of them is there already, or cannot be written.
    """
    name = _NO_NAME.sub("-", file.stem) or "practice"
    password_file = file.with_name(f"{name}.password")
    lines = configuration.lines(relay_port, mailbox_port, "every 5s", password_file.name)
    content = {file: _TEXT.format(folder=f"{name}-var", lines=lines), password_file: f"{password}\n"}
    for path in content:
        if path.exists():
            raise LocalFault(f"{path} is there already: name a new file.")
    for path, text in content.items():
        _write(path, text)
    return list(content)


def _write(path: Path, text: str) -> None:
    try:
        private.write_new(path, text)
    except OSError as error:
        raise LocalFault(f"{path} cannot be written: {error.strerror}") from error
