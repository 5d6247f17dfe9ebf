"""The list of verbs, and what the call of one leaves unloaded: programs call the command line often."""

import importlib
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import mailproc.cli
from mailproc.cli import groups
from mailproc.cli.root import loaded
from mailproc.cli.verbs import VERBS
from tests.command_line import Ran

FOLDER = Path(mailproc.cli.__file__).parent


def test_the_list_says_what_each_verb_says_of_itself() -> None:
    for name, verb in VERBS.items():
        itself = loaded(name)
        assert (itself.name, itself.help) == (name, verb.help)


def test_no_verb_is_missing_from_the_list() -> None:
    for path in FOLDER.glob("*.py"):
        file = importlib.import_module(f"mailproc.cli.{path.stem}")
        if isinstance(verbs := getattr(file, "verbs", None), typer.Typer):
            for name in typer.main.get_group(verbs).commands:
                assert VERBS[name].file == path.stem


def test_every_verb_stands_in_a_group_with_an_example_that_works() -> None:
    assert sorted(verb for verbs in groups.GROUPS.values() for verb in verbs) == sorted(VERBS)
    for verb in VERBS:
        program, *words = shlex.split(groups.example_of(verb))
        known = {option for one in loaded(verb).params for option in one.opts}
        assert (program, words[0]) == ("mailproc", verb)
        assert {word for word in words if word.startswith("--")} <= known
        assert groups.example_of(verb) in loaded(verb).epilog


def test_the_list_shows_the_groups_in_their_order(cli: Callable[..., Ran]) -> None:
    said = " ".join(cli("--help").out.replace("│", " ").split())
    places = [said.index(f"─ {group} ─") for group in groups.GROUPS]
    assert places == sorted(places)
    for verb in VERBS:
        assert f"Example: {groups.example_of(verb)}" in said


@pytest.mark.parametrize(
    ("words", "found"),
    [("mailproc re", "redeliver"), ("mailproc next --d", "--dry-run"), ("mailproc act B1 rec", "receive")],
)
def test_the_shell_completes(program: Callable[..., Any], words: str, found: str) -> None:
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_MAILPROC_COMPLETE": "complete_bash"}
    assert found in program(**asked).stdout.decode().split()


CALLS = """
import sys
from mailproc.cli import main

def call(*arguments):
    sys.argv = ["mailproc", *arguments]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code or arguments[0] == "status", (arguments, ended.code)  # no service runs

call("--help")
call("--version")
assert not {"sqlalchemy", "pydantic", "mailproc.config", "mailproc.store"} & sys.modules.keys()
for verb in %r:
    call(*verb, "--json")
    call(*verb)
print(*sorted(sys.modules), file=sys.stderr)
"""
READING = [
    ["requests"], ["digest"], ["rota", "B1"], ["letters"], ["shelved"], ["outbox"],
    ["partners"], ["status"],
]  # fmt: skip
"""Not ``show``: what it says of the time to come it takes from the steps and the codecs."""
NEEDLESS = {
    "asn1tools", "jinja2", "apscheduler", "aiosmtpd", "imapclient", "smtplib", "alembic", "psycopg",
    "prometheus_client", "http.server",
    "sqlalchemy.dialects.postgresql", "mailproc.protocols.artemail.codec",
    "mailproc.protocols.iso10161.codec", "mailproc.protocols.illsbn.codec",
    "mailproc.templating", "mailproc.practice",
    "mailproc.transport.smtp_out", "mailproc.transport.smtp_in", "mailproc.transport.imap_session",
    "mailproc.mail.parse", "mailproc.ill.policy", "mailproc.flow.advance.steps",
}  # fmt: skip
"""What a verb that only reads would wait for at its start, and not use."""


def test_a_verb_that_reads_loads_no_codec_no_template_and_no_step(
    placed: Callable[..., str], folder: Path
) -> None:
    """And the list of verbs loads none of them. All in one process: what is loaded once stays."""
    placed()
    ran = subprocess.run(
        [sys.executable, "-c", CALLS % READING],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("A Book") >= 2  # it did look into the store
    there = set(ran.stderr.split())
    assert "mailproc.store.tables" in there
    assert there & NEEDLESS == set()
