"""`check --connect` tries our own ports: free, held by our own service, or another program's."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailproc.app import port_check
from mailproc.config import Config, Listen, Web
from mailproc.store.service_record import ServiceRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUNNING = ServiceRecord(1, 42, "here", "0.3.0", once=False, started_at=NOON, seen_at=NOON)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def of(port: int, running: ServiceRecord | None = None) -> dict[str, port_check.Attempt]:
    config = Config.model_construct(web=Web(enabled=True, port=port), listen=Listen(enabled=True, port=0))
    return dict(port_check.attempts(config, running))


def listening_at(port: int) -> ServiceRecord:
    """The record of a service whose desk is there."""
    config = Config.model_construct(web=Web(enabled=True, port=port))
    return replace(RUNNING, ports=port_check.named(config))


def test_a_port_that_is_free(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    attempts = of(free)
    assert list(attempts) == ["web.port"], "port 0 is any free one"
    assert attempts["web.port"]() == f"127.0.0.1:{free} is free"


def test_a_port_that_another_program_has(taken: int) -> None:
    with pytest.raises(OSError, match=f"another program has 127.0.0.1:{taken}"):
        of(taken)["web.port"]()


def test_a_port_that_our_own_service_has(taken: int) -> None:
    assert of(taken, listening_at(taken))["web.port"]() == f"the service that runs has 127.0.0.1:{taken}"


def test_a_port_that_the_service_would_take_at_its_next_start_is_another_programs(taken: int) -> None:
    """config.toml names it since the service began; one that runs once opens no port at all."""
    for running in (listening_at(taken + 1), RUNNING, replace(RUNNING, once=True, ports=None)):
        with pytest.raises(OSError, match=f"another program has 127.0.0.1:{taken}"):
            of(taken, running)["web.port"]()


def test_the_service_runs_and_another_program_has_the_desks_port(taken: int) -> None:
    refused = replace(listening_at(taken), desk_fault="address already in use")
    with pytest.raises(OSError, match="another program"):
        of(taken, refused)["web.port"]()


def test_an_address_that_is_none_of_this_machine(taken: int) -> None:
    config = Config.model_construct(web=Web.model_construct(enabled=True, host="192.0.2.1", port=taken))
    with pytest.raises(OSError, match=f"192.0.2.1:{taken} cannot be had"):
        dict(port_check.attempts(config, None))["web.port"]()
