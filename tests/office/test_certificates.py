"""A certificate of a door that has ended, or ends within two weeks, is told by ``status`` and ``check``."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.app import build, self_check
from mailproc.app.build import App
from mailproc.office.queries import status
from tests.servers.certificate import self_signed
from tests.slnp.zfl import configured

DOORS = {
    "listen": '[listen]\nport = 0\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n',
    "listen_tcp": (
        "[listen]\nenabled = false\n[listen_tcp]\nenabled = true\nport = 0\n"
        'tls_cert = "cert.pem"\ntls_key = "key.pem"\ntls_clients = "cert.pem"\n'
        '[[partner]]\nsymbol = "XX-TCP"\naddress = "ill@tcp.example"\nproof = ["none"]\ncodec = "iso10161"\n'
        '[partner.tcp]\naddress = "127.0.0.1:9"\nnetworks = ["127.0.0.0/8"]\n'
    ),
}


def opened(folder: Path, door: str) -> App:
    file = folder / "config.toml"
    if door == "listen_slnp":
        files = 'tls_cert = "cert.pem"\ntls_key = "key.pem"\nclient_cert = "cert.pem"'
        file.write_text(configured(door=files))
    else:
        file.write_text(configured().replace("[listen]\nenabled = false\n", DOORS[door]))
    return build.build(file)


@pytest.mark.parametrize(
    ("days", "over", "soon"), [(-1, 1, 0), (-0.01, 1, 0), (1, 0, 1), (13.9, 0, 1), (14.1, 0, 0), (300, 0, 0)]
)
@pytest.mark.parametrize("door", [*DOORS, "listen_slnp"])
def test_the_end_of_a_certificate_is_told(
    tmp_path: Path, days: float, over: int, soon: int, door: str
) -> None:
    self_signed(tmp_path, timedelta(days=days))
    app = opened(tmp_path, door)
    with closing(app.store), app.store.read() as connection:
        found = status.status(app.store, connection, app.context)
        told = self_check.check(app.context, app.store, connect=False).warnings
    many = 2 if door == "listen_slnp" else 1
    said = [str(one) for one in found.wrong if one.code == "certificate-over"]
    assert len(said) == over * many
    assert len([one for one in found.notes if one.code == "certificate-soon"]) == soon * many
    assert len([one for one in told if f"{door}.tls_cert: the certificate" in one]) == over + soon
    assert all(str(tmp_path / "cert.pem") in one for one in said)
