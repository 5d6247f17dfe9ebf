"""The letters that are measured with: orders of a customer, replies of a lender, about 2 kB each."""

from bench.app import LIBRARY, PASSWORD, Customer

_GAP = "\n" * 5
_ORDER = """\
TX{number} S SED99
JOURNAL OF IMAGINARY HYDROLOGY
2019 VOL 12 PT 3 PP 201-219
Tidal memory in braided estuaries {number}
Okafor N; Lindqvist P
1234-5679"""
_HEAD = """\
Received: from relay.college.example (relay.college.example [192.0.2.10])
\tby mx.library.example (Postfix) with ESMTPS id 4X7{number}
\tfor <{to}>; Wed, 05 Aug 2026 09:15:02 +0100 (BST)
Received: from desk.college.example (desk.college.example [192.0.2.77])
\tby relay.college.example with ESMTP; Wed, 05 Aug 2026 09:15:01 +0100
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=college.example; s=mail;
\th=from:to:subject:date:message-id; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzRdzdVyOfAKCdLXdJOc9G2q8LoXSlEniSb
From: Interlibrary Loans <{sender}>
To: {to}
Subject: {subject}
Date: Wed, 05 Aug 2026 09:15:00 +0100
Message-ID: <{number}@letters.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit
X-Mailer: Library System 7.2
X-Originating-IP: [192.0.2.77]

"""
_SIZE = 2048
_WORDS = "The reading room closes at five and the stacks are dark by six, so please send what you can. "


def order_file(customer: Customer, numbers: list[str]) -> bytes:
    """An order letter of ``customer``, one copy order for each number."""
    text = _GAP.join(
        [f"{customer.code}\n{PASSWORD}", *(_ORDER.format(number=one) for one in numbers), "NNNN"]
    )
    return _letter(customer.address, "Order file FILEREFNO 4711", numbers[0], text + "\n")


def replies(lender: str, said: dict[str, str]) -> bytes:
    """A status report of a lender: a code for each of our numbers."""
    lines = [f"{number:<11} {code}" for number, code in said.items()]
    text = "\n".join(["REPLIES FOR 99-0001   05-08-2026", "", *lines, ""])
    return _letter(lender, "Replies", "R-" + "-".join(said), text)


def written(sender: str, number: str, subject: str, text: str) -> bytes:
    """A letter that a person wrote."""
    return _letter(sender, subject, f"W{number}", text)


def plain(number: int, sender: str) -> bytes:
    """A letter of 2 kB that says nothing."""
    text = _filled(f"Letter {number}.\n", _SIZE - 1200)
    return _letter(sender, "About the reading room =?utf-8?q?caf=C3=A9?=", f"P{number}", text)


def _letter(sender: str, subject: str, number: str, text: str) -> bytes:
    head = _HEAD.format(number=number[:60], to=LIBRARY, sender=sender, subject=subject)
    return (head + text).replace("\n", "\r\n").encode("ascii")


def _filled(text: str, size: int) -> str:
    lines = [text]
    while sum(map(len, lines)) < size:
        lines.append(_WORDS[:70].rstrip() + "\n")
    return "".join(lines)
