"""A whole configuration for the practice world, ready to use: ``practice --write FILE``."""

import re
from collections.abc import Mapping
from pathlib import Path

from mailproc import private
from mailproc.errors import LocalFault
from mailproc.practice import configuration
from mailproc.practice.configuration import Ports
from mailproc.practice.world import PASSWORDS

_TEXT = """\
# A library that only practises: everything stays on 127.0.0.1. `mailproc practice --write` wrote this file;
# docs/practice.md says what to do with it. Every other key stands in config.toml of mailproc.

[library]
symbol = "PRACTICE-LIBRARY"
name = "Practice Library"
email = "ill@practice-library.example"

[store]
url = "sqlite:///{folder}/{name}.db"

{lines}"""

_ENDING = {"hook": "secret", "hub": "path"}
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]")


def write(file: Path, ports: Ports, secrets: Mapping[str, str]) -> list[Path]:
    """Write the configuration, and beside it a file with the password of all letters, one with the secret
    of the hook and one with the path of the hub; return them. ``secrets``: by the keys of PASSWORDS.

    Raise LocalFault where one of them is there already, or cannot be written.
    """
    name = _NO_NAME.sub("-", file.stem) or "practice"
    kept = {who: file.with_name(f"{name}.{_ENDING.get(who, 'password')}") for who in PASSWORDS}
    lines = configuration.lines(ports, "every 5s", {who: path.name for who, path in kept.items()})
    content = {file: _TEXT.format(folder=f"{name}-var", name=name, lines=lines)}
    content |= {path: f"{secrets[who]}\n" for who, path in kept.items()}
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
