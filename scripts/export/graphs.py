"""PyTorch modules -> ONNX files, and how far onnxruntime's answers are from PyTorch's.

In: a network, values that it is tried on, names. Out: `role`.onnx in the model's folder, its weights in `role`.onnx.data where it
would be over 2 GB, and a parity report. Frames of a run are left open (axis "B").
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np
import onnx
import torch
from torch import nn

import packages
from half import to_half

OPSET = 17
#: A protocol buffer's limit is 2 GiB; the graph itself needs some of it.
INLINE_BYTES_MAX = 1_900_000_000
Values = Mapping[str, np.ndarray]


def tensors(values: Values) -> List[torch.Tensor]:
    return [torch.from_numpy(np.ascontiguousarray(value)) for value in values.values()]


def answer_of(network: nn.Module, values: Values) -> np.ndarray:
    with torch.no_grad():
        return network(*tensors(values)).numpy()


def export_graph(
    network: nn.Module,
    path: Path,
    example: Values,
    output: str,
    axes: Mapping[str, Sequence[str]],
    is_half: bool = False,
) -> None:
    """`axes`: names of the open axes of each tensor, "" for one that is not open."""
    open_axes = {
        name: {at: axis for at, axis in enumerate(each) if axis} for name, each in axes.items()
    }
    with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent.parent) as folder:
        raw = Path(folder) / "graph.onnx"
        with warnings.catch_warnings():
            # What a trace fixes is fixed in the contract too: channels, 50 rows, 256 pixels. The parity report runs another batch.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                tuple(value[:1] for value in tensors(example)),
                str(raw),
                input_names=list(example),
                output_names=[output],
                dynamic_axes=open_axes,
                opset_version=OPSET,
            )
        if is_half:
            onnx.shape_inference.infer_shapes_path(str(raw), str(raw))
        model = onnx.load(str(raw))
    if is_half:
        model = to_half(model)
    save(model, path)


def save(model: onnx.ModelProto, path: Path) -> None:
    weights = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    if weights <= INLINE_BYTES_MAX:
        onnx.save(model, str(path))
        return
    onnx.save(
        model,
        str(path),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=f"{path.name}.data",
        size_threshold=1024,
    )


def run_graph(path: Path, values: Values) -> np.ndarray:
    """The first output, of the inputs that the graph has kept."""
    runtime = packages.need("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = {value.name for value in session.get_inputs()}
    return session.run(None, {name: value for name, value in values.items() if name in names})[0]


class Parity:
    """What onnxruntime and PyTorch answered, compared; goes into model.json."""

    def __init__(self, is_half: bool) -> None:
        self.is_half = is_half
        self.report: Dict[str, Any] = {
            "torch": torch.__version__,
            "onnxruntime": packages.need("onnxruntime").__version__,
            "weights": "float16" if is_half else "float32",
        }
        self.faults: List[str] = []

    def compare(self, role: str, path: Path, values: Values, wanted: np.ndarray, *, may_be_half: bool = True) -> np.ndarray:
        """Bytes: levels of 255. Numbers: as a share of the largest that PyTorch answered."""
        answer = run_graph(path, values)
        if answer.shape != wanted.shape or answer.dtype != wanted.dtype:
            raise SystemExit(f"{path.name} answers {answer.dtype} {answer.shape}, wanted {wanted.dtype} {wanted.shape}")
        difference = np.abs(answer.astype(np.float64) - wanted.astype(np.float64))
        is_bytes = wanted.dtype == np.uint8
        scale = 1.0 if is_bytes else float(np.abs(wanted).max()) or 1.0
        is_half = self.is_half and may_be_half
        limit = (8 if is_half else 1) if is_bytes else (0.03 if is_half else 5e-4)
        largest = float(difference.max()) / scale
        self.report[role] = {
            "largest": float(f"{largest:.3g}"),
            "mean": float(f"{difference.mean() / scale:.3g}"),
            "limit": limit,
            "unit": "levels of 255" if is_bytes else "of the largest value",
            "frames": int(wanted.shape[0]),
        }
        print(f"{role}: onnxruntime is apart from PyTorch by {largest:.3g} {self.report[role]['unit']} at most (limit {limit})")
        if not largest <= limit:
            self.faults.append(role)
        return answer

    def check(self) -> Dict[str, Any]:
        if self.faults:
            raise SystemExit(f"too far from PyTorch: {', '.join(self.faults)}; nothing was installed")
        return self.report


def load_weights(path: Path) -> Any:
    """A checkpoint's content; nothing in it is executed."""
    if not path.is_file():
        raise SystemExit(f"no file {path}, wanted a checkpoint")
    try:
        return torch.load(str(path), map_location="cpu", weights_only=True)
    except Exception as error:  # a pickle can be wrong in any way
        first = str(error).strip().split("\n")[0].split("WeightsUnpickler error: ")[-1]
        raise SystemExit(f"{path} cannot be read ({first}), wanted a checkpoint of weights only, saved by PyTorch")


def fill(network: nn.Module, weights: Mapping[str, torch.Tensor], path: Path) -> nn.Module:
    """Every weight must be there and of the right shape; says the first that is not."""
    try:
        missing, strange = network.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        line = str(error).strip().split("\n")[1].strip()
        raise SystemExit(f"{path}: {line}, wanted the weights of {type(network).__name__}")
    missing = [name for name in missing if not name.endswith(("num_batches_tracked", "position_ids"))]
    if missing or strange:
        what = f"lacks {missing[0]!r}" if missing else f"has {strange[0]!r} too"
        raise SystemExit(f"{path} {what}, wanted the weights of {type(network).__name__}")
    return network.eval()
