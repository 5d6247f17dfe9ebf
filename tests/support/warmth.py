"""What a program of ours makes once in its life, and made before it is forked: tables of words, patterns,
templates, messages of ISO 10161, statements. It is nine tenths of a start."""

import gc
import os
import tempfile
from contextlib import closing
from pathlib import Path

from mailproc.app import one_run
from mailproc.app.build import App, build
from mailproc.office.requests import place
from tests.support import configuration, empty_store
from tests.support.configuration import Account

SECRET = "FORKED_PASSWORD"
LENDERS = ("XX-WARM", "XX-WARM-ISO")


def bring() -> None:
    """Play a round of a house: a request to a lender of each protocol. No thread is left at the end."""
    os.environ[SECRET] = "WARM7UP"
    with tempfile.TemporaryDirectory(prefix="mailproc-warm-") as name:
        folder = Path(name)
        (folder / "config.toml").write_text(_configured(), encoding="utf-8")
        empty_store.copy_to(folder / "mailproc.db")
        app = build(folder / "config.toml")
        with closing(app.store):
            for lender in LENDERS:
                _place(app, lender)
            one_run.run_once(app)
    del os.environ[SECRET]
    gc.freeze()  # what is here is here for good: nobody looks through it again, and the memory stays shared


def _place(app: App, lender: str) -> None:
    wanted = place.read({"service": "LOAN", "item": {"title": "A Book"}}, (lender,))
    place.place(app.store, app.context, wanted, anyway=True)


def _configured() -> str:
    accounts = Account("out", "99-0001", SECRET), Account("in", "99-0002", SECRET)
    artemail, iso = LENDERS
    roles = ["RESPONDER", "REQUESTER"]
    return "".join(
        [
            configuration.library("XX-COLD", "ill@cold.example"),
            configuration.section("store", url="sqlite:///mailproc.db"),
            configuration.section("deliver", mode="folder", folder="out"),
            configuration.partner(artemail, "ill@warm.example", *accounts, roles=roles),
            configuration.partner(iso, "ill@iso.example", codec="iso10161", roles=roles),
        ]
    )
