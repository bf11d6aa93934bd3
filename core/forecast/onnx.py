"""ONNX models, where the optional onnxruntime is installed; elsewhere they are refused, and it is said how to install it.

One thread, on the processor, nothing fetched: a model that keeps weights in another file is refused.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from core import errors
from core.domain.model.contract import ContractBroken

KIND = "onnx"
MISSING = "ONNX models need onnxruntime, which is not installed here; on every host: .venv/bin/pip install -r requirements-onnx.txt"
TROUBLE = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoModel", "NoSuchFile", "NotFound", "NotImplemented", "RuntimeException")


def is_installed() -> bool:
    return find_spec("onnxruntime") is not None


def refuse_if_missing(kind: str) -> None:
    """Invalid, with the sentence how to install it."""
    if kind == KIND and not is_installed():
        raise errors.Invalid(MISSING, fields={"kind": [MISSING]})


class Onnx:
    """One input of floats, shape (rows, numbers); the probability is the last column of its last output of floats."""

    def __init__(self, names: tuple[str, ...], data: bytes):
        if not is_installed():
            raise ContractBroken(MISSING)
        if b"location" in data:
            raise ContractBroken("it keeps weights in another file, or names something 'location'; only what is in the file is read")
        self._runtime = import_module("onnxruntime")
        state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
        self._trouble = tuple(getattr(state, name) for name in TROUBLE)
        self._session = self._tried(lambda: self._runtime.InferenceSession(data, self._options(), providers=["CPUExecutionProvider"]))
        self._input = self._only_input(len(names))

    def __call__(self, numbers: Any) -> Any:
        """Arrays of numpy, as every formula takes and gives them."""
        told = self._tried(lambda: self._session.run(None, {self._input: numbers.astype("float32")}))
        floats = [one for one in told if hasattr(one, "dtype") and one.dtype.kind == "f"]
        if not floats or floats[-1].ndim not in (1, 2) or len(floats[-1]) != len(numbers):
            raise ContractBroken("no output holds one probability per row")
        return floats[-1].reshape(len(numbers), -1)[:, -1].astype(float)

    def _options(self):
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return options

    def _only_input(self, width: int) -> str:
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(inputs[0].shape) != 2 or inputs[0].shape[1] not in (width, None):
            raise ContractBroken(f"it must take one tensor of floats with {width} columns")
        return inputs[0].name

    def _tried(self, work):
        try:
            return work()
        except self._trouble as error:
            raise ContractBroken(f"onnxruntime refuses it: {str(error)[:200]}") from None


OTHERS = {KIND: Onnx}
