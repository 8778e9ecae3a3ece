"""Writes avatar folders as MuseTalk and LiveTalking do, with the libraries that they write them with.

In: a portrait, a folder, and "musetalk", "wav2lip" or "ultralight". Out: the avatar's folder: pictures of a portrait that
sways, boxes as numpy scalars through pickle, latents through torch.save, the masks as grey PNG; what each number should
be goes to expected.json. Needs numpy, scikit-image, torch (only for "musetalk").

    python3 foreign_avatar.py portrait.png out musetalk
"""

import json
import pickle
import sys
from pathlib import Path

import numpy as np
from skimage import io, transform

FRAMES = 8
# The face of skimage's astronaut, as a detector's box.
FACE = (165, 65, 280, 205)


def save(path, picture):
    """A PNG without the library's remarks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    io.imsave(path, picture, check_contrast=False)


def main(portrait, out, kind):
    """One folder."""
    picture = io.imread(portrait)[:, :, :3]
    shifts = [int(round(6 * np.sin(frame / 2))) for frame in range(FRAMES)]
    frames = [np.roll(picture, shift, axis=1) for shift in shifts]
    boxes = [(FACE[0] + shift, FACE[1], FACE[2] + shift, FACE[3]) for shift in shifts]
    if kind == "musetalk":
        expected = musetalk(out, frames, boxes)
    else:
        expected = cropped(out, frames, boxes, kind)
    (out / "expected.json").write_text(json.dumps({"boxes": boxes, **expected}))


def musetalk(out, frames, boxes):
    """MuseTalk 1.5: everything twice, the second time backward."""
    import torch

    generator = torch.Generator().manual_seed(1)
    latents = [torch.randn(1, 8, 32, 32, generator=generator).half() for _ in frames]
    # As the landmarks are: numpy's numbers beside Python's.
    coords = [[np.int32(x1), y1, np.int32(x2), min(y2, 512)] for x1, y1, x2, y2 in boxes]
    crops, masks = [], []
    for x1, y1, x2, y2 in boxes:
        middle_x, middle_y = (x1 + x2) // 2, (y1 + y2) // 2
        half = int(max(x2 - x1, y2 - y1) // 2 * 1.5)
        crops.append([middle_x - half, middle_y - half, middle_x + half, middle_y + half])
        mask = np.zeros((2 * half, 2 * half), dtype=np.uint8)
        mask[half:, half // 2 : half * 3 // 2] = np.arange(half, dtype=np.uint8)[:, None]
        masks.append(mask)
    for at, frame in enumerate(list(range(FRAMES)) + list(range(FRAMES))[::-1]):
        save(out / "full_imgs" / f"{at:08d}.png", frames[frame])
        save(out / "mask" / f"{at:08d}.png", masks[frame])
    (out / "coords.pkl").write_bytes(pickle.dumps(coords + coords[::-1]))
    (out / "mask_coords.pkl").write_bytes(pickle.dumps(crops + crops[::-1]))
    torch.save(latents + latents[::-1], out / "latents.pt")
    (out / "avator_info.json").write_text(json.dumps({"avatar_id": "a", "bbox_shift": 0, "version": "v15"}))
    first = [int(value) for value in latents[0].numpy().view(np.uint16).ravel()[:64]]
    sums = [int(mask[half_of(mask) :, :].astype(np.int64).sum()) for mask in masks]
    return {"crops": crops, "latents": first, "maskSums": sums}


def half_of(mask):
    """The first row that has something."""
    return mask.shape[0] // 2


def cropped(out, frames, boxes, kind):
    """LiveTalking's Wav2Lip and Ultralight: once, with the faces cut out."""
    side = 256 if kind == "wav2lip" else 168
    coords = []
    for at, (frame, (x1, y1, x2, y2)) in enumerate(zip(frames, boxes)):
        face = transform.resize(frame[y1:y2, x1:x2], (side, side))
        save(out / "full_imgs" / f"{at:08d}.png", frame)
        save(out / "face_imgs" / f"{at:08d}.png", (face * 255).astype(np.uint8))
        numbers = (y1, y2, x1, x2) if kind == "wav2lip" else (x1, y1, x2, y2)
        coords.append(tuple(np.int64(number) for number in numbers))
    (out / "coords.pkl").write_bytes(pickle.dumps(coords))
    return {}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
