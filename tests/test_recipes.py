"""The recipes of CONTRIBUTING.md: what a new notice or verb lacks is said in a sentence that names a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import mailproc
from mailproc.cli.root import loaded
from mailproc.cli.verbs import VERBS, Verb
from mailproc.flow.prepare.reader_notice import FILLS
from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import shipped, shipped_tags
from mailproc.notices.patron import ToPatron
from mailproc.templating.contract import Contract, field_help, fields_of
from mailproc.templating.folders import shipped_folder

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(mailproc.__file__).parent
NOTICE = re.compile(r'"((?:patron|staff|partner)/[a-z_]+)"')
SENDERS = [
    *(PROGRAM / "ill").glob("*.py"),
    *(PROGRAM / "flow/advance").glob("*.py"),
    PROGRAM / "flow/delivery_mode.py",
    PROGRAM / "flow/notify_staff.py",
    PROGRAM / "flow/sign_in_letter.py",
]
"""What the rest of the program names, it only reads."""
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def notices_sent() -> set[str]:
    return {name for file in SENDERS for name in NOTICE.findall(file.read_text(encoding="utf-8"))}


def missing_of_notice(contract: Contract) -> Iterator[str]:
    name = contract.path.removeprefix("en/").removesuffix(".txt")
    to, _, word = name.partition("/")
    for tag in shipped_tags():
        if not (shipped_folder() / tag / f"{name}.txt").is_file():
            yield f"mailproc/templates/{tag}/{name}.txt is not there: the text in that language"
        if to == "patron" and word not in shipped(tag).texts.labels["untold"]:
            yield f"mailproc/notices/languages/{tag}.toml lacks [labels.untold] {word}: what was not told"
    if to == "patron":
        unknown = [field for field in fields_of(contract.context) if field not in FILLS]
        yield from (f'mailproc/flow/prepare/reader_notice.py: FILLS lacks "{field}"' for field in unknown)
    if f"### {contract.path}\n" not in (ROOT / "templates/README.md").read_text(encoding="utf-8"):
        yield f"templates/README.md does not name {contract.path}: make docs"
    if name not in notices_sent():
        yield f'nothing sends {name}: a Notify("{name}") of ill/policy.py would'


def missing_of_verb(name: str, verb: Verb) -> Iterator[str]:
    file = PROGRAM / "cli" / f"{verb.file}.py"
    if not file.is_file():
        yield f"mailproc/cli/{verb.file}.py is not there: cli/verbs.py says that it has {name!r}"
    elif f'verbs.command("{name}")' not in file.read_text(encoding="utf-8"):
        yield f'mailproc/cli/{verb.file}.py has no @verbs.command("{name}")'
    elif (said := loaded(name).help) != verb.help:
        yield f"cli/verbs.py and the docstring of {name!r} differ: {verb.help!r}, {said!r}"
    if not any(re.search(rf"mailproc(?: --config \S+)? {name}\b", page.read_text()) for page in PAGES):
        yield f"no page says what `mailproc {name}` is for: docs/operators.md"


@pytest.mark.parametrize("contract", NOTICES, ids=lambda contract: contract.path)
def test_a_notice_has_all_its_pieces(contract: Contract) -> None:
    assert list(missing_of_notice(contract)) == []


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_has_all_its_pieces(name: str) -> None:
    assert list(missing_of_verb(name, VERBS[name])) == []


def test_a_verb_of_a_file_stands_in_the_list() -> None:
    command = re.compile(r'verbs\.command\("([a-z-]+)"\)')
    for file in (PROGRAM / "cli").glob("*.py"):
        for name in command.findall(file.read_text(encoding="utf-8")):
            assert name in VERBS, f'mailproc/cli/verbs.py lacks "{name}", which mailproc/cli/{file.name} has'


@dataclass(frozen=True, kw_only=True)
class OnItsWay(ToPatron):
    carrier: str = field_help("Who carries it.", sample="the post")


def test_a_newcomers_notice_is_told_every_piece_that_it_lacks() -> None:
    lacking = list(missing_of_notice(Contract("en/patron/never_written.txt", OnItsWay, "It has left.")))
    files = [sentence.split()[0].rstrip(":") for sentence in lacking]
    texts = [f"mailproc/templates/{tag}/patron/never_written.txt" for tag in shipped_tags()]
    words = [f"mailproc/notices/languages/{tag}.toml" for tag in shipped_tags()]
    assert files == [
        *(file for pair in zip(texts, words, strict=True) for file in pair),
        "mailproc/flow/prepare/reader_notice.py",
        "templates/README.md",
        "nothing",
    ]
    assert 'lacks "carrier"' in lacking[-3]


@pytest.mark.parametrize(
    ("verb", "first"),
    [
        (Verb("brand_new", "Help."), "mailproc/cli/brand_new.py is not there"),
        (Verb("act", "Help."), 'mailproc/cli/act.py has no @verbs.command("dance")'),
    ],
)
def test_a_newcomers_verb_is_told_every_piece_that_it_lacks(verb: Verb, first: str) -> None:
    lacking = list(missing_of_verb("dance", verb))
    assert lacking[0].startswith(first)
    assert lacking[-1] == "no page says what `mailproc dance` is for: docs/operators.md"
