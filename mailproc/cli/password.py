"""The verb that makes the hash of a password."""

import sys
from getpass import getpass

import typer

from mailproc.errors import LocalFault
from mailproc.sentence import sentence

verbs = typer.Typer()


@verbs.command("password")
def password() -> None:
    """Make the hash for a partner's login: asks for the password twice, or reads one line from a pipe."""
    from mailproc import passwords  # here: few verbs need it

    typer.echo(passwords.hashed(typed()))


def typed() -> str:
    """Return a password from the terminal, asked for twice, or from a pipe. Raise LocalFault."""
    from mailproc import passwords  # as above

    said = _asked() if sys.stdin.isatty() else _read(passwords.LONGEST)
    if not said or not said.isprintable() or len(said.encode()) > passwords.LONGEST:
        raise LocalFault(sentence("password-length", most=passwords.LONGEST))
    return said


def _asked() -> str:
    """At the terminal, unseen: what stands on a command line can be read by everybody on the machine."""
    said = getpass("Password: ")
    if getpass("Once more: ") != said:
        raise LocalFault(sentence("password-twice"))
    return said


def _read(longest: int) -> str:
    """The first line, less its end; of a longer one enough to see that it is too long."""
    return sys.stdin.readline(longest + 2).removesuffix("\n").removesuffix("\r")
