"""Phones to what a face shows: 15 visemes and 6 mouth parameters at 50 frames a second.

In: phones with their times, named in IPA (espeak-ng), in Festival's or flite's phone sets, or in ARPAbet (CMU
dictionary, pocketsphinx). Out: for every 20 ms frame the index of its viseme (Oculus set) and six mouth parameters in
0..1.

A phone is first turned into one or two *shapes* (diphthongs move). A shape names its viseme, the targets it aims at
and how much it insists on each of them; neighbouring shapes are blended by dominance functions (Cohen and Massaro,
"Modeling coarticulation in synthetic visual speech", 1993). Contacts (press, teeth, tongue) are not blended: lips
touch or do not.
"""

from __future__ import annotations

import unicodedata
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

FRAME_RATE = 50
VISEMES = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
PARAMETERS = ("jaw", "spread", "pucker", "press", "teeth", "tongue")
VOWELS = ("aa", "E", "I", "O", "U")
INDEX = {name: index for index, name in enumerate(VISEMES)}


class Shape(NamedTuple):
    """Where a phone takes the mouth: its viseme, targets (order of PARAMETERS) and dominance for jaw, spread, pucker."""

    viseme: str
    targets: Tuple[float, float, float, float, float, float]
    dominance: Tuple[float, float, float]


class Segment(NamedTuple):
    """A stretch of time (seconds) in which the mouth aims at one shape (a key of SHAPES)."""

    start: float
    end: float
    shape: str


#                       jaw   spread pucker press teeth tongue   jaw  spread pucker
SHAPES: Dict[str, Shape] = {
    "sil": Shape("sil", (0.00, 0.00, 0.00, 0.0, 0.0, 0.0), (1.0, 0.8, 0.8)),
    "p": Shape("PP", (0.00, 0.00, 0.05, 1.0, 0.0, 0.0), (0.8, 0.2, 0.2)),
    "f": Shape("FF", (0.08, 0.10, 0.00, 0.0, 1.0, 0.0), (0.9, 0.4, 0.4)),
    "th": Shape("TH", (0.20, 0.15, 0.00, 0.0, 0.0, 1.0), (0.9, 0.3, 0.2)),
    "t": Shape("DD", (0.16, 0.20, 0.00, 0.0, 0.0, 0.5), (0.7, 0.2, 0.12)),
    "n": Shape("nn", (0.20, 0.20, 0.00, 0.0, 0.0, 0.7), (0.6, 0.2, 0.12)),
    "k": Shape("kk", (0.25, 0.15, 0.05, 0.0, 0.0, 0.0), (0.35, 0.1, 0.08)),
    "ch": Shape("CH", (0.14, 0.00, 0.65, 0.0, 0.0, 0.1), (1.2, 0.4, 1.4)),
    "hj": Shape("CH", (0.14, 0.45, 0.05, 0.0, 0.0, 0.1), (1.2, 0.5, 0.4)),
    "s": Shape("SS", (0.08, 0.45, 0.00, 0.0, 0.0, 0.1), (1.5, 0.6, 0.2)),
    "r": Shape("RR", (0.22, 0.05, 0.45, 0.0, 0.0, 0.2), (0.6, 0.3, 0.7)),
    "er": Shape("RR", (0.32, 0.05, 0.45, 0.0, 0.0, 0.2), (0.9, 0.7, 0.9)),
    "a": Shape("aa", (1.00, 0.15, 0.00, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "ae": Shape("aa", (0.90, 0.45, 0.00, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "uh": Shape("aa", (0.70, 0.20, 0.00, 0.0, 0.0, 0.0), (0.9, 0.8, 0.8)),
    "e": Shape("E", (0.52, 0.55, 0.00, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "ax": Shape("E", (0.42, 0.25, 0.00, 0.0, 0.0, 0.0), (0.7, 0.5, 0.5)),
    "i": Shape("I", (0.22, 0.90, 0.00, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "ih": Shape("I", (0.28, 0.65, 0.00, 0.0, 0.0, 0.0), (0.8, 0.8, 0.9)),
    "ui": Shape("I", (0.24, 0.45, 0.00, 0.0, 0.0, 0.0), (0.9, 0.8, 0.9)),
    "o": Shape("O", (0.55, 0.00, 0.70, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "oe": Shape("O", (0.40, 0.05, 0.70, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "u": Shape("U", (0.18, 0.00, 1.00, 0.0, 0.0, 0.0), (1.0, 1.0, 1.2)),
    "uu": Shape("U", (0.25, 0.00, 0.75, 0.0, 0.0, 0.0), (0.9, 0.9, 1.0)),
}

#: One or two shapes with their shares of the phone's time; empty: nothing is shown; None: takes its neighbour's shape.
Shapes = Optional[List[Tuple[str, float]]]


def _table(rows: Dict[str, str]) -> Dict[str, str]:
    return {symbol: shape for shape, symbols in rows.items() for symbol in symbols.split()}


_IPA = _table(
    {
        "p": "p b m ʙ ɓ ʘ",
        "f": "f v ɱ ʋ ⱱ ɸ β",
        "th": "θ ð",
        "t": "t d ʈ ɖ ɗ ɾ ɺ c ɟ ǀ",
        "k": "k g ɡ ɣ x q ɢ χ ʁ ɰ ŋ ħ ʕ ʜ",
        "ch": "ʃ ʒ ʂ ʐ ɧ",
        "hj": "ɕ ʑ ç ʝ",
        "s": "s z",
        "n": "n l ɴ ɲ ɳ ɭ ʎ ɫ ɬ ɮ ʟ",
        "r": "r ɹ ɻ ʀ ɽ",
        "er": "ɚ ɝ",
        "a": "a ɑ ᴀ",
        "ae": "æ",
        "uh": "ʌ ɐ",
        "e": "e ɛ ε",
        "ax": "ə ɘ ɜ ᵊ ɤ",
        "i": "i j",
        "ih": "ɪ ᵻ",
        "ui": "ɨ ɯ",
        "o": "o ɔ ɒ",
        "oe": "ø œ ɵ ɞ ɶ",
        "u": "u w ʉ ʍ ɥ y",
        "uu": "ʊ ʏ ᵿ",
    }
)
#: Symbols without a mouth of their own: glottals take the shape of their neighbour.
_TRANSPARENT = set("hɦʔ")
#: What one language's voice means by a symbol where that differs (the longest matching language prefix wins).
_BY_LANGUAGE: Dict[str, Dict[str, str]] = {
    "en": {"ɐ": "ax"},
    "en-us": {"ɐ": "ax", "ɜ": "er"},
    "ja": {"ɯ": "uu"},
    "vi": {"y": "ui"},  # espeak-ng's name for the unrounded vowel written with a horned u
    "cmn": {"s.": "ch", "i.": "ui"},
    "hi": {"c": "ch", "ɟ": "ch"},
    "mr": {"c": "ch", "ɟ": "ch"},
    "te": {"c": "ch", "ɟ": "ch"},
    "tr": {"c": "k", "ɟ": "k"},
}

_FESTIVAL = _table(
    {
        "p": "p b m em P B M",
        "f": "f v F V",
        "th": "th dh T_ D_",
        "t": "t d dx T D t_ d_ t: d:",
        "k": "k g ng K G N x h1 k: g: ngg",
        "ch": "ch jh sh zh S Z tS dZ s~ z~ c~",
        "s": "s z ts dz c dz~",
        "n": "n l en el nj lj n~ J L n1 nn ll ny",
        "r": "r R rr r~",
        "er": "er axr",
        "a": "a aa a1 a: a0 A",
        "ae": "ae",
        "uh": "ah",
        "e": "e e1 e: e0 E E1 eh e~",
        "ax": "ax @ ax-h schwa",
        "i": "i i1 i: i0 iy iy1 j y",
        "ih": "ih ix",
        "o": "o o1 o: o0 O O1 ao oh",
        "u": "u u1 u: u0 uw w uw1",
        "uu": "uh",
        "sil": "pau sil # _ h# ssil brth SIL H#",
    }
)
_DIPHTHONGS: Dict[str, Shapes] = {
    "ay": [("a", 0.55), ("ih", 0.45)],
    "aw": [("a", 0.55), ("uu", 0.45)],
    "oy": [("o", 0.55), ("ih", 0.45)],
    "ey": [("e", 0.55), ("i", 0.45)],
    "ow": [("o", 0.6), ("uu", 0.4)],
    "ei": [("e", 0.55), ("i", 0.45)],
    "hh": None,
    "hv": None,
    "h": None,
    "?": None,
}


def ipa_shapes(phone: str, language: str = "") -> Shapes:
    """Shapes of one IPA phone as espeak-ng names it; `language` is espeak's voice name ("en-us", "ja")."""
    if phone.startswith("("):
        return []  # a language switch, no sound
    changes: Dict[str, str] = {}
    for prefix in sorted(_BY_LANGUAGE, key=len):
        if language == prefix or language.startswith(prefix + "-") or language.startswith(prefix + "+"):
            changes = _BY_LANGUAGE[prefix]
    for symbol, shape in changes.items():
        if len(symbol) > 1 and symbol in phone:
            return [(shape, 1.0)]
    known = [c if c in _IPA else unicodedata.normalize("NFD", c)[0] for c in unicodedata.normalize("NFC", phone)]
    symbols = [c for c in known if c in _IPA or c in _TRANSPARENT]
    if not symbols:
        if "ʲ" in phone or "ʷ" in phone:  # a glide by itself, as in Japanese "kyo"
            return [("i" if "ʲ" in phone else "u", 1.0)]
        is_pause = phone.strip("ˈˌː.̩ʰ_:;0123456789|'-") == ""
        return [("sil", 1.0)] if is_pause else [("ax", 1.0)]
    shapes: List[str] = []
    for symbol in symbols:
        own = changes.get(symbol) or _IPA.get(symbol)
        if own and (not shapes or shapes[-1] != own):
            shapes.append(own)
    if not shapes:
        return None
    for affricate in ("ch", "hj"):
        if affricate in shapes[:2] and shapes[0] in ("t", "k", affricate):
            return [(affricate, 1.0)]
    if len(shapes) == 1:
        return [(shapes[0], 1.0)]
    first, second = shapes[0], shapes[1]
    if SHAPES[first].viseme in VOWELS and len(shapes) > 2:  # a triphthong
        third = shapes[2]
        return [(first, 0.36), (second, 0.32), (third, 0.32)]
    if SHAPES[first].viseme in VOWELS:
        return [(first, 0.57), (second, 0.43)]  # a diphthong, or a vowel with its r or l
    return [(first, 0.45), (second, 0.55)]


def festival_shapes(phone: str) -> Shapes:
    """Shapes of one phone of Festival's and flite's phone sets (radio, CMU, and the usual names of the other voices)."""
    for name in (phone, phone.rstrip("012:'"), phone.rstrip("012:'").lower()):
        if name in _DIPHTHONGS:
            return _DIPHTHONGS[name]
        if name in _FESTIVAL:
            return [(_FESTIVAL[name], 1.0)]
    return [("ax", 1.0)]


def arpabet_shapes(phone: str) -> Shapes:
    """Shapes of one ARPAbet phone (CMU dictionary, with or without stress digits; SIL and +NOISE+ are silence).

    AH0 is the schwa, AH1 and AH2 the vowel of "cup"; AH without a digit is taken for the latter, so give digits where
    they are known.
    """
    if phone.upper() == "AH0":
        return [("ax", 1.0)]
    if phone.startswith("+") or phone.upper() in ("SIL", "<S>", "</S>", ""):
        return [("sil", 1.0)]
    return festival_shapes(phone.rstrip("012").lower())


def join_short_pauses(phones: Sequence[Tuple[float, str]], shortest: float = 0.06) -> List[Tuple[float, str]]:
    """Gives espeak-ng's pauses shorter than `shortest` seconds to the next phone: before a stop they are its closure,
    else nobody shuts the mouth for them.
    """
    joined: List[Tuple[float, str]] = []
    waiting: Optional[float] = None
    for index, (start, phone) in enumerate(phones):
        is_pause = phone.strip("_:;|'ˈˌ") == ""
        length = phones[index + 1][0] - start if index + 1 < len(phones) else 1.0
        if is_pause and length < shortest and waiting is None and joined and joined[-1][1].strip("_:;"):
            waiting = start
            continue
        if is_pause and waiting is not None:
            joined.append((waiting, phone))
        else:
            joined.append((start if waiting is None else waiting, phone))
        waiting = None
    return joined


def segments(phones: Sequence[Tuple[float, str]], end: float, shapes_of: Callable[[str], Shapes]) -> List[Segment]:
    """Phones with their starts in seconds, the last ending at `end`, as segments with one shape each, without gaps."""
    parts: List[Tuple[float, float, Optional[str]]] = []
    for index, (start, phone) in enumerate(phones):
        stop = phones[index + 1][0] if index + 1 < len(phones) else end
        if stop <= start:
            continue
        shapes = shapes_of(phone)
        if shapes is None:
            parts.append((start, stop, None))
            continue
        at = start
        for shape, share in shapes:
            parts.append((at, at + (stop - start) * share, shape))
            at += (stop - start) * share
    result: List[Segment] = []
    following = "sil"
    for index in range(len(parts) - 1, -1, -1):
        start, stop, known = parts[index]
        if known is None:  # takes the next shape, before a pause the last one
            before = next((s for _, _, s in reversed(parts[:index]) if s is not None), "ax")
            known = following if following != "sil" else before if before != "sil" else "ax"
        following = known
        result.append(Segment(start, stop, known))
    return result[::-1]


_STOPS = set("ptkcqʈbdgɡɖɟ")


def is_stop(phone: str) -> bool:
    """Whether an IPA phone begins with the closure of a stop or an affricate."""
    return phone[:1] in _STOPS


def date_closures(
    phones: Sequence[Tuple[float, str]],
    samples: np.ndarray,
    rate: int,
    longest: float = 0.13,
    threshold_db: float = -52.0,
) -> List[Tuple[float, str]]:
    """Moves the starts of stops (IPA) back over their silent closures.

    espeak-ng dates a stop at its burst and credits the closure to the vowel before, but on a face the closure is the
    stop. `samples` is the clean synthesis in -1..1; the closure may be at most `longest` seconds and lies below
    `threshold_db` (full scale).
    """
    hop = int(rate * 0.005)
    count = len(samples) // hop
    moved = list(phones)
    if count == 0:
        return moved
    level = 10 * np.log10((samples[: count * hop].reshape(count, hop).astype(np.float64) ** 2).mean(1) + 1e-9)
    for index in range(1, len(moved)):
        start, phone = moved[index]
        before = moved[index - 1]
        if not is_stop(phone) or not before[1].strip("_:;"):
            continue
        last = min(count - 1, int(start * rate / hop))
        if last > 0 and level[last] > threshold_db:
            last -= 1
        first = last
        while (
            first > 0
            and level[first - 1] < threshold_db
            and (last - first) * 0.005 < longest
            and first * hop / rate > before[0] + 0.015
        ):
            first -= 1
        if first < last:
            moved[index] = (first * hop / rate, phone)
    return moved


#: Reach of a shape beyond its segment, in seconds, for jaw, spread and pucker: rounding is prepared longest.
_REACH = np.array([0.045, 0.045, 0.065])
#: A shape is fully reached this far inside its segment (seconds), or at half of its half length.
_INSET = 0.025
#: Contacts hold this much beyond the segment and then part over this time (seconds): lips, teeth, tongue.
_HOLD = np.array([0.004, 0.004, 0.004])
_PART = np.array([0.030, 0.036, 0.046])


def frame_labels(parts: Sequence[Segment], duration: float) -> Tuple[np.ndarray, np.ndarray]:
    """Labels of the frames [20 ms * i, 20 ms * (i + 1)), judged at their middles.

    Returns viseme indices, int8 [n], and mouth parameters, float32 [n, 6], with n = floor(50 * duration). Time
    outside the segments is silence.
    """
    count = int(np.floor(duration * FRAME_RATE + 1e-6))
    middles = (np.arange(count) + 0.5) / FRAME_RATE
    visemes = np.zeros(count, np.int8)
    weighted = np.zeros((count, 3))
    weights = np.full((count, 3), 1e-6)
    contacts = np.zeros((count, 3))
    whole = [part for part in parts if part.end > part.start]
    if not whole or whole[0].start > 0.005:
        whole.insert(0, Segment(0.0, whole[0].start if whole else duration, "sil"))
    if whole[-1].end < duration:
        whole.append(Segment(whole[-1].end, duration, "sil"))
    for start, end, name in whole:
        shape = SHAPES[name]
        first, last = int(np.ceil(start * FRAME_RATE - 0.5)), int(np.ceil(end * FRAME_RATE - 0.5))
        visemes[max(0, first) : max(0, last)] = INDEX[shape.viseme]
        low, high = max(0, int((start - 0.4) * FRAME_RATE)), min(count, int((end + 0.4) * FRAME_RATE) + 1)
        if high <= low:
            continue
        half = (end - start) / 2
        outside = np.abs(middles[low:high] - (start + end) / 2) - half
        late = np.maximum(0.0, outside + min(_INSET, half / 2))[:, None]
        dominance = np.asarray(shape.dominance) * np.exp(-late / _REACH)
        weighted[low:high] += dominance * np.asarray(shape.targets[:3])
        weights[low:high] += dominance
        parted = np.clip((outside[:, None] - _HOLD) / _PART, 0.0, 1.0)
        touch = (0.5 + 0.5 * np.cos(np.pi * parted)) * np.asarray(shape.targets[3:])
        contacts[low:high] = np.maximum(contacts[low:high], touch)
    mouth = np.concatenate([weighted / weights, contacts], axis=1)
    mouth[:, 0] *= (1 - 0.95 * contacts[:, 0]) * (1 - 0.7 * contacts[:, 1])
    return visemes, mouth.astype(np.float32)
