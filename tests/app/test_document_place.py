"""``check`` and the start of the service refuse a folder of documents that cannot be used."""

import json

from mailproc.store.document_files import MARK
from tests.app.installation import Installation


def test_another_stores_folder_is_refused(app: Installation) -> None:
    folder = app.folder / "theirs"
    kept = folder / "ab" / ("ab" * 32)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"%PDF- of another store")
    (folder / MARK).write_text("0" * 32 + "\n")
    with (app.folder / "config.toml").open("a") as file:
        file.write('[documents]\nfolder = "theirs"\n')
    checked = app.cli("check", "--json")
    (wrong,) = json.loads(checked.out)["wrong"]
    assert checked.code == 1
    assert "documents.folder = theirs: " in wrong.replace('"', "")
    assert "line " in wrong and "belongs to another store" in wrong
    once = app.cli("run", "--once")
    assert (once.code, "belongs to another store" in once.err) == (3, True)
    daemon = app.start(ready=False)
    daemon.says("belongs to another store")
    assert daemon.ends() == 3
    assert kept.read_bytes() == b"%PDF- of another store"


def test_a_folder_that_cannot_be_read_is_said_in_a_sentence(app: Installation) -> None:
    """Found by the job, after the start: a letter out of it is another matter."""
    (app.folder / "var" / "documents" / MARK).mkdir(parents=True)
    once = app.cli("run", "--once")
    assert "Traceback" not in once.err + once.out
    assert "cannot be used" in once.err


def test_what_sends_no_document_is_a_warning(app: Installation) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write("[documents]\nforward = true\ntypes = []\nmax_size = 900_000_000\n")
    warnings = app.json("check")["warnings"]
    assert any("documents.types is empty" in line for line in warnings)
    assert any("documents.max_size is 900000000" in line for line in warnings)
