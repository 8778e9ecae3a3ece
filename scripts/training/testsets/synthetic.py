"""Sets a and b: synthetic speech that training never heard, with the synthesisers' own phone times.

a: espeak-ng, either variants of its voice held out (in languages trained on) or languages held out (with those variants).
b: Festival voices of other makers, none of them trained on. "noisy" is b again in rooms, with noise, through codecs.
What is held out is what scripts/training/split.json says; sentences are those of its test part.
"""
from __future__ import annotations

import zlib
from typing import Any, Dict, List, NamedTuple, Tuple

import numpy as np

import augment
from acoustics import Missing, require
from festival_phones import phones_digest, shapes_of
from labels import segments
from sentences import Corpus
from split import SPLIT
from store import RATE, Part, Utterance
from synthesize import Espeak, Spoken, festival, festival_prosody
from voices import Cast

SEED = 20260
#: Silence before and after an utterance of espeak-ng's, in seconds: a mouth has to rest too.
_LEAD_S, _TAIL_S = (0.1, 0.5), (0.2, 0.5)


class FestivalVoice(NamedTuple):
    package: str
    voice: str
    language: str
    encoding: str


FESTIVAL_VOICES = (
    FestivalVoice("festvox-italp16k", "lp_diphone", "it", "latin-1"),
    FestivalVoice("festvox-itapc16k", "pc_diphone", "it", "latin-1"),
    FestivalVoice("festvox-czech-dita", "czech_dita", "cs", "iso8859-2"),
    FestivalVoice("festvox-czech-krb", "czech_krb", "cs", "iso8859-2"),
    FestivalVoice("festvox-czech-machac", "czech_machac", "cs", "iso8859-2"),
    FestivalVoice("festvox-czech-ph", "czech_ph", "cs", "iso8859-2"),
    FestivalVoice("festvox-suopuhe-lj", "suo_fi_lj_diphone", "fi", "latin-1"),
    FestivalVoice("festvox-suopuhe-mv", "hy_fi_mv_diphone", "fi", "latin-1"),
    FestivalVoice("festvox-ca-ona-hts", "upc_ca_ona_hts", "ca", "latin-1"),
    FestivalVoice("festvox-hi-nsk", "hindi_NSK_diphone", "hi", "utf-8"),
    FestivalVoice("festvox-mr-nsk", "marathi_NSK_diphone", "mr", "utf-8"),
    FestivalVoice("festvox-te-nsk", "telugu_NSK_diphone", "te", "utf-8"),
    FestivalVoice("festvox-ru", "msu_ru_nsh_clunits", "ru", "utf-8"),
)
_ESPEAK_KINDS = {"voices": "variants held out, languages trained on", "languages": "variants and languages held out"}
_ESPEAK_NAMES = {"zh": "cmn-latn-pinyin", "en": "en-us", "pt": "pt-br"}


def generator(*names: object) -> np.random.Generator:
    """Randomness that depends on the names alone."""
    return np.random.default_rng([SEED, zlib.crc32(repr(names).encode())])


def _levelled(samples: np.ndarray) -> np.ndarray:
    return (samples * (0.5 / max(1e-6, float(np.abs(samples).max())))).astype(np.float32)


def _padded(spoken: Spoken, rng: np.random.Generator) -> Spoken:
    lead = int(rng.uniform(*_LEAD_S) * RATE)
    tail = int(rng.uniform(*_TAIL_S) * RATE)
    shift = lead / RATE
    phones = [(start + shift, phone) for start, phone in spoken.phones]
    return spoken._replace(samples=np.pad(spoken.samples, (lead, tail)), phones=phones, end=spoken.end + shift)


def _table(spoken: Spoken) -> List[Tuple[float, float, str]]:
    ends = [start for start, _ in spoken.phones[1:]] + [spoken.end]
    return [(start, end, phone) for (start, phone), end in zip(spoken.phones, ends)]


def espeak_part(kind: str, language: str, seconds: float, espeak: Espeak, corpus: Corpus) -> Part:
    """One language of set a; `kind` is "voices" or "languages"."""
    variants: List[str] = SPLIT["espeakVariants"]["test"]
    name = _ESPEAK_NAMES.get(language, language)

    def make() -> Tuple[List[Utterance], List[Dict[str, Any]]]:
        rng = generator("espeak", kind, language)
        made: List[Utterance] = []
        length = 0.0
        while length < seconds:
            variant = variants[len(made) % len(variants)]
            text = corpus.draw(language, rng, "test")
            spoken = espeak.speak(text, name, variant, int(rng.uniform(120, 230)), int(rng.uniform(25, 75)), int(rng.uniform(30, 70)))
            if len(spoken.samples) < RATE // 2 or not spoken.phones:
                continue
            spoken = _padded(spoken._replace(samples=_levelled(spoken.samples)), rng)
            made.append(Utterance(f"{len(made):03}-{variant}", spoken.samples, spoken.segments(), _table(spoken), text))
            length += len(spoken.samples) / RATE
        return made, []

    recipe = {"maker": "espeak-ng", "voice": name, "variants": variants, "seconds": seconds, "seed": SEED}
    return Part(f"{kind}-{language}", language, _ESPEAK_KINDS[kind], recipe, make)


def _spoken_by(voice: FestivalVoice, seconds: float, corpus: Corpus) -> List[Tuple[Spoken, str]]:
    rng = generator("festival", voice.package)
    heard: List[Tuple[Spoken, str]] = []
    length = 0.0
    for _ in range(20):
        if length >= seconds:
            break
        jobs = [(corpus.draw(voice.language, rng, "test"), festival_prosody("", rng)) for _ in range(12)]
        for spoken, (text, _) in zip(festival(jobs, voice.voice, voice.encoding), jobs):
            if spoken is not None and length < seconds and len(spoken.samples) > RATE // 2:
                heard.append((spoken, text))
                length += len(spoken.samples) / RATE
    if not heard:
        raise Missing(f"the Festival voice {voice.voice} does not speak, wanted: apt-get install {voice.package}")
    return heard


def festival_part(voice: FestivalVoice, seconds: float, corpus: Corpus, is_noisy: bool) -> Part:
    """One voice of set b, or of the same utterances degraded."""

    def make() -> Tuple[List[Utterance], List[Dict[str, Any]]]:
        require("festival", "festival")
        rng = generator("noisy", voice.package)
        noises = augment.Noises()
        made: List[Utterance] = []
        for spoken, text in _spoken_by(voice, seconds, corpus):
            samples = _levelled(spoken.samples)
            noises.hear(samples, rng)
            if is_noisy:
                samples = augment.degrade(samples, noises, rng)
            parts = segments(spoken.phones, spoken.end, lambda phone: shapes_of(voice.package, phone))
            made.append(Utterance(f"{len(made):03}", samples, parts, _table(spoken), text))
        return made, []

    recipe = {"maker": voice.package, "seconds": seconds, "seed": SEED, "noisy": is_noisy, "phones": phones_digest(voice.package)}
    return Part(voice.package.removeprefix("festvox-"), voice.language, voice.package, recipe, make)


def training_part(seconds: float) -> Part:
    """Speech as training hears it, which the MFCC peer learns from; it scores nobody."""

    def make() -> Tuple[List[Utterance], List[Dict[str, Any]]]:
        cast = Cast("train", generator("training"))
        made: List[Utterance] = []
        length = 0.0
        while length < seconds:
            spoken = cast.utterance(noise_share=0.0)
            phones = [(part.start, part.end, part.shape) for part in spoken.segments]
            made.append(Utterance(f"{len(made):03}", spoken.samples, spoken.segments, phones, spoken.sentence))
            length += len(spoken.samples) / RATE
        return made, []

    return Part("training", "many", "training voices", {"maker": "training", "seconds": seconds, "seed": SEED}, make)


def check_split() -> None:
    """Refuses to make test sets of voices that training may have heard."""
    wrong = [voice.package for voice in FESTIVAL_VOICES if voice.package not in SPLIT["synthesisers"]["test"]]
    if wrong:
        raise ValueError(f"split.json does not hold out {', '.join(wrong)}")


