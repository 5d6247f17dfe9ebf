"""The codec as configured for one British Library and one customer, with the real templates."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mailproc.config import Account, Artemail, Config, Library, Partner, PartnerArtemail
from mailproc.ill.terms import Role
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.protocols.codec import Wire
from mailproc.protocols.registry import Registry, load
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

SAMPLES = Path(__file__).parents[1] / "samples" / "artemail"
PASSWORD = "S3CR3TPW"
TODAY = date(2026, 8, 5)
OURS, THEIRS = "99-0001", "99-0002"  # customer codes: ours with the library, the customer's with us


def partner(symbol: str, direction: Any, code: str, **settings: Any) -> Partner:
    account = Account(direction=direction, customer_code=code, password=SecretStr(PASSWORD))
    return Partner(
        symbol=symbol,
        address=f"art@{symbol.lower()}.example",
        artemail=PartnerArtemail(account=(account,), **settings),
    )


@pytest.fixture(scope="session")
def steady() -> Callable[[Callable[[Any], object], Any, Any], None]:
    """``steady(work, one, two)``: twice as much takes at most three and a half times the processor's time.

    Seconds depend on the machine, their ratio does not; twenty milliseconds are forgiven.
    """

    def check(work: Callable[[Any], object], one: Any, two: Any) -> None:
        assert _least(work, two) <= 3.5 * _least(work, one) + 0.02

    return check


def _least(work: Callable[[Any], object], given: Any) -> float:
    """The lesser of two runs: whatever disturbs a run makes it longer."""
    taken = []
    for _ in range(2):
        fresh = (
            replace(given) if isinstance(given, Letter) else given
        )  # what was made of it is not remembered
        start = time.process_time()
        work(fresh)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load(Config(partner=(partner("XX-BL", "out", OURS), partner("XX-COLLEGE", "in", THEIRS))))


def artemail_of(registry: Registry) -> ArtemailCodec:
    codec = registry.by_name("artemail")
    assert isinstance(codec, ArtemailCodec)
    return codec


@pytest.fixture(scope="session")
def codec(registry: Registry) -> ArtemailCodec:
    return artemail_of(registry)


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates([shipped_folder()], CONTRACTS)


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str, str], Templates]:
    """The templates with one of them replaced by the site's own text."""

    def make(path: str, text: str) -> Templates:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return Templates([tmp_path, shipped_folder()], CONTRACTS)

    return make


@pytest.fixture
def overlaid(tmp_path: Path) -> Callable[[str], ArtemailCodec]:
    """The codec with a site's own text laid over the shipped tables."""

    def make(text: str) -> ArtemailCodec:
        (tmp_path / "codes.toml").write_text(text, encoding="utf-8")
        settings = Artemail.model_validate({"replies": "codes.toml"})
        return artemail_of(load(Config(file=tmp_path / "config.toml", artemail=settings)))

    return make


@pytest.fixture(scope="session")
def wire() -> Callable[..., Wire]:
    """A wire to the library (as requester) or to the customer (as responder), with settings."""

    def make(role: Role = Role.REQUESTER, *, file_ref: str = "", **settings: Any) -> Wire:
        asking = role is Role.REQUESTER
        end = (
            partner("XX-BL", "out", OURS, **settings)
            if asking
            else partner("XX-COLLEGE", "in", THEIRS, **settings)
        )
        code = OURS if asking else THEIRS
        return Wire(Library(), end, role, customer_code=code, file_ref=file_ref, today=TODAY)

    return make


@pytest.fixture(scope="session")
def as_letter() -> Callable[[Body | None], Letter]:
    """A body as the letter that would arrive, dated today."""

    def make(body: Body | None) -> Letter:
        assert body is not None
        at = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
        return Letter(raw=b"", subject=body.subject, date=at, parts=body.parts)

    return make
