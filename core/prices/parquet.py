"""Price dumps in Parquet, batch by batch; needs pyarrow, which the server itself does without."""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from core import errors
from core.domain import recorded
from core.domain.recorded import COLUMNS, Price

BATCH = 50_000


def prices(path: Path) -> Iterator[Price]:
    """The changes of a file with the columns of the CSV; times without a zone are UTC."""
    if importlib.util.find_spec("pyarrow") is None:
        raise errors.Invalid("reading Parquet needs pyarrow, which is not installed here (pip install pyarrow); CSV and JSON need nothing")
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            _refuse_other_columns(file.schema_arrow.names)
            yield from recorded.from_rows(row for batch in file.iter_batches(BATCH, columns=list(COLUMNS)) for row in batch.to_pylist())
    except (OSError, ValueError) as error:
        raise errors.Invalid(f"the file is no Parquet that can be read: {error}") from None


def _refuse_other_columns(names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise errors.Invalid(f"the file lacks the columns {', '.join(missing)}; needed: {', '.join(COLUMNS)}")
