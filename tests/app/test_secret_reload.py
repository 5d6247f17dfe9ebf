"""SIGHUP reads the secrets again: in one process with real parts, and in the running service."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailproc import config_load
from mailproc.app import secret_reload
from mailproc.app.build import App, build
from mailproc.config import Config, Deliver
from mailproc.log import mask
from mailproc.transport.incoming import Incoming
from tests.app.installation import ART, CUSTOMER, Installation, order
from tests.servers.relay import Relay

NEW = "Nw3Passwd"
EACH_LINE = "from mailproc import repeated_lines; repeated_lines.WINDOW = 0.0"
"""A line that repeats is written each time: the test counts them."""


def in_files(app: Installation) -> dict[str, Path]:
    """The secrets of the installation as files, by the variable that held them."""
    config = app.folder / "config.toml"
    text, files = config.read_text(), {}
    for name, value in (("ART_PASSWORD", ART), ("CUSTOMER_PASSWORD", CUSTOMER)):
        files[name] = app.folder / name.lower()
        files[name].write_text(value)
        text = text.replace(f'{{ env = "{name}" }}', f'{{ file = "{name.lower()}" }}')
    config.write_text(text)
    return files


def test_an_order_goes_with_the_new_password(app: Installation, relay: Relay) -> None:
    files = in_files(app)
    daemon = app.start()
    app.place()
    assert ART in relay.wait_for("orders@bl.example")[0].text
    files["ART_PASSWORD"].write_text(NEW)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.says("changed: partner[UK-BL].artemail.account[99-0001 out].password")
    app.place()
    second = relay.wait_for("orders@bl.example", 2)[1].text
    assert NEW in second
    assert ART not in second
    assert daemon.stop() == 0
    assert not [line for line in daemon.lines if NEW in line or ART in line]


def test_no_letter_is_lost_while_secrets_are_read(app: Installation) -> None:
    files = in_files(app)
    daemon = app.start(code=EACH_LINE)
    wanted, times = list[str](), 0

    def send() -> None:
        while len(wanted) < 20 or times < 2:
            wanted.append(f"C{len(wanted)}")
            daemon.takes(order(wanted[-1]))

    sender = threading.Thread(target=send)
    sender.start()
    while sender.is_alive():
        times += 1
        files["ART_PASSWORD"].write_text(f"Pw{times:06}")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("secrets were read again", times=times)
    sender.join()
    assert times > 1
    app.until(["requests"], lambda found: len(found) == len(wanted))
    assert daemon.stop() == 0
    assert app.cli("verify").out == f"{len(wanted)} transactions checked, 0 differ\n"


@pytest.fixture
def parts(app: Installation) -> Iterator[tuple[App, dict[str, Path]]]:
    """The parts of a service in this process, and the files of its secrets."""
    files = in_files(app)
    config = app.folder / "config.toml"
    (app.folder / "replies.toml").write_text("")
    config.write_text(config.read_text() + '[artemail]\nreplies = "replies.toml"\n')
    made = build(config)
    yield made, files
    made.store.close()


def password_of(app: App) -> str:
    return app.config.partner[0].artemail.account[0].password.get_secret_value()


BROKEN: dict[str, Callable[[dict[str, Path], Path], object]] = {
    "an empty secret": lambda files, _: files["ART_PASSWORD"].write_text(""),
    "a file that is gone": lambda files, _: files["CUSTOMER_PASSWORD"].unlink(),
    "a secret of two lines": lambda files, _: files["ART_PASSWORD"].write_text("ab\ncd"),
    "no word of ARTEmail": lambda files, _: files["ART_PASSWORD"].write_text("two words"),
    "a file that is no TOML": lambda _, config: config.write_text("["),
    "no file": lambda _, config: config.unlink(),
    "a table that is broken": lambda _, config: (config.parent / "replies.toml").write_text("["),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_broken_changes_nothing(
    parts: tuple[App, dict[str, Path]], caplog: pytest.LogCaptureFixture, how: str
) -> None:
    app, files = parts
    files["CUSTOMER_PASSWORD"].write_text(NEW)
    BROKEN[how](files, app.config.file)
    secret_reload.reload(app, [])
    assert "all secrets stay as they were" in caplog.text
    assert NEW not in caplog.text
    assert password_of(app) == ART
    assert app.config.partner[1].artemail.account[0].password.get_secret_value() == CUSTOMER


def test_new_secrets_are_masked_and_old_ones_still(parts: tuple[App, dict[str, Path]]) -> None:
    app, files = parts
    files["ART_PASSWORD"].write_text(NEW)
    secret_reload.reload(app, [])
    assert password_of(app) == NEW
    assert mask(f"{NEW} and {ART}") == "XXXXXXX and XXXXXXX"
    assert NEW.encode() not in app.context.registry.mask(f"\r\nthe password is {NEW}\r\n".encode())


def test_another_change_waits_for_the_next_start(
    parts: tuple[App, dict[str, Path]], caplog: pytest.LogCaptureFixture
) -> None:
    app, files = parts
    files["ART_PASSWORD"].write_text(NEW)
    text = app.config.file.read_text()
    app.config.file.write_text(text.replace('name = "Town Library"', 'name = "City Library"'))
    secret_reload.reload(app, [])
    assert (password_of(app), app.config.library.name) == (NEW, "Town Library")
    assert "restart the service" in caplog.text


def test_a_new_password_does_not_go_to_the_old_server(
    parts: tuple[App, dict[str, Path]], caplog: pytest.LogCaptureFixture
) -> None:
    """Nor to the old address of a partner."""
    app, files = parts
    files["ART_PASSWORD"].write_text(NEW)
    files["CUSTOMER_PASSWORD"].write_text(NEW)
    text = app.config.file.read_text()
    app.config.file.write_text(text.replace("orders@bl.example", "orders@new.example"))
    secret_reload.reload(app, [])
    assert password_of(app) == ART
    assert app.config.partner[1].artemail.account[0].password.get_secret_value() == NEW
    assert "not taken before a restart" in caplog.text
    assert "UK-BL" in caplog.text


@pytest.mark.parametrize("key", ["host", "user", "port", "security"])
def test_the_relay_keeps_its_password_until_it_is_replaced_as_a_whole(key: str) -> None:
    other = {"host": "new.example", "user": "u2", "port": 465, "security": "tls"}[key]
    used = Config(deliver=Deliver(host="old.example", user="u", password=SecretStr("old")))
    fresh = used.model_copy(
        update={"deliver": used.deliver.model_copy(update={"password": SecretStr("new"), key: other})}
    )
    assert config_load.take_secrets(used, fresh).left == ["deliver.password"]
    assert used.deliver.password.get_secret_value() == "old"


def test_a_partner_that_is_gone_keeps_its_secret(parts: tuple[App, dict[str, Path]]) -> None:
    app, files = parts
    files["ART_PASSWORD"].write_text(NEW)
    text = app.config.file.read_text()
    app.config.file.write_text(text.replace('symbol = "UK-CUSTOMER"', 'symbol = "UK-OTHER"'))
    secret_reload.reload(app, [])
    assert password_of(app) == NEW
    assert app.config.partner[1].artemail.account[0].password.get_secret_value() == CUSTOMER


def test_every_channel_hears_of_it(parts: tuple[App, dict[str, Path]]) -> None:
    heard: list[str] = []

    class Channel(Incoming):
        def secrets_changed(self) -> None:
            heard.append(password_of(parts[0]))

    parts[1]["ART_PASSWORD"].write_text(NEW)
    secret_reload.reload(parts[0], [Channel(), Channel()])
    assert heard == [NEW, NEW]
