"""Set c: people's speech from Debian packages, labelled by forced alignment of what they are known to say.

It is for the published measurement only: nothing is trained, tuned or stopped by it. An utterance is left out where the
alignment says that the words are not these (FIT_MIN, WORST_FIT_MIN: chosen on recordings given other recordings'
words, before any network was scored), and the manifest says which and why.
"""
from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from acoustics import AcousticModel, Missing, require, senone_costs
from align import VERSION, Alignment, Phone, Word, align
from labels import Segment, Shapes, arpabet_shapes, ipa_shapes, segments
from pronounce import english, foreign
from store import RATE, Part, Utterance, keep, kept_key, kept_value, write_wav

TRANSCRIPTS = Path(__file__).resolve().parent / "transcripts"
ASTERISK = Path("/usr/share/asterisk/sounds")
ALSA = Path("/usr/share/sounds/alsa")
SPHINX = Path("/usr/share/pocketsphinx/test/data")

#: Recordings that are scored in one run of pocketsphinx: about 1 MB of costs a second.
_BATCH = 20

#: Nats a frame, of the whole and of its worst word, below which an utterance is left out.
FIT_MIN = -1.75
WORST_FIT_MIN = -3.5


class Recording(NamedTuple):
    name: str
    path: Path
    text: str


class Source(NamedTuple):
    """One speaker or one package: its recordings, their language, and espeak-ng's voice for words that are not English."""

    part: str
    voice: str
    package: str
    language: str
    reader: str
    transcript: str


SOURCES = (
    Source("allison-en", "Allison Smith (Asterisk, US English)", "asterisk-core-sounds-en-g722", "en", "", "en_asterisk.tsv"),
    Source("alsa", "the speaker test of ALSA", "alsa-utils", "en", "", "en_other.tsv"),
    Source("pocketsphinx", "pocketsphinx's test recordings", "pocketsphinx-testdata", "en", "", "en_other.tsv"),
    Source("carlo-it", "Carlo Flora (Asterisk, Italian)", "asterisk-core-sounds-it-g722", "it", "it", "it_asterisk.tsv"),
    Source("allison-es", "Allison Smith (Asterisk, Mexican Spanish)", "asterisk-core-sounds-es-g722", "es", "es-419", "es_asterisk.tsv"),
    Source("june-fr", "June Wallack (Asterisk, Canadian French)", "asterisk-core-sounds-fr-g722", "fr", "fr-fr", "fr_asterisk.tsv"),
    Source("ivrvoice-ru", "ivrvoice.ru (Asterisk, Russian)", "asterisk-core-sounds-ru-g722", "ru", "ru", "ru_asterisk.tsv"),
)
_ASTERISK_FOLDERS = {
    "allison-en": "en_US_f_Allison", "carlo-it": "it_IT_m_Carlo", "allison-es": "es_MX_f_Allison", "june-fr": "fr_CA_f_June",
    "ivrvoice-ru": "ru_RU_f_IvrvoiceRU",
}


def _rows(name: str) -> List[Tuple[str, str]]:
    lines = (TRANSCRIPTS / name).read_text(encoding="utf-8").splitlines()
    return [(fields[0], fields[1]) for fields in (line.split("\t") for line in lines) if len(fields) == 2]


def recordings(source: Source) -> List[Recording]:
    """The recordings of a source that are installed; Missing where its package is not."""
    if source.part in _ASTERISK_FOLDERS:
        folder = ASTERISK / _ASTERISK_FOLDERS[source.part]
        found = [Recording(name.replace("/", "-"), folder / f"{name}.g722", text) for name, text in _rows(source.transcript)]
    elif source.part == "alsa":
        found = [Recording(name.split("/")[1], ALSA / f"{name.split('/')[1]}.wav", text)
                 for name, text in _rows(source.transcript) if name.startswith("alsa/")]
    else:
        found = [Recording(name.split("/")[1], SPHINX / f"{name.split('/')[1]}.raw", text)
                 for name, text in _rows(source.transcript) if name.startswith("pocketsphinx/")]
        found += _listed(SPHINX / "librivox", "transcription") + _listed(SPHINX / "cards", "cards.transcription")
    if not any(one.path.exists() for one in found):
        raise Missing(f"the recordings of {source.voice} are missing, wanted: apt-get install {source.package}")
    return [one for one in found if one.path.exists()]


def _listed(folder: Path, table: str) -> List[Recording]:
    """Recordings with pocketsphinx's own transcriptions: "<s> words </s> (name)"."""
    if not folder.exists():
        return []
    found: List[Recording] = []
    for line in (folder / table).read_text().splitlines():
        words, name = line.rsplit("(", 1)
        name = name.strip(" )")
        text = words.replace("<s>", "").replace("</s>", "").strip()
        found.append(Recording(name.replace("sense_and_sensibility_01_austen_64kb-", "austen-"), folder / f"{name}.wav", text))
    return found


def decode(path: Path) -> np.ndarray:
    """Any recording as 16 kHz mono in -1..1."""
    form = ["-f", "g722"] if path.suffix == ".g722" else ["-f", "s16le", "-ar", str(RATE), "-ac", "1"] if path.suffix == ".raw" else []
    command = [require("ffmpeg", "ffmpeg"), "-nostdin", "-v", "error", *form, "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2").astype(np.float32) / 32768


def shapes_of(source: Source, label: str) -> Shapes:
    if label == "SIL":
        return [("sil", 1.0)]
    return arpabet_shapes(label) if source.reader == "" else ipa_shapes(label, source.reader)


def words_of(source: Source, text: str) -> List[Word]:
    return english(text) if source.reader == "" else foreign(text, source.reader)


def reason_against(found: Alignment) -> Optional[str]:
    """Why an alignment is not to be trusted, or None."""
    if found.fit < FIT_MIN:
        return f"fit {found.fit:.2f} nats a frame, wanted {FIT_MIN}"
    if found.worst_fit < WORST_FIT_MIN:
        return f'fit of "{found.worst_word}" {found.worst_fit:.2f} nats a frame, wanted {WORST_FIT_MIN}'
    return None


def _utterance(source: Source, recording: Recording, samples: np.ndarray, found: Alignment) -> Utterance:
    seconds = len(samples) / RATE
    starts = [(phone.start, phone.label) for phone in found.phones]
    parts: List[Segment] = segments(starts, min(found.phones[-1].end, seconds), lambda label: shapes_of(source, label))
    phones = [(phone.start, min(phone.end, seconds), phone.label) for phone in found.phones]
    return Utterance(recording.name, samples, parts, phones, recording.text)


def _make(source: Source) -> Tuple[List[Utterance], List[Dict[str, Any]]]:
    todo = recordings(source)
    kept: List[Utterance] = []
    left_out: List[Dict[str, Any]] = []
    for first in range(0, len(todo), _BATCH):
        batch = todo[first : first + _BATCH]
        sounds = [decode(recording.path) for recording in batch]
        for recording, samples, found in zip(batch, sounds, _alignments(source, batch, sounds)):
            reason = "the recording is shorter than its words" if found is None else reason_against(found)
            if found is not None and reason is None:
                kept.append(_utterance(source, recording, samples, found))
            else:
                left_out.append({"name": recording.name, "text": recording.text, "reason": reason})
    return kept, left_out


def _alignments(source: Source, batch: List[Recording], sounds: List[np.ndarray]) -> List[Optional[Alignment]]:
    """Alignments of a batch; each is kept by sound and words, so labels can change without listening again."""
    words = [words_of(source, recording.text) for recording in batch]
    keys = [kept_key("alignment", str(VERSION), samples.tobytes(), repr(one)) for samples, one in zip(sounds, words)]
    todo = [at for at, key in enumerate(keys) if kept_value(key) is None]
    if todo:
        model = AcousticModel()
        for at, costs in zip(todo, costs_of([sounds[at] for at in todo])):
            try:
                keep(keys[at], align(model, costs, words[at]))
            except ValueError:
                keep(keys[at], False)
    found = [kept_value(key) for key in keys]
    return [Alignment([Phone(*phone) for phone in one[0]], *one[1:]) if one else None for one in found]


def costs_of(sounds: List[np.ndarray]) -> List[np.ndarray]:
    """Senone costs of sounds at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{index}.wav" for index in range(len(sounds))]
        for path, samples in zip(paths, sounds):
            write_wav(path, samples)
        return senone_costs(paths)


def parts() -> List[Part]:
    """All speakers of set c."""
    made: List[Part] = []
    for source in SOURCES:
        found = recordings(source)
        recipe = {
            "maker": source.package, "recordings": [[recording.name, recording.text] for recording in found],
            "fitMin": FIT_MIN, "worstFitMin": WORST_FIT_MIN,
        }
        made.append(Part(source.part, source.language, source.voice, recipe, functools.partial(_make, source)))
    return made
