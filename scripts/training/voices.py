"""Who speaks what: draws an utterance of a part of the split from the synthesisers, with its own size, tract, tempo
and pitch.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from pathlib import Path
from typing import Deque, Dict, List, NamedTuple, Tuple

import numpy as np

import augment
from labels import Segment
from packages import CACHE
from sentences import Corpus
from split import SPLIT
from synthesize import Espeak, Spoken, festival, festival_prosody, flite

#: espeak-ng voice -> our language, share of the espeak-ng utterances.
ESPEAK: Dict[str, Tuple[str, float]] = {
    "en-us": ("en", 5),
    "en": ("en", 1.5),
    "en-gb-x-rp": ("en", 0.7),
    "en-gb-scotland": ("en", 0.5),
    "en-us-nyc": ("en", 0.4),
    "de": ("de", 2),
    "fr": ("fr", 2),
    "fr-be": ("fr", 0.3),
    "es": ("es", 1.7),
    "es-419": ("es", 0.8),
    "pt-br": ("pt", 1.2),
    "pt": ("pt", 0.6),
    "pl": ("pl", 1.2),
    "nl": ("nl", 1.2),
    "sv": ("sv", 1),
    "tr": ("tr", 1.2),
    "vi": ("vi", 2),
    "vi-vn-x-south": ("vi", 1),
    "vi-vn-x-central": ("vi", 0.5),
    "cmn-latn-pinyin": ("zh", 3),
    "ja": ("ja", 1.5),
    "ko": ("ko", 1),
    "hi": ("hi", 1.8),
    "id": ("id", 1),
    "ru": ("ru", 1.4),
    "sl": ("sl", 0.7),
    "ta": ("ta", 0.6),
}
#: Synthesisers made of human recordings, and their shares among themselves.
NATURAL: Dict[str, float] = {
    "flite:kal16": 0.8,
    "flite:awb": 2.2,
    "flite:rms": 2.2,
    "flite:slt": 1.6,
    "festival:kal_diphone": 1.2,
    "festival:cmu_us_slt_arctic_hts": 1.8,
    "festival:ked_diphone": 1.0,
}
#: Share of each kind of utterance in the training data (by count).
NATURAL_SHARE = 0.48
NOISE_SHARE = 0.025
#: English voices now and then read other languages' words, which gives them sequences of sounds English has not.
_FOREIGN = ("es", "de", "pl", "pt", "sv", "id", "nl", "fr")
_FESTIVAL_BATCH = 10


class Utterance(NamedTuple):
    """What one speaker said: degraded samples at 16 kHz, shapes in time, voice, language and the sentence ("" is
    noise).
    """

    samples: np.ndarray
    segments: List[Segment]
    voice: str
    language: str
    sentence: str


class Cast:
    """All speakers of one part of the split."""

    def __init__(self, part: str, rng: np.random.Generator, text: Path = CACHE) -> None:
        self._part, self._rng = part, rng
        self._corpus = Corpus(text)
        self._noises = augment.Noises()
        self._espeak = Espeak()
        self._voices = [voice for voice, (language, _) in ESPEAK.items() if self._corpus.has(language)]
        self._foreign = [language for language in _FOREIGN if self._corpus.has(language)]
        self._variants: List[str] = SPLIT["espeakVariants"][part]
        self._natural = [voice for voice in NATURAL if voice in SPLIT["synthesisers"][part]]
        self._waiting: Dict[str, Deque[Tuple[Spoken, str]]] = {voice: deque() for voice in self._natural}
        self._again: Deque[Tuple[Spoken, str]] = deque()

    def utterance(self, natural_share: float = NATURAL_SHARE, noise_share: float = NOISE_SHARE) -> Utterance:
        """The next utterance, all of it drawn from the generator."""
        dice = self._rng.random()
        if dice < noise_share:
            count = int(self._rng.uniform(1, 5) * augment.RATE)
            silence = augment.add_noise(np.full(count, 1e-4, np.float32), self._noises, self._rng)
            return Utterance(augment.level(silence, self._rng), [], "noise", "", "")
        if dice < noise_share + natural_share:
            spoken, sentence = self._speak_natural()
            return self._perform(spoken, "en", sentence, 0.8, 1.22, 0.65)
        spoken, language, sentence = self._speak_espeak()
        return self._perform(spoken, language, sentence, 0.87, 1.16, 0.35)

    def _speak_espeak(self) -> Tuple[Spoken, str, str]:
        rng = self._rng
        names = self._voices
        shares = np.array([ESPEAK[name][1] for name in names])
        while True:
            voice = names[int(rng.choice(len(names), p=shares / shares.sum()))]
            language = ESPEAK[voice][0]
            variant = self._variants[int(rng.integers(len(self._variants)))]
            sentence = self._corpus.draw(language, rng, self._part)
            spoken = self._espeak.speak(
                sentence, voice, variant, int(rng.uniform(110, 260)), int(rng.uniform(15, 90)), int(rng.uniform(20, 90))
            )
            if 0.4 * augment.RATE < len(spoken.samples) < 15 * augment.RATE and np.abs(spoken.samples).max() > 0.02:
                return spoken, language, sentence

    def _text_for_english(self) -> str:
        if self._rng.random() > 0.15:
            return self._corpus.draw("en", self._rng, self._part)
        language = self._foreign[int(self._rng.integers(len(self._foreign)))]
        sentence = self._corpus.draw(language, self._rng, self._part)
        return unicodedata.normalize("NFD", sentence).encode("ascii", "ignore").decode()

    def _speak_natural(self) -> Tuple[Spoken, str]:
        rng = self._rng
        if self._again and rng.random() < 0.5:
            return self._again.popleft()
        while True:
            shares = np.array([NATURAL[voice] for voice in self._natural])
            voice = self._natural[int(rng.choice(len(self._natural), p=shares / shares.sum()))]
            program, name = voice.split(":")
            if program == "flite":
                sentence = self._text_for_english()
                try:
                    spoken = flite(sentence, name, float(rng.uniform(0.75, 1.25)))
                except (OSError, ValueError, RuntimeError):
                    continue
            else:
                spoken, sentence = self._next_of_festival(voice, name)
            if 0.4 * augment.RATE < len(spoken.samples) < 15 * augment.RATE and spoken.phones:
                self._again.append((spoken, sentence))
                return spoken, sentence

    def _next_of_festival(self, voice: str, name: str) -> Tuple[Spoken, str]:
        waiting = self._waiting[voice]
        while not waiting:
            texts = [self._text_for_english() for _ in range(_FESTIVAL_BATCH)]
            jobs = [(text, festival_prosody(name, self._rng)) for text in texts]
            waiting.extend((spoken, text) for spoken, text in zip(festival(jobs, name), texts) if spoken is not None)
        return waiting.popleft()

    def _perform(
        self, spoken: Spoken, language: str, sentence: str, smallest: float, largest: float, warped: float
    ) -> Utterance:
        """Makes a speaker of the voice and a recording of the speaker."""
        rng = self._rng
        samples = spoken.samples
        if rng.random() < warped:
            samples = augment.warp_formants(samples, float(rng.uniform(0.84, 1.19)))
        size = float(np.exp(rng.uniform(np.log(smallest), np.log(largest)))) if rng.random() < 0.75 else 1.0
        if size != 1.0:
            samples = augment.change_size(samples, size)
        self._noises.hear(samples, rng)
        lead = rng.uniform(0.03, 0.5) if rng.random() < 0.6 else 0.0
        tail = rng.uniform(0.03, 0.4) if rng.random() < 0.4 else 0.0
        samples = np.pad(samples, (int(lead * augment.RATE), int(tail * augment.RATE)))
        segments = [Segment(start / size + lead, end / size + lead, shape) for start, end, shape in spoken.segments()]
        return Utterance(augment.degrade(samples, self._noises, rng), segments, spoken.voice, language, sentence)
