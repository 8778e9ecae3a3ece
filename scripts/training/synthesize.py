"""Text to speech with the times of its phones: espeak-ng through its library, flite and Festival through their
programs.

Every synthesiser gives `Spoken`: mono samples at 16 kHz in -1..1, phones with their starts in seconds, and whose
notation they are in.
"""

from __future__ import annotations

import ctypes
import math
import subprocess
import tempfile
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import scipy.io.wavfile
from scipy.signal import resample_poly

import labels

RATE = 16000


class Spoken(NamedTuple):
    """One utterance: samples [n] at 16 kHz, phones (start in seconds, name), the end of the last phone, "ipa" or
    "festival", the voice.
    """

    samples: np.ndarray
    phones: List[Tuple[float, str]]
    end: float
    notation: str
    voice: str

    def segments(self) -> List[labels.Segment]:
        """The utterance's shapes without gaps."""
        if self.notation == "ipa":
            return labels.segments(self.phones, self.end, lambda phone: labels.ipa_shapes(phone, self.voice))
        return labels.segments(self.phones, self.end, labels.festival_shapes)


def to_16k(samples: np.ndarray, rate: int) -> np.ndarray:
    """Band-limited resampling to 16 kHz."""
    if rate == RATE:
        return samples.astype(np.float32)
    divisor = math.gcd(RATE, rate)
    return resample_poly(samples.astype(np.float32), RATE // divisor, rate // divisor).astype(np.float32)


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    ]


_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_EVENT_END, _EVENT_PHONEME = 0, 7
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_UTF8 = 1


class Espeak:
    """espeak-ng in this process. One instance only: the library's state is global."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
        self._pieces: List[np.ndarray] = []
        self._phones: List[Tuple[int, str]] = []
        self._callback = callback(self._collect)
        self.rate: int = self._library.espeak_Initialize(
            _SYNCHRONOUS, 0, None, _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        )
        if self.rate <= 0:
            raise RuntimeError("espeak-ng does not start; is the package espeak-ng-data there?")
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, wave: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        if count > 0 and wave:
            self._pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                self._phones.append((event.sample, bytes(event.name).split(b"\0")[0].decode("utf-8", "replace")))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, variant: str = "", rate: int = 175, pitch: int = 50, pitch_range: int = 50
    ) -> Spoken:
        """Speaks with voice "en-us" and a variant of it ("f2"); rate in words a minute, pitch and its range in 0..99."""
        self._pieces.clear()
        self._phones.clear()
        name = f"{voice}+{variant}" if variant else voice
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {name}")
        for parameter, value in ((_PARAMETER_RATE, rate), (_PARAMETER_PITCH, pitch), (_PARAMETER_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, int(value), 0)
        data = text.encode("utf-8") + b"\0"
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
        samples = np.concatenate(self._pieces) / 32768.0 if self._pieces else np.zeros(0)
        phones = [(sample / self.rate, phone) for sample, phone in self._phones if not phone.startswith("(")]
        phones = labels.date_closures(labels.join_short_pauses(phones), samples, self.rate)
        return Spoken(to_16k(samples, self.rate), phones, len(samples) / self.rate, "ipa", name)


def flite(text: str, voice: str, stretch: float = 1.0) -> Spoken:
    """One sentence of a flite voice (kal16, awb, rms, slt); `stretch` lengthens every phone."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.wav"
        done = subprocess.run(
            ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.3f}", "-t", text, "-psdur", "-o", path],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        rate, samples = scipy.io.wavfile.read(path)
    phones: List[Tuple[float, str]] = []
    at = 0.0
    for item in done.stdout.split():
        phone, end = item.rsplit(":", 1)
        phones.append((at, phone))
        at = float(end)
    return Spoken(to_16k(samples / 32768.0, rate), phones, at, "festival", f"flite:{voice}")


def festival(jobs: Sequence[Tuple[str, str]], voice: str, encoding: str = "latin-1") -> List[Optional[Spoken]]:
    """Sentences of one Festival voice ("ked_diphone") in one process; None where it failed.

    A job is a sentence and Scheme to evaluate before it, as `festival_prosody` writes it.
    """
    spoken: List[Optional[Spoken]] = []
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"(voice_{voice})"]
        for index, (text, prosody) in enumerate(jobs):
            quoted = text.replace("\\", "").replace('"', "")
            lines.append(
                f'(unwind-protect (begin {prosody} (set! u (utt.synth (Utterance Text "{quoted}"))) '
                f'(utt.save.segs u "{folder}/{index}.lab") (utt.save.wave u "{folder}/{index}.wav" \'riff)) nil)'
            )
        script = Path(folder) / "speak.scm"
        script.write_bytes("\n".join(lines).encode(encoding, "replace"))
        subprocess.run(["festival", "-b", str(script)], capture_output=True, timeout=900, check=False)
        for index in range(len(jobs)):
            spoken.append(_read_festival(Path(folder), index, voice))
    return spoken


def _read_festival(folder: Path, index: int, voice: str) -> Optional[Spoken]:
    sound, table = folder / f"{index}.wav", folder / f"{index}.lab"
    if not sound.exists() or not table.exists():
        return None
    rate, samples = scipy.io.wavfile.read(sound)
    phones: List[Tuple[float, str]] = []
    at = 0.0
    for line in table.read_text("latin-1").split("#\n", 1)[-1].splitlines():
        fields = line.split()
        if len(fields) >= 3:
            phones.append((at, fields[2]))
            at = float(fields[0])
    return Spoken(to_16k(samples / 32768.0, rate), phones, at, "festival", f"festival:{voice}") if phones else None


def festival_prosody(voice: str, rng: np.random.Generator) -> str:
    """Scheme that varies the tempo of a Festival voice, and the pitch of the diphone voices."""
    if voice.endswith("_hts"):
        rate = f'(list "-r" {rng.uniform(0.75, 1.35):.2f})'
        return f"(set! hts_engine_params (append cmu_us_slt_arctic_hts::hts_engine_params (list {rate})))"
    tempo = f"(Parameter.set 'Duration_Stretch {rng.uniform(0.75, 1.3):.2f})"
    if voice not in ("kal_diphone", "ked_diphone"):
        return tempo
    mean, deviation = rng.uniform(75, 190), rng.uniform(8, 28)
    return (
        f"{tempo} (set! int_lr_params '((target_f0_mean {mean:.0f}) (target_f0_std {deviation:.0f}) "
        "(model_f0_mean 170) (model_f0_std 34)))"
    )
