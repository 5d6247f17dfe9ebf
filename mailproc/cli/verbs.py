"""Every verb: the file that has it, and what `mailproc --help` says of it.

A verb's file is loaded when the verb is called, and no other: that is most of what a call costs.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Verb(NamedTuple):
    """``file``: a module of this package. ``help``: the verb's own docstring (a test compares)."""

    file: str
    help: str


VERBS: Mapping[str, Verb] = {
    "init": Verb(
        "init",
        "Write config.toml and the folders for a first start; ask for what is not given. Overwrite nothing.",
    ),
    "run": Verb("service", "Run the service. SIGTERM and Ctrl-C end it gracefully."),
    "check": Verb(
        "service",
        "Check configuration, templates and store; report what is wrong or unsafe. Changes nothing.",
    ),
    "status": Verb(
        "status",
        "Say whether the service is alive and what it needs is in order; exit 1 if anything is wrong.",
    ),
    "locate": Verb(
        "locate",
        "Ask the catalogues of config.toml who holds an item; store what they say beside the request.",
    ),
    "jobs": Verb("jobs", "Show scheduled jobs, and what falls due if nobody acts."),
    "verify": Verb(
        "service", "Recompute every transaction from its events and compare; exit 1 where one differs."
    ),
    "backup": Verb(
        "backup", "Make a checked backup of the store and its documents, also while the service runs."
    ),
    "archive": Verb(
        "archive",
        "Move letters of requests that were closed long ago into yearly archive files, as the service does.",
    ),
    "anonymise": Verb(
        "privacy", "Take the readers out of requests that were closed long ago, as the service does."
    ),
    "purge": Verb(
        "privacy",
        "Delete the bytes of letters of requests that were closed long ago, as the service does.",
    ),
    "copy-store": Verb(
        "copy_store",
        "Copy the store into an empty database of PostgreSQL, and compare the two. Stop the service first.",
    ),
    "restore": Verb(
        "restore", "Put the store back from a backup; list what may have left since; --go goes on."
    ),
    "states": Verb("service", "Show the state tables and their diagrams."),
    "demo": Verb(
        "service",
        "Run the whole service in a temporary folder until every request has reached its end.",
    ),
    "practice": Verb(
        "service",
        "Run simulated partners for your own configuration: a British Library, libraries, a customer.",
    ),
    "request": Verb(
        "request",
        "Place a request: ask the first partner of its rota, or enter a partner's order. Prints its number.",
    ),
    "review": Verb(
        "review",
        "List requests to review, or show one: what is missing, what to look at, and the words that came.",
    ),
    "accept": Verb(
        "review",
        "Accept a request to review: it is ordered as by `request`; a partner's order comes into process.",
    ),
    "decline": Verb(
        "review",
        "Decline a request to review: nobody is asked, and its reader is told. --undo takes that back.",
    ),
    "requests": Verb("requests", "List requests, those to review first, then the last changed first."),
    "show": Verb("requests", "Show one request: its state, how to go on, its whole history."),
    "act": Verb("act", "Perform a staff action on a request. --dry-run changes nothing."),
    "next": Verb("act", "Ask the next partner of the rota."),
    "digest": Verb(
        "agenda",
        "List what needs attention and why, letters that are stuck, and the total of all open requests.",
    ),
    "rota": Verb("rota", "Show the rota: partners that were asked, their answers, and who is next."),
    "amend": Verb(
        "amend", "Correct a request of ours. An order that was not sent is composed again; see also --again."
    ),
    "charges": Verb(
        "charges", "List charges and payments by partner and month, or those of a request; --add records one."
    ),
    "stats": Verb(
        "statistics",
        "Show figures: what was asked, filled or not and why, how long it took, what it cost.",
    ),
    "patrons": Verb(
        "patrons", "Import readers from a file of the library system; export, find, show or forget them."
    ),
    "slips": Verb(
        "slips",
        "Print what is new: pull slips, book bands, return labels, letters to readers without e-mail.",
    ),
    "hooks": Verb(
        "hooks", "List the hooks, with what each was told last; try one with a sample; show a call."
    ),
    "note": Verb(
        "amend",
        "Add a private note to a request: it stands in its history and in lists, never in a letter.",
    ),
    "inject": Verb("mailroom", "Take letters from files, with their sender proven. Prints their numbers."),
    "fetch": Verb(
        "refetch",
        "Read passed-over letters of a mailbox again. Prints their numbers, or why there is none.",
    ),
    "authorize": Verb(
        "authorize",
        "Consent once that the service uses a mailbox or the relay: prints a code to enter in a browser.",
    ),
    "letters": Verb("letters", "List letters in and out, the newest first."),
    "shelved": Verb(
        "letters",
        "List shelved letters (I…) and messages (E…), partners' first; and what waits for DNS.",
    ),
    "outbox": Verb("letters", "List letters that wait or failed, and why."),
    "letter": Verb("letter", "Show one letter: its content and its effect. Passwords are masked."),
    "trace": Verb(
        "trace", "Follow a letter or a request: what came, what it moved, and what left, in order."
    ),
    "release": Verb("mailroom", "Process a shelved letter or message again; you vouch for its sender."),
    "report": Verb("mailroom", "Report to the sender of a shelved message that we do not know its request."),
    "attach": Verb(
        "mailroom",
        "Attach a shelved letter, or one message of it, to a request; to O12: our letter bounced.",
    ),
    "dismiss": Verb(
        "mailroom",
        "Dismiss shelved letters or messages, or ours that did not arrive: kept, but listed no more.",
    ),
    "redeliver": Verb("mailroom", "Send the same letter again (after a failure, a bounce, a doubt, a hold)."),
    "hold": Verb("mailroom", "Hold a letter of ours until it is redelivered."),
    "partners": Verb(
        "partners", "List partners: lenders and borrowers, their protocols, addresses and proofs."
    ),
    "pause": Verb(
        "partners",
        "Hold all letters to a partner, from now until `resume`. Nothing else stops or fails.",
    ),
    "resume": Verb("partners", "Send letters to a paused partner again."),
    "templates": Verb("templates", "List the templates, where each comes from, and whether it is valid."),
    "preview": Verb(
        "templates", "Show a finished letter without sending it. Names file, line and field of each fault."
    ),
    "decode": Verb("codecs", "Decode letters, one JSON line each; exit 1 if no protocol recognises one."),
    "encode": Verb("codecs", "Encode APDUs as a letter (RFC 5322 bytes on stdout, the password masked)."),
    "password": Verb(
        "password",
        "Make the hash for a partner's login: asks for the password twice, or reads one line from a pipe.",
    ),
    "staff": Verb(
        "staff", "List who may use the desk; add a person, change a password or a role, show one out at once."
    ),
    "tokens": Verb(
        "tokens",
        "List the tokens by which other systems ask; make one (it is shown once), or end one at once.",
    ),
    "patterns": Verb(
        "patterns",
        "Show how a reply of the British Library is read, line by line, and by which pattern.",
    ),
}
