"""Reads every export with programs of others and compares counts and sums. Called by scripts/check-exports."""

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import frictionless
import openpyxl
import pandas
import polars
from pysdmx.io import read_sdmx

work = Path(sys.argv[1])
failed = []


def check(what, found, expected):
    good = found == expected
    print(f"{'ok  ' if good else 'FAIL'} {what}: {found}" + ("" if good else f", expected {expected}"))
    if not good:
        failed.append(what)


figures = [json.loads(line) for line in (work / "figures.jsonl").open(encoding="utf-8")]
count = len(figures)
total = sum(Decimal(figure["value"]) for figure in figures)
dong = sum(int(figure["value"]) for figure in figures if figure["unit"] == "VND" and "." not in figure["value"])
print(f"     JSON Lines: {count} figures, sum {total}, đồng {dong}")
as_float = float(total)


def near(value):
    """Equal but for what a sum of floats rounds."""
    return abs(float(value) - as_float) <= abs(as_float) * 1e-9


def ask(sql):
    return duckdb.connect().execute(sql).fetchone()


# Parquet: three readers, exact.
parquet = str(work / "figures.parquet")
check("DuckDB, Parquet", ask(f"SELECT count(*), sum(value), sum(dong) FROM '{parquet}'"), (count, total, dong))
frame = pandas.read_parquet(parquet)
check("pandas, Parquet", (len(frame), sum(frame["value"]), int(frame["dong"].sum())), (count, total, dong))
frame = polars.read_parquet(parquet)
check("polars, Parquet", (frame.height, frame["value"].sum(), frame["dong"].sum()), (count, total, dong))
findings = sum(1 for _ in (work / "findings.jsonl").open(encoding="utf-8"))
check("DuckDB, findings", ask(f"SELECT count(*) FROM '{work}/findings.parquet'")[0], findings)

# CSV for machines: three readers.
path = str(work / "figures.csv")
check("DuckDB, CSV", ask(f"SELECT count(*), sum(value::DECIMAL(38,10)) FROM read_csv('{path}', all_varchar=true)"), (count, total))
check("pandas, CSV", (len(pandas.read_csv(path)), near(pandas.read_csv(path)["value"].sum())), (count, True))
frame = polars.read_csv(path, infer_schema_length=None)
check("polars, CSV", (frame.height, near(frame["value"].cast(polars.Float64).sum())), (count, True))

# The ledger as it is.
ledger = next((work / "var").glob("ledger-*.db"))
con = duckdb.connect()
try:
    con.execute("INSTALL sqlite; LOAD sqlite;")
    con.execute(f"ATTACH '{ledger}' AS ledger (TYPE sqlite, READ_ONLY)")
    row = con.execute("SELECT count(*), sum(value::DECIMAL(38,10)) FROM ledger.figures").fetchone()
    check("DuckDB, ledger", row, (count, total))
except duckdb.Error as error:
    # The extension is fetched from DuckDB's own server, which a closed network does not reach.
    print(f"skip DuckDB, ledger: {str(error).splitlines()[0]}")
import sqlite3

con = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
frame = pandas.read_sql("SELECT * FROM so_lieu", con)
check("pandas, ledger view", (len(frame), sum(map(Decimal, frame["gia_tri"])), sum(int(gia) for gia, don in zip(frame.gia_tri, frame.don_vi) if don == "VND" and "." not in gia)), (count, total, dong))
check("SQLite, view's numbers", near(con.execute("SELECT sum(so) FROM so_lieu").fetchone()[0]), True)
frame = polars.read_database("SELECT gia_tri FROM so_lieu", con)
check("polars, ledger view", (frame.height, sum(map(Decimal, frame["gia_tri"]))), (count, total))

# The workbook: numbers as numbers, the head frozen, a filter.
book = openpyxl.load_workbook(work / "figures.xlsx")
check("sheets", book.sheetnames, ["Số liệu", "Đối chiếu", "Nguồn gốc", "Danh mục", "Đọc trước"])
sheet = book["Số liệu"]
check("frozen, filtered", (sheet.freeze_panes, sheet.auto_filter.ref is not None), ("A2", True))
heads = [cell.value for cell in sheet[1]]
values = [row[heads.index("Giá trị")] for row in sheet.iter_rows(min_row=2, values_only=True)]
check("openpyxl", (len(values), all(isinstance(value, (int, float)) for value in values), near(sum(values))), (count, True, True))

# LibreOffice in Vietnamese.
shown = work / "shown" / "figures.csv"
if shown.exists():
    rows = list(csv.DictReader(shown.open(encoding="utf-8-sig"), delimiter="\t"))
    plain = [Decimal(row["Giá trị"].replace(".", "").replace(",", ".")) for row in rows]
    check("LibreOffice vi, workbook read and written with Vietnamese marks", (len(plain), sum(plain)), (count, total))
    decimal = [row["Giá trị"] for row in rows if "," in row["Giá trị"]]
    check("LibreOffice vi, a decimal comma", bool(decimal) or not any("." in f["value"] for f in figures), True)
    book = openpyxl.load_workbook(work / "shown" / "figures.vi.xlsx")
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    values = [row[heads.index("Giá trị")] for row in sheet.iter_rows(min_row=2, values_only=True)]
    check("LibreOffice vi, csv-vi", (len(values), all(isinstance(value, (int, float)) for value in values), near(sum(values))), (count, True, True))

# Public validators.
report = frictionless.validate(str(work / "package" / "datapackage.json"))
for task in report.tasks:
    for error in task.errors[:3]:
        print("    ", task.name, error.message)
check("frictionless, Data Package", (report.valid, len(report.tasks)), (True, 6))

structure = read_sdmx(work / "structure.json", validate=True)
definition = structure.get_data_structure_definitions()[0]
codes = {
    component.id: {code.id for code in component.local_codes}
    for component in definition.components
    if component.local_codes
}
data = list(csv.DictReader((work / "data.csv").open(encoding="utf-8")))
wrong = {(name, row[name]) for row in data for name in codes if row.get(name) and row[name] not in codes[name]}
with_period = [figure for figure in figures if figure["period"]]
check("pysdmx, structure", (sorted(codes), sorted(wrong)[:5]), (["AREA", "ASPECT", "FUND", "INDICATOR", "MEASURE", "QUALIFIER", "UNIT"], []))
message = read_sdmx(work / "data.csv", validate=False)
dataset = message.data[0].data
check("pysdmx, SDMX-CSV", (len(dataset), near(dataset["OBS_VALUE"].astype(float).sum() + float(total - sum(Decimal(f["value"]) for f in with_period)))), (len(with_period), True))

graph = json.loads((work / "figures.jsonld").read_text(encoding="utf-8"))["@graph"]
check("JSON-LD", len(graph), count)

print(f"{len(failed)} failed" if failed else "all equal")
sys.exit(1 if failed else 0)
