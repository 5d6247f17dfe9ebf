"""Files that staff send with an action: their rows, and a letter of their own if no message carries them."""

from mailproc.flow import delivery_mode
from mailproc.flow.advance.work import Work
from mailproc.ill.apdu_json import ApduJson
from mailproc.sentence import sentence
from mailproc.store import documents, requests
from mailproc.store.documents import TO_PARTNER, NewDocument
from mailproc.store.intent_bodies import NoticeToPartner


def rows(work: Work) -> tuple[int, ...]:
    """Write a row for each file of the event, which is stored already; return their ids."""
    return tuple(
        documents.add(
            work.connection,
            NewDocument(
                digest=one["digest"],
                size=one["size"],
                type=one["type"],
                name=one["name"],
                recipient=TO_PARTNER,
                event_id=work.event.id,
                request_id=work.transaction.request_id,
                transaction_id=work.transaction.id,
                stored_at=work.event.at,
            ),
        )
        for one in (work.event.facts or {}).get("attached", ())
    )


def send_alone(work: Work, apdu: ApduJson, files: tuple[int, ...]) -> None:
    """Order a letter to people with the files, to the address at which the borrower wants its copies."""
    work.intend(NoticeToPartner(delivery_mode.DOCUMENT, apdu, files))
    request = requests.load(work.connection, work.transaction.request_id)
    to = delivery_mode.documents_to(request.delivery, work.transaction.address)
    work.words.append(sentence("documents-to", address=to))
