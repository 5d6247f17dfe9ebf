"""A broken notice falls back: to its last good text, else to the shipped one; staff are told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from mailproc.errors import LocalFault
from mailproc.notices.catalogue import NOTICES
from mailproc.notices.last_good import Rendered, good, remember, render_safely
from mailproc.notices.patron import PatronArrived
from mailproc.notices.render import Notice
from mailproc.store.tables import TemplateGood
from mailproc.templating.contract import sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate

NAME = "patron/arrived"
PATH = f"en/{NAME}.txt"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OURS = "Subject: ours\n\n{{ request.title }} is here\n"
BROKEN = "Subject: ours\n\n{{ request.titel }} is here\n"


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        TemplateGood.metadata.tables["template_good"].create(opened)
        yield opened
    engine.dispose()


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    return Templates([tmp_path, shipped_folder()], NOTICES)


def put(folder: Path, text: str, path: str = PATH) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def rendered(templates: Templates, connection: Connection, language: str = "en") -> Rendered[Notice]:
    """As the station does it: render, then remember what passed."""
    context = sample_of(PatronArrived)
    result = render_safely(templates, NAME, language, context, lambda path: good(connection, path))
    if result.to_remember:
        remember(connection, *result.to_remember, NOW)
    return result


def test_the_shipped_text_needs_no_memory(templates: Templates, connection: Connection) -> None:
    result = rendered(templates, connection)
    assert (result.used, result.problems, result.to_remember) == ("file", (), None)
    assert good(connection, PATH) is None


def test_a_changed_file_that_passes_is_used_and_remembered_once(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, OURS)
    assert rendered(templates, connection).to_remember == (PATH, OURS)
    assert good(connection, PATH) == OURS
    assert rendered(templates, connection).to_remember is None


def test_a_broken_file_falls_back_to_its_last_good_text(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, OURS)
    rendered(templates, connection)
    put(tmp_path, BROKEN)
    result = rendered(templates, connection)
    assert (result.notice.subject, result.used) == ("ours", "last good")
    assert result.notice.text == "On Letters is here\n"
    (problem,) = result.problems
    assert (problem.file, problem.line, problem.field) == (str(tmp_path / PATH), 3, "request.titel")
    assert good(connection, PATH) == OURS


def test_without_a_last_good_text_the_shipped_one_goes_out(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, BROKEN)
    result = rendered(templates, connection)
    assert (result.used, result.notice.subject) == (
        "shipped", "Your interlibrary loan is here: On Letters"
    )  # fmt: skip
    assert len(result.problems) == 1


def test_a_last_good_text_that_the_contract_has_outgrown_gives_way_to_the_shipped(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, BROKEN)
    remember(connection, PATH, "Subject: old\n\n{{ request.shelfmark }}\n", NOW)
    result = rendered(templates, connection)
    assert result.used == "shipped"
    assert [problem.field for problem in result.problems] == ["request.titel", "request.shelfmark"]


def test_a_repaired_file_is_used_again_at_once(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, BROKEN)
    rendered(templates, connection)
    put(tmp_path, OURS + "repaired\n")
    assert rendered(templates, connection).used == "file"


def test_each_language_has_its_own_memory(
    templates: Templates, connection: Connection, tmp_path: Path
) -> None:
    put(tmp_path, OURS.replace("ours", "unser"), "de/patron/arrived.txt")
    assert rendered(templates, connection, "de-AT").notice.subject == "unser"
    put(tmp_path, "broken", "de/patron/arrived.txt")
    assert rendered(templates, connection, "de-AT").notice.subject == "unser"
    assert rendered(templates, connection, "en").used == "file"


def test_a_broken_shipped_text_is_loud(connection: Connection, tmp_path: Path) -> None:
    put(tmp_path, BROKEN)
    with pytest.raises(BrokenTemplate, match=r"request\.titel"):
        rendered(Templates([tmp_path], NOTICES), connection)


def test_an_unknown_notice_is_refused(templates: Templates, connection: Connection) -> None:
    with pytest.raises(LocalFault, match="no letter uses"):
        render_safely(templates, "patron/nothing", "en", sample_of(PatronArrived), lambda _path: None)


def test_remembering_again_replaces(connection: Connection) -> None:
    remember(connection, PATH, "one", NOW)
    remember(connection, PATH, "two", NOW)
    assert good(connection, PATH) == "two"
