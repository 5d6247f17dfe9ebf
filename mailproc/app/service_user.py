"""A verb that root calls works as the user whose store it is.

Whoever owns a folder can put a link there: what root opened, made or gave away in it would be a file of
root's. So root takes the owner's identity before anything in the store's folders is touched. Its secrets are
read before, so that they may be root's alone; but only where nobody but root can write config.toml, which
names their files.
"""

import os
import pwd
import tomllib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from mailproc import named_files
from mailproc.app import trusted_path
from mailproc.config import StoreSettings
from mailproc.config_load.load import ABSENT
from mailproc.errors import Misconfigured
from mailproc.store import connections


def of_store(config: Path) -> int | None:
    """Whose the store of this config.toml is, if root asks and it is not root's; otherwise None."""
    return of_folder(*_folders(config.absolute())) if os.geteuid() == 0 else None


def of_folder(*folders: Path) -> int | None:
    """As ``of_store``, of folders that need not be there yet."""
    if os.geteuid() != 0:
        return None
    return next((owner for folder in folders for owner in _owners(folder) if owner), None)


def is_roots_alone(config: Path) -> bool:
    """Can nobody but root write this file, or put another one in its place?"""
    return trusted_path.open_to_others(config, {0}) is None


def refuse_of_others(config: Path) -> None:
    """Raise Misconfigured if whoever called sudo as the service's user may have written this config.toml.

    It says which files secrets are in and whom to show them: staff who may call mailproc, and nothing else,
    would read by it whatever the service may read.
    """
    if not os.environ.get("SUDO_USER") or os.geteuid() == 0:
        return
    path = trusted_path.open_to_others(config, {0, os.geteuid()})
    if path is None:
        return
    if not os.path.exists(config):
        raise Misconfigured(f"{config.absolute()}: {ABSENT}")
    raise Misconfigured(
        f"{config} is not used by sudo: others than root and the service's user may write {path};"
        f" name the service's own (`--config`), or make it theirs: chown root {path}, chmod go-w {path}"
    )


def become(user: int | None) -> None:
    """Give up being root for good. Raise Misconfigured if that user cannot read this program."""
    if user is None or os.geteuid() != 0:
        return
    try:
        known = pwd.getpwuid(user)
        os.initgroups(known.pw_name, known.pw_gid)
        group, os.environ["HOME"] = known.pw_gid, known.pw_dir
    except KeyError:  # a user without a name: its group as well
        group = user
        os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    named_files.allow_all()
    for file in (__file__, str(os.__file__)):  # the rest of the program is loaded when it is needed
        if not os.access(file, os.R_OK):
            raise Misconfigured(
                f"store.url: the store belongs to user {user}, who cannot read {file}: install mailproc"
                f" where it may be read, and run it as its user (`sudo -u '#{user}' mailproc …`)"
            )


def _folders(config: Path) -> Iterator[Path]:
    """Where the store lies, as written and with links followed."""
    try:
        told = tomllib.loads(config.read_text(encoding="utf-8-sig")).get("store", {})
        url = connections.parse(told.get("url", StoreSettings().url), config.parent)
        written = make_url(told.get("url", StoreSettings().url)).database or ""
    except (OSError, ValueError, AttributeError, TypeError, ArgumentError, Misconfigured):
        return  # whoever reads it next says what is wrong
    file = connections.file_of(url)
    if file is None:
        yield config.parent / "var"
    else:
        yield from ((config.parent / written).parent, file.parent)


def _owners(folder: Path) -> Iterator[int]:
    """Who owns the folder, or the nearest one above that is there; and the links on the way to it."""
    there = next(each for each in (folder, *folder.parents) if os.path.exists(each))
    yield os.stat(there).st_uid
    for each in (folder, *folder.parents):
        if os.path.islink(each):
            yield os.lstat(each).st_uid
