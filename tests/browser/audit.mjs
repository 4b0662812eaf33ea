// The page as an auditor sees it, after Lighthouse's headings: what a visit costs, accessibility, good
// practice. Prints a table and writes audit.json. What is wrong fails; what is slow is only reported.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { violations } from "./axe.mjs";
import { errorsOf, launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

/** Layout shift that Lighthouse still calls good. */
const SHIFT = 0.1;

export async function audit({ folder, target }) {
  const server = await serve(folder);
  const { context, stop } = await launch(false);
  const elsewhere = [];
  const errors = [];
  const warnings = new Set();
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== server.address) elsewhere.push(request.url());
  });
  const open = async (query = "") => {
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    errorsOf(shown, errors);
    shown.on("console", (message) => {
      if (message.type() === "warning") warnings.add(message.text());
    });
    await shown.addInitScript(observe);
    await shown.goto(`${server.address}/?seed=1${query}`);
    return { shown, genie: new Page(shown) };
  };
  const report = { load: {}, accessibility: [], practice: [] };

  for (const [name, visit] of [["first", "first visit"], ["second", "second visit"]]) {
    await test(`what the ${visit} costs`, async () => {
      const start = performance.now();
      const { shown, genie } = await open();
      await genie.until(() => true);
      const playable = performance.now() - start;
      await shown.getByTestId("offline").waitFor();
      await genie.past(10);
      const seen = await shown.evaluate(figures);
      const requests = server.sent.length;
      report.load[name] = { ...seen, playable, requests, bytes: server.bytes() };
      await shown.close();
      return `${requests} requests, ${report.load[name].bytes} bytes`;
    });
  }

  for (const language of ["en", "de"]) {
    for (const colorScheme of ["dark", "light"]) {
      await test(`axe-core: ${language}, ${colorScheme}`, async () => {
        const { shown, genie } = await open(`&lang=${language}`);
        await shown.emulateMedia({ colorScheme });
        const found = [];
        const look = async (state) => {
          const rules = await violations(shown);
          found.push(...rules.map((rule) => [state, ...rule]));
          report.accessibility.push({ language, colorScheme, state, violations: rules.length });
        };
        await genie.until(({ stage }) => Number(stage.frame) > 3);
        await look("playing by itself");
        await genie.begin();
        await genie.play([1, 1, 2]);
        await shown.getByTestId("settings").locator("summary").click();
        await genie.upload("notes.png", Buffer.from("no picture\n"));
        await shown.getByTestId("trouble").waitFor();
        await look("settings and a trouble");
        await shown.getByTestId("remedy").click();
        await genie.futures();
        await look("all futures");
        await genie.click("how-link");
        await genie.explained();
        await look("the view that explains");
        await shown.close();
        assert.deepEqual(found, []);
      });
    }
  }

  const { shown, genie } = await open();
  await genie.until(() => true);
  const practice = async (name, body) => {
    let passed = false;
    await test(name, async () => {
      const note = await body();
      passed = true;
      return note;
    });
    report.practice.push({ name, passed });
  };
  const meta = (name) => shown.locator(`head meta[name="${name}"]`).first().getAttribute("content");

  await practice("a policy forbids what isn't the page's own", async () => {
    const policy = await shown.locator('head meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    const rules = Object.fromEntries(policy.split(";").map((rule) => {
      const [name, ...values] = rule.trim().split(/\s+/);
      return [name, values];
    }));
    assert.deepEqual(rules["default-src"], ["'none'"]);
    for (const [name, values] of Object.entries(rules)) {
      assert.ok(!values.includes("'unsafe-inline'") && !values.includes("'unsafe-eval'"), name);
      // Worlds of visitors' own may come from anywhere, once the visitor has agreed (web/README.md).
      const worlds = ["https:", "http://localhost:*", "http://127.0.0.1:*"];
      const allowed = name === "connect-src" ? worlds : [];
      const foreign = values.filter((value) => /^(\*|https?:)/.test(value));
      assert.deepEqual(foreign, allowed, name);
    }
    const first = await shown.evaluate(() => document.head.querySelector("script, link, meta[http-equiv]")?.tagName);
    assert.equal(first, "META", "it comes before what it governs");
  });
  await practice("the document says its language, direction, title, description and what it is", async () => {
    const of = await shown.evaluate(() => ({
      doctype: document.doctype?.name, charset: document.characterSet, mode: document.compatMode,
      lang: document.documentElement.lang, dir: document.documentElement.dir, title: document.title,
    }));
    assert.deepEqual(of, {
      doctype: "html", charset: "UTF-8", mode: "CSS1Compat", lang: "en", dir: "ltr", title: "Pocket Genie",
    });
    assert.ok((await meta("description")).length > 40);
  });
  await practice("it fits a phone, and can be enlarged", async () => {
    const viewport = await meta("viewport");
    assert.match(viewport, /width=device-width/);
    assert.doesNotMatch(viewport, /user-scalable\s*=\s*(no|0)|maximum-scale/);
  });
  await practice("it can be installed", async () => {
    const address = await shown.locator('head link[rel="manifest"]').evaluate((link) => link.href);
    const manifest = await shown.evaluate(async (address) => (await fetch(address)).json(), address);
    for (const field of ["name", "short_name", "start_url", "display", "background_color", "theme_color"]) {
      assert.ok(manifest[field], field);
    }
    for (const { src, sizes } of manifest.icons) {
      if (!/\.png$/.test(src)) continue;
      const size = await shown.evaluate(async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, new URL(src, address).href);
      assert.equal(size, sizes, src);
    }
    const sizes = manifest.icons.map((icon) => icon.sizes);
    assert.ok(sizes.includes("192x192") && sizes.includes("512x512"), `${sizes}`);
    assert.ok(manifest.icons.some(({ purpose }) => purpose?.includes("maskable")));
    return `${manifest.icons.length} icons`;
  });
  await practice("it works without a network", async () => {
    const worker = await shown.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    assert.equal(worker, "activated");
  });
  await practice("pictures have their sizes before they are there, and names where they need one", async () => {
    const bad = await shown.evaluate(() => [...document.querySelectorAll("img, canvas")]
      .filter((picture) => !picture.hasAttribute("width") || !picture.hasAttribute("height")
        || !(picture.getAttribute("aria-hidden") === "true" || picture.getAttribute("aria-label") || picture.alt))
      .map((picture) => picture.outerHTML.slice(0, 120)));
    assert.deepEqual(bad, []);
  });
  await practice("no id is given twice", async () => {
    const twice = await shown.evaluate(() => {
      const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
      return ids.filter((id, i) => ids.indexOf(id) !== i);
    });
    assert.deepEqual(twice, []);
  });
  await practice("links are secure, and say where they lead", async () => {
    for (const link of await shown.locator("a[href]").all()) {
      const [href, text] = await link.evaluate((a) => [a.getAttribute("href"), a.textContent.trim()]);
      assert.match(href, /^(#|https:)/);
      assert.ok(text.length > 2, href);
    }
  });
  await practice("the layout doesn't jump", () => {
    const shift = Math.max(...Object.values(report.load).map((visit) => visit.shift));
    assert.ok(shift < SHIFT, `${shift}`);
    return shift.toFixed(3);
  });
  await practice("no file is missing, and a second visit fetches next to nothing", async () => {
    assert.deepEqual(server.sent.filter(({ bytes }) => bytes === 0), []);
    assert.equal(report.load.second.bytes < 50_000, true, `the second visit fetched ${report.load.second.bytes} bytes`);
  });
  await practice("nothing came from elsewhere", () => assert.deepEqual(elsewhere, []));
  await practice("no error was reported on the console", () => {
    assert.deepEqual(errors, []);
    report.warnings = [...warnings];
    return warnings.size ? `warnings: ${report.warnings.join("; ")}` : "nor any warning";
  });
  await stop();
  server.stop();

  const share = (all, good) => (all.length ? Math.round((100 * all.filter(good).length) / all.length) : 0);
  report.scores = {
    accessibility: share(report.accessibility, ({ violations }) => violations === 0),
    practice: share(report.practice, ({ passed }) => passed),
  };
  print(report);
  const file = join(target, "audit.json");
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written to ${file}`);
}

/** Watches what the browser tells of its own work. Runs in the page. */
function observe() {
  window.__shift = 0;
  window.__long = [];
  const watch = (type, see) => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true });
  watch("layout-shift", ({ value, hadRecentInput }) => {
    if (!hadRecentInput) window.__shift += value;
  });
  watch("longtask", ({ duration }) => window.__long.push(duration));
  watch("largest-contentful-paint", ({ startTime }) => (window.__largest = startTime));
}

/** What was seen of a visit, milliseconds. Runs in the page. */
function figures() {
  const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  const transfers = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
  return {
    firstPaint: first,
    largestPaint: window.__largest,
    shift: window.__shift,
    blocked: window.__long.reduce((sum, ms) => sum + Math.max(0, ms - 50), 0),
    longest: Math.max(0, ...window.__long),
    files: transfers.length,
    cached: transfers.filter(({ workerStart }) => workerStart > 0).length,
  };
}

function print({ load, accessibility, scores }) {
  const row = (name, of) => console.log(`${name.padEnd(44)}${["first", "second"]
    .map((visit) => (load[visit] ? of(load[visit]) : "?").padStart(16)).join("")}`);
  const ms = (value) => `${Math.round(value)} ms`;
  console.log(`\n${"".padEnd(44)}${"first visit".padStart(16)}${"second visit".padStart(16)}`);
  row("first paint", (of) => ms(of.firstPaint));
  row("largest paint", (of) => ms(of.largestPaint));
  row("first playable frame", (of) => ms(of.playable));
  row("page's thread blocked beyond 50 ms a task", (of) => ms(of.blocked));
  row("longest task", (of) => ms(of.longest));
  row("layout shift", (of) => of.shift.toFixed(3));
  row("requests to the server", (of) => String(of.requests));
  row("bytes from the server", (of) => String(of.bytes));
  row("files of the page's thread, from its cache", (of) => `${of.cached} of ${of.files}`);
  const broken = accessibility.reduce((sum, { violations }) => sum + violations, 0);
  console.log(`\naccessibility  ${scores.accessibility} of 100  (${accessibility.length} states, ${broken} violations of axe-core's rules)`);
  console.log(`good practice  ${scores.practice} of 100`);
}
