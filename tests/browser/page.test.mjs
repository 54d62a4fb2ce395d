// The page, as a person and as a machine use it. Run by `cargo test` (tests/it/browser.rs), which says so
// where there is no browser.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, FIXTURES, open, PATIENCE, shot, Site, socai, watched } from "./harness.mjs";

/** Attacks in a file's name, its title and its text; the bidi control would turn `gpj.txt` around. */
const HOSTILE_NAME = "=cmd|'x'!A0 <img src=x onerror=alert(1)> \u202egpj.txt";
const HOSTILE_TEXT = `<script>alert("title")</script> \u202eđảo ngược\u202c

=HYPERLINK("http://evil.example","x") Năm 2023, tỉnh Sơn La thực hiện <b onmouseover=alert(2)>3,5 tỷ đồng</b> kinh phí khuyến công "><img src=x onerror=alert(3)>, đạt <i>99%</i> kế hoạch \u2066ẩn\u2069.
`;

let site;
let browser;
const ids = {};

before(async () => {
  site = await Site.start();
  site.dropFixtures();
  site.drop(HOSTILE_NAME, HOSTILE_TEXT);
  site.drop("anh.txt", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]));
  await site.run();
  const fixtures = readdirSync(FIXTURES, { recursive: true }).filter((name) => name.endsWith(".txt")).length;
  const done = (now) => now.progress.stages[3].done >= fixtures + 1 && now.head === now.checkpoint;
  await site.until("/xu-ly.json", done);
  const { documents } = await site.json("/tai-lieu.json");
  ids.document = documents.find((row) => row.source.includes("tra-vinh")).document;
  ids.hostile = documents.find((row) => row.source === HOSTILE_NAME).document;
  const { findings } = await site.json("/doi-chieu.json?verdict=conflicts");
  ids.finding = findings[0].id;
  ids.figure = (await site.json(`/tai-lieu/${ids.document}.json`)).figures[0].id;
  browser = await open();
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

/** Every route, a name for its picture, and its path to which the ending of a form is put. */
const routes = () => [
  ["/", "tong-quan", "/tong-quan"],
  ["/tai-lieu", "tai-lieu", "/tai-lieu"],
  [`/tai-lieu/${ids.document}`, "mot-tai-lieu", `/tai-lieu/${ids.document}`],
  [`/tai-lieu/${ids.document}?figure=${ids.figure}`, "mot-tai-lieu-so-lieu"],
  [`/tai-lieu/${ids.hostile}`, "tai-lieu-doc-hai", `/tai-lieu/${ids.hostile}`],
  ["/so-lieu", "so-lieu", "/so-lieu"],
  [`/so-lieu/${ids.figure}`, "mot-so-lieu", `/so-lieu/${ids.figure}`],
  ["/doi-chieu", "doi-chieu", "/doi-chieu"],
  [`/doi-chieu/${ids.finding}`, "mot-doi-chieu", `/doi-chieu/${ids.finding}`],
  ...["ke-hoach-va-thuc-hien", "giai-ngan-trong-nam", "co-cau", "ban-do-mau-thuan"].map((slug) => [
    `/bieu-do/${slug}`, slug, `/bieu-do/${slug}`,
  ]),
  ["/xu-ly", "xu-ly", "/xu-ly"],
  ["/su-kien", "su-kien", "/su-kien"],
  ["/su-kien/3", "mot-su-kien", "/su-kien/3"],
  ["/the-he", "the-he", "/the-he"],
  ["/the-he?before=1&after=1", "hai-the-he"],
  ["/danh-muc", "danh-muc", "/danh-muc"],
  ["/khong-co", "khong-co"],
];

test("every route keeps to the policy, to WCAG 2.2 AA and to 360 px, light and dark, in both languages", async () => {
  for (const [width, colorScheme, lang] of [[1280, "light", "vi"], [360, "dark", "vi"], [360, "light", "en"], [1280, "dark", "en"]]) {
    const { context, page, faults } = await watched(browser, site, { viewport: { width, height: 900 }, colorScheme });
    await context.addCookies([{ name: "lang", value: lang, url: site.base }]);
    for (const [path, name] of routes()) {
      const response = await page.goto(site.base + path);
      assert.equal(response.status(), path === "/khong-co" ? 404 : 200, path);
      const policy = response.headers()["content-security-policy"];
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';/);
      assert.equal(policy.includes("connect-src"), path === "/xu-ly", `${path}: only the live page connects`);
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      assert.equal(await page.locator("h1").count(), 1, path);
      const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= room, `${path} scrolls sideways at ${width}: ${wide}`);
      assert.deepEqual(await axe(page), [], `${path} at ${width}, ${colorScheme}, ${lang}`);
      await shot(page, `${name}-${width}-${lang}`);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("every view is to be had in the forms that machines take", async () => {
  const types = {
    json: /^application\/json$/, csv: /^text\/csv; charset=utf-8/, "vi.csv": /^text\/csv; charset=utf-8/,
    xlsx: /spreadsheetml\.sheet$/, svg: /^image\/svg\+xml$/,
  };
  const begins = { "vi.csv": "\ufeff", xlsx: "PK", svg: "<svg" };
  for (const path of routes().flatMap(([, , path]) => path ?? [])) {
    for (const ending of ["json", "csv", "vi.csv", "xlsx"]) {
      const response = await fetch(`${site.base}${path}.${ending}`);
      assert.equal(response.status, 200, `${path}.${ending}`);
      assert.match(response.headers.get("content-type"), types[ending], `${path}.${ending}`);
      assert.match(response.headers.get("server-timing"), /^app;dur=[0-9.]+$/);
      const body = Buffer.from(await response.arrayBuffer());
      if (ending === "json") JSON.parse(body.toString());
      else assert.ok(body.indexOf(begins[ending] ?? "") === 0 && body.length > 10, `${path}.${ending}`);
      if (ending === "csv") assert.notEqual(body[0], 0xef, `${path}: no byte order mark`);
    }
  }
  const picture = await fetch(`${site.base}/bieu-do/ban-do-mau-thuan.svg`);
  assert.match(picture.headers.get("content-type"), types.svg);
  assert.ok((await picture.text()).startsWith(begins.svg));
  const rows = (await (await fetch(`${site.base}/so-lieu.csv?verdict=conflicts`)).text()).trim().split("\n").length - 1;
  assert.equal(rows, (await site.json("/so-lieu.json?verdict=conflicts")).total, "a filter holds in every form");
});

test("a newcomer finds a contradiction, sees every sentence of it and takes it to Excel", async () => {
  const { context, page, faults } = await watched(browser, site, { acceptDownloads: true });
  await page.goto(site.base);
  assert.ok(await page.locator("ul.conflicts a").filter({ hasText: "71%" }).isVisible(), "it stands on the first page");
  await page.getByRole("navigation", { name: "Các trang" }).getByRole("link", { name: "Đối chiếu" }).click();
  await page.locator(".tabs").getByRole("link", { name: "mâu thuẫn" }).click();
  await page.waitForURL(/verdict=conflicts/);
  await page.locator("tbody a").filter({ hasText: "71%" }).click();
  await page.waitForURL(/\/doi-chieu\/[0-9a-f]+$/);
  const text = await page.locator("main").innerText();
  for (const words of ["✗", "mâu thuẫn", "6,24 tỷ đồng / 9,6 tỷ đồng", "71%", "Thấp nhất", "Cao nhất", "Số có thể sai"]) {
    assert.ok(text.includes(words), words);
  }
  const sentences = await page.locator("blockquote.text").innerText();
  assert.ok(sentences.includes("9,6 tỷ đồng") && sentences.includes("71%"), sentences);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Excel (XLSX)" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "findings.xlsx");
  assert.equal(readFileSync(await download.path()).subarray(0, 2).toString(), "PK");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the inspector tells how a figure was read, slot by slot, and has a permalink", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/tai-lieu/${ids.document}`);
  const figure = page.locator("a.f").first();
  const printed = (await figure.innerText()).replace(/[✓✗≈≠?].*$/s, "").trim();
  await figure.click();
  await page.waitForURL(/\?figure=[0-9a-f]{24}#f-[0-9a-f]{24}$/);
  const inspector = page.locator("#inspector");
  const text = await inspector.innerText();
  assert.ok(text.includes(printed), `${printed} in ${text}`);
  for (const head of ["Giá trị", "Dạng máy đọc", "Khoảng", "Hiểu là", "Chỉ tiêu", "Địa bàn", "Kỳ", "Nguồn", "Vị trí", "Mã băm", "Quy tắc", "Đối chiếu", "Nơi khác nói về cùng chỉ tiêu", "Lịch sử"]) {
    assert.ok(text.includes(head), head);
  }
  assert.ok((await inspector.locator(".from").count()) > 0, "where slots came from");
  assert.equal(await page.locator("a.f[aria-current=true]").count() > 0, true);
  await page.reload();
  assert.equal(await inspector.innerText(), text, "the address alone leads here");
  assert.deepEqual(faults, []);
  await context.close();
});

test("keys lead through figures and conflicts, open, search, help and close", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/tai-lieu/${ids.document}`);
  const focused = () => page.evaluate(() => document.activeElement.dataset.ids ?? document.activeElement.id);
  const order = await page.locator("a.f").evaluateAll((all) => all.map((one) => one.dataset.ids));
  await page.keyboard.press("j");
  assert.equal(await focused(), order[0]);
  await page.keyboard.press("j");
  const second = await focused();
  assert.equal(second, order.find((one) => one !== order[0]));
  await page.keyboard.press("k");
  assert.equal(await focused(), order[0]);
  await page.keyboard.press("n");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".f.v-conflicts")), "n: a conflict");
  const conflict = await focused();
  await page.keyboard.press("p");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".f.v-conflicts")), "p: a conflict");
  await page.keyboard.press("n");
  assert.equal(await focused(), conflict);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\?figure=/);
  await page.keyboard.press("?");
  assert.ok(await page.locator("#keys").isVisible(), "? shows the keys");
  assert.deepEqual(await axe(page), [], "with the keys shown");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#keys").isHidden(), "Esc closes them");
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => !url.search);
  await page.keyboard.press("/");
  assert.equal(await focused(), "find");
  await page.keyboard.type("jn");
  assert.equal(await page.locator("#find").inputValue(), "jn", "typing is typing");
  await page.keyboard.press("Escape");
  assert.notEqual(await focused(), "find");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the language switches, is remembered, and stays out of the machine's forms", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/so-lieu?q=khuyen+cong`);
  await page.getByRole("link", { name: "English" }).click();
  await page.waitForURL(/lang=en/);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("h1").innerText(), "Figures");
  assert.deepEqual(await axe(page), [], "in English");
  await page.goto(`${site.base}/doi-chieu`);
  assert.equal(await page.locator("h1").innerText(), "Checks", "remembered");
  await page.getByRole("link", { name: "Tiếng Việt" }).click();
  assert.equal(await page.locator("h1").innerText(), "Đối chiếu");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a list says what narrows it, and lets go of each condition", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/so-lieu?area=VN63%3A84&year=2022&verdict=conflicts&page=99`);
  const conditions = page.locator(".conditions");
  for (const words of ["Địa bàn: Trà Vinh", "năm: 2022", "Kết luận: mâu thuẫn"]) {
    assert.ok((await conditions.innerText()).includes(words), words);
  }
  assert.ok((await page.locator("tbody tr").count()) > 0, "a page beyond the last is the last");
  await conditions.getByRole("link", { name: "Kết luận" }).click();
  await page.waitForURL((url) => !url.search.includes("verdict") && url.search.includes("year=2022"));
  await conditions.getByRole("link", { name: "bỏ mọi điều kiện" }).click();
  await page.waitForURL((url) => url.search === "");
  await page.goto(`${site.base}/doi-chieu?verdict=khong-co`);
  assert.ok((await page.locator("main").innerText()).includes("Không có đối chiếu nào hợp điều kiện."));
  assert.deepEqual(faults, []);
  await context.close();
});

test("a figure of a table is found by its row and column", async () => {
  const { documents } = await site.json("/tai-lieu.json?q=hai-phong");
  const { figures } = await site.json(`/tai-lieu/${documents[0].document}.json`);
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/so-lieu/${figures.find((figure) => figure.quote === "3.620").id}`);
  const text = await page.locator("main").innerText();
  assert.ok(text.includes("bảng, hàng 2 «Mô hình trình diễn kỹ thuật», cột 3 «Thực hiện 2021»"), text);
  assert.deepEqual(faults, []);
  await context.close();
});

test("facets count what each choice leaves, and words are found however they are written", async () => {
  const { context, page, faults } = await watched(browser, site);
  const all = (await site.json("/so-lieu.json")).total;
  await page.goto(`${site.base}/so-lieu`);
  const facet = page.locator(".facet", { hasText: "Kết luận" }).getByRole("link", { name: "mâu thuẫn" });
  const count = Number(await facet.locator("xpath=following-sibling::*[contains(@class,'count')]").innerText());
  await facet.click();
  await page.waitForURL(/verdict=conflicts/);
  const found = (await site.json("/so-lieu.json?verdict=conflicts")).total;
  assert.equal(found, count);
  assert.ok(found > 0 && found < all, `${found} of ${all}`);
  assert.equal(await page.locator("tbody tr").count(), Math.min(found, 50));
  for (const [plain, marked] of [["dong", "đồng"], ["KE HOACH", "kế hoạch"], ["de an", "đề án"]]) {
    const one = (await site.json(`/so-lieu.json?q=${encodeURIComponent(plain)}`)).total;
    const other = (await site.json(`/so-lieu.json?q=${encodeURIComponent(marked)}`)).total;
    assert.equal(one, other, plain);
  }
  assert.ok((await site.json("/so-lieu.json?q=dong")).total > 0, "đ is found by d");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the live page shows documents as they are dropped", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/xu-ly`);
  await page.getByText("Đang cập nhật trực tiếp.").waitFor();
  await page.getByText("socai run đang chạy").waitFor();
  const text = readFileSync(join(FIXTURES, "khuyen-cong-ninh-binh-2023.txt"), "utf8");
  for (const number of [1, 2]) {
    site.drop(`moi-${number}.txt`, `${text}\nBản sao số ${number}.\n`);
    const row = page.locator("#live-newest tr", { hasText: `moi-${number}.txt` });
    await row.getByText(/xong|mâu thuẫn/).waitFor();
  }
  assert.deepEqual(await axe(page), [], "while it lives");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a document of attacks shows as text", async () => {
  const { context, page, faults } = await watched(browser, site);
  await page.goto(`${site.base}/tai-lieu/${ids.hostile}`);
  const shown = await page.locator("article.text").innerText();
  for (const words of ['<script>alert("title")</script>', "=HYPERLINK(", "<b onmouseover=alert(2)>", '"><img src=x onerror=alert(3)>', "⟨U+202E⟩"]) {
    assert.ok(shown.includes(words), `${words} in ${shown}`);
  }
  assert.ok((await page.locator("h1").innerText()).includes("<img src=x onerror=alert(1)>"));
  assert.ok((await page.locator("h1").innerText()).includes("⟨U+202E⟩"), "what turns the name is seen");
  assert.ok(!(await page.title()).includes("\u202e"));
  const [figure] = (await site.json(`/tai-lieu/${ids.hostile}.json`)).figures;
  const own = [`/su-kien?document=${ids.hostile}`, `/so-lieu/${figure.id}`, `/so-lieu?document=${ids.hostile}`, "/so-lieu?q=%3Cimg+src%3Dx%3E%E2%80%AE",
    "/doi-chieu?area=%3Cscript%3Ealert(9)%3C/script%3E%E2%80%AE", "/tai-lieu?q=%22%3E%3Cimg+src%3Dx%3E&sort=%3Cb%3E", `/tai-lieu/${ids.hostile}?figure=${figure.id}`];
  for (const path of [...routes().map(([path]) => path), ...own]) {
    await page.goto(site.base + path);
    assert.equal(await page.locator("main img, main script, main b").count(), 0, `${path}: an element of the document's`);
    assert.ok(!(await page.content()).includes("\u202e"), `${path}: a bidi control went through`);
  }
  // A cell of a spreadsheet begins as no formula, whatever the view.
  for (const [, , path] of routes().filter(([, , path]) => path)) {
    for (const [ending, mark] of [["csv", ","], ["vi.csv", ";"]]) {
      const table = await (await fetch(`${site.base}${path}.${ending}`)).text();
      for (const cell of table.split("\n").map((line) => line.split(mark)[0].replace(/^\ufeff/, ""))) {
        assert.ok(!/^"?[=+@\t]/.test(cell), `${path}.${ending}: ${cell}`);
      }
    }
  }
  const table = await (await fetch(`${site.base}/tai-lieu.csv`)).text();
  assert.ok(table.includes("'=cmd|"), `no formula: ${table}`);
  assert.deepEqual(faults, []);
  await context.close();
});

test("nobody else may ask: a foreign name, a form of another origin", async () => {
  const { port } = new URL(site.base);
  const ask = (headers, method = "GET", path = "/") =>
    new Promise((done, failed) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        response.resume();
        done(response.statusCode);
      });
      asked.on("error", failed);
      asked.end("document=00");
    });
  assert.equal(await ask({ host: `evil.example:${port}` }), 421);
  assert.equal(await ask({ host: `127.0.0.1:${port}`, origin: "http://evil.example" }, "POST", "/xu-ly/thu-lai"), 403);
  assert.equal(await ask({ host: `127.0.0.1:${port}` }, "POST", "/xu-ly/thu-lai"), 400, "no document is named");
});

test("on paper there is the text and its table, and nothing to click", async () => {
  const { context, page } = await watched(browser, site);
  await page.emulateMedia({ media: "print" });
  for (const [path, name] of routes()) {
    await page.goto(site.base + path);
    assert.ok(await page.locator("h1").isVisible());
    for (const gone of [".top nav", ".forms", ".pager", "footer"]) {
      for (const one of await page.locator(gone).all()) assert.ok(await one.isHidden(), `${path}: ${gone}`);
    }
    await shot(page, `${name}-print`);
  }
  await context.close();
});

test("the page shows what the commands print", { timeout: PATIENCE }, async () => {
  const { out } = socai(site.folder, ["status", "--json"]);
  const { ledger } = JSON.parse(out);
  assert.equal(ledger.figures, (await site.json("/tong-quan.json")).ledger.figures);
});
