"""Excel workbooks that nobody has vetted: the first sheet's rows."""

import io
import warnings
import zipfile

import openpyxl

from mlpcore.params import ParameterError

# Unpacked bytes of all that a workbook holds; cells that lie side by side take a second per 2 MB.
MOST_BYTES = 10_000_000
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIX = "Save the sheet as “CSV UTF-8”"


def claims(data: bytes) -> bool:
    """Whether bytes are a workbook or an archive, whatever they are called."""
    return data.startswith((_ZIP, _OLD))


def read(data: bytes, name: str, most_rows: int, most_columns: int) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that are not blank, each with its number, as words.

    Args:
        data: the workbook's bytes.
        name: what errors call it.
        most_rows, most_columns: how much of the sheet is looked at.

    Raises:
        ParameterError: ``data`` is no workbook that can be read.
    """
    table = "a table as text or an Excel workbook (.xlsx)"
    if data.startswith(_OLD):
        old = "This is an old Excel workbook (.xls), or one with a password"
        raise ParameterError("data", table, name, f"{old}. {_FIX}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            is_workbook = "xl/workbook.xml" in archive.namelist()
        if is_workbook and size <= MOST_BYTES:
            return _rows(data, most_rows, most_columns)
    except Exception as error:  # whatever readers make of hostile bytes
        broken = "This is an Excel workbook that cannot be read"
        raise ParameterError("data", table, name, f"{broken}. {_FIX}") from error
    if is_workbook:
        raise ParameterError("data", f"at most {MOST_BYTES:,} bytes unpacked", name, _FIX)
    raise ParameterError("data", table, name, f"This is a zip archive. {_FIX}")


def _rows(data: bytes, most_rows: int, most_columns: int) -> list[tuple[int, list[str]]]:
    with warnings.catch_warnings(action="ignore"):  # of what openpyxl leaves out
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # which a file may claim to be anything
            cells = sheet.iter_rows(max_row=most_rows, max_col=most_columns, values_only=True)
            rows = [(line, [_word(cell) for cell in row]) for line, row in enumerate(cells, 1)]
        finally:
            workbook.close()
    width = max((place for _, row in rows for place, word in enumerate(row, 1) if word), default=0)
    padded = [(line, [*row, *[""] * width][:width]) for line, row in rows]
    return [(line, row) for line, row in padded if any(row)]


def _word(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
