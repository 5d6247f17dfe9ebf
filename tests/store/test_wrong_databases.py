"""A database that mailproc cannot use is refused with a sentence that says what to do."""

from pathlib import Path

import pytest

from mailproc.errors import Misconfigured
from mailproc.store import connections
from mailproc.store.engine import Store


def test_a_file_behind_two_slashes_is_named_with_three():
    with pytest.raises(Misconfigured, match=r"write sqlite:///var/mailproc\.db"):
        connections.parse("sqlite://var/mailproc.db", Path("/srv"))


def test_a_database_of_another_encoding(postgres_server):
    postgres_server.execute(
        "CREATE DATABASE plain ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(Misconfigured, match="encoded as SQL_ASCII, it must be UTF8"):
        Store.open(postgres_server.url("plain"))


def test_a_database_that_belongs_to_another_user(postgres_server):
    postgres_server.execute(
        "CREATE DATABASE others TEMPLATE template0", "CREATE ROLE guest LOGIN PASSWORD 'guest-of-the-house'"
    )
    postgres_server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database="others")
    url = connections.parse(postgres_server.url("others"), Path()).set(
        username="guest", password="guest-of-the-house"
    )
    with pytest.raises(Misconfigured, match="ALTER DATABASE others OWNER TO guest") as refused:
        Store.open(url.render_as_string(hide_password=False))
    assert "guest-of-the-house" not in str(refused.value)
