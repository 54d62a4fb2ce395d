// Starts socai on a data directory of its own and a headless Chromium, and watches what no page may do:
// break the content policy, throw, open a dialog, ask another origin.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
export const FIXTURES = join(HERE, "../fixtures");
const AXE = readFileSync(join(HERE, "node_modules/axe-core/axe.min.js"), "utf8");
const SOCAI = process.env.SOCAI;
const CHROMIUM = process.env.CHROMIUM;
/** Longer than anything here takes on a slow machine, in milliseconds. */
export const PATIENCE = 60_000;

/** Runs a command of socai to its end and returns what it printed. */
export const socai = (folder, args, environment = {}) => {
  const env = { ...process.env, NO_COLOR: "1", ...environment };
  const ran = spawnSync(SOCAI, ["--data-dir", join(folder, "var"), ...args], { cwd: folder, env, encoding: "utf8" });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
};

/** A folder with a daemon that serves its page on a free port. */
export class Site {
  static async start() {
    assert.ok(SOCAI && existsSync(SOCAI), "SOCAI names the program");
    const site = new Site();
    site.folder = mkdtempSync(join(tmpdir(), "socai-browser-"));
    site.inbox = join(site.folder, "var/inbox");
    mkdirSync(site.inbox, { recursive: true });
    return site;
  }

  /** Starts the daemon and waits for its page. */
  async run() {
    const env = { ...process.env, NO_COLOR: "1", SOCAI__INBOX__SETTLE_MS: "100", SOCAI__WEB__PORT: "0" };
    this.daemon = spawn(SOCAI, ["--data-dir", join(this.folder, "var"), "run"], { cwd: this.folder, env });
    let said = "";
    this.base = await new Promise((found, failed) => {
      const timer = setTimeout(() => failed(new Error(`no page came; said:\n${said}`)), PATIENCE);
      const hear = (bytes) => {
        said += bytes;
        const address = said.match(/the page: (http:\/\/127\.0\.0\.1:\d+)\//);
        if (address) {
          clearTimeout(timer);
          found(address[1]);
        }
      };
      this.daemon.stdout.on("data", hear);
      this.daemon.stderr.on("data", hear);
      this.daemon.on("exit", () => failed(new Error(`it ended; said:\n${said}`)));
    });
  }

  /** Drops a report into the inbox, whole at once. */
  drop(name, text) {
    const part = join(this.folder, "part");
    writeFileSync(part, text);
    renameSync(part, join(this.inbox, name));
  }

  dropFixtures() {
    cpSync(FIXTURES, this.inbox, { recursive: true });
  }

  /** Returns a view as JSON. */
  async json(path) {
    const response = await fetch(this.base + path);
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return response.json();
  }

  /** Waits until a view as JSON fits. */
  async until(path, fits) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const value = await this.json(path).catch(() => null);
      if (value && fits(value)) return value;
      assert.ok(Date.now() < end, `waited in vain for ${path}: ${JSON.stringify(value).slice(0, 500)}`);
      await new Promise((later) => setTimeout(later, 100));
    }
  }

  async stop() {
    if (this.daemon && this.daemon.exitCode === null) {
      const ended = new Promise((done) => this.daemon.on("exit", done));
      this.daemon.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Opens a browser; its own profile goes when it closes. */
export const open = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });

/** Opens a page that is watched; `faults` gathers what no page may do. */
export const watched = async (browser, site, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [];
  await page.exposeFunction("socaiViolation", (what) => faults.push(`content policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.socaiViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  page.on("pageerror", (error) => faults.push(`script: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(site.base)) faults.push(`asked another origin: ${request.url()}`);
  });
  return { context, page, faults };
};

/** Returns what axe finds against WCAG 2.2 A and AA, a line a finding. */
export const axe = async (page) => {
  // Evaluated by the debugger: no script element, so the page's policy stays as it is.
  await page.evaluate(AXE);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const result = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), tags);
  assert.ok(result.passes.length > 5, "axe looked");
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`));
};

/** Keeps a picture of the page where SOCAI_SHOTS names a folder. */
export const shot = async (page, name) => {
  const folder = process.env.SOCAI_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};
