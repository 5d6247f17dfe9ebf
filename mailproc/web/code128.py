"""Code 128 (ISO/IEC 15417), code set B: the bars of a number, as rectangles for SVG."""

from dataclasses import dataclass

_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
"""Of each of the 106 symbols six: bar, space, bar, space, bar, space, in modules."""
_START_B, _STOP = 104, "2331112"
_QUIET = 10
"""Modules without bars on either side."""
LONGEST = 40
"""Signs: a longer code is wider than a slip."""


@dataclass(frozen=True)
class Bars:
    """``width``: in modules, with what stays empty at both ends; ``bars``: where each begins, its width."""

    width: int
    bars: tuple[tuple[int, int], ...]


def bars(value: str) -> Bars | None:
    """Return the bars; None if the value has other signs than ASCII's, or is too long to be scanned."""
    if not 0 < len(value) <= LONGEST or not (value.isascii() and value.isprintable()):
        return None
    codes = [_START_B, *(ord(sign) - 32 for sign in value)]
    check = (codes[0] + sum(place * code for place, code in enumerate(codes))) % 103
    widths = [*"".join(_WIDTHS[6 * code : 6 * code + 6] for code in (*codes, check)), *_STOP]
    found, at = list[tuple[int, int]](), _QUIET
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            found.append((at, width))
        at += width
    return Bars(at + _QUIET, tuple(found))
