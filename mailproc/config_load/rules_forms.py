"""What must hold for [[form]]: names, senders and their proof, partners, and labels."""

from collections.abc import Iterator

from mailproc.config import Config, Partner, RequestForm
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import ADDRESS, is_address, is_domain, network_problems
from mailproc.ill.terms import Role

FIELDS = (
    "service", "title", "subtitle", "author", "journal", "article_title", "article_author", "volume", "issue",
    "volume_issue", "publication_date", "component_date", "pagination", "edition", "place", "publisher",
    "place_publisher", "series", "isbn", "issn", "additional_numbers", "system_no", "verification",
    "call_number", "item_type", "need_before", "max_cost", "note", "level_of_service", "number",
    "message_type", "patron", "patron_id", "patron_name", "patron_first", "patron_last", "patron_email",
    "patron_status", "delivery_address", "delivery_email", "delivery_name", "delivery_extended",
    "delivery_street", "delivery_po_box", "delivery_city", "delivery_region", "delivery_country",
    "delivery_postcode", "copyright_declared", "known",
)  # fmt: skip
"""What a label may stand for; "known": its value is of no use. docs/requests.md says what each is."""
SERVICES = ("LOAN", "COPY")


def problems(config: Config) -> Iterator[ConfigProblem]:
    names = FirstUse()
    partners = {name.casefold(): one for one in config.partner for name in (one.symbol, *one.aliases)}
    for position, form in enumerate(config.form):
        loc = ("form", position)
        if not form.name or not form.name.isprintable() or form.name != form.name.strip():
            yield ConfigProblem((*loc, "name"), 'must be a name such as "interlibrary loan"', form.name)
        elif first := names.before(form.name.casefold(), (*loc, "name")):
            yield ConfigProblem((*loc, "name"), "two forms have this name", form.name, first)
        yield from _parties(form, loc, partners, by_rule=bool(config.rota))
        yield from _proof(form, loc, config)
        yield from _labels(form, loc)


def _parties(
    form: RequestForm, loc: Loc, partners: dict[str, Partner], *, by_rule: bool
) -> Iterator[ConfigProblem]:
    """Yield what is wrong with who asks us, or whom we are to ask."""
    if form.role is Role.REQUESTER:
        if form.partner:
            text = 'belongs to role = "RESPONDER": a reader of ours is no partner'
            yield ConfigProblem((*loc, "partner"), text, form.partner)
        for position, symbol in enumerate(form.lenders):
            if (one := partners.get(symbol.casefold())) is None or Role.RESPONDER not in one.roles:
                yield ConfigProblem((*loc, "lenders", position), "no partner that lends to us", symbol)
        if form.straight and not form.lenders and not by_rule:
            text = "needs lenders, or a [[rota]]: nobody else says whom to ask"
            yield ConfigProblem((*loc, "straight"), text)
        return
    for key in ("lenders", "straight"):
        if getattr(form, key):
            yield ConfigProblem((*loc, key), 'belongs to role = "REQUESTER": an order to us asks nobody else')
    if (one := partners.get(form.partner.casefold())) is None or Role.REQUESTER not in one.roles:
        text = "must be the symbol of the partner whose orders these are, and who borrows from us"
        yield ConfigProblem((*loc, "partner"), text, form.partner)


def _proof(form: RequestForm, loc: Loc, config: Config) -> Iterator[ConfigProblem]:
    """Yield what is wrong with its senders: nobody is believed by oversight."""
    for position, sender in enumerate(form.accepts_from):
        if not is_address(sender) and not is_domain(sender):
            text = f'{ADDRESS}, or a whole domain written "@www.example"'
            yield ConfigProblem((*loc, "accepts_from", position), text, sender)
    yield from network_problems((*loc, "networks"), form.networks)
    if not form.accepts_from and form.partner:
        if form.proof:
            text = "counts with accepts_from alone; without it the letters are proven as the partner's"
            yield ConfigProblem((*loc, "proof"), text)
        return
    if not form.accepts_from:
        yield ConfigProblem(
            (*loc, "accepts_from"), "must hold the address from which the form's letters come"
        )
    if not form.proof and config.deliver.mode == "smtp":
        text = (
            'is not written, and deliver.mode is "smtp": say how its letters are proven, as proof = ["dkim"]'
        )
        yield ConfigProblem((*loc, "proof"), text)
    if "network" in form.proof and not form.networks:
        yield ConfigProblem((*loc, "networks"), 'proof "network" needs the networks, as in ["192.0.2.0/24"]')
    if "dmarc" in form.proof and not config.proof.authserv_id:
        text = '"dmarc" needs [proof] authserv_id: the name that your relay has in Authentication-Results'
        yield ConfigProblem((*loc, "proof"), text)


def _labels(form: RequestForm, loc: Loc) -> Iterator[ConfigProblem]:
    for name, labels in form.labels.items():
        if name not in FIELDS:
            yield ConfigProblem((*loc, "labels", name), f"no such field; one of: {', '.join(FIELDS)}")
        elif not labels or not all(label.strip(" \t*_•·>-–") for label in labels):
            yield ConfigProblem((*loc, "labels", name), 'must hold labels, as in ["Title", "Titel"]')
    for service, words in form.services.items():
        if service not in SERVICES:
            yield ConfigProblem((*loc, "services", service), "must be LOAN or COPY")
        elif not all(word.strip() for word in words):
            yield ConfigProblem((*loc, "services", service), 'must hold words, as in ["scan", "Kopie"]')
