"""A preview shows every form that a letter may take, and no example that contradicts itself."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from jinja2 import nodes

from mailproc.flow.context import Context
from mailproc.notices.catalogue import NOTICES
from mailproc.office.templates import previews
from mailproc.office.templates.drafts import Draft
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.sandbox import Sandbox

ARRIVED = "en/patron/arrived.txt"
SHIPPED = Templates([shipped_folder()], (*NOTICES, *CONTRACTS))
LETTERS = [one.path for one in SHIPPED.listing() if not SHIPPED.contract(one.path).machine]
TEXTS = [one.path for one in SHIPPED.listing()]


@pytest.fixture(scope="module")
def shown() -> Callable[..., list[str]]:
    """The examples of a template, or of a draft for it, without the guard of machines' texts."""

    def make(path: str, draft: str | None = None) -> list[str]:
        context = cast(Context, SimpleNamespace(templates=SHIPPED))
        return [one.text for one in previews._examples(context, Draft(path, draft, "draft"))]

    return make


@pytest.mark.parametrize("path", TEXTS)
def test_every_word_of_a_shipped_text_stands_in_an_example(path: str, shown: Callable[..., Any]) -> None:
    words = Sandbox().parse(SHIPPED.source(path).text).find_all(nodes.TemplateData)
    lines = [line.strip() for each in words for line in each.data.split("\n") if line.strip()]
    texts = shown(path)
    assert lines
    assert [line for line in lines if not any(line in text for text in texts)] == []


def test_the_arrival_of_a_loan_and_of_a_file_are_two_letters(shown: Callable[..., Any]) -> None:
    texts = shown(ARRIVED)
    assert sum("as a file, to reader@library.example" in text for text in texts) == 1
    assert sum("wants it back already" in text for text in texts) == 1
    for text in texts:
        is_file = "as a file" in text
        assert not is_file or "(copy)" in text
        assert not (is_file and re.search("our desk|keep it until|in the library", text))


def test_every_branch_of_a_draft_is_shown_once(shown: Callable[..., Any]) -> None:
    draft = (
        "Subject: x\n\n{% if note %}A{% elif due %}B{% else %}C{% endif %}"
        "{{ request.author or 'nobody' }}{{ 'yes' if wanted_back else 'no' }}\n"
    )
    texts = shown(ARRIVED, draft)
    assert {text.split("\n")[2] for text in texts} >= {
        "ASenecano",
        "ASenecayes",
        "CSenecano",
        "BSenecano",
        "Anobodyno",
    }
    assert shown(ARRIVED, "Subject: x\n\nOne\n") == ["Subject: x\n\nOne\n"] * 8  # the situations


def test_a_filter_over_a_block_hides_no_branch(shown: Callable[..., Any]) -> None:
    draft = "Subject: x\n\n{% filter upper %}{% if note %}a note{% else %}none{% endif %}{% endfilter %}\n"
    assert {"A NOTE", "NONE"} <= {text.split("\n")[2] for text in shown(ARRIVED, draft)}


def test_the_examples_are_not_many(shown: Callable[..., Any]) -> None:
    assert max(len(shown(path)) for path in LETTERS) <= 24


def test_a_site_sees_its_own_text(tmp_path: Path) -> None:
    file = tmp_path / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text("Subject: ours\n\n{% if due %}until {{ due }}{% else %}for good{% endif %}\n")
    templates = Templates([tmp_path, shipped_folder()], NOTICES)
    context = cast(Context, SimpleNamespace(templates=templates))
    texts = [one.text for one in previews.of_samples(context, Draft(ARRIVED))]
    assert any("for good" in text for text in texts) and any("until" in text for text in texts)
