"""Forced alignment: when is each phone of a known sentence spoken?

In: senone costs of one recording (acoustics.py) and its words, each with one or more pronunciations. Out: phones with their
starts and ends, and how well the whole and each word fit. Two searches: the first, with phones out of context, chooses
pronunciations and pauses; the second, with triphones, dates what was chosen.

A fit is the cost of the best sequence of *any* phones less that of the known ones, in nats a frame: about 0 where the words
are right, far below where they are not.
"""
from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from acoustics import FRAME_OFFSET_S, FRAME_S, STATES, AcousticModel, PhoneModel

#: Changes whenever other times would be found: what was kept of earlier alignments counts no more.
VERSION = 1
#: What a pause costs to enter, and what a change of phone costs in the free search, in nats.
PAUSE_COST = 2.0
FREE_CHANGE_COST = 3.7
#: Shorter words ("the" in passing) are not judged alone.
JUDGED_FRAMES_MIN = 12


class Spoken(NamedTuple):
    """One phone of a pronunciation: what the acoustic model calls it, and what the labels are to call it."""

    model: str
    label: str


Pronunciation = Sequence[Spoken]


class Word(NamedTuple):
    text: str
    pronunciations: Sequence[Pronunciation]


class Phone(NamedTuple):
    """A phone as found: times in seconds, its name for the labels, the index of its word (-1: a pause), its fit."""

    start: float
    end: float
    label: str
    word: int
    fit: float


class Alignment(NamedTuple):
    phones: List[Phone]
    #: Nats a frame over all frames that are no pause, and of the worst word that is long enough to judge.
    fit: float
    worst_word: str
    worst_fit: float


class _Node(NamedTuple):
    model: PhoneModel
    before: Tuple[int, ...]
    entry_cost: float
    is_first: bool
    is_last: bool
    spoken: Spoken
    word: int


_PAUSE = Spoken("SIL", "SIL")


def _viterbi(costs: np.ndarray, nodes: Sequence[_Node]) -> Tuple[List[Tuple[int, int, int]], float]:
    """The cheapest way through the nodes: (node, first frame, frame after its last) in order, and its cost."""
    frames, count = len(costs), len(nodes)
    senones = np.array([node.model.senones for node in nodes])
    stay = np.array([node.model.stay for node in nodes])
    leave = np.array([node.model.leave for node in nodes])
    widest = max(1, max(len(node.before) for node in nodes))
    before = np.full((count, widest), count)
    for index, node in enumerate(nodes):
        before[index, : len(node.before)] = node.before
    entry = np.array([node.entry_cost for node in nodes])
    total = np.full((count, STATES), np.inf)
    #: 0: stayed in the state, 1: came from the state before, and which node was left when a first state was entered.
    moved = np.zeros((frames, count, STATES), bool)
    came_from = np.zeros((frames, count), np.int32)
    rows = np.arange(count)
    for frame in range(frames):
        emitted = costs[frame][senones]
        if frame == 0:
            total[[node.is_first for node in nodes], 0] = 0.0
            total += emitted + np.where(np.arange(STATES) == 0, entry[:, None], 0.0)
            continue
        leaving = np.append(total[:, -1] + leave[:, -1], np.inf)
        choices = leaving[before]
        best = choices.argmin(1)
        came_from[frame] = before[rows, best]
        arriving = np.concatenate([(choices[rows, best] + entry)[:, None], total[:, :-1] + leave[:, :-1]], axis=1)
        staying = total + stay
        moved[frame] = arriving < staying
        total = np.where(moved[frame], arriving, staying) + emitted
    ends = [index for index, node in enumerate(nodes) if node.is_last]
    node = min(ends, key=lambda index: total[index, -1])
    cost = float(total[node, -1])
    if not np.isfinite(cost):
        raise ValueError("the recording is shorter than its words")
    path: List[Tuple[int, int, int]] = []
    state, stop = STATES - 1, frames
    for frame in range(frames - 1, 0, -1):
        if not moved[frame, node, state]:
            continue
        if state > 0:
            state -= 1
            continue
        path.append((node, frame, stop))
        node, state, stop = int(came_from[frame, node]), STATES - 1, frame
    path.append((node, 0, stop))
    return path[::-1], cost


def _choices(model: AcousticModel, words: Sequence[Word]) -> List[_Node]:
    """Every pronunciation of every word, with a pause possible before, between and after the words."""
    nodes: List[_Node] = []
    ends: Tuple[int, ...] = ()
    for index in range(len(words) + 1):
        pause = len(nodes)
        nodes.append(_Node(model.find("SIL"), ends, PAUSE_COST, index == 0, index == len(words), _PAUSE, -1))
        reach = ends + (pause,)
        if index == len(words):
            nodes = [node._replace(is_last=True) if at in ends else node for at, node in enumerate(nodes)]
            break
        ends = ()
        for pronunciation in words[index].pronunciations:
            for place, spoken in enumerate(pronunciation):
                before = reach if place == 0 else (len(nodes) - 1,)
                nodes.append(_Node(model.find(spoken.model), before, 0.0, index == 0 and place == 0, False, spoken, index))
            ends += (len(nodes) - 1,)
    return nodes


def _in_context(model: AcousticModel, chosen: Sequence[_Node]) -> List[_Node]:
    """The chosen phones one after the other, as triphones."""
    nodes: List[_Node] = []
    for index, node in enumerate(chosen):
        left = chosen[index - 1] if index > 0 else None
        right = chosen[index + 1] if index + 1 < len(chosen) else None
        begins = left is None or left.word != node.word
        ends = right is None or right.word != node.word
        place = "s" if begins and ends else "b" if begins else "e" if ends else "i"
        if node.word < 0:
            found = model.find("SIL")
        else:
            found = model.find(
                node.spoken.model, left.spoken.model if left else "SIL", right.spoken.model if right else "SIL", place,
            )
        before = (index - 1,) if index > 0 else ()
        nodes.append(node._replace(model=found, before=before, is_first=index == 0, is_last=index == len(chosen) - 1))
    return nodes


def _free_costs(model: AcousticModel, costs: np.ndarray) -> np.ndarray:
    """The cost of each frame on the cheapest sequence of any phones at all."""
    everything = tuple(range(len(model.phones)))
    nodes = [
        _Node(model.find(phone), everything, FREE_CHANGE_COST, True, True, Spoken(phone, phone), 0) for phone in model.phones
    ]
    path, _ = _viterbi(costs, nodes)
    return _path_costs(costs, nodes, path)


def _path_costs(costs: np.ndarray, nodes: Sequence[_Node], path: Sequence[Tuple[int, int, int]]) -> np.ndarray:
    """Per frame the cost of the best of the node's states: close to what the search paid, and free of its transitions."""
    result = np.zeros(len(costs), np.float32)
    for node, start, stop in path:
        result[start:stop] = costs[start:stop][:, list(nodes[node].model.senones)].min(1)
    return result


def align(model: AcousticModel, costs: np.ndarray, words: Sequence[Word]) -> Alignment:
    """Dates the phones of `words`; raises ValueError where the recording is too short for them."""
    choices = _choices(model, words)
    first, _ = _viterbi(costs, choices)
    chosen = [choices[node] for node, _, _ in first]
    nodes = _in_context(model, chosen)
    path, _ = _viterbi(costs, nodes)
    plain = [node._replace(model=model.find(node.spoken.model)) for node in nodes]
    fits = _free_costs(model, costs) - _path_costs(costs, plain, path)
    spoken = np.zeros(len(costs), bool)
    phones: List[Phone] = []
    by_word: List[Optional[Tuple[int, int]]] = [None] * len(words)
    for node, start, stop in path:
        word = nodes[node].word
        if word >= 0:
            spoken[start:stop] = True
            known = by_word[word]
            by_word[word] = (known[0] if known else start, stop)
        begin = 0.0 if start == 0 else start * FRAME_S + FRAME_OFFSET_S
        end = stop * FRAME_S + FRAME_OFFSET_S
        phones.append(Phone(begin, end, nodes[node].spoken.label, word, float(fits[start:stop].mean())))
    spans = [span or (0, 0) for span in by_word]
    judged = [span if span[1] - span[0] >= JUDGED_FRAMES_MIN else (0, 0) for span in spans]
    word_fits = [float(fits[start:stop].mean()) if stop > start else 0.0 for start, stop in judged]
    worst = int(np.argmin(word_fits))
    return Alignment(phones, float(fits[spoken].mean()), words[worst].text, word_fits[worst])
