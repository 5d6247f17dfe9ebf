"""What ``check`` looks at: configuration, templates, store, and on request the connections."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mailproc import config_load
from mailproc.app import exposed, proofs
from mailproc.app.build import House
from mailproc.errors import MailprocError
from mailproc.flow import accounts
from mailproc.office import rehearsal
from mailproc.transport import imap_in
from mailproc.transport.smtp_out import Relay


@dataclass
class Found:
    fine: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def tried(self, what: str, attempt: Callable[[], str]) -> None:
        """Run ``attempt``; its answer, or what it raised, with ``what`` before it."""
        try:
            self.fine.append(f"{what}: {attempt()}")
        except (MailprocError, OSError) as error:
            self.wrong.append(f"{what}: {error}")


def check(house: House, *, connect: bool) -> Found:
    """Everything that can be told without changing anything."""
    config = house.config
    found = Found(fine=[f"configuration: {config.file}", f"store: {house.store.shown}"])
    found.warnings += [*config_load.warnings(config), *house.premises.registry.warnings]
    found.warnings += exposed.warnings(house)
    found.tried("store examined", lambda: _examined(house))
    listed = rehearsal.listed(house.premises)
    found.fine.append(f"templates: {sum(one.state == 'ok' for one in listed)} of {len(listed)} in order")
    found.wrong += [f"template {one.path}: {one.problem}" for one in listed if one.problem]
    found.fine += list(_accounts(house))
    found.fine += list(proofs.shown(config))
    if connect:
        _connect(house, found)
    return found


def _examined(house: House) -> str:
    house.store.examine()
    return "whole" if house.store.path is not None else "by PostgreSQL's own tools"


def _accounts(house: House) -> Iterator[str]:
    """Where an order may go by one of several accounts: which takes what."""
    for partner in house.config.partner:
        ours = accounts.ours(partner)
        if len(ours) > 1:
            rest = accounts.the_rest(partner)
            listed = (f"{accounts.shown(one)}{' (the rest)' if one is rest else ''}" for one in ours)
            yield f"accounts with {partner.symbol}: {', '.join(listed)}"


def _connect(house: House, found: Found) -> None:
    for domain in proofs.signing(house.config):
        found.tried(f"DNS of {domain}", lambda domain=domain: proofs.asked(house.premises, domain))  # type: ignore[misc]  # bound now
    for mailbox in house.config.mailbox:
        found.tried(f"mailbox {mailbox.name}", lambda mailbox=mailbox: imap_in.check(mailbox))  # type: ignore[misc]  # bound now
    if house.config.deliver.mode == "smtp":
        relay = Relay(house.config.deliver, house.premises.clock)
        try:
            found.tried("relay", relay.check)
        finally:
            relay.close()
