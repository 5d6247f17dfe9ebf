"""The state table of a borrower of a loan: each message received and each action of staff.

Read a row as "in these states: this, because of that"; ``source_tags`` explains the tags. What is not in an
action's row is not possible. Two principles run through the table: a message about an item proves that one
was sent, whatever we believed before; and a message of an earlier phase than ours is only late, never wrong.
"""

from mailproc.ill.cells import Grouped, alert, back, becomes, lay_out, note, refused, stay
from mailproc.ill.terms import State

S = State  # the rows stay readable only with a short name

STATES = (
    S.IDLE,
    S.PENDING,
    S.CONDITIONAL,
    S.CANCEL_PENDING,
    S.NOT_SUPPLIED,
    S.CANCELLED,
    S.SHIPPED,
    S.RECEIVED,
    S.RENEW_PENDING,
    S.NOT_RECEIVED_OVERDUE,
    S.OVERDUE,
    S.RENEW_OVERDUE,
    S.RECALL,
    S.RETURNED,
    S.LOST,
)
# The item is on its way to us, with us, late or wanted back.
OUT = (S.SHIPPED, S.RECEIVED, S.RENEW_PENDING, S.NOT_RECEIVED_OVERDUE, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL)

LETTERS: dict[str, Grouped] = {
    "ANSWER.promise": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): note("D"),
        (S.CONDITIONAL, S.NOT_SUPPLIED, S.CANCELLED, *OUT, S.RETURNED, S.LOST): note("N4"),
        (S.CANCEL_PENDING,): note("I"),
    },
    "ANSWER.conditional": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.CONDITIONAL, "D"),
        (S.CONDITIONAL,): note("I"),
        (S.CANCEL_PENDING,): note("N2", before=S.CONDITIONAL),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RETURNED, S.LOST): note("N4"),
        OUT: alert(note("N4")),
    },
    "ANSWER.unfilled": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.NOT_SUPPLIED, "D"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.NOT_SUPPLIED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RETURNED, S.LOST): note("N4"),
        OUT: alert(note("N22")),
    },
    "EXPIRED": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.NOT_SUPPLIED, "V"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.NOT_SUPPLIED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RETURNED, S.LOST): note("N4"),
        OUT: alert(note("N22")),
    },
    "FORWARD_NOTIFICATION": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): note("D"),
        (S.CONDITIONAL,): becomes(S.PENDING, "N2"),
        (S.CANCEL_PENDING,): note("N2", before=S.PENDING),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(note("N4")),
        (*OUT, S.RETURNED, S.LOST): note("N4"),
    },
    "CANCEL_REPLY.yes": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL): becomes(S.CANCELLED, "N1"),
        (S.CANCEL_PENDING,): becomes(S.CANCELLED, "D"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RETURNED, S.LOST): note("N4"),
        OUT: alert(note("N22")),
    },
    "CANCEL_REPLY.no": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL): note("N1"),
        (S.CANCEL_PENDING,): back("R"),
        (S.NOT_SUPPLIED, S.CANCELLED, *OUT, S.RETURNED, S.LOST): note("N4"),
    },
    "SHIPPED": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.SHIPPED, "D"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.SHIPPED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "R")),
        (*OUT, S.RETURNED, S.LOST): note("N5"),
    },
    "OVERDUE": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.SHIPPED): becomes(S.NOT_RECEIVED_OVERDUE, "D"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.NOT_RECEIVED_OVERDUE, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.NOT_RECEIVED_OVERDUE, "N7")),
        (S.RECEIVED,): becomes(S.OVERDUE, "D"),
        (S.RENEW_PENDING,): becomes(S.RENEW_OVERDUE, "I"),
        (S.NOT_RECEIVED_OVERDUE, S.OVERDUE, S.RETURNED): note("I"),
        (S.RENEW_OVERDUE, S.RECALL, S.LOST): note("N8"),
    },
    "RECALL": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.RENEW_PENDING, S.NOT_RECEIVED_OVERDUE, S.OVERDUE, S.RENEW_OVERDUE): becomes(
            S.RECALL, "I"
        ),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.RECALL, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.RECALL, "N7")),
        (S.SHIPPED, S.RECEIVED): becomes(S.RECALL, "D"),
        (S.RECALL, S.LOST): note("N8"),
        (S.RETURNED,): note("I"),
    },
    "LOST": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.RENEW_PENDING, S.NOT_RECEIVED_OVERDUE, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(
            S.LOST, "I"
        ),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.LOST, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.LOST, "N7")),
        (S.SHIPPED, S.RECEIVED): becomes(S.LOST, "D"),
        (S.RETURNED,): alert(becomes(S.LOST, "N19")),
        (S.LOST,): note("N8"),
    },
    "CHECKED_IN": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING, *OUT, S.RETURNED): becomes(S.RETURNED, "N6"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.RETURNED, "N7")),
        (S.LOST,): alert(becomes(S.RETURNED, "N6")),
    },
    "RENEW_ANSWER.yes": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.SHIPPED, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "N7")),
        (S.SHIPPED, S.RECEIVED): note("N9"),
        (S.RENEW_PENDING,): back("R"),
        (S.NOT_RECEIVED_OVERDUE,): becomes(S.SHIPPED, "N9"),
        (S.OVERDUE,): becomes(S.RECEIVED, "R"),
        (S.RENEW_OVERDUE,): becomes(S.RECEIVED, "I"),
        (S.RECALL, S.RETURNED): note("R"),
        (S.LOST,): note("N8"),
    },
    "RENEW_ANSWER.no": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.SHIPPED, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "N7")),
        (S.SHIPPED, S.RECEIVED, S.NOT_RECEIVED_OVERDUE, S.OVERDUE): note("N9"),
        (S.RENEW_PENDING,): back("R"),
        (S.RENEW_OVERDUE,): becomes(S.OVERDUE, "I"),
        (S.RECALL, S.RETURNED): note("R"),
        (S.LOST,): note("N8"),
    },
}

ACTS: dict[str, Grouped] = {
    "request": {
        (S.IDLE,): becomes(S.PENDING, "K"),
        (S.PENDING,): stay("K"),
    },
    "condition-yes": {
        (S.PENDING,): refused("N12"),
        (S.CONDITIONAL,): becomes(S.PENDING, "K"),
    },
    "condition-no": {
        (S.PENDING,): refused("N12"),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "K"),
    },
    "cancel": {
        (S.PENDING,): becomes(S.CANCEL_PENDING, "K"),
        (S.CONDITIONAL,): becomes(S.CANCEL_PENDING, "I"),
        (S.CANCEL_PENDING,): stay("K"),
    },
    "receive": {
        (S.PENDING,): becomes(S.RECEIVED, "V"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.RECEIVED, "R"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.RECEIVED, "R")),
        (S.SHIPPED,): becomes(S.RECEIVED, "D"),
        (S.RENEW_PENDING,): stay("N10", before=S.RECEIVED),
        (S.NOT_RECEIVED_OVERDUE,): becomes(S.OVERDUE, "I"),
        (S.OVERDUE, S.RENEW_OVERDUE): stay("N10"),
        (S.RECALL,): stay("I"),
    },
    "return": {
        (S.SHIPPED,): becomes(S.RETURNED, "I"),
        (S.RECEIVED, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(S.RETURNED, "D"),
        (S.NOT_RECEIVED_OVERDUE,): becomes(S.RETURNED, "N11"),
    },
    "renew": {
        (S.SHIPPED,): becomes(S.RENEW_PENDING, "I"),
        (S.RECEIVED,): becomes(S.RENEW_PENDING, "D"),
        (S.RENEW_PENDING, S.RENEW_OVERDUE): stay("N11"),
        (S.OVERDUE,): becomes(S.RENEW_OVERDUE, "D"),
    },
    "lost": {
        (S.SHIPPED, S.RECEIVED): becomes(S.LOST, "D"),
        (S.RENEW_PENDING, S.NOT_RECEIVED_OVERDUE, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(S.LOST, "I"),
    },
}

TABLE = lay_out(STATES, LETTERS, ACTS)
