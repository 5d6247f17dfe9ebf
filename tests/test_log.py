"""One line an event, the letter's id on it, and never a secret."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from mailproc import log, repeated_lines, slow_work
from mailproc.secret_words import SecretWords

SECRET = 'Q7W8"E9\\R+ü'


class Written:
    """What came to stderr since ``set_up``."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    def text(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text

    def values(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """Logging as it is after ``set_up``, put back afterwards."""
    root, factory, level = logging.getLogger(), logging.getLogRecordFactory(), logging.getLogger().level
    handlers = list(root.handlers)
    root.handlers[:] = [one for one in handlers if not isinstance(one, repeated_lines.LogHandler)]
    levels = {name: logging.getLogger(name).level for name in (*log.TONED_DOWN, repeated_lines.LISTENER)}
    monkeypatch.setattr(log, "_secrets", set())
    monkeypatch.setattr(log, "_words", SecretWords())
    monkeypatch.setattr(log, "_shown", SecretWords())
    yield Written(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def test_json_lines(written: Written) -> None:
    log.set_up("INFO", json_lines=True)
    with log.following("I12"):
        logging.getLogger("mailproc.flow.intake.station").warning(
            "shelved %s", "x", extra={"partner": "XX-1", "n": 3}
        )
    (line,) = written.values()
    assert str(line.pop("time")).endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "mailproc.flow.intake.station",
        "message": "shelved x",
        "letter": "I12",
        "partner": "XX-1",
        "n": 3,
    }


def test_what_a_line_comes_from(written: Written) -> None:
    for json_lines in (True, False):
        log.set_up("INFO", json_lines=json_lines)
        with log.following("I4", "I4"):
            logging.info("came")
        with log.following("O11", "I4 B1 B2 E12"):
            logging.info("left")
        with log.following("E3"):
            log.traced("I4 B1")
            logging.info("moved")
        log.traced("I9")  # nothing is followed
        logging.info("alone")
    lines = written.text().splitlines()
    keys = [{key: json.loads(line).get(key) for key in ("letter", "trace", "request")} for line in lines[:4]]
    assert keys == [
        {"letter": "I4", "trace": "I4", "request": None},
        {"letter": "O11", "trace": "I4 E12", "request": "B1 B2"},
        {"letter": "E3", "trace": "I4", "request": "B1"},
        {"letter": None, "trace": None, "request": None},
    ]
    assert [line.split()[2] for line in lines[4:]] == ["I4", "O11/I4/B1/B2/E12", "E3/I4/B1", "-"]


@pytest.mark.parametrize("json_lines", [True, False])
def test_a_thousand_equal_lines_become_one(written: Written, json_lines: bool) -> None:
    log.set_up("INFO", json_lines=json_lines)
    for number in range(1_000):
        logging.warning("the store failed: %s", "full")
        with log.following(f"O{number % 2}"):
            logging.getLogger("t").info("it waits")
    assert [line.count("waits") for line in written.text().splitlines()] == [0, 1, 1]
    log.set_up("INFO", json_lines=json_lines)  # ends the count
    said = [line for line in written.text().splitlines() if "again" in line]
    assert [line.partition("again, ")[2].partition(" ")[0] for line in said] == ["999", "499", "499"]
    assert ["full" in line for line in said] == [True, False, False]


def test_a_change_back_is_written_and_has_a_ceiling(written: Written) -> None:
    log.set_up("INFO")
    for _ in range(100):
        logging.error("the store failed")
        logging.info("the store can be written again")
    lines = [line.rpartition(" root ")[2] for line in written.text().splitlines()]
    assert lines[:3] == ["the store failed", "the store can be written again", "the store failed"]
    assert lines.count("the store failed") == 1 + repeated_lines.BACK
    assert lines.count("the store can be written again") == 1


def test_a_client_without_sense_writes_no_log(written: Written) -> None:
    """Neither each line of nonsense, nor its port, which is another one each time."""
    log.set_up("INFO")
    listener = logging.getLogger(repeated_lines.LISTENER)
    for port in range(1_000, 2_000):
        listener.warning("%r unrecognised: %s", ("127.0.0.1", port), "NONSENSE")
        listener.error("%r SMTP session exception", ("127.0.0.1", port))
    (line,) = written.text().splitlines()
    assert "exception" in line


def test_the_counts_are_written_before_a_sudden_end(written: Written) -> None:
    log.set_up("INFO")
    for _ in range(3):
        logging.warning("it hangs")
    log.end()
    assert written.text().splitlines()[-1].endswith("it hangs (again, 2 times within 60 s)")


def test_an_error_in_a_thread_is_json(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    log.set_up("INFO", json_lines=True)
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    (line,) = written.values()
    assert "ZeroDivisionError" in str(line["traceback"])


def test_a_line_that_repeats_is_counted_though_nothing_follows(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_lines, "WINDOW", 0.01)
    log.set_up("INFO")
    now, said = [0.0], threading.Event()
    handler = next(one for one in logging.getLogger().handlers if isinstance(one, repeated_lines.LogHandler))
    monkeypatch.setattr(handler, "_lines", repeated_lines.RepeatedLines(lambda: now[0]))
    monkeypatch.setattr(handler, "_write", lambda line: said.set() if "again, 1 times" in line else None)
    logging.warning("twice")
    logging.warning("twice")
    now[0] = repeated_lines.WINDOW
    assert said.wait(30)


def test_a_line_is_written_again_when_its_time_is_over() -> None:
    now = 0.0
    lines = repeated_lines.RepeatedLines(lambda: now)
    record = logging.makeLogRecord({"msg": "x", "levelno": logging.INFO})
    written = []
    for second in range(0, 200, 10):
        now = float(second)
        counted = [one.msg.partition("again, ")[2][:1] for one in lines.over()]
        if lines.is_new("x", record):
            written.append((second, counted))
    assert written == [(0, []), (60, ["5"]), (120, ["5"]), (180, ["5"])]


def test_few_lines_are_remembered() -> None:
    lines = repeated_lines.RepeatedLines()
    for number in range(3 * repeated_lines.MOST):
        lines.is_new(f"{number}", logging.makeLogRecord({"msg": "x", "levelno": logging.INFO}))
        assert list(lines.over()) == []
    assert len(lines._lines) == repeated_lines.MOST


def test_what_is_said_beside_the_log_is_json_too(written: Written) -> None:
    log.set_up("INFO")
    assert log.json_line(logging.INFO, "ready") is None
    log.set_up("ERROR", json_lines=True)
    line = json.loads(log.json_line(logging.INFO, "ready") or "")
    assert (line["level"], line["message"]) == ("info", "ready")


def test_what_nobody_caught_is_a_line_too(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    log.set_up("INFO", json_lines=True)
    logging.captureWarnings(False)
    try:
        raise ValueError("oops")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    (line,) = written.values()
    assert line["message"] == "mailproc failed"
    assert "ValueError: oops" in str(line["traceback"])


def test_text_lines(written: Written) -> None:
    log.set_up("info")
    with log.following("O7"):
        logging.getLogger("mailproc.flow.send").info("handed over", extra={"to": "a@b.example"})
    logging.getLogger("other").info("alone")
    first, second = written.text().splitlines()
    assert first.split(" ", 1)[1] == "INFO    O7 flow.send handed over to=a@b.example"
    assert second.split(" ", 1)[1] == "INFO    - other alone"


def test_an_id_follows_inwards_and_is_given_back(written: Written) -> None:
    log.set_up(json_lines=True)
    say = logging.getLogger("x").info
    with log.following("I12"):
        with pytest.raises(KeyError), log.following("E40"):
            say("in")
            raise KeyError
        say("back")
    say("out")
    assert [line.get("letter") for line in written.values()] == ["E40", "I12", None]


def test_extra_fields_may_have_our_names(written: Written) -> None:
    log.set_up(json_lines=True)
    with log.following("I1"):
        logging.getLogger("x").info("m", extra={"letter": "O2", "level": "high", "traceback": "t"})
    (line,) = written.values()
    assert (line["letter"], line["level"], line["traceback"]) == ("I1", "info", "t")


def test_each_thread_follows_its_own(written: Written) -> None:
    log.set_up(json_lines=True)
    both_inside = threading.Barrier(2, timeout=10)

    def work(letter: str) -> None:
        with log.following(letter):
            both_inside.wait()
            logging.getLogger("x").info(letter)

    threads = [threading.Thread(target=work, args=(letter,)) for letter in ("I1", "I2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(line["letter"], line["message"]) for line in written.values()} == {("I1", "I1"), ("I2", "I2")}


@pytest.mark.parametrize("json_lines", [True, False])
def test_no_secret_in_any_corner_of_a_record(written: Written, json_lines: bool) -> None:
    log.register_secret(SECRET)
    log.set_up("DEBUG", json_lines)
    say = logging.getLogger("x")
    say.info("password " + SECRET)
    say.info("args %s %r", SECRET, [SECRET])
    say.info("mapping %(p)s", {"p": SECRET})
    say.info("extra", extra={"url": f"smtp://me:{SECRET}@relay", "object": {"password": SECRET}})
    say.info("wrong format %d", SECRET)
    say.info("stack", stack_info=True)
    try:
        raise ValueError(SECRET)
    except ValueError:
        say.exception("failed")
    seen = written.text()
    assert "Q7W8" not in seen
    assert seen.count(log.MASK) >= 8
    assert "ValueError" in seen


def test_no_secret_reaches_other_handlers(written: Written, caplog: pytest.LogCaptureFixture) -> None:
    log.register_secret(SECRET)
    log.set_up("INFO")
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("x").exception("with %s", SECRET)
    assert "ValueError" in caplog.text
    assert "Q7W8" not in caplog.text


@pytest.mark.parametrize("shown", ["Q7W8%22E9%5CR%2B%C3%BC", "UTdXOCJFOVxSK8O8", repr(SECRET), SECRET])
def test_encoded_secrets_are_masked(written: Written, shown: str) -> None:
    log.register_secret(SECRET)
    assert "Q7W8" not in log.mask(f"x {shown} y")
    assert log.mask(f"x {shown} y").startswith("x ")


@pytest.mark.parametrize("shown", ["q7w8e9rx", "Q7w8E9Rx", "Q7W8\nE9RX", "Q7W8\r\n> E9RX", "q7w8 \n\te9rx"])
def test_a_secret_in_another_case_or_over_a_line_end_is_masked(written: Written, shown: str) -> None:
    log.register_secret("Q7W8E9RX")
    masked = log.mask(f"x {shown} y")
    assert not any(piece in masked.upper() for piece in ("Q7W8", "E9RX"))
    assert masked.startswith("x ") and masked.endswith(" y")
    assert masked.count("\n") == shown.count("\n")


def test_a_short_secret_is_masked_as_it_stands_alone(written: Written) -> None:
    """In any case it would be found in half the words of a log."""
    log.register_secret("Is")
    assert log.mask("Is this?") == f"{log.MASK} this?"


def test_longer_secrets_first_and_empty_ones_never(written: Written) -> None:
    for value in ("", "pass", "password"):
        log.register_secret(value)
    assert log.mask("a password, a pass") == f"a {log.MASK}, a {log.MASK}"
    assert log.mask("nothing") == "nothing"


@pytest.mark.parametrize(
    "words", ["a\nFORGED", "a\r\nFORGED", "a\x1b[2J", "a\u2028FORGED", "a\x85FORGED", "a\0b"]
)
@pytest.mark.parametrize("json_lines", [True, False])
def test_a_letter_cannot_forge_a_line(written: Written, words: str, json_lines: bool) -> None:
    log.set_up(json_lines=json_lines)
    logging.getLogger("x").info("subject %s", words, extra={"subject": words})
    (line,) = written.text().removesuffix("\n").splitlines()
    assert line.isprintable()


def test_a_traceback_belongs_to_its_line(written: Written) -> None:
    log.set_up()
    try:
        raise ValueError("a\nFORGED")
    except ValueError:
        logging.getLogger("x").exception("failed")
    first, *rest = written.text().splitlines()
    assert first.endswith("x failed")
    assert rest
    assert all(line.startswith("    ") for line in rest)


def test_others_are_toned_down(written: Written) -> None:
    log.set_up("DEBUG")
    for name in log.TONED_DOWN:
        logging.getLogger(f"{name}.part").info("chatter")
    logging.getLogger("mailproc.x").debug("ours")
    assert len(written.text().splitlines()) == 1
    logging.getLogger("sqlalchemy.engine").warning("matters")
    assert len(written.text().splitlines()) == 2


def test_set_up_again_replaces(written: Written) -> None:
    log.set_up("INFO")
    log.set_up("ERROR", json_lines=True)
    logging.getLogger("x").warning("no")
    logging.getLogger("x").error("yes")
    assert [line["message"] for line in written.values()] == ["yes"]


def test_an_unknown_level_is_refused(written: Written) -> None:
    with pytest.raises(ValueError, match="LOUD"):
        log.set_up("loud")


@pytest.mark.parametrize(
    "text",
    [
        "from =?utf-8?q?hun?= =?utf-8?q?ter22?= today",
        "=?utf-8?b?aHVudGVyMjI=?=",
        "=?utf-8?b?aHVudGVyMjI?=",
        "a =?latin-1?Q?=68=75=6e=74=65=72=32=32?= b",
    ],
)
def test_encoded_words_are_masked_by_what_they_say(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_secrets", set())
    monkeypatch.setattr(log, "_words", SecretWords())
    monkeypatch.setattr(log, "_shown", SecretWords())
    log.register_secret("hunter22")
    assert "XXXXXXX" in log.mask(text)
    assert "=?" not in log.mask(text)
    harmless = "=?utf-8?q?Gr=C3=B6=C3=9Fe?= =?x?b?!!!?= =?"
    assert log.mask(harmless) == harmless


def test_a_short_secret_stays_in_what_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be found in half the words of an answer, and scripts read those."""
    monkeypatch.setattr(log, "_secrets", set())
    monkeypatch.setattr(log, "_words", SecretWords())
    monkeypatch.setattr(log, "_shown", SecretWords())
    log.register_secret("LOAN")
    assert (log.mask_shown("LOAN"), log.mask("LOAN")) == ("LOAN", "XXXXXXX")


def test_what_was_shown_before_it_became_a_secret_is_masked_from_then_on() -> None:
    said = "the word is tomorrow-it-rains"
    assert [log.mask_shown(said) for _ in range(2)] == [said, said]
    log.register_secret("tomorrow-it-rains")
    assert log.mask_shown(said) == "the word is XXXXXXX"
    log.register_token("the word is XX")
    assert "the word" not in log.mask_shown("the word is XX, and more")


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\x7f", "\xad", "\u202e"])
def test_unseen_characters_hide_no_secret(sign: str) -> None:
    log.register_secret("hunter2hunter2")
    for shown in (log.mask, log.mask_shown):
        assert "hunter2" not in shown(f"is {sign.join('hunter2hunter2')}, yes").replace(sign, "")


LONG = "x" * 900_000


def test_a_message_has_a_largest_length(written: Written) -> None:
    log.set_up("INFO")
    logging.getLogger("t").info("said: %s", LONG)
    (line,) = written.text().splitlines()
    assert len(line) <= log.LONGEST and line.endswith("xxx…")
    log.set_up("INFO", json_lines=True)
    logging.getLogger("t").info("said: %s", LONG, extra={"more": LONG})
    (value,) = (json.loads(line) for line in written.text().splitlines()[1:])
    assert len(value["message"]) <= log.LONGEST and value["message"].endswith("xxx…")
    assert len(value["more"]) <= log.LONGEST


def test_what_is_written_out_makes_no_line_longer(written: Written) -> None:
    log.set_up("INFO")
    logging.getLogger("t").info("\U000e0001" * 3_000)
    (line,) = written.text().splitlines()
    assert len(line) <= log.LONGEST and line.endswith("…")


def test_a_traceback_has_a_largest_length(written: Written) -> None:
    log.set_up("INFO")
    try:
        raise ValueError("\n".join([LONG] * 3 + ["short"] * 1_000 + ["the last line"]))
    except ValueError:
        logging.getLogger("t").exception("failed")
    lines = written.text().splitlines()
    assert len(lines) <= log.MOST_LINES + 2
    assert max(map(len, lines)) <= log.LONGEST + 4
    assert "Traceback" in lines[1] and lines[-1].endswith("the last line")


def test_no_cut_leaves_half_a_secret(written: Written) -> None:
    """Wherever it stands in the text: what is left of it behind the cut is not known as one."""
    secret = "Zq7PassWord9"
    log.register_secret(secret)
    log.set_up("INFO")
    for before in range(log.LONGEST - 30, log.LONGEST + 30):
        logging.getLogger("t").info("%04d %s%s%s", before, "x" * (before - 5), secret, "y" * 5_000)
    assert secret[:4] not in written.text()
    assert len(written.text().splitlines()) == 60


def test_a_long_message_is_no_slow_work_in_a_write(written: Written) -> None:
    log.set_up("INFO")
    with slow_work.writing():
        logging.getLogger("t").info("said: %s", LONG)
        try:
            raise ValueError(LONG)
        except ValueError:
            logging.getLogger("t").exception("failed")
    assert len(written.text().splitlines()) > 2


def test_a_line_costs_the_same_however_many_are_remembered() -> None:
    """Looking through all of them at each line would cost more than the line."""
    lines = repeated_lines.RepeatedLines()
    for number in range(repeated_lines.MOST):
        lines.is_new(f"{number}", logging.makeLogRecord({"msg": "x", "levelno": logging.INFO}))
    assert lines.counting == 0
    for _ in range(3):
        lines.is_new("1", logging.makeLogRecord({"msg": "x", "levelno": logging.INFO}))
        lines.is_new("2", logging.makeLogRecord({"msg": "x", "levelno": logging.INFO}))
    assert lines.counting == 2
    assert len(list(lines.over(all_of_them=True))) == 2
    assert lines.counting == 0


@pytest.mark.parametrize("break_", ["", "=\n", "\r\n> ", "\n"])
def test_a_readers_link_is_masked_over_line_ends_too(break_: str) -> None:
    token = "9JGnNV6QeFGVn52RMLRR7Sx1ANYjLUiknwbtnu_aKKY"
    said = f"> https://ill.library.example/my/in/{token[:20]}{break_}{token[20:]}\n> good morning"
    for shown in (log.mask(said), log.mask_shown(said)):
        assert token[:20] not in shown and token[20:] not in shown
        assert shown.endswith("\n> good morning") and shown.count("\n") == said.count("\n")
    assert log.mask("/my/in/XXXXXXX\nGood morning") == "/my/in/XXXXXXX\nGood morning"
