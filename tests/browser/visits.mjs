// One visit after another: the first, one without a network, one with a damaged cache, one of a new
// version; two tabs at once; no room to keep anything.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

/** As a page of many on a plain file host. */
const PATH = "/some/folder/";
const SEED = 1;

export async function visits({ folder }) {
  const site = await mkdtemp(join(tmpdir(), "pocket-genie-site-"));
  await cp(folder, site, { recursive: true });
  let server = await serve(site, { path: PATH });
  const again = async () => (server = await serve(site, { path: PATH, port: server.port }));
  const { context, stop } = await launch(false);
  const elsewhere = [];
  context.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== `127.0.0.1:${server.port}`) elsewhere.push(request.url());
  });
  const refused = [];

  /** A visit; the tokens of the first frames played, and milliseconds until the first one. */
  const visit = async (actions = [1, 0, 2]) => {
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    shown.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) refused.push(message.text());
    });
    const start = performance.now();
    await shown.goto(`${server.address}/?seed=${SEED}`);
    const genie = new Page(shown);
    await genie.until(() => true);
    const ms = performance.now() - start;
    const tokens = [(await genie.begin()).tokens, ...(await genie.play(actions))];
    return { shown, genie, tokens, ms };
  };
  const offline = (shown) => shown.getByTestId("offline").getAttribute("data-offline");
  const note = (bytes, ms) => `${bytes} bytes, first playable frame after ${(ms / 1000).toFixed(2)} s`;
  let first;

  await test("the first visit fetches each file once, and keeps the page", async () => {
    first = await visit();
    assert.equal(await offline(first.shown), "Ready");
    const worlds = server.sent.filter(({ name }) => name.endsWith(".safetensors"));
    assert.equal(worlds.length, 1, "the world came more than once");
    const engines = server.sent.filter(({ name }) => name === "worker_bg.wasm");
    assert.equal(engines.length, 1, "the engine came more than once");
    const missing = server.sent.filter(({ bytes }) => bytes === 0);
    assert.deepEqual(missing, []);
    await first.shown.close();
    return note(server.bytes(), first.ms);
  });

  await test("the second visit works without a network, and plays the same frames", async () => {
    server.stop();
    const second = await visit();
    assert.deepEqual(second.tokens, first.tokens);
    await second.shown.close();
    await again();
    return note(server.bytes(), second.ms);
  });

  await test("what is damaged in the cache heals", async () => {
    const shown = await context.newPage();
    await shown.goto(`${server.address}/icon.svg`);
    const damaged = await shown.evaluate(async () => {
      let damaged = 0;
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
          bytes[bytes.length >> 1] ^= 1;
          await cache.put(request, new Response(bytes));
          damaged += 1;
        }
      }
      return damaged;
    });
    assert.ok(damaged > 8, `only ${damaged} files are kept`);
    await shown.close();
    server.bytes();
    const healed = await visit();
    assert.deepEqual(healed.tokens, first.tokens);
    assert.equal(await offline(healed.shown), "Ready");
    await healed.shown.close();
    const fetched = server.bytes();
    assert.ok(fetched > 7_000_000, `only ${fetched} bytes were fetched again`);
    server.stop();
    const after = await visit();
    assert.deepEqual(after.tokens, first.tokens, "and is whole again without a network");
    await after.shown.close();
    await again();
    return `${damaged} files, ${fetched} bytes fetched again`;
  });

  await test("two tabs at once play each their own", async () => {
    const [one, other] = [await visit(), await visit([0, 0, 1])];
    assert.deepEqual(one.tokens, first.tokens);
    assert.notDeepEqual(other.tokens, first.tokens);
    const next = await one.genie.play([1]);
    await other.genie.play([2]);
    await one.genie.backTo(3, () => one.genie.click("rewind"));
    assert.deepEqual(await one.genie.play([1]), next);
    await one.shown.close();
    await other.shown.close();
  });

  await test("a new version of the page replaces the old one, and fetches only what is new", async () => {
    server.bytes();
    const list = join(site, "worlds/index.json");
    const before = await readFile(list);
    const after = Buffer.from(String(before).replace("CoinRun", "CoinRun II"));
    const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
    const worker = join(site, "sw.js");
    await writeFile(list, after);
    await writeFile(worker, String(await readFile(worker)).replace(hash(before), hash(after)));
    // The first finds the new version and begins to fetch it; the second has it.
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    const genie = new Page(shown);
    const title = () => shown.locator(".more").innerText();
    await shown.goto(`${server.address}/`);
    await genie.until(() => true);
    await shown.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      while (!registration.waiting) await new Promise((done) => setTimeout(done, 50));
    });
    await shown.reload();
    await genie.until(() => true);
    assert.match(await title(), /CoinRun II/);
    const fetched = server.bytes();
    assert.ok(fetched < 200_000, `${fetched} bytes were fetched`);
    await shown.close();
    return `${fetched} bytes`;
  });

  await test("without room to keep it, the page plays, and says so", async () => {
    const { context, stop } = await launch(false);
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    const tools = await context.newCDPSession(shown);
    const origin = new URL(server.address).origin;
    await tools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_500_000 });
    await shown.goto(`${server.address}/?seed=${SEED}`);
    const genie = new Page(shown);
    await genie.begin();
    await genie.play([1, 0]);
    await shown.getByTestId("offline").waitFor();
    assert.equal(await offline(shown), "Full");
    const said = await shown.getByTestId("offline").innerText();
    await stop();
    return said;
  });

  await test("nothing came from elsewhere, and the policy refused nothing", () => {
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(refused, []);
  });
  await stop();
  server.stop();
  await rm(site, { recursive: true, force: true });
}
