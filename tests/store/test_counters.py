"""Numbers that are never used twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailproc.store import counters
from mailproc.store.engine import Store


def test_counts_from_one_and_takes_several(store):
    def take(*arguments):
        return store.write(lambda c: counters.take(c, *arguments))

    assert [take("B"), take("B", 10), take("B"), take("L")] == [1, 2, 12, 1]


def test_less_than_one_is_refused(store):
    with pytest.raises(ValueError, match="at least one"):
        store.write(lambda c: counters.take(c, "B", 0))


def test_a_failed_job_gives_its_number_back(store):
    def job(connection):
        counters.take(connection, "B")
        raise RuntimeError("refused")

    with pytest.raises(RuntimeError):
        store.write(job)
    assert store.write(lambda c: counters.take(c, "B")) == 1


def test_two_writers_never_take_the_same(writing, store_url):
    """The daemon's writer and the direct writes of another, at once."""
    other = Store.open(store_url)
    with ThreadPoolExecutor(8) as threads:
        jobs = [
            threads.submit(each.write, lambda c: counters.take(c, "B"))
            for _ in range(100)
            for each in (writing, other)
        ]
        taken = [job.result() for job in jobs]
    other.close()
    assert sorted(taken) == list(range(1, 201))
