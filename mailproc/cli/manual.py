"""The manual page, made from the verbs: ``python -m mailproc.cli.manual`` writes it (make docs)."""

import re
import sys
from collections.abc import Iterator
from typing import Any

from mailproc.cli import groups
from mailproc.cli.root import loaded

_HEAD = r""".\" Made by make docs from the verbs: change their help, not this file.
.TH MAILPROC 1
.SH NAME
mailproc \- interlibrary loan by mail
.SH SYNOPSIS
.B mailproc
.RB [ \-\-config
.IR FILE ]
.I VERB
\&...
.SH DESCRIPTION
A service for libraries that lend to each other. It receives letters by mail, moves each request through its
states, and sends the letters that follow. Staff look and act with the verbs below.
.PP
.B \-\-config
names the configuration; without it that is ./config.toml, then
.BR $MAILPROC_CONFIG .
.B \-\-version
prints the version,
.B \-\-help
behind a verb its help."""
_FOOT = r""".SH EXIT STATUS
.TP
0
done
.TP
1
refused or failed; one sentence on standard error says why, and what is possible instead
.TP
2
wrong usage
.TP
3
misconfigured; key, line and value are named
.SH ENVIRONMENT
.TP
.B MAILPROC_CONFIG
the configuration, where there is no ./config.toml
.TP
.BR MAILPROC_PAGER ", " PAGER
what shows a long answer on a terminal; an empty MAILPROC_PAGER is none
.TP
.B NO_COLOR
if set, no colours
.SH FILES
.TP
.I config.toml
every key is explained in the file that
.B mailproc init
writes"""


def page() -> str:
    """Return the whole page in the macros of man(7)."""
    return "\n".join([_HEAD, *_verbs(), _FOOT, ""])


def _verbs() -> Iterator[str]:
    for group, verbs in groups.GROUPS.items():
        yield f".SH {escaped(group.upper())}"
        for verb in verbs:
            yield from _verb(verb)


def _verb(name: str) -> Iterator[str]:
    verb = loaded(name)
    arguments = [one for one in verb.params if one.param_type_name == "argument"]
    options = [one for one in verb.params if one.param_type_name == "option" and not one.hidden]
    named = " ".join(f"\\fI{escaped(_value(one))}\\fR" for one in arguments)
    yield f".SS {escaped(name)} {named}".rstrip()
    yield escaped(verb.help)
    for one in (*arguments, *options):
        yield from (".TP", _head(one), escaped(one.help or "") or r"\&")
    yield from (".PP", "Example:", f".B {escaped(groups.example_of(name))}")


def _head(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"\\fI{escaped(_value(one))}\\fR"
    spelled = ", ".join(f"\\fB{escaped(each)}\\fR" for each in (*one.opts, *one.secondary_opts))
    return spelled if one.is_flag else f"{spelled} \\fI{escaped(_value(one))}\\fR"


def _value(one: Any) -> str:
    return str(one.metavar or one.name.upper())


_MARKS = re.compile(r"\[/?(?:dim|bold)\]")


def escaped(text: str) -> str:
    """Return the text as one line that troff takes as it is, without the marks of the terminal."""
    line = " ".join(_MARKS.sub("", text).split())
    line = line.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{line}" if line.startswith((".", "'")) else line


if __name__ == "__main__":
    sys.stdout.write(page())
