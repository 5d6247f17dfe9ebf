"""config.toml of an installation of the tests and measurements, a section at a time.

Each function gives a section's text, its last line ended; an installation's configuration is their sum.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = str | int | float | Sequence[str] | Mapping[str, str]


@dataclass(frozen=True)
class Account:
    """A customer code and the environment variable that holds its password. ``direction``: "out" is ours at
    the partner, "in" the partner's here."""

    direction: str
    code: str
    secret: str


def section(name: str, /, **values: Value) -> str:
    """``[name]`` and its keys, in the order given."""
    return "".join([f"[{name}]\n", *(f"{key} = {_toml(value)}\n" for key, value in values.items())])


def library(symbol: str, email: str, name: str = "", **more: Value) -> str:
    return section("library", symbol=symbol, **_given(name=name), email=email, **more)


def relay(port: int = 0, **more: Value) -> str:
    """Letters leave by SMTP to that port of this machine; 0: the configuration names none."""
    where = {"port": port} if port else {}
    return section("deliver", mode="smtp", host="127.0.0.1", **where, security="none", **more)


def mailbox(name: str, port: int, user: str, secret: str, **more: Value) -> str:
    """A mailbox on this machine; ``secret``: the environment variable of its password."""
    where: dict[str, Value] = {"host": "127.0.0.1", "port": port, "security": "none"}
    return section("[mailbox]", name=name, **where, user=user, password={"env": secret}, **more)


def partner(
    symbol: str, address: str, *accounts: Account, name: str = "", proof: Sequence[str] = ("none",),
    more: str = "", account: str = "", **values: Value,
) -> str:  # fmt: skip
    """``more``: further lines and sections of the partner's own, which may name its ``proof`` if that is
    empty here; ``account``: further lines of its last account."""
    known = _given(name=name) | {"address": address} | _given(proof=proof) | values
    parts = [section("[partner]", symbol=symbol, **known), _lines(more), *map(_account, accounts)]
    return "".join([*parts, _lines(account)])


def _account(one: Account) -> str:
    values: dict[str, Value] = {"direction": one.direction, "customer_code": one.code}
    return section("[partner.artemail.account]", **values, password={"env": one.secret})


def _given(**values: Value) -> dict[str, Value]:
    return {key: value for key, value in values.items() if value}


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""


def _toml(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
