"""Fill a store with stories, by the verbs of whatever mailproc is found first on the path.

By the code of an earlier release it makes the stores that the tests upgrade: samples/upgrade/README.md.

    PYTHONPATH=CHECKOUT python -P tests/upgrade/stories.py FOLDER [--stories N] [--url URL] [--of 0.2.0]

FOLDER gets a config.toml, var/mailproc.db and what was sent in var/outgoing. What 0.1.0 can leave behind is
there: requests that are over and open on both sides, letters that wait for the relay, orders without a letter
yet, a letter that nobody has read, one on the shelf. The partners are paused, as docs/upgrade.md asks.
"""

import argparse
import contextlib
import io
import json
import os
import sys
from pathlib import Path

SECRETS = {"ART_PASSWORD": "PW0001XQ", "CUSTOMER_PASSWORD": "PW0003XQ"}
GAP = "\n" * 5
IN_A_LETTER = 50
CONFIG = """\
[library]
symbol = "XX-LIBRARY"
name = "Our Library"
email = "ill@library.example"
staff = "staff@library.example"

[store]
url = "{url}"

[listen]
enabled = false

[deliver]
{deliver}

[policy]
loan_days = 3000            # no date falls due while the tests are in use
chase_days = 3000
answer_days = 3000
pending_days = 3000
unmatched_days = 3000
give_up_days = 3000.0
repeat_days = 3000

[[partner]]
symbol = "XX-BL"
name = "Library XX-BL"
address = "orders@bl.example"

[[partner.artemail.account]]
direction = "out"
customer_code = "99-0001"
password = {{ env = "ART_PASSWORD" }}

[[partner]]
symbol = "XX-NET"
name = "Library XX-NET"
address = "ill@net.example"
codec = "iso10161"

[[partner]]
symbol = "XX-CUSTOMER"
name = "Library XX-CUSTOMER"
address = "ill@customer.example"
roles = ["REQUESTER"]

[[partner.artemail.account]]
direction = "in"
customer_code = "99-0003"
password = {{ env = "CUSTOMER_PASSWORD" }}
"""
SENT = 'mode = "folder"\nfolder = "var/outgoing"'
REFUSED = 'mode = "smtp"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"'  # nobody listens there


PROOF = ("[[partner]]\n", '[[partner]]\nproof = ["none"]\n')
"""What 0.2.0 asks to be written."""


class Office:
    """Stories in one folder; each method is a day of the office. ``proof``: config.toml says what proves."""

    def __init__(self, folder: Path, url: str, *, proof: bool = False) -> None:
        self.folder, self._url, self._letters, self._proof = folder, url, 0, proof
        folder.mkdir(parents=True, exist_ok=True)
        self.deliver(SENT)

    def deliver(self, how: str) -> None:
        text = CONFIG.format(url=self._url, deliver=how)
        (self.folder / "config.toml").write_text(text.replace(*PROOF) if self._proof else text)

    def verb(self, *arguments: str, stdin: str = "") -> str:
        """What it prints. Raise RuntimeError if it is refused."""
        from mailproc.cli import main

        out, err = io.StringIO(), io.StringIO()
        sys.argv = ["mailproc", "--config", str(self.folder / "config.toml"), *arguments]
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        code: object = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as ended:
                code = ended.code
        if code:
            raise RuntimeError(f"{arguments}: {err.getvalue()}")
        return out.getvalue()

    def place(self, number: int, service: str, partner: str = "XX-BL") -> str:
        item = {"title": f"Work {number}", "author": f"Author {number}"}
        if service == "COPY":
            item |= {"article_title": f"Article {number}", "pagination": "1-9", "publication_date": "2019"}
        reader = {"id": f"R{number}", "name": f"Reader {number}", "email": f"r{number}@library.example"}
        value = {"service": service, "item": item, "patron": reader, "partners": [partner]}
        value["delivery"] = {"electronic": "ill@library.example"}
        return self.verb("request", "-", stdin=json.dumps(value)).strip()

    def letter(self, sender: str, subject: str, text: str) -> None:
        self._letters += 1
        head = f"From: {sender}\nTo: ill@library.example\nSubject: {subject}\n"
        head += f"Message-ID: <{self._letters}@{sender.rpartition('@')[2]}>\n"
        self.verb("inject", "-", stdin=f"{head}\n{text}\n")

    def reports(self, lines: list[str]) -> None:
        for first in range(0, len(lines), IN_A_LETTER):
            few = "\n".join(lines[first : first + IN_A_LETTER])
            self.letter("orders@bl.example", "Replies", f"REPLIES FOR 99-0001   30-11-2026\n\n{few}")

    def orders(self, numbers: list[int]) -> None:
        for first in range(0, len(numbers), IN_A_LETTER):
            some = numbers[first : first + IN_A_LETTER]
            few = [f"TXC{number} S LOAN\nWork {number}\nAuthor, A." for number in some]
            text = GAP.join(["99-0003\nPW0003XQ", *few, "NNNN"])
            self.letter("ill@customer.example", f"Order file FILEREFNO {self._letters}", text)

    def run(self) -> None:
        self.verb("run", "--once")


def write(office: Office, stories: int) -> None:
    """As many stories, a quarter of them loans that we lend. The last ones wait."""
    waiting = max(4, stories // 10)
    lent, rest = stories // 4, stories - stories // 4 - waiting
    ours = [
        office.place(number, "LOAN" if number % 3 else "COPY", "XX-NET" if number % 10 == 9 else "XX-BL")
        for number in range(rest)
    ]
    over, open_ = ours[::2], [name for name in ours[1::2] if int(name[1:]) % 10]  # B10 is number 9
    office.orders(list(range(1, lent + 1)))
    office.run()
    _answered(office, over)
    for number in range(1, lent + 1, 2):
        office.verb("act", f"L{number}", *(["ship"] if number % 4 == 1 else ["unfilled"]))
    office.reports([f"{name}-1 TOTAL LOAN*MORE THAN 1 VOLUME" for name in open_[::3]])
    office.run()
    _waiting(office, stories, waiting)


def _answered(office: Office, names: list[str]) -> None:
    loans = {name for name in names if int(name[1:]) % 3 != 1}  # B1 is number 0
    office.reports([f"{name}-1 {'SHIPPED LOAN' if name in loans else 'SHIPPED COPY'}" for name in names])
    office.run()
    for position, name in enumerate(names):
        if name in loans and position % 3 == 0:
            continue  # on its way
        office.verb("act", name, "receive")
        if name in loans and position % 3 == 1:
            office.verb("act", name, "return")
    office.run()


def since_0_2_0(office: Office) -> None:
    """What that release can say beside: readers of a file, a note, money, a part of a copy, staff's word."""
    (office.folder / "readers.csv").write_text(
        "id,name,email,address,category\nR900,Reader 900,r900@library.example,1 High Street,STAFF\n"
    )
    office.verb("patrons", "import", str(office.folder / "readers.csv"))
    request = {"service": "COPY", "item": {"title": "Work 900", "article_title": "Article 900"}}
    request |= {"patron": {"id": "R900"}, "partners": ["XX-BL", "XX-NET"]}
    request["delivery"] = {"postal": {"name": "Our Library", "street": "1 High Street"}}
    number = office.verb("request", "-", stdin=json.dumps(request)).strip()
    office.run()
    office.verb("note", number, "asked by telephone")
    office.verb("act", number, "ship", "--heard-by", "phone")
    office.verb("act", number, "receive", "--partial", "--note", "Page 3 is missing.")
    office.verb("charges", number, "--add", "12.50 GBP")
    office.run()


def _waiting(office: Office, first: int, count: int) -> None:
    """Half of them have a letter that the relay refused; of the others none is made yet."""
    office.deliver(REFUSED)
    office.letter("stranger@elsewhere.example", "Good morning", "Do you have a work on bees?")
    for number in range(first, first + count):
        if number == first + count // 2:
            office.run()
        office.place(number, "LOAN", "XX-NET" if number % 4 == 0 else "XX-BL")
    office.orders([first + count])
    for symbol in ("XX-BL", "XX-NET", "XX-CUSTOMER"):
        office.verb("pause", symbol)  # as docs/upgrade.md says


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stories", type=int, default=24)
    parser.add_argument("--url", default="sqlite:///var/mailproc.db")
    parser.add_argument("--of", default="0.1.0", choices=["0.1.0", "0.2.0"])
    given = parser.parse_args()
    os.environ.update(SECRETS)
    os.umask(0o077)
    later = given.of != "0.1.0"
    office = Office(given.folder.resolve(), given.url, proof=later)
    if later:
        since_0_2_0(office)
    write(office, given.stories)


if __name__ == "__main__":
    main()
