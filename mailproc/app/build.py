"""From a configuration file to working parts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailproc import config_load
from mailproc.config import Config
from mailproc.flow.premises import Premises
from mailproc.log import register_secret
from mailproc.notices.catalogue import NOTICES
from mailproc.protocols.artemail.contracts import CONTRACTS
from mailproc.protocols.registry import load as load_codecs
from mailproc.store.engine import Store
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder


@dataclass(frozen=True)
class House:
    """Everything a verb of the command line works with. Close the store when done."""

    config: Config
    premises: Premises
    store: Store


def now() -> datetime:
    """The one place where the clock is read."""
    return datetime.now(UTC)


def configured(path: Path, clock: Callable[[], datetime] = now, *, secrets_needed: bool = True) -> Premises:
    """Configuration, codecs and templates, without the store. Raises Misconfigured."""
    config = config_load.load(path, secrets_needed=secrets_needed)
    for secret in config_load.secrets(config):
        register_secret(secret)
    search = [config.file.parent / config.templates.site, shipped_folder()]
    return Premises(
        config=config,
        registry=load_codecs(config),
        templates=Templates(search, (*NOTICES, *CONTRACTS)),
        clock=clock,
    )


def build(path: Path, clock: Callable[[], datetime] = now, *, secrets_needed: bool = True) -> House:
    """The parts with an open store (brought up to date). Raises Misconfigured, TryLater."""
    premises = configured(path, clock, secrets_needed=secrets_needed)
    config = premises.config
    return House(config, premises, Store.open(config.store.url, base=config.file.parent))
