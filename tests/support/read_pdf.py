"""A PDF as others see it: its text by one program, its barcodes by a scanner."""

from io import BytesIO

import pypdf
import pypdfium2
import zxingcpp


def texts(octets: bytes) -> list[str]:
    """The text of each page, lines joined."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(octets)).pages]


def scanned(octets: bytes) -> list[str]:
    """What a scanner reads from the pages, all of it Code 128."""
    with pypdfium2.PdfDocument(octets) as document:
        images = [page.render(scale=3).to_pil() for page in document]
    codes = [code for image in images for code in zxingcpp.read_barcodes(image)]
    assert {code.format for code in codes} <= {zxingcpp.BarcodeFormat.Code128}
    return [code.text for code in codes]
