"""What `show` says of a request as it came by ISO 10161."""

from mailproc.cli import request_view


def test_the_days_of_a_request_are_written_alike(iso, capsys):
    iso.asks(expiry="2026-05-15", need_before="2026-05-20")
    request_view.tell(iso.shown("L1"), iso.app.context)
    head = capsys.readouterr().out.partition("When")[0]
    assert "Fri 15 May" in head and "Wed 20 May" in head and "2026-05" not in head
    assert "Service          loan" in head and "LOAN" not in head
