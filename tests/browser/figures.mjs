// What the page costs: bytes, seconds, blocked moments, memory. Figures, no test.

import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";

export async function figures({ folder, frames }) {
  const server = await serve(folder);
  const { context, stop } = await launch(false);
  for (const visit of ["first visit", "second visit"]) {
    const { shown, ms } = await open(context, server);
    await shown.getByTestId("offline").waitFor();
    console.log(`${visit}: ${server.bytes()} bytes, first playable frame after ${(ms / 1000).toFixed(2)} s`);
    await shown.close();
  }

  const { shown, genie } = await open(context, server);
  await shown.getByTestId("settings").locator("summary").click();
  await shown.getByTestId("fps-wish").selectOption("30");
  await shown.getByTestId("pilot").selectOption("random");
  const tools = await context.newCDPSession(shown);
  await tools.send("Performance.enable");
  const memory = async () => {
    await tools.send("HeapProfiler.collectGarbage");
    const { metrics } = await tools.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
    const nodes = metrics.find(({ name }) => name === "Nodes").value;
    const wasm = await shown.evaluate(() => window.__memory?.buffer.byteLength);
    const worker = await shown.workers()[0].evaluate(() => globalThis.__memory?.buffer.byteLength);
    return { heap, nodes, wasm, worker };
  };
  const start = performance.now();
  for (const at of [0.05, 0.25, 0.5, 1].map((share) => Math.round(share * frames))) {
    await shown.waitForFunction((at) =>
      Number(document.querySelector('[data-testid="stage"]').dataset.frame) >= at, at, { timeout: 3_600_000 });
    const { heap, nodes, wasm, worker } = await memory();
    const long = await shown.evaluate(() => window.__long.splice(0));
    const seconds = (performance.now() - start) / 1000;
    console.log(`frame ${await genie.frame()}, ${seconds.toFixed(0)} s: heap ${heap}, nodes ${nodes}, page's wasm ${wasm}, ` +
      `worker's wasm ${worker} bytes; ${long.length} tasks over 50 ms, the longest ${Math.max(0, ...long).toFixed(0)} ms; ` +
      `${await shown.getByTestId("fps").innerText()}, ${await shown.getByTestId("pace").innerText()}`);
  }
  await stop();
  server.stop();
}

async function open(context, server) {
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  // WebAssembly's memory is nobody's business but the page's: it is taken note of as it is made.
  const spy = `
    for (const name of ["instantiate", "instantiateStreaming"]) {
      const real = WebAssembly[name];
      WebAssembly[name] = async (...how) => {
        const made = await real.apply(WebAssembly, how);
        globalThis.__memory = (made.instance ?? made).exports.memory;
        return made;
      };
    }`;
  await shown.addInitScript(spy);
  await shown.addInitScript(() => {
    window.__long = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.__long.push(duration);
    }).observe({ type: "longtask", buffered: false });
  });
  shown.on("worker", (worker) => worker.evaluate(spy).catch(() => {}));
  const start = performance.now();
  await shown.goto(`${server.address}/`);
  const genie = new Page(shown);
  await genie.until(() => true);
  return { shown, genie, ms: performance.now() - start };
}
