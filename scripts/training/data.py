"""Shards in memory, and batches drawn from them by step number alone (so that a resumed run draws the same ones)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

import numpy as np

import labels
import mel

CONTEXT = 4
#: Visemes a corpus has too few of: this share of the chunks holds one of them for certain.
RARE = tuple(labels.INDEX[name] for name in ("TH", "FF", "CH", "kk", "U", "O", "PP"))
RARE_SHARE = 0.3
#: Share of the chunks that begin where an utterance does, with nothing heard before.
FRESH_SHARE = 0.25
#: Frames of a chunk that begins in the middle of speech that are not judged: the state is still blank.
BLANK_FRAMES = 12


class Stream(NamedTuple):
    """Utterances end to end: mel [2n, 80], viseme [n], mouth [n, 6] (255 is 1), starts of utterances, and the shards'
    own descriptions.
    """

    mel: np.ndarray
    viseme: np.ndarray
    mouth: np.ndarray
    starts: np.ndarray
    about: List[Dict[str, Any]]

    @property
    def hours(self) -> float:
        return len(self.viseme) / labels.FRAME_RATE / 3600


def load(paths: Sequence[Path]) -> Stream:
    """Reads shards into one stream."""
    shards = [np.load(path) for path in paths]
    visemes = [shard["viseme"] for shard in shards]
    offsets = np.concatenate([[0], np.cumsum([len(viseme) for viseme in visemes])[:-1]])
    starts = [shard["starts"] + offset for shard, offset in zip(shards, offsets)]
    return Stream(
        np.concatenate([shard["mel"] for shard in shards]),
        np.concatenate(visemes),
        np.concatenate([shard["mouth"] for shard in shards]),
        np.concatenate(starts),
        [json.loads(str(shard["about"])) for shard in shards],
    )


class Batch(NamedTuple):
    """Inputs with their context in front, float32 [B, 4 + 2T, 80], and targets already late by the delay; judged [B,
    T] says what counts.
    """

    mel: np.ndarray
    viseme: np.ndarray
    mouth: np.ndarray
    judged: np.ndarray


class Sampler:
    """Draws batches of chunks of `frames` frames."""

    def __init__(self, stream: Stream, frames: int, delay: int, seed: int) -> None:
        self._stream, self._frames, self._delay, self._seed = stream, frames, delay, seed
        self._rare = [np.flatnonzero(stream.viseme == index) for index in RARE]
        self._rare = [positions for positions in self._rare if len(positions) > 0]

    def batch(self, step: int, size: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self._seed, step])
        frames, delay, stream = self._frames, self._delay, self._stream
        mels = np.empty((size, CONTEXT + 2 * frames, mel.MELS), np.float32)
        visemes = np.zeros((size, frames), np.int64)
        mouths = np.zeros((size, frames, 6), np.float32)
        judged = np.ones((size, frames), bool)
        last = len(stream.viseme) - frames
        for row in range(size):
            dice = rng.random()
            is_fresh = dice < FRESH_SHARE
            if is_fresh:
                at = int(stream.starts[int(rng.integers(len(stream.starts)))])
            elif dice < FRESH_SHARE + RARE_SHARE and self._rare:
                positions = self._rare[int(rng.integers(len(self._rare)))]
                at = int(positions[int(rng.integers(len(positions)))]) - int(rng.integers(BLANK_FRAMES, frames - delay))
            else:
                at = int(rng.integers(last))
            is_fresh = is_fresh and at <= last
            at = min(max(at, CONTEXT), last)
            mels[row] = stream.mel[2 * at - CONTEXT : 2 * (at + frames)]
            if is_fresh:
                mels[row, :CONTEXT] = mel.SILENCE
            visemes[row, delay:] = stream.viseme[at : at + frames - delay]
            mouths[row, delay:] = stream.mouth[at : at + frames - delay] / np.float32(255)
            judged[row, : delay if is_fresh else delay + BLANK_FRAMES] = False
        return Batch(mels, visemes, mouths, judged)
