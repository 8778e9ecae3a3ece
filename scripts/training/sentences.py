#!/usr/bin/python3
"""Sentences to speak: real ones from documentation and a Bible in the public domain, and word salads that balance
rare sounds.

`python3 sentences.py` writes .cache/training/sentences/<language>.txt (one a line), .../words/<language>.txt and
summary.json. `Corpus` draws from them, seeded and by the split: `Corpus().draw("en", rng, "train")`.
"""
from __future__ import annotations

import html
import json
import re
import struct
import subprocess
import unicodedata
import zlib
from pathlib import Path
from typing import Dict, Iterable, List, Set

import numpy as np

from packages import CACHE, SOURCES, unpacked
from split import part_of

#: Our language code -> folder of the installation guide, folder of GNOME's help.
GUIDES = {
    "de": "de",
    "en": "en",
    "es": "es",
    "fr": "fr",
    "ja": "ja",
    "ko": "ko",
    "nl": "nl",
    "pt": "pt",
    "ru": "ru",
    "sv": "sv",
    "vi": "vi",
    "zh": "zh_CN",
    "it": "it",
    "da": "da",
    "cs": "cs",
    "ca": "ca",
    "el": "el",
    "ro": "ro",
    "id": "id",
}
HELP = {
    "de": "de",
    "en": "C",
    "es": "es",
    "fr": "fr",
    "hi": "hi",
    "id": "id",
    "ja": "ja",
    "ko": "ko",
    "nl": "nl",
    "pl": "pl",
    "pt": "pt_BR",
    "ru": "ru",
    "sl": "sl",
    "sv": "sv",
    "ta": "ta",
    "tr": "tr",
    "vi": "vi",
    "zh": "zh_CN",
    "it": "it",
    "hu": "hu",
    "uk": "uk",
    "da": "da",
    "cs": "cs",
    "ca": "ca",
    "el": "el",
    "ro": "ro",
    "fi": "fi",
    "mr": "mr",
    "te": "te",
}
#: Languages the two above hold little of.
OFFICE_HELP = ("hi", "tr")
#: Word lists: path below usr/share, encoding.
WORDS = {
    "en": ("dict/american-english", "utf-8"),
    "de": ("dict/ngerman", "utf-8"),
    "fr": ("dict/french", "utf-8"),
    "es": ("dict/spanish", "utf-8"),
    "pt": ("dict/brazilian", "utf-8"),
    "pl": ("dict/polish", "utf-8"),
    "nl": ("dict/dutch", "utf-8"),
    "sv": ("dict/swedish", "latin-1"),
    "it": ("dict/italian", "utf-8"),
    "da": ("dict/danish", "utf-8"),
    "uk": ("dict/ukrainian", "utf-8"),
    "vi": ("hunspell/vi_VN.dic", "utf-8"),
    "tr": ("hunspell/tr_TR.dic", "utf-8"),
    "id": ("hunspell/id_ID.dic", "utf-8"),
    "ru": ("hunspell/ru_RU.dic", "utf-8"),
    "hi": ("hunspell/hi_IN.dic", "utf-8"),
    "hu": ("hunspell/hu_HU.dic", "utf-8"),
    "ro": ("hunspell/ro_RO.dic", "utf-8"),
    "el": ("hunspell/el_GR.dic", "iso8859-7"),
}
_SCRIPT = {
    "hi": "ऀ-ॿ",
    "mr": "ऀ-ॿ",
    "ta": "஀-௿",
    "te": "ఀ-౿",
    "ja": "぀-ヿ一-鿿",
    "zh": "一-鿿",
    "ko": "가-힣",
    "ru": "а-яё",
    "uk": "а-яіїєґ",
    "el": "α-ωάέήίόύώϊϋ",
}
#: Spellings of the sounds a corpus has too few of (TH, kk, U, O) and of closures, for English salads.
_RARE = re.compile(r"th|ck|g|oo|ou|u|ow|oa|aw|w|[bmp]")


def _plain(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", markup))).strip()


def _cut(text: str, language: str) -> Iterable[str]:
    """Sentences of a paragraph that can be read aloud, by length and script."""
    is_cjk = language in ("zh", "ja")
    for piece in re.split(r"(?<=[。！？；])" if is_cjk else r"(?<=[.!?;:।])\s+", text):
        piece = piece.strip()
        low, high = (5, 42) if is_cjk else (14, 120)
        if not low <= len(piece) <= high or re.search(r"[/\\<>{}|=_@#$%^~*+\[\]0-9]|\.\w|--|\.\.", piece):
            continue
        own = _SCRIPT.get(language)
        letters = re.findall(r"[^\W\d_]", piece)
        if not letters:
            continue
        if own and len(re.findall(f"[{own}]", piece.lower())) < 0.85 * len(letters):
            continue
        if not own and re.search(r"[^\x00-ɏḀ-ỿ‐-„…]", piece):
            continue
        if language == "tr" and not re.search(r"[çğışöüİ]", piece):
            continue  # some paragraphs are left in English
        yield re.sub(r"[«»“”„\"()‘]", "", piece).replace("’", "'")


def _from_guides(root: Path, language: str) -> Iterable[str]:
    for page in sorted((root / "usr/share/doc/installation-guide-amd64" / GUIDES[language]).glob("*.html")):
        for paragraph in re.findall(r"<p>(.*?)</p>", page.read_text("utf-8", "replace"), re.S):
            yield from _cut(_plain(paragraph), language)


def _from_help(root: Path, language: str) -> Iterable[str]:
    folder = root / "usr/share/help" / HELP[language] / "gnome-help"
    for page in sorted(folder.glob("*.page")):
        body = re.sub(r"<info>.*?</info>", "", page.read_text("utf-8", "replace"), flags=re.S)
        for paragraph in re.findall(r"<(?:p|title|desc)>(.*?)</(?:p|title|desc)>", body, re.S):
            yield from _cut(_plain(paragraph), language)


def _from_office_help(root: Path, language: str) -> Iterable[str]:
    for page in sorted((root / "usr/share/libreoffice/help" / language).rglob("*.html")):
        for paragraph in re.findall(r"<p id=[^>]*>(.*?)</p>", page.read_text("utf-8", "replace"), re.S):
            yield from _cut(_plain(paragraph), language)


def _from_bible(root: Path) -> Iterable[str]:
    base = root / "usr/share/sword/modules/texts/ztext/engWEB2015eb"
    for testament in ("nt", "ot"):
        index, data = (base / f"{testament}.bzs").read_bytes(), (base / f"{testament}.bzz").read_bytes()
        for at in range(0, len(index) - 11, 12):
            offset, size, _ = struct.unpack_from("<III", index, at)
            text = zlib.decompress(data[offset : offset + size]).decode("utf-8", "replace")
            text = re.sub(r"<(note|title|rdg)\b[^>]*>.*?</\1>", " ", text, flags=re.S)
            yield from _cut(_plain(text), "en")


def _words(root: Path, language: str) -> List[str]:
    name, encoding = WORDS[language]
    found: Set[str] = set()
    for line in (root / "usr/share" / name).read_text(encoding, "replace").splitlines():
        word = line.split("/")[0].split("\t")[0].strip()
        if 1 < len(word) < 14 and all(unicodedata.category(c)[0] in "LM" for c in word) and not word.isupper():
            found.add(word.lower())
    words = sorted(found)
    rng = np.random.default_rng(1)
    return words if len(words) <= 40000 else [words[i] for i in np.sort(rng.choice(len(words), 40000, replace=False))]


_TONES = {
    mark: (plain, tone)
    for plain, marks in (("a", "āáǎà"), ("e", "ēéěè"), ("i", "īíǐì"), ("o", "ōóǒò"), ("u", "ūúǔù"), ("ü", "ǖǘǚǜ"))
    for tone, mark in enumerate(marks, 1)
}


def _pinyin(reading: str) -> str:
    """ "hǎo" -> "hao3", as espeak-ng's pinyin voice wants it."""
    tone, plain = 5, ""
    for letter in reading:
        base, mark = _TONES.get(letter, (letter, 0))
        plain, tone = plain + base, mark or tone
    return f"{plain}{tone}"


def _chinese_readings(root: Path) -> Dict[str, str]:
    text = (root / "usr/share/gocode/src/github.com/mozillazg/go-pinyin/pinyin_dict.go").read_text("utf-8")
    return {
        chr(int(code, 16)): _pinyin(readings.split(",")[0])
        for code, readings in re.findall(r"0x([0-9A-F]+): \"([^\"]+)\"", text)
    }


def _read_chinese(sentences: List[str], root: Path) -> List[str]:
    readings = _chinese_readings(root)
    result = []
    for sentence in sentences:
        spoken = "".join(
            f"{readings[c]} " if c in readings else ", " if c in "，、：；" else ". " if c in "。！？" else ""
            for c in sentence
        )
        result.append(re.sub(r"\s+([,.])", r"\1", spoken).strip())
    return result


def _read_japanese(sentences: List[str]) -> List[str]:
    done = subprocess.run(
        ["kakasi", "-i", "utf8", "-o", "utf8", "-JH", "-KH"],
        input="\n".join(sentences).encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace").split("\n")


def build() -> Dict[str, int]:
    """Writes sentences and words of every language into the cache; returns the number of distinct sentences by
    language.
    """
    root = unpacked()
    (CACHE / "sentences").mkdir(parents=True, exist_ok=True)
    (CACHE / "words").mkdir(parents=True, exist_ok=True)
    counts: Dict[str, int] = {}
    english = set(_from_help(root, "en"))
    for language in sorted(set(GUIDES) | set(HELP)):
        found: Set[str] = set()
        if language in GUIDES:
            found.update(_from_guides(root, language))
        if language in HELP:
            found.update(_from_help(root, language))
        if language in OFFICE_HELP:
            found.update(_from_office_help(root, language))
        if language == "en":
            found.update(_from_bible(root))
        else:
            found -= english  # untranslated paragraphs
        ordered = sorted(found)
        if language == "zh":
            ordered = _read_chinese(ordered, root)
        if language == "ja":
            ordered = _read_japanese(ordered)
        ordered = list(dict.fromkeys(s for s in ordered if s.strip()))
        counts[language] = len(ordered)
        (CACHE / "sentences" / f"{language}.txt").write_text("\n".join(ordered), "utf-8")
        if language in WORDS:
            (CACHE / "words" / f"{language}.txt").write_text("\n".join(_words(root, language)), "utf-8")
    summary = {"sentences": counts, "sources": SOURCES}
    (CACHE / "sentences" / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False), "utf-8")
    return counts


class Corpus:
    """Draws sentences of one part of the split from `folder`; salads of words stand for `salad` of them, single words
    for `short`.
    """

    def __init__(self, folder: Path = CACHE, salad: float = 0.3, short: float = 0.1) -> None:
        if folder == CACHE and not (CACHE / "sentences" / "summary.json").exists():
            build()
        self._folder, self._salad, self._short = folder, salad, short
        self._lines: Dict[str, List[str]] = {}

    def has(self, language: str) -> bool:
        """Whether there is anything to say in a language."""
        return bool(self._load("sentences", language) or self._load("words", language))

    def _load(self, kind: str, language: str) -> List[str]:
        key = f"{kind}/{language}"
        if key not in self._lines:
            path = self._folder / kind / f"{language}.txt"
            self._lines[key] = [line for line in path.read_text("utf-8").split("\n") if line] if path.exists() else []
            if key == "words/en":
                self._lines["rare"] = [word for word in self._lines[key] if _RARE.search(word)]
        return self._lines[key]

    def draw(self, language: str, rng: np.random.Generator, part: str) -> str:
        """One sentence whose hash falls into `part` ("train", "validation" or "test")."""
        real, words = self._load("sentences", language), self._load("words", language)
        for _ in range(2000):
            dice = rng.random()
            if words and (dice < self._salad + self._short or not real):
                sentence = self._mixed(
                    language, words, rng, 1 + int(rng.integers(3)) if dice < self._short else 3 + int(rng.integers(8))
                )
            else:
                sentence = real[int(rng.integers(len(real)))]
            if part_of(sentence) == part:
                return sentence
        raise LookupError(f"no sentence of {language} falls into {part}")

    def _mixed(self, language: str, words: List[str], rng: np.random.Generator, count: int) -> str:
        pools = [words, self._lines["rare"]] if language == "en" else [words]
        picked = []
        for _ in range(count):
            pool = pools[int(rng.integers(len(pools)))]
            picked.append(pool[int(rng.integers(len(pool)))])
        text = picked[0]
        for word in picked[1:]:
            text += (", " if rng.random() < 0.12 else " ") + word
        return text + str(rng.choice([".", ".", "?", "!"]))


if __name__ == "__main__":
    totals = build()
    print(f"{sum(totals.values())} distinct sentences in {len(totals)} languages")
    for name, count in totals.items():
        print(f"{name}\t{count}")
