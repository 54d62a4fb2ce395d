"""Reads every export with programs of others and compares counts and sums. Called by scripts/check-exports."""

import csv
import json
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import frictionless
import openpyxl
import pandas
import polars
import rdflib
from duckdb_extensions import import_extension
from pyld import jsonld
from pysdmx.io import get_datasets, read_sdmx

work = Path(sys.argv[1])
failed = []


def check(what, found, expected):
    good = found == expected
    shown = str(found) if len(str(found)) < 200 else f"{str(found)[:200]}…"
    print(f"{'ok  ' if good else 'FAIL'} {what}: {shown}" + ("" if good else f", expected {expected}"))
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

# The ledger as it is: its tables and its views.
ledger = next((work / "var").glob("ledger-*.db"))
import_extension("sqlite_scanner")
con = duckdb.connect()
con.execute("LOAD sqlite_scanner")
con.execute(f"ATTACH '{ledger}' AS ledger (TYPE sqlite, READ_ONLY)")
row = con.execute("SELECT count(*), sum(gia_tri::DECIMAL(38,10)) FROM ledger.so_lieu").fetchone()
check("DuckDB, ledger view", row, (count, total))
con = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
frame = pandas.read_sql("SELECT * FROM so_lieu", con)
whole = sum(int(value) for value, unit in zip(frame.gia_tri, frame.don_vi) if unit == "VND" and "." not in value)
check("pandas, ledger view", (len(frame), sum(map(Decimal, frame["gia_tri"])), whole), (count, total, dong))
check("SQLite, view's numbers", near(con.execute("SELECT sum(so) FROM so_lieu").fetchone()[0]), True)
frame = polars.read_database("SELECT gia_tri FROM so_lieu", con)
check("polars, ledger view", (frame.height, sum(map(Decimal, frame["gia_tri"]))), (count, total))
views = [name for (name,) in con.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")]
check("views", views, ["doi_chieu", "doi_chieu_so_lieu", "mau_thuan", "nguon_goc", "so_lieu", "suy_ra", "tai_lieu"])
for view in views:
    # Datasette answers one page of the view and ends.
    page = f"/{ledger.stem}/{view}.json?_shape=array&_size=max"
    command = [str(Path(sys.executable).parent / "datasette"), "serve", "--immutable", str(ledger), "--get", page]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = con.execute(f"SELECT count(*) FROM {view}").fetchone()[0]
    check(f"Datasette, {view}", len(told), min(rows, 1000))

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
# Structure and data together, validated against each other.
dataset = get_datasets(work / "data.csv", work / "structure.json", validate=True)[0]
observed = sum(Decimal(value) for value in dataset.data["OBS_VALUE"].astype(str))
check("pysdmx, data by the structure", (dataset.structure.id, len(dataset.data)), ("FIGURES", len(with_period)))
check("pysdmx, sum", near(observed + total - sum(Decimal(figure["value"]) for figure in with_period)), True)
names = [component.id for component in definition.components]
check("SDMX, columns are components", sorted(set(data[0]) - {"STRUCTURE", "STRUCTURE_ID", "ACTION"}), sorted(names))
dimensions = [component.id for component in definition.components.dimensions]
keys = {tuple(row[name] for name in dimensions) for row in data}
check("SDMX, one observation a key", len(keys), len(data))

# Where figures stand, as triples. The vocabulary's own context is on the network: these are the terms of it
# that are used, by the W3C's definitions.
OA = "http://www.w3.org/ns/oa#"
refers = lambda name: {"@id": OA + name, "@type": "@id"}
whole_number = lambda name: {"@id": OA + name, "@type": "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"}
TERMS = {
    "id": "@id", "type": "@type", "body": refers("hasBody"), "target": refers("hasTarget"),
    "source": refers("hasSource"), "selector": refers("hasSelector"), "exact": OA + "exact",
    "start": whole_number("start"), "end": whole_number("end"), "identifying": OA + "identifying",
    "motivation": {"@id": OA + "motivatedBy", "@type": "@vocab"},
    **{name: OA + name for name in ["Annotation", "TextQuoteSelector", "TextPositionSelector"]},
}


def context(url, _options=None):
    assert url == "http://www.w3.org/ns/anno.jsonld", url
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": TERMS}}


jsonld.set_document_loader(context)
document = json.loads((work / "figures.jsonld").read_text(encoding="utf-8"))
triples = rdflib.Dataset()
triples.parse(data=jsonld.to_rdf(document, {"format": "application/n-quads"}), format="nquads")
oa, prov = rdflib.Namespace(OA), rdflib.Namespace("http://www.w3.org/ns/prov#")
annotations = set(triples.subjects(rdflib.RDF.type, oa.Annotation))
check("rdflib, annotations", annotations, {rdflib.URIRef(f"urn:socai:figure:{figure['id']}") for figure in figures})
derived = set(triples.subject_objects(prov.wasDerivedFrom))
expected = {(rdflib.URIRef(f"urn:socai:figure:{f['id']}"), rdflib.URIRef(f"urn:blake3:{f['document']}")) for f in figures}
check("rdflib, prov:wasDerivedFrom", len(derived ^ expected), 0)
check("rdflib, prov:wasGeneratedBy", len(set(triples.subjects(prov.wasGeneratedBy))), count)
check("rdflib, quotes", sorted(map(str, triples.objects(None, oa.exact))), sorted(figure["quote"] for figure in figures))

print(f"{len(failed)} failed" if failed else "all equal")
sys.exit(1 if failed else 0)
