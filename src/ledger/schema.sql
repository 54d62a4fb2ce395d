-- The ledger: what the events say, for one generation. Thrown away and rebuilt at will.
-- Times are microseconds since 1970-01-01 UTC; `body` columns are JSON of the program's own records.

CREATE TABLE ledger (
  name  TEXT PRIMARY KEY,           -- checkpoint (last position folded), generation, stages
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  document    TEXT PRIMARY KEY,     -- blake3 of the original bytes, hex
  source      TEXT    NOT NULL,     -- file name as first received
  tags        TEXT    NOT NULL,     -- inbox subfolders, JSON array, outermost first
  size        INTEGER NOT NULL,     -- bytes
  media_type  TEXT    NOT NULL,
  position    INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  encoding    TEXT,                 -- null until cleaned
  source_text TEXT,                 -- blob of the source text
  clean_text  TEXT,                 -- blob of the clean text
  blocks      TEXT                  -- blocks of the clean text, JSON
) STRICT;
CREATE INDEX documents_by_source ON documents (source);

CREATE TABLE sightings (            -- the same bytes again
  position    INTEGER PRIMARY KEY,
  document    TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  tags        TEXT    NOT NULL,
  seen_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX sightings_by_document ON sightings (document);

CREATE TABLE refused (              -- looked at and not taken in
  document    TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  tags        TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  position    INTEGER NOT NULL,
  refused_at  INTEGER NOT NULL,
  PRIMARY KEY (document, source)
) STRICT;

CREATE TABLE set_aside (            -- refused or parked, and dropped from the quarantine by a person
  document    TEXT PRIMARY KEY,
  source      TEXT    NOT NULL,
  position    INTEGER NOT NULL,
  dropped_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (              -- every answer of a stage, of this and of other generations
  document    TEXT    NOT NULL,
  stage       TEXT    NOT NULL,
  stage_key   TEXT    NOT NULL,
  position    INTEGER NOT NULL,
  payload     TEXT    NOT NULL,     -- digest of the payload
  projected   INTEGER NOT NULL DEFAULT 0,   -- 1: it is the one that this ledger shows
  PRIMARY KEY (document, stage, stage_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE troubles (             -- the last failure of a stage under a key, and whether it gave up
  document    TEXT    NOT NULL,
  stage       TEXT    NOT NULL,
  stage_key   TEXT    NOT NULL,
  parked      INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  position    INTEGER NOT NULL,
  happened_at INTEGER NOT NULL,
  PRIMARY KEY (document, stage, stage_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE figures (
  id          TEXT PRIMARY KEY,
  document    TEXT    NOT NULL,
  "start"     INTEGER NOT NULL,     -- bytes in the source text
  "end"       INTEGER NOT NULL,
  quote       TEXT    NOT NULL,
  indicator   TEXT,
  label       TEXT    NOT NULL,
  measure     TEXT    NOT NULL,
  value       TEXT    NOT NULL,     -- exact decimal in `unit`
  unit        TEXT    NOT NULL,
  qualifier   TEXT    NOT NULL,
  low         TEXT,
  high        TEXT,
  area        TEXT,
  period      TEXT,
  aspect      TEXT,
  fund        TEXT,
  generation  INTEGER NOT NULL,
  body        TEXT    NOT NULL
) STRICT;
CREATE INDEX figures_by_document ON figures (document, "start");
CREATE INDEX figures_by_key ON figures (indicator, area, period, id, document);

CREATE TABLE mentions (
  document    TEXT    NOT NULL,
  "start"     INTEGER NOT NULL,
  "end"       INTEGER NOT NULL,
  class       TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  quote       TEXT    NOT NULL,
  PRIMARY KEY (document, "start", "end", class)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
  id          TEXT PRIMARY KEY,
  document    TEXT,                 -- null: it holds across documents
  verdict     TEXT    NOT NULL,
  relation    TEXT    NOT NULL,
  formula     TEXT    NOT NULL,
  gap         TEXT    NOT NULL,
  vi          TEXT    NOT NULL,
  en          TEXT    NOT NULL,
  generation  INTEGER NOT NULL,
  body        TEXT    NOT NULL
) STRICT;
CREATE INDEX findings_by_document ON findings (document);
CREATE INDEX findings_by_verdict ON findings (verdict);

CREATE TABLE finding_figures (
  finding     TEXT    NOT NULL,
  place       INTEGER NOT NULL,     -- in the formula, from 0
  figure      TEXT    NOT NULL,
  role        TEXT    NOT NULL,
  PRIMARY KEY (finding, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_figures_by_figure ON finding_figures (figure);

CREATE TABLE finding_cells (        -- findings across documents: the keys of their figures
  indicator   TEXT    NOT NULL,
  area        TEXT    NOT NULL,
  period      TEXT    NOT NULL,
  finding     TEXT    NOT NULL,
  PRIMARY KEY (indicator, area, period, finding)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_cells_by_finding ON finding_cells (finding);

CREATE TABLE finding_history (      -- findings across documents: every time one was decided otherwise
  finding     TEXT    NOT NULL,
  position    INTEGER NOT NULL,     -- of the `corpus-reconciled` that says so
  verdict     TEXT,                 -- null: superseded, it stands no more
  relation    TEXT    NOT NULL,
  formula     TEXT    NOT NULL,
  vi          TEXT    NOT NULL,
  en          TEXT    NOT NULL,
  because     TEXT    NOT NULL,     -- documents that led to it, JSON array
  component   INTEGER NOT NULL,     -- which of the event's components it was decided in
  decided_at  INTEGER NOT NULL,
  PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE joined (               -- documents taken into account across documents
  document    TEXT PRIMARY KEY,
  witness     TEXT    NOT NULL,     -- smallest digest of its near-duplicates: they count as one
  sketch      TEXT    NOT NULL,     -- by which near-duplicates are told, hex
  basis       TEXT,                 -- digest of its answers that were read; null: not recorded
  position    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX joined_by_witness ON joined (witness);

CREATE TABLE joined_cells (         -- where they were looked for
  document    TEXT    NOT NULL,
  cell        TEXT    NOT NULL,     -- indicator, area and period
  stated      TEXT,                 -- digest of what it stated there; null: not recorded
  PRIMARY KEY (document, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE sketch_bands (         -- near-duplicates have one in common
  band        INTEGER NOT NULL,
  value       INTEGER NOT NULL,
  document    TEXT    NOT NULL,
  PRIMARY KEY (band, value, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE unjoined (             -- documents to take into account, for the first time or with other answers
  document    TEXT PRIMARY KEY,
  basis       TEXT    NOT NULL,     -- digest of their answers
  position    INTEGER NOT NULL      -- of the last answer of their own
) STRICT, WITHOUT ROWID;

CREATE TABLE derived (
  id          TEXT PRIMARY KEY,
  document    TEXT,                 -- null: it rests on several documents
  indicator   TEXT,
  measure     TEXT    NOT NULL,
  unit        TEXT    NOT NULL,
  low         TEXT,
  high        TEXT,
  area        TEXT,
  period      TEXT,
  aspect      TEXT,
  fund        TEXT,
  formula     TEXT    NOT NULL,
  generation  INTEGER NOT NULL,
  body        TEXT    NOT NULL
) STRICT;
CREATE INDEX derived_by_document ON derived (document);
CREATE INDEX derived_by_key ON derived (indicator, area, period) WHERE document IS NULL;

-- For people and their tools (Datasette, DuckDB, a spreadsheet by ODBC): what they would want to see first.
-- `gia_tri` is the exact decimal; `so` is the same as a number, whole where it is whole.
CREATE VIEW so_lieu AS
  SELECT d.source AS tep, f.quote AS nguyen_van, f.label AS noi_dung, f.indicator AS chi_tieu,
         f.measure AS loai, f.value AS gia_tri,
         CASE WHEN instr(f.value, '.') THEN CAST(f.value AS REAL) ELSE CAST(f.value AS INTEGER) END AS so,
         f.unit AS don_vi, f.qualifier AS muc_do, f.low AS thap_nhat, f.high AS cao_nhat, f.area AS dia_ban,
         f.period AS ky, f.aspect AS tinh_chat, f.fund AS nguon_von,
         (SELECT min(x.verdict) FROM finding_figures o JOIN findings x ON x.id = o.finding
          WHERE o.figure = f.id AND x.verdict = 'conflicts') AS mau_thuan, f.id AS ma
  FROM figures f JOIN documents d USING (document) ORDER BY d.source, f.document, f."start";
CREATE VIEW doi_chieu AS
  SELECT d.source AS tep, x.verdict AS ket_luan, x.relation AS quan_he, x.formula AS cong_thuc,
         x.gap AS chenh_lech, x.vi AS giai_thich, x.id AS ma
  FROM findings x LEFT JOIN documents d USING (document) ORDER BY d.source, x.id;
CREATE VIEW mau_thuan AS SELECT * FROM doi_chieu WHERE ket_luan = 'conflicts';
CREATE VIEW doi_chieu_so_lieu AS            -- which figures each check is made of, one row a figure
  SELECT x.id AS ma_doi_chieu, x.verdict AS ket_luan, o.place AS thu_tu, o.role AS vai_tro,
         f.quote AS nguyen_van, d.source AS tep, f.id AS ma_so_lieu
  FROM finding_figures o JOIN findings x ON x.id = o.finding JOIN figures f ON f.id = o.figure
       JOIN documents d ON d.document = f.document ORDER BY x.id, o.place;
CREATE VIEW nguon_goc AS                    -- where each figure stands
  SELECT f.id AS ma, d.source AS tep, f.document AS tai_lieu, f."start" AS tu_byte, f."end" AS den_byte,
         f.quote AS nguyen_van, json_extract(f.body, '$.rules') AS quy_tac, f.generation AS the_he
  FROM figures f JOIN documents d USING (document) ORDER BY d.source, f.document, f."start";
CREATE VIEW tai_lieu AS
  SELECT d.source AS tep, d.tags AS thu_muc, d.size AS co_byte, d.media_type AS kieu_tep,
         datetime(d.received_at / 1000000, 'unixepoch') AS nhan_luc_utc,
         (SELECT count(*) FROM figures f WHERE f.document = d.document) AS so_lieu,
         (SELECT count(*) FROM findings x WHERE x.document = d.document AND +x.verdict = 'conflicts') AS mau_thuan,
         d.document AS tai_lieu
  FROM documents d ORDER BY d.source;
CREATE VIEW suy_ra AS                       -- what nobody printed and the printed figures determine
  SELECT r.indicator AS chi_tieu, r.measure AS loai, r.low AS thap_nhat, r.high AS cao_nhat, r.unit AS don_vi,
         r.area AS dia_ban, r.period AS ky, r.aspect AS tinh_chat, r.fund AS nguon_von, r.formula AS cach_tinh,
         r.id AS ma
  FROM derived r ORDER BY r.id;
