"""How words sound, for the aligner: English from the CMU dictionary, other languages as espeak-ng reads them.

pocketsphinx's edition of the CMU dictionary writes the vowels of "but" and of "about" alike (AH). The labels keep them apart,
as they do everywhere else: Festival's edition says which AH is the reduced one, AX.

The acoustic model is English. A phone of another language is scored as the nearest English ones and keeps its own name
for the labels: what is looked for is when it is said, not what it is.
"""
from __future__ import annotations

import functools
import itertools
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Dict, List, Tuple

from acoustics import MODEL, Missing, require
from align import Spoken, Word

_FESTIVAL_DICTIONARY = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")
_VOWELS = set("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
#: Pronunciations of one word that are tried, at most.
PRONUNCIATIONS_MAX = 24

#: Words of the recordings that the dictionary lacks.
_EXTRA: Dict[str, Tuple[str, ...]] = {
    "backtick": ("B AE K T IH K",),
    "caret": ("K AE R AH T", "K EH R AH T"),
    "dahdi": ("D AA D IY",),
    "digium": ("D IH JH IY AH M", "D IH JH AH M"),
    "forevermore": ("F AO R EH V ER M AO R", "F ER EH V ER M AO R"),
    "prepend": ("P R IY P EH N D",),
    "prepending": ("P R IY P EH N D IH NG",),
    "rerecord": ("R IY R IH K AO R D", "R IY R AH K AO R D"),
    "semicolon": ("S EH M IY K OW L AH N",),
    "undelete": ("AH N D IH L IY T", "AH N D AH L IY T"),
    "undeleted": ("AH N D IH L IY T IH D", "AH N D AH L IY T AH D"),
    "unistim": ("Y UW N IH S T IH M", "Y UW N AH S T IH M"),
    "unmute": ("AH N M Y UW T",),
    "unmuted": ("AH N M Y UW T IH D", "AH N M Y UW T AH D"),
    "waldo's": ("W AO L D OW Z", "W AA L D OW Z"),
}

#: IPA symbol -> the English phones it may be scored as.
_NEAREST: Dict[str, str] = {
    "p": "P", "b": "B", "m": "M", "f": "F", "v": "V", "β": "V B", "ɸ": "F", "ʋ": "V", "θ": "TH", "ð": "DH D", "t": "T", "d": "D",
    "ɾ": "D R", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ʂ": "SH", "ʐ": "ZH", "ɕ": "SH", "ʑ": "ZH", "n": "N", "l": "L",
    "ɫ": "L", "ɲ": "N", "ʎ": "L Y", "ŋ": "NG", "r": "R D", "ɹ": "R", "ʁ": "R HH", "ʀ": "R HH", "k": "K", "g": "G", "ɡ": "G",
    "ɣ": "G", "x": "HH K", "ç": "HH SH", "h": "HH", "c": "K", "ɟ": "G", "j": "Y IY", "ʝ": "Y JH", "w": "W UW", "ɥ": "W Y",
    "a": "AA AE AH", "ɑ": "AA AO", "ɐ": "AH AA", "æ": "AE", "ʌ": "AH", "e": "EH EY", "ɛ": "EH AE", "ə": "AH EH", "ɜ": "ER",
    "œ": "AH ER", "ø": "ER UH", "i": "IY", "ɪ": "IH IY", "ɨ": "IH UH", "y": "UW IY", "o": "OW AO", "ɔ": "AO OW", "u": "UW",
    "ʊ": "UH UW", "ʉ": "UW", "ɵ": "UH", "ʲ": "",
}


@functools.lru_cache(maxsize=1)
def _dictionary() -> Dict[str, Tuple[str, ...]]:
    words: Dict[str, List[str]] = {}
    for line in (MODEL / "cmudict-en-us.dict").read_text().splitlines():
        name, phones = line.split(" ", 1)
        words.setdefault(name.split("(")[0], []).append(phones)
    return {**{name: tuple(phones) for name, phones in words.items()}, **_EXTRA}


@functools.lru_cache(maxsize=1)
def _festival_dictionary() -> Dict[str, List[Tuple[str, ...]]]:
    if not _FESTIVAL_DICTIONARY.exists():
        raise Missing("Festival's CMU dictionary is missing, wanted: apt-get install festlex-cmu")
    words: Dict[str, List[Tuple[str, ...]]] = {}
    for name, syllables in re.findall(r'^\("([^"]+)" \S+ (.*)\)$', _FESTIVAL_DICTIONARY.read_text("latin-1"), re.MULTILINE):
        words.setdefault(name, []).append(tuple(phone.upper() for phone in re.findall(r"[a-z]+", syllables)))
    return words


def _labels(word: str, phones: List[str]) -> List[str]:
    """The phones with reduced vowels told apart. Where Festival says nothing, AH is reduced unless it is the only vowel."""
    for known in _festival_dictionary().get(word, []):
        if ["AH" if phone == "AX" else phone for phone in known] == phones:
            return list(known)
    vowels = sum(phone in _VOWELS for phone in phones)
    return ["AX" if phone == "AH" and vowels > 1 else phone for phone in phones]


def english(text: str) -> List[Word]:
    """Words of the CMU dictionary with all their pronunciations; letters are written "b."."""
    words: List[Word] = []
    for name in text.split():
        known = _dictionary().get(name)
        if known is None:
            raise KeyError(f'"{name}" has no pronunciation')
        ways = [phones.split() for phones in known]
        words.append(Word(name, [list(map(Spoken, phones, _labels(name, phones))) for phones in ways]))
    return words


@functools.lru_cache(maxsize=None)
def _ipa(word: str, voice: str) -> Tuple[str, ...]:
    program = require("espeak-ng", "espeak-ng")
    done = subprocess.run([program, "-q", "-v", voice, "--ipa", "--sep=_", word], capture_output=True, text=True, check=True)
    return tuple(done.stdout.replace(" ", "_").replace("\n", "_").strip("_").split("_"))


def foreign(text: str, voice: str) -> List[Word]:
    """Words as espeak-ng's `voice` reads them; phones are scored as the nearest English ones. "a|b" is either of two words."""
    return [
        Word(name, [way for form in name.split("|") for way in _ways(_ipa(form.replace("-", " "), voice))][:PRONUNCIATIONS_MAX])
        for name in text.split()
    ]


def _ways(phones: Tuple[str, ...]) -> List[List[Spoken]]:
    """Every combination of English phones a word may be scored as; length marks, stress and unknown symbols count nothing."""
    choices: List[List[Tuple[Spoken, ...]]] = []
    for phone in phones:
        symbols = [symbol for symbol in unicodedata.normalize("NFD", phone) if _NEAREST.get(symbol)]
        options = [_NEAREST[symbol].split() for symbol in symbols]
        if options:
            choices.append([tuple(Spoken(name, phone) for name in way) for way in itertools.product(*options)])
        if "\u0303" in phone:  # a nasal vowel may end in a nasal
            choices.append([(), (Spoken("N", phone),)])
    # combinations that use one choice for all phones alike come first: they are kept when there are too many
    ways = sorted(itertools.product(*(range(len(options)) for options in choices)), key=lambda way: (len(set(way)), sum(way)))
    return [[spoken for options, at in zip(choices, way) for spoken in options[at]] for way in ways[:PRONUNCIATIONS_MAX]]
