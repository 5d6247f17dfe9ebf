"""The list of verbs, and what the call of one leaves unloaded: programs call the command line often."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import typer

import mailproc.cli
from mailproc.cli.root import loaded
from mailproc.cli.verbs import VERBS

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
    ["requests"], ["show", "B1"], ["digest"], ["rota", "B1"], ["letters"], ["shelved"], ["outbox"],
    ["partners"], ["status"],
]  # fmt: skip
NEEDLESS = {
    "asn1tools", "jinja2", "apscheduler", "aiosmtpd", "imapclient", "smtplib", "alembic", "psycopg",
    "prometheus_client", "http.server",
    "sqlalchemy.dialects.postgresql", "mailproc.protocols.artemail.codec",
    "mailproc.protocols.iso10161.codec", "mailproc.templating", "mailproc.practice",
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
    assert ran.stdout.count("A Book") >= 4  # it did look into the store
    there = set(ran.stderr.split())
    assert "mailproc.store.tables" in there
    assert there & NEEDLESS == set()
