"""The list of verbs, and what the call of one leaves unloaded: programs call the command line often."""

import importlib
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
