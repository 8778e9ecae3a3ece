"""Phones of the Festival voices that only test, where their names mean something else than in labels.py's Festival table."""
from __future__ import annotations

import hashlib
from typing import Dict

from labels import Shapes, festival_shapes


def _one(rows: Dict[str, str]) -> Dict[str, Shapes]:
    return {phone: [(shape, 1.0)] for shape, phones in rows.items() for phone in phones.split()}


_ITALIAN: Dict[str, Shapes] = _one({"n": "nf"})
_CZECH: Dict[str, Shapes] = {
    **_one({"s": "c", "ch": "c~ dz~ s~ z~", "k": "ch", "t": "t~ d~", "n": "n~", "r": "r~ r~*", "i": "j"}),
    "h": None,
    "_": None,  # a glottal stop
}
_FINNISH: Dict[str, Shapes] = {**_one({"ae": "@ @:", "oe": "7 7:", "u": "y y:", "i": "j", "n": "N N: n: l:"}), "h": None}
#: Naresh's Hindi, Marathi and Telugu: th and dh are dental stops, T, D, tth and ddh retroflex ones, ch and j affricates.
_INDIAN: Dict[str, Shapes] = {
    **_one({
        "t": "th dh T D tth ddh", "p": "p ph b bh m", "k": "k kh g gh ng", "ch": "ch chh j jh sh", "n": "n N l L ny",
        "i": "iy y", "ih": "ih", "u": "uw", "uu": "uh", "e": "eh ee", "o": "oh oo", "a": "aa", "f": "f v", "r": "r R",
    }),
    "h": None,
}
_HINDI: Dict[str, Shapes] = {**_INDIAN, **_one({"ax": "a", "e": "eh ee ay", "o": "oh oo aw"})}
_TELUGU: Dict[str, Shapes] = {**_INDIAN, **_one({"a": "a aa", "e": "eh ee ay"})}
#: Russian (MSU): doubled consonants are soft, ur is the most reduced u. What its formants say of the reduced vowels, and
#: espeak-ng of such words: e and ae (after soft consonants) are [ɪ], ay (after hard ones) is a schwa.
_RUSSIAN: Dict[str, Shapes] = _one({
    "p": "p pp b bb m mm", "t": "t tt d dd", "k": "k kk g gg h hh", "f": "f ff v vv", "s": "s ss z zz c", "ch": "sh zh sch ch",
    "n": "n nn l ll", "r": "r rr", "i": "ii j", "ih": "i ae e", "ui": "y yy", "u": "uu u", "uu": "ur", "e": "ee", "o": "oo",
    "a": "aa", "uh": "a", "ax": "ay",
})

#: The neutral vowel of this speaker is open (first formant at 650 Hz); espeak-ng writes it ɐ.
_CATALAN: Dict[str, Shapes] = _one({"uh": "ax"})

_BY_PACKAGE: Dict[str, Dict[str, Shapes]] = {
    "festvox-italp16k": _ITALIAN, "festvox-itapc16k": _ITALIAN,
    "festvox-czech-dita": _CZECH, "festvox-czech-krb": _CZECH, "festvox-czech-machac": _CZECH, "festvox-czech-ph": _CZECH,
    "festvox-suopuhe-lj": _FINNISH, "festvox-suopuhe-mv": _FINNISH,
    "festvox-ca-ona-hts": _CATALAN, "festvox-hi-nsk": _HINDI, "festvox-mr-nsk": _HINDI, "festvox-te-nsk": _TELUGU, "festvox-ru": _RUSSIAN,
}


def phones_digest(package: str) -> str:
    """Changes with the voice's table, so that what was made of it is made again."""
    return hashlib.sha256(repr(sorted(_BY_PACKAGE.get(package, {}).items())).encode()).hexdigest()[:12]


def shapes_of(package: str, phone: str) -> Shapes:
    """The shapes of a phone as the voice of a package means it."""
    own = _BY_PACKAGE.get(package, {})
    return own[phone] if phone in own else festival_shapes(phone)
