"""Writes the known answers of the pickle reader: real pickles of Python's, numpy's and torch's own writers.

In: nothing. Out: files beside this script. What each holds is what tests/unit/pickle_test.ts expects; see README.md.
Parts whose package is missing are left as they are:

    python3 make.py         # plain_*.pkl, and numpy1_*.pkl or numpy2_*.pkl, and *.pt
"""

import pickle
from collections import OrderedDict
from pathlib import Path

HERE = Path(__file__).resolve().parent


def plain():
    """One of each plain value."""
    shared = [1, 2]
    return {
        "none": None,
        "truth": [True, False],
        "ints": [0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**40, -(2**53) + 1, 2**63, -(2**100)],
        "floats": [0.0, -0.0, 1.5, -2.25e-300, 1e300, float("inf"), float("-inf"), float("nan")],
        "texts": ["", "plain", "new\nline \\ and \t tab", "\u00fcber \u20ac \U0001f600", "x" * 300],
        "bytes": [b"", b"\x00\xff\n\\", bytes(range(256)) * 2],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "nested": [[[[]]], {}, {1: {2: (3,)}}],
        "shared": [shared, shared],
        "ordered": OrderedDict([("a", 1), ("b", 2)]),
    }


def numpy_values(np):
    """Arrays and single numbers of every type that is read, in both orders of bytes and of dimensions."""
    values = {}
    for name in "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64".split():
        values[name] = np.arange(6).reshape(2, 3).astype(name)
        values[name + " scalar"] = values[name][1, 1]
    values["big"] = np.arange(6, dtype=">i4").reshape(2, 3)
    values["fortran"] = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    values["slice"] = np.arange(24).reshape(4, 6)[::2, 1:4]
    values["empty"] = np.zeros((0, 4), dtype=np.float32)
    values["single"] = np.array(7.5)
    values["large scalar"] = np.int64(2**62)
    # As MuseTalk and LiveTalking hold their boxes.
    values["boxes"] = [(np.int32(10), 20, np.int32(30), np.int32(40)), [np.int64(1), 2, np.int64(3), 4], (0.0, 0.0, 0.0, 0.0)]
    return values


def torch_values(torch):
    """Tensors of every type, views with strides and offsets, and storages that are shared."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    latents = [((torch.arange(8 * 4).reshape(1, 8, 2, 2) - 10 * i) / 7).half() for i in range(3)]
    return {
        "types": {
            str(kind).split(".")[1]: torch.arange(6).reshape(2, 3).to(kind)
            for kind in (torch.bool, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64,
                         torch.float16, torch.bfloat16, torch.float32, torch.float64)
        },
        "whole": base,
        "turned": base.t(),
        "part": base[1:3, 2:5],
        "every other": base[:, ::2],
        "single": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        # MuseTalk's list holds each tensor twice: forward, then backward.
        "latents": latents + latents[::-1],
    }


def write(name, data):
    """One file beside this script."""
    (HERE / name).write_bytes(data)


def main():
    """Everything that the packages at hand allow."""
    for protocol in range(6):
        write(f"plain_{protocol}.pkl", pickle.dumps(plain(), protocol))
    try:
        import numpy as np
    except ImportError:
        return
    major = np.__version__.split(".")[0]
    for protocol in range(6):
        write(f"numpy{major}_{protocol}.pkl", pickle.dumps(numpy_values(np), protocol))
    write(f"numpy{major}_object.pkl", pickle.dumps(np.array([1, "a", None], dtype=object)))
    write(f"numpy{major}_record.pkl", pickle.dumps(np.zeros(2, dtype=[("x", "i4"), ("y", "f4")])))
    try:
        import torch
    except ImportError:
        return
    torch.save(torch_values(torch), HERE / "tensors.pt")
    torch.save(torch_values(torch), HERE / "tensors_old.pt", _use_new_zipfile_serialization=False)
    # A Parameter asks for a name that is not read.
    torch.save(torch.nn.Parameter(torch.zeros(2)), HERE / "parameter.pt")


if __name__ == "__main__":
    main()
