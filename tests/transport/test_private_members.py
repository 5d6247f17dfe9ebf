"""Libraries that are changed from inside: the members that we use or override are there, and no next major
version comes by itself."""

import ast
import asyncio
import inspect
import textwrap
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from imapclient import IMAPClient

from mailproc.transport.imap_limits import BoundedClient
from mailproc.transport.smtp_session import Session

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

USED: dict[tuple[type, type], set[str]] = {
    (Session, SMTP): {
        "_call_handler_hook", "_create_envelope", "_original_transport", "_reader", "_reset_timeout",
        "_timeout_handle", "_tls_protocol", "_writer",
    },
    (BoundedClient, IMAPClient): {"_imap", "_timeout"},
}  # fmt: skip
OVERRIDDEN: dict[tuple[type, type], set[str]] = {
    (Session, SMTP): {
        "_getaddr", "_getparams", "_timeout_cb", "auth_LOGIN", "auth_PLAIN", "handle_exception", "push",
        "smtp_DATA", "smtp_STARTTLS",
    },
    (BoundedClient, IMAPClient): {"_create_IMAP4"},
}  # fmt: skip
"""Private members, and public ones whose body we replace because of what stands in it."""


def source_of(of: type) -> ast.ClassDef:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
    assert isinstance(tree, ast.ClassDef)
    return tree


def members(of: type, *contexts: type[ast.expr_context]) -> set[str]:
    """Private attributes of ``self`` that the class reads or sets, and its private methods."""
    return {
        node.attr
        for node in ast.walk(source_of(of))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        and isinstance(node.ctx, contexts) and node.attr.startswith("_")
    }  # fmt: skip


def made_by(of: type) -> set[str]:
    """Members that the class has by its own source: methods, and what it sets."""
    methods = {name for name in vars(of) if callable(vars(of)[name]) or isinstance(vars(of)[name], property)}
    annotated = {
        node.target.attr
        for node in ast.walk(source_of(of))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute)
    }
    return methods | annotated | members(of, ast.Store)


@pytest.mark.parametrize(("ours", "theirs"), USED, ids=lambda of: of.__name__)
def test_every_private_member_that_we_use_is_there(ours: type, theirs: type) -> None:
    assert members(ours, ast.Load) - made_by(ours) == USED[ours, theirs]
    assert USED[ours, theirs] <= made_by(theirs)


@pytest.mark.parametrize(("ours", "theirs"), OVERRIDDEN, ids=lambda of: of.__name__)
def test_what_we_override_is_still_called_so(ours: Any, theirs: Any) -> None:
    assert {name for name in OVERRIDDEN[ours, theirs] if name not in vars(theirs)} == set()
    assert OVERRIDDEN[ours, theirs] <= set(vars(ours))
    shared = {name for name in vars(ours) if name in vars(theirs) and not name.startswith("__")}
    assert {name for name in shared if name.startswith("_")} <= OVERRIDDEN[ours, theirs]


def test_a_readers_buffer_is_there() -> None:
    """The DATA of a session puts a line end before what has come."""
    with closing(asyncio.new_event_loop()) as loop:
        assert asyncio.StreamReader(loop=loop)._buffer == b""


@pytest.mark.parametrize("library", ["aiosmtpd", "IMAPClient", "asn1tools", "APScheduler", "uvicorn"])
def test_what_is_changed_from_inside_has_an_upper_bound(library: str) -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    dependencies = [*project["dependencies"], *project["optional-dependencies"]["web"]]
    (wanted,) = [one for one in dependencies if one.startswith(library)]
    assert "<" in wanted, f"{wanted}: its next version may have other private members"
