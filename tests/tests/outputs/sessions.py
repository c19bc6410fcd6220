# Counts the rows of a Parquet file as the report counts units, by DuckDB and by Polars each, and
# prints what both agree on.
import json
import sys

import duckdb
import polars

path = sys.argv[1]
OUTCOMES = ["submitted", "cancelled", "lost_in_handover", "stalled", "handed_over", "in_progress"]
FLAGS = ["recovered", "left_after_submitting", "other_document", "implied_submitted", "missing_started"]
PERCENTILES = [50, 75, 90, 95, 99]


def nearest_rank(values):
    values = sorted(values)
    rank = lambda p: (p * len(values) + 99) // 100
    return {f"p{p}": values[rank(p) - 1] if values else None for p in PERCENTILES}


def by_duckdb():
    table = f"read_parquet('{path}')"
    ask = lambda what: duckdb.sql(f"select {what} from {table}").fetchall()
    kept = ", ".join(f"count(*) filter (outcome = '{outcome}')" for outcome in OUTCOMES)
    flags = ", ".join(f"count(*) filter ({flag})" for flag in FLAGS)
    ends = "outcome in ('cancelled', 'lost_in_handover')"
    groups = f"state, reason, count(*) from {table} where {ends} group by all"
    return {
        "started": ask("count(*)")[0][0],
        "outcomes": list(ask(kept)[0]),
        "flags": list(ask(flags)[0]),
        "pairs": sorted(duckdb.sql(f"select {groups}").fetchall(), key=repr),
        "integrations": sorted(ask("distinct integration")),
        "submit": nearest_rank([row[0] for row in ask("time_to_submit_seconds") if row[0] is not None]),
        "abandon": nearest_rank([row[0] for row in ask("time_to_abandon_seconds") if row[0] is not None]),
        "first": [int(us) for us in ask("epoch_us(min(first_at)), epoch_us(max(first_at))")[0] if us is not None],
        "ids": ask("count(distinct session_id::uuid)")[0][0],
        "types": sorted({str(row[1]) for row in duckdb.sql(f"describe select * from {table}").fetchall()}),
    }


def by_polars():
    table = polars.read_parquet(path)
    count = lambda of: table.filter(of).height
    outcome = polars.col("outcome")
    ends = table.filter(outcome.is_in(["cancelled", "lost_in_handover"]))
    pairs = ends.group_by(["state", "reason"]).len().rows()
    first = table["first_at"]
    us = lambda at: None if at is None else int(polars.Series([at]).dt.epoch("us")[0])
    assert table.is_empty() or str(first.dtype) == "Datetime(time_unit='us', time_zone='UTC')", first.dtype
    return {
        "started": table.height,
        "outcomes": [count(outcome == one) for one in OUTCOMES],
        "flags": [count(polars.col(flag)) for flag in FLAGS],
        "pairs": sorted(pairs, key=repr),
        "integrations": sorted((name,) for name in table["integration"].unique()),
        "submit": nearest_rank(table["time_to_submit_seconds"].drop_nulls().to_list()),
        "abandon": nearest_rank(table["time_to_abandon_seconds"].drop_nulls().to_list()),
        "first": [us(at) for at in (first.min(), first.max()) if at is not None],
        "ids": table["session_id"].n_unique(),
    }


duck, bear = by_duckdb(), by_polars()
types = duck.pop("types")
assert duck == bear, (duck, bear)
print(json.dumps({**duck, "types": types}))
