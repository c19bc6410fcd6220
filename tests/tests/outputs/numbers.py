# Reads the report's CSV by DuckDB and by Polars each, and prints the rows that both agree on.
import json
import sys

import duckdb
import polars

path = sys.argv[1]
rows = duckdb.sql(f"select * from read_csv('{path}', all_varchar = true, header = true)").fetchall()
table = polars.read_csv(path, infer_schema=False)
assert table.columns == ["section", "key", "key_2", "label", "measure", "value", "low", "high"], table.columns
empty_is_null = lambda rows: [[cell or None for cell in row] for row in rows]
assert empty_is_null(rows) == empty_is_null(table.rows()), "DuckDB and Polars read different rows"
print(json.dumps(empty_is_null(rows)))
