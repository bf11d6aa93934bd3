"""A small ONNX file written by hand, in protobuf's own wire form: ``sigmoid(x · weights + bias)``, where an unknown x is its ``mean``."""

import struct


def logistic(weights: list[float], bias: float, mean: list[float], output: str = "p") -> bytes:
    """Opset 13; input ``x`` of shape (rows, len(weights)), output of shape (rows, 1)."""
    width = len(weights)
    graph = b"".join([
        _node("IsNaN", ("x",), "n"), _node("Where", ("n", "mean", "x"), "y"),
        _node("MatMul", ("y", "w"), "m"), _node("Add", ("m", "b"), "z"), _node("Sigmoid", ("z",), output), _text(2, "g"),
        _tensor("mean", (width,), mean), _tensor("w", (width, 1), weights), _tensor("b", (1,), [bias]),
        _value(11, "x", width), _value(12, output, 1),
    ])  # fmt: skip
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def _node(kind: str, inputs: tuple[str, ...], output: str) -> bytes:
    return _bytes(1, b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, kind))


def _tensor(name: str, shape: tuple[int, ...], values: list[float]) -> bytes:
    sizes = b"".join(_number(1, size) for size in shape)
    return _bytes(5, sizes + _number(2, 1) + _text(8, name) + _bytes(9, struct.pack(f"<{len(values)}f", *values)))


def _value(field: int, name: str, columns: int) -> bytes:
    shape = _bytes(1, _text(2, "rows")) + _bytes(1, _number(1, columns))
    return _bytes(field, _text(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, shape))))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
