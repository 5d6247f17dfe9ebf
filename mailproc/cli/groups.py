"""The verbs as `mailproc --help` shows them: by who needs them, each with an example."""

from collections.abc import Mapping

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Daily": {
        "digest": "mailproc digest",
        "requests": "mailproc requests --attention",
        "show": "mailproc show B1",
        "act": "mailproc act B1 receive",
        "next": "mailproc next B1 --dry-run",
        "rota": "mailproc rota B1",
        "request": 'mailproc request --title "A Book" --service LOAN --partner UK-BL',
        "review": "mailproc review B12",
        "accept": "mailproc accept B12 --lenders UK-BL",
        "decline": 'mailproc decline B12 --reason "we hold it"',
        "locate": "mailproc locate B1",
        "amend": 'mailproc amend B1 --title "A Better Book"',
        "note": 'mailproc note B1 "the reader calls on Monday"',
        "charges": "mailproc charges B1 --add '4.20 EUR'",
        "stats": "mailproc stats --from 2026-01-01 --to 2026-12-31 --by partner",
        "patrons": "mailproc patrons import readers.csv --dry-run",
        "slips": "mailproc slips --dry-run",
    },
    "Letters": {
        "shelved": "mailproc shelved",
        "outbox": "mailproc outbox",
        "letters": "mailproc letters --partner UK-BL",
        "letter": "mailproc letter I12",
        "trace": "mailproc trace B1",
        "attach": "mailproc attach I12 B1",
        "release": "mailproc release I12",
        "dismiss": "mailproc dismiss I12 --note advertising",
        "report": "mailproc report E40",
        "redeliver": "mailproc redeliver O12 --dry-run",
        "hold": "mailproc hold O12",
        "inject": "mailproc inject letter.eml",
        "fetch": "mailproc fetch intray",
    },
    "Service": {
        "init": "mailproc init library",
        "check": "mailproc check --connect",
        "run": "mailproc run",
        "status": "mailproc status",
        "jobs": "mailproc jobs",
        "verify": "mailproc verify --changed",
        "backup": "mailproc backup --to /backup",
        "restore": "mailproc restore",
        "archive": "mailproc archive --dry-run",
        "anonymise": "mailproc anonymise --dry-run",
        "purge": "mailproc purge --dry-run",
        "copy-store": "mailproc copy-store postgresql+psycopg://mailproc@db.example/mailproc",
        "partners": "mailproc partners",
        "hooks": "mailproc hooks try NAME",
        "pause": "mailproc pause UK-BL",
        "resume": "mailproc resume UK-BL",
        "authorize": "mailproc authorize intray",
        "password": "mailproc password",
        "staff": 'mailproc staff add rau --name "M. Rau"',
        "tokens": "mailproc tokens add catalogue",
        "demo": "mailproc demo",
        "practice": "mailproc practice --write practice.toml",
    },
    "Templates": {
        "templates": "mailproc templates --diff en/patron/arrived.txt",
        "preview": "mailproc preview en/patron/arrived.txt",
    },
    "For developers": {
        "decode": "mailproc decode letter.eml",
        "encode": "mailproc encode < apdus.json",
        "patterns": "mailproc patterns test reply.eml",
        "states": "mailproc states --markdown",
    },
}
_BY_VERB = {verb: (group, example) for group, verbs in GROUPS.items() for verb, example in verbs.items()}


def group_of(verb: str) -> str | None:
    return _BY_VERB[verb][0] if verb in _BY_VERB else None


def example_of(verb: str) -> str:
    """'' where there is none."""
    return _BY_VERB[verb][1] if verb in _BY_VERB else ""


def in_order(verbs: Mapping[str, object]) -> list[str]:
    """The verbs as the groups have them; those of no group at the end."""
    return [*(verb for verb in _BY_VERB if verb in verbs), *(verb for verb in verbs if verb not in _BY_VERB)]
