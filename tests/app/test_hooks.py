"""Hooks in the running service: told at once, held up by nothing, and holding up nothing."""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.installation import Installation
from tests.hooks.house import hook
from tests.servers.hook_receiver import Heard, HookReceiver, hangs, status
from tests.servers.relay import Relay

NEVER_IDLE = "from mailproc.app import daemon; daemon.IDLE_LOOK = 600"
"""Only a hint wakes a station: without it a test would wait in vain."""
FIRST, SECOND = "the first secret of the hook", "the second secret of the hook"


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as made:
        yield made


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "hook-secret"
    file.write_text(FIRST)
    os.chmod(file, 0o600)
    return file


@pytest.fixture
def told(app: Installation, receiver: HookReceiver, secret: Path) -> Installation:
    """The house with two hooks."""
    with (app.folder / "config.toml").open("a") as config:
        for name in ("ils", "other"):
            lines = hook(name, "*.request", url=f"{receiver.url}/{name}", secret={"file": str(secret)})
            config.write(lines.replace("timeout = 5.0", "timeout = 120.0"))
    return app


def is_signed(heard: Heard, by: str) -> bool:
    signed = b".".join([heard.key.encode(), heard.headers["webhook-timestamp"].encode(), heard.body])
    digest = base64.b64encode(hmac.new(by.encode(), signed, hashlib.sha256).digest()).decode()
    return heard.headers["webhook-signature"] == f"v1,{digest}"


def test_what_staff_do_is_told_at_once_and_signed_by_the_secret_of_today(
    told: Installation, receiver: HookReceiver, secret: Path
) -> None:
    daemon = told.start(code=NEVER_IDLE)
    told.place()
    receiver.wait_for(2)
    assert all(is_signed(one, FIRST) for one in receiver.heard)
    secret.write_text(SECOND)
    daemon.process.send_signal(1)  # SIGHUP
    assert "hook[ils].secret, hook[other].secret" in daemon.says("secrets were read again; changed:")
    told.place()
    receiver.wait_for(4)
    assert all(is_signed(one, SECOND) for one in receiver.heard[2:])
    assert daemon.stop() == 0


def test_a_hook_that_hangs_holds_up_no_letter_no_other_hook_and_no_end(
    told: Installation, receiver: HookReceiver, relay: Relay
) -> None:
    """At the next start the call is in doubt, and is made again after its pause."""
    silent, taken = hangs(receiver), status(200)
    receiver.usual = lambda handler: silent(handler) if handler.path.endswith("ils") else taken(handler)
    daemon = told.start(code=NEVER_IDLE)
    for count in (1, 2, 3):
        told.place()
        relay.wait_for("orders@bl.example", count)
    receiver.wait_for(6)
    assert daemon.stop() == 0
    assert not any("did not end in time" in line for line in daemon.lines)
    left = [(one["other"], one["state"]) for one in told.json("outbox") if one["id"].startswith("H")]
    assert left == [("ils", "sending")] * 3
