"""What a first start needs: a config.toml that passes `check`, and the folders that it names."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from mailproc import private
from mailproc.config import Config, Library
from mailproc.config_load import rules
from mailproc.errors import LocalFault


@dataclass(frozen=True)
class Installed:
    """What was written; ``folders`` are there now, also those that were there before."""

    config: str
    folders: tuple[str, ...]


def refuse_if_there(folder: Path) -> Path:
    """Return the file that ``write`` will make. Raise LocalFault if it is there."""
    file = folder / "config.toml"
    if os.path.lexists(file):
        raise LocalFault(f"{file} is there already, and stays as it is: name another folder.")
    return file


def write(folder: Path, symbol: str, name: str, email: str) -> Installed:
    """Write the shipped config.toml for this library, and make its folders, both for their owner alone.

    Raise LocalFault, before anything is written, if the file is there or a value is not allowed; or if
    the folder cannot be written.
    """
    file = refuse_if_there(folder)
    config = Config(library=Library(symbol=symbol, name=name, email=email), file=file)
    if wrong := list(_wrong(config)):
        raise LocalFault(wrong[0], also=wrong[1:])
    folders = tuple(folder / each for each in _folders(config))
    try:
        for each in (folder, *folders):
            private.make_folder(each)
        private.write_new(file, _filled(config.library))
    except OSError as error:
        raise LocalFault(f"{error.filename or file} cannot be written: {error.strerror}.") from error
    return Installed(str(file), tuple(map(str, folders)))


def _wrong(config: Config) -> Iterator[str]:
    for problem in rules.problems(config):
        yield f'--{problem.loc[-1]} "{problem.value}": {problem.text}.'
    if not config.library.name.strip() or not config.library.name.isprintable():
        yield f'--name "{config.library.name}": must be a name such as Example Library.'


def _folders(config: Config) -> tuple[str, ...]:
    """Letters that are written instead of sent lie below the folder of the store."""
    return str(Path(config.deliver.folder).parent), config.deliver.folder, config.templates.site


_OF_LIBRARY = re.compile(r'^(symbol|name|email) = "[^"\n]*"', re.MULTILINE)


def _filled(library: Library) -> str:
    """The shipped file, with all its comments; [library] is its first table."""
    text = (files("mailproc") / "config.toml").read_text(encoding="utf-8")
    left = {key: json.dumps(getattr(library, key), ensure_ascii=False) for key in ("symbol", "name", "email")}

    def filled(line: re.Match[str]) -> str:
        value = left.pop(line[1], None)
        return line[0] if value is None else f"{line[1]} = {value}"

    return _OF_LIBRARY.sub(filled, text)
