"""The words of a protocol stand in its own folder: nobody else knows that it is there.

Fields of ``TransactionId`` (tgq) and ``Ref`` (customer_code, order_line, file_ref) are no such words: they
are the neutral names of ``ill/terms.py``, of the JSON form and of the tables.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "mailproc"
WORDS = {
    "artemail": re.compile(r"(?i)artemail|filerefno|british library|copyrt|\bNNNN\b|\bWLX\b|replycode"),
    "illsbn": re.compile(r"(?i)illsbn|\bsbn|\biccu\b|bufferill"),
    "iso10161": re.compile(r"iso10161|\bber\b|asn\.?1|2\.?503", re.IGNORECASE),
    "slnp": re.compile(r"SLNP[A-Z]\w|BsTyp|BestellId|PFLNummer|Sigel[NG]B"),
}
EXCEPTIONS = {
    "artemail": {
        "protocols/registry.py": "its one line",
        "config.py": "keys are declared where all keys are",
        "config_partner.py": "keys are declared where all keys are; the default of [[partner]] codec",
        "config_load/letter_layout.py": "the layout of a letter that was a dialect of it first",
        "cli/verbs.py": "what staff read: the patterns that a site adds are for the replies of that library",
        "practice/": "the other half for trying is a British Library, and orders from one",
    },
    "illsbn": {
        "protocols/registry.py": "its one line",
        "config.py": "keys are declared where all keys are",
        "config_illsbn.py": "keys are declared where all keys are",
        "config_partner.py": "keys are declared where all keys are",
        "config_load/rules_hub.py": "its partners are behind the hub, whose sections these are",
        "app/http_door.py": "the door of its hub",
        "app/hub_poll.py": "what its hub is asked",
        "transport/hub_post.py": "how its hub is posted to, and what it answers",
        "practice/": "the other half for trying is its hub, and a library behind it",
    },
    "iso10161": {
        "protocols/registry.py": "its one line",
        "config.py": "keys are declared where all keys are",
        "config_forms.py": "keys are declared where all keys are; the vocabulary of a form",
        "protocols/form/reading.py": "labels of order mails that are named as its fields",
        "ill/source_tags.py": "the law names where in the standard it stands",
        "practice/": "the other half for trying is a library that speaks it",
    },
    "slnp": {
        "config_slnp.py": "keys are declared where all keys are",
        "practice/": "the other half for trying is a central server, and orders from one",
    },
}
"""By protocol: the files outside its folder that name it, and why."""


@cache
def _named(file: Path) -> frozenset[str]:
    return frozenset(_names(file))


def _names(file: Path) -> Iterator[str]:
    """Every name and every text of the program, but not what explains it (docstrings, comments)."""
    tree = ast.parse(file.read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield f"{node.name} {node.asname or ''}"
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


@pytest.mark.parametrize("protocol", sorted(WORDS))
def test_nobody_else_names_a_protocol(protocol: str) -> None:
    naming = {
        file.relative_to(ROOT).as_posix()
        for file in ROOT.rglob("*.py")
        if any(WORDS[protocol].search(name) for name in _named(file))
    }
    outside = {file for file in naming if not file.startswith(f"protocols/{protocol}/")}
    excused = {
        excuse: [
            file for file in outside if file == excuse or (excuse.endswith("/") and file.startswith(excuse))
        ]
        for excuse in EXCEPTIONS[protocol]
    }
    assert outside - {file for files in excused.values() for file in files} == set()
    assert [excuse for excuse, files in excused.items() if not files] == [], "an exception of nothing"
