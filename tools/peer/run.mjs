// ONNX Runtime Web, and our page where `--page` names a build of it, in one Chromium:
//
//   node run.mjs [--page DIST_FOLDER] [--rounds N] [--seconds N] [--backends webgpu,wasm]
//
// One line of JSON on stdout, what happens meanwhile on stderr. The sides take turns, so that a
// change of the machine's load meets both; each figure is the median over the rounds.

import { fileURLToPath } from "node:url";
import { access } from "node:fs/promises";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "../../tests/browser/browser.mjs";
import { serve } from "../../tests/browser/server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** The peer's back ends, and our page's name for the device each of them runs on. */
const BACKENDS = { webgpu: "webgpu", wasm: "cpu" };
/** Software WebGPU on a busy machine takes minutes to compile, and seconds a pass. */
const PATIENCE = 30 * 60_000;

function options() {
  const { values } = parseArgs({
    options: {
      page: { type: "string" },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "6" },
      backends: { type: "string", default: "webgpu,wasm" },
    },
  });
  const number = (name, least) => {
    const value = Number(values[name]);
    if (!(value >= least)) throw new Error(`--${name} ${values[name]}: a number of ${least} or more`);
    return value;
  };
  const backends = values.backends.split(",");
  for (const name of backends) {
    if (!Object.hasOwn(BACKENDS, name)) throw new Error(`--backends ${values.backends}: webgpu, wasm or both, with a comma`);
  }
  return { page: values.page && resolve(values.page), rounds: number("rounds", 1), seconds: number("seconds", 0.1), backends };
}

async function need(file, remedy) {
  await access(file).catch(() => { throw new Error(`${file} is missing: ${remedy}`); });
}

/** Opens `url`, waits for what `done` (run in the page) returns, closes. */
async function visit(context, url, done) {
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && !/\[W:onnxruntime/.test(message.text()) && complaints.push(message.text()));
  try {
    await page.goto(url);
    const handle = await page.waitForFunction(done, null, { timeout: PATIENCE, polling: 200 });
    return await handle.jsonValue();
  } catch (error) {
    throw new Error(`${url}: ${error.message}${complaints.map((c) => `\n  the page said: ${c}`).join("")}`);
  } finally {
    await page.close();
  }
}

async function peer(context, address, backend, seconds) {
  const url = `${address}/peer.html?backend=${backend}&seconds=${seconds}`;
  const { result, error } = await visit(context, url, () => window.result);
  if (error) throw new Error(`ONNX Runtime Web on ${backend}: ${error}`);
  return result;
}

async function ours(context, address, backend) {
  const url = `${address}/index.html?bench&device=${BACKENDS[backend]}`;
  const text = await visit(context, url, () => document.querySelector("#bench-result")?.textContent?.trim());
  let result;
  try {
    result = JSON.parse(text);
  } catch {
    throw new Error(`${url}: #bench-result isn't JSON: ${text.slice(0, 500)}`);
  }
  for (const key of ["ms_per_frame_at_20", "ms_per_pass"]) {
    if (!(result[key] > 0)) throw new Error(`${url}: no ${key} in ${text.slice(0, 500)}`);
  }
  return result;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** One object of the rounds' objects: the median of every number, the last of everything else. */
function medians(rounds) {
  const merged = {};
  for (const [key, value] of Object.entries(rounds.at(-1))) {
    merged[key] = typeof value === "number" ? median(rounds.map((round) => round[key])) : value;
  }
  return merged;
}

async function main() {
  const { page, rounds, seconds, backends } = options();
  await need(join(here, "build/world.json"), "tools/peer/run.sh exports the graphs");
  await need(join(here, "node_modules/onnxruntime-web"), "npm ci in tools/peer, or tools/peer/run.sh");
  if (page) await need(join(page, "index.html"), "build the page first: trunk build --release");
  else console.error("no --page: ONNX Runtime Web alone, no ratios");

  const found = Object.fromEntries(backends.map((name) => [name, { peer: [], ours: [] }]));
  const servers = [await serve(here), ...(page ? [await serve(page)] : [])];
  const { context, stop } = await launch(true);
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const backend of backends) {
        const turn = (side) => console.error(`round ${round} of ${rounds}, ${backend}: ${side} (load ${loadavg()[0].toFixed(1)})`);
        if (page) {
          turn("our page");
          found[backend].ours.push(await ours(context, servers[1].address, backend));
        }
        turn("ONNX Runtime Web");
        found[backend].peer.push(await peer(context, servers[0].address, backend, seconds));
      }
    }
  } finally {
    await stop();
    for (const server of servers) server.stop();
  }
  console.log(JSON.stringify(report(found, backends)));
}

function report(found, backends) {
  const out = { adapter: null, ort_version: null, world: null, steps: null, load: loadavg()[0] };
  for (const backend of backends) {
    const { adapter, version, world, steps, ...figures } = medians(found[backend].peer);
    Object.assign(out, { adapter: out.adapter ?? adapter, ort_version: version, world, steps, [backend]: figures });
    if (found[backend].ours.length === 0) continue;
    const own = medians(found[backend].ours);
    figures.ours = own;
    // Of each round, then the median: both sides of a ratio met the same load.
    const ratio = (peerKey, ourKey) =>
      median(found[backend].peer.map((round, i) => round[peerKey] / found[backend].ours[i][ourKey]));
    figures.peer_over_ours = {
      frame: ratio("ms_per_frame", "ms_per_frame_at_20"),
      pass: ratio("ms_per_pass", "ms_per_pass"),
    };
  }
  return out;
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
