"""What is allowed of a form and yet worth a word."""

from collections.abc import Iterator

from mailproc.config import Config, RequestForm


def warnings(config: Config) -> Iterator[str]:
    for form in config.form:
        for said in _of(form, config):
            yield f"form {form.name}: {said}"


def _of(form: RequestForm, config: Config) -> Iterator[str]:
    if form.accepts_from and not form.proof:
        yield 'proof is not written: it counts as "none" while nothing is sent'
    elif "none" in form.proof:
        yield 'proof "none": anybody who writes its address as the sender can submit requests'
    if form.straight and ("none" in form.proof or not form.proof):
        yield "straight without a proof: anybody who knows a reader's number and address can order for them"
    if "network" in form.proof and not config.listen.enabled:
        yield 'proof "network" never holds for a letter by IMAP: letters from a mailbox are shelved'
    if form.networks and "network" not in form.proof:
        yield 'networks have no effect without proof "network"'
