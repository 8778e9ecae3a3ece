"""Float32 graph -> the same graph computing in float16, with float32 at its inputs and outputs.

In: a model whose value types were inferred. Out: the model, changed in place. Weights beyond float16's range are cut to it.
What float16 is too coarse for (powers, roots, means of powers) and what has no float16 kernel is computed in float32 between casts;
normalisations and softmax accumulate in float32 by themselves.
"""

from __future__ import annotations

from typing import Dict, List, Set

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LARGEST = 65_504
WIDE = {"Pow", "Sqrt", "ReduceMean", "Exp", "Range", "Sin", "Cos"}
#: Inputs from this one on stay float32 whatever the first is.
FLOAT_FROM = {"Resize": 1, "Upsample": 1}


def _shrunk(tensor: TensorProto) -> TensorProto:
    values = numpy_helper.to_array(tensor).clip(-LARGEST, LARGEST).astype(np.float16)
    return numpy_helper.from_array(values, tensor.name)


def _float_names(graph: onnx.GraphProto) -> Set[str]:
    declared = [*graph.input, *graph.output, *graph.value_info]
    names = {value.name for value in declared if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    names |= {tensor.name for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}
    return names


def _shrink_constants(graph: onnx.GraphProto, kept: Set[str]) -> None:
    for index, tensor in enumerate(graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and tensor.name not in kept:
            graph.initializer[index].CopyFrom(_shrunk(tensor))
    for node in graph.node:
        if node.output and node.output[0] in kept:
            continue
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.FLOAT16
            elif node.op_type in ("Constant", "ConstantOfShape") and attribute.t.data_type == TensorProto.FLOAT:
                attribute.t.CopyFrom(_shrunk(attribute.t))


def to_half(model: onnx.ModelProto) -> onnx.ModelProto:
    graph = model.graph
    floats = _float_names(graph)
    kept = {
        name
        for node in graph.node
        for name in list(node.input)[FLOAT_FROM.get(node.op_type, len(node.input)) :]
    }
    _shrink_constants(graph, kept)

    nodes: List[onnx.NodeProto] = []
    renamed: Dict[str, str] = {}

    def cast(source: str, target: str, to: int) -> None:
        nodes.append(helper.make_node("Cast", [source], [target], name=f"cast_{target}", to=to))

    for value in graph.input:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            renamed[value.name] = f"{value.name}_half"
            cast(value.name, renamed[value.name], TensorProto.FLOAT16)
    outputs = {
        value.name for value in graph.output if value.type.tensor_type.elem_type == TensorProto.FLOAT
    }
    renamed.update({name: f"{name}_half" for name in outputs})

    for count, node in enumerate(graph.node):
        is_wide = node.op_type in WIDE
        for at, name in enumerate(node.input):
            node.input[at] = renamed.get(name, name)
            if is_wide and name in floats and name not in kept:
                wide = f"{node.input[at]}_wide_{count}_{at}"
                cast(node.input[at], wide, TensorProto.FLOAT)
                node.input[at] = wide
        nodes.append(node)
        for at, name in enumerate(node.output):
            target = renamed.get(name, name)
            node.output[at] = target
            if is_wide and name in floats:
                node.output[at] = f"{target}_wide"
                cast(node.output[at], target, TensorProto.FLOAT16)
    for name in outputs:
        cast(renamed[name], name, TensorProto.FLOAT)

    copied = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copied)
    del graph.value_info[:]  # they speak of float32
    return model
