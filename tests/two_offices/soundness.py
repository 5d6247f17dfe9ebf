"""What must be true whatever two offices said to each other."""

from collections.abc import Iterator

from .office import Office, Town


def sound(town: Town) -> None:
    """Every state is the fold of its events, nothing waits, nothing lies about, nobody complained."""
    town.settle()
    for office in town.offices.values():
        assert office.verify().differences == (), office.symbol
        assert office.shelf() == {}, office.symbol
        assert list(complaints(office)) == [], office.symbol
        assert unfinished(office) == {}, office.symbol


def complaints(office: Office) -> Iterator[str]:
    """The error reports that it heard, in JSON."""
    for (apdu,) in office.asked("SELECT apdu FROM event WHERE type = 'STATUS_OR_ERROR_REPORT'"):
        if '"error"' in str(apdu):
            yield apdu


def unfinished(office: Office) -> dict[str, int]:
    """What still waits or went wrong, by queue."""
    ends = {
        "inbox": "('done')",
        "event": "('done')",
        "intent": "('done', 'prepared', 'withdrawn')",
        "outgoing": "('handed_over', 'to_print')",
    }
    query = "SELECT count(*) FROM {} WHERE state NOT IN {}"
    counted = {queue: office.asked(query.format(queue, states))[0][0] for queue, states in ends.items()}
    return {queue: count for queue, count in counted.items() if count}
