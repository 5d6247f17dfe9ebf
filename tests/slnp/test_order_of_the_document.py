"""The order that the document shows is one."""

import json
from pathlib import Path

from tests.command_line import run
from tests.slnp.zfl import configured, order
from tests.test_docs import example


def test_the_order_of_the_document_is_read(tmp_path: Path) -> None:
    shown = example("docs/protocols/slnp.md", "order")
    assert shown.encode() == order(), "and the door takes it: see the tests of orders"
    file = tmp_path / "order.txt"
    file.write_text(shown)
    config = tmp_path / "config.toml"
    config.write_text(configured())
    done = run("--config", str(config), "decode", str(file))
    (placed,) = json.loads(done.out)["placed"]
    assert placed["item"]["title"] == "Wanderungen am Fluss"
