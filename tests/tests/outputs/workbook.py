# Reads a workbook by openpyxl, checks what every sheet must be, and prints the cells.
import datetime
import json
import sys
import zipfile

import openpyxl

path = sys.argv[1]
book = openpyxl.load_workbook(path)
sheets = {}
for sheet in book:
    assert sheet.freeze_panes == "A2", (sheet.title, sheet.freeze_panes)
    assert not sheet._hyperlinks, sheet.title
    if sheet.title != "About" and 1 < sheet.max_row:
        assert sheet.auto_filter.ref == sheet.dimensions, (sheet.title, sheet.auto_filter.ref)
    rows = []
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in "nsd", (sheet.title, cell.coordinate, cell.data_type)
            assert cell.hyperlink is None and not isinstance(cell.value, bool)
        rows.append([
            [type(cell.value).__name__, cell.value if not isinstance(cell.value, (datetime.datetime, datetime.timedelta, datetime.time)) else str(cell.value), cell.number_format]
            for cell in row
        ])
    sheets[sheet.title] = rows
# A file of its own would be a link, a macro, or something that is fetched.
with zipfile.ZipFile(path) as packed:
    odd = [name for name in packed.namelist() if "external" in name.lower() or "vba" in name.lower()]
    assert not odd, odd
print(json.dumps({"names": book.sheetnames, "created": str(book.properties.created), "sheets": sheets}))
