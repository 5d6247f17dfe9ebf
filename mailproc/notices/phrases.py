"""Phrases of the letter to staff: what a message says beside its kind, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Words by code. ``said``: with a place for the value; ``conditions``: those of the standard that are
    no reasons; ``ways``: by command, more words of it telling apart where one is not enough; ``questions``:
    by what a letter taught, with places for the partner, the address and the other library; ``people``: who
    is written to, as a notice names them."""

    said: Words
    questions: Words
    conditions: Words
    ways: Words
    people: Words


ENGLISH = Phrases(
    questions={
        "forwarded": "{0} says that {2} has it now, at {1}. Ask {0} by telephone: nothing goes there before.",
        "address": "{0} wants answers at {1}. Ask {0} by telephone: with your yes new requests go there too.",
    },
    said={
        "condition": "their condition: {}",
        "reply_by": "they want an answer by {}",
        "reason": "their reason: {}",
        "position": "place {} on their waiting list",
        "supply_on": "they expect to supply it on {}",
        "retry_on": "they say: ask again on {}",
        "cost": "it would cost {}",
        "locations": "they name {}",
        "due": "due back on {}",
        "until": "they wish to keep it until {}",
        "reply_code": "their code: {}",
        "problem": "the problem they report: {}",
        "state": "they see it as: {}",
        "damage": "the damage: {}",
        "note": "their words: {}",
    },
    conditions={
        "library-use-only": "it may be read in the library only",
        "no-reproduction": "nothing may be copied from it",
        "client-signature-required": "the reader must sign for it",
        "special-collections-supervision-required": "it may be read under supervision only",
        "being-processed-for-supply": "it is being got ready",
        "proposed-delivery-service": "they propose another way of delivery",
    },
    ways={
        "act answer-condition yes": "agree",
        "act answer-condition no": "do not agree",
        "act renew-reply yes": "let them keep it longer",
        "act renew-reply no": "do not let them keep it longer",
        "act cancel-reply yes": "stop it as they ask",
        "act cancel-reply no": "it cannot be stopped any more",
        "amend": "correct the order; it is written anew",
        "amend again": "correct it, and ask them once more",
        "again": "ask them once more",
        "next": "ask the next library of the rota",
        "next partner": "ask another library",
        "redeliver": "send that letter again",
        "partners": "shows the address; with --confirm it is right, with --forget it is not",
        "partners confirm": "it is right: letters go there",
        "partners forget": "it is not right: nothing changes",
        "templates": "which text is broken, and where",
    },
    people={"patron": "the reader", "staff": "our staff"},
)

GERMAN = Phrases(
    questions={
        "forwarded": "{0} sagt, {2} habe es jetzt, unter {1}. Am Telefon fragen: vorher geht nichts dorthin.",
        "address": "{0} will Antworten an {1}. Am Telefon fragen: Ihr Ja gilt auch für neue Bestellungen.",
    },
    said={
        "condition": "ihre Bedingung: {}",
        "reply_by": "sie wollen eine Antwort bis {}",
        "reason": "ihr Grund: {}",
        "position": "Platz {} auf ihrer Warteliste",
        "supply_on": "sie wollen am {} liefern",
        "retry_on": "sie bitten, am {} noch einmal zu fragen",
        "cost": "es würde {} kosten",
        "locations": "sie nennen {}",
        "due": "zurückzugeben bis {}",
        "until": "sie möchten es behalten bis {}",
        "reply_code": "ihr Code: {}",
        "problem": "das Problem, das sie melden: {}",
        "state": "bei ihnen steht es so: {}",
        "damage": "der Schaden: {}",
        "note": "ihre Worte: {}",
    },
    conditions={
        "library-use-only": "nur zum Lesen in der Bibliothek",
        "no-reproduction": "es darf nichts daraus kopiert werden",
        "client-signature-required": "wer es liest, muss dafür unterschreiben",
        "special-collections-supervision-required": "nur zum Lesen unter Aufsicht",
        "being-processed-for-supply": "wird gerade bereitgestellt",
        "proposed-delivery-service": "sie schlagen einen anderen Lieferweg vor",
    },
    ways={
        "act answer-condition yes": "zustimmen",
        "act answer-condition no": "nicht zustimmen",
        "act renew-reply yes": "die Verlängerung gewähren",
        "act renew-reply no": "die Verlängerung ablehnen",
        "act cancel-reply yes": "stornieren, wie sie es wünschen",
        "act cancel-reply no": "es lässt sich nicht mehr stornieren",
        "amend": "die Bestellung berichtigen; sie wird neu geschrieben",
        "amend again": "berichtigen und dort noch einmal bestellen",
        "again": "dort noch einmal bestellen",
        "next": "die nächste Bibliothek der Liste fragen",
        "next partner": "eine andere Bibliothek fragen",
        "redeliver": "genau diesen Brief noch einmal senden",
        "partners": "zeigt die Adresse; mit --confirm stimmt sie, mit --forget nicht",
        "partners confirm": "sie stimmt: Briefe gehen dorthin",
        "partners forget": "sie stimmt nicht: alles bleibt, wie es ist",
        "templates": "welche Vorlage fehlerhaft ist, und wo",
    },
    people={"patron": "die Leserin oder den Leser", "staff": "uns selbst"},
)
