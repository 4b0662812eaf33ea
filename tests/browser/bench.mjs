// `?bench`: the page measures a world, and writes what it found as JSON.

import assert from "node:assert/strict";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const PATIENCE = 240_000;
/** Few, as this is no measurement. */
const FRAMES = 2;
const FAR = 24;
const EVERYWHERE = [
  "steps", "frames_measured", "ms_per_frame_at_20", `ms_per_frame_at_${FAR}`, "far_over_near",
  "resident_bytes_at_20", `resident_bytes_at_${FAR}`, "ms_per_frame_without_cache",
  "without_cache_over_with", "ms_per_pass", "ms_passes", "ms_decode", "gflop_per_frame",
  "bytes_moved_per_frame", "gflops", "peak_gflops", "gflops_over_peak", "copy_gb_per_s",
];
const ON_CPU = ["ms_remember", "ms_per_pass_generic"];
const ON_WEBGPU = [
  "ms_first_pass", "ms_read_back", "ms_host", "launches_per_frame", "launches_per_pass", "memory_bytes",
];

export async function bench({ folder, screenshots, webgpu }) {
  const server = await serve(folder);
  const { context, stop } = await launch(webgpu);
  const device = webgpu ? "webgpu" : "cpu";
  const page = await context.newPage();
  await test(`?bench measures the world on ${device}`, async () => {
    await page.goto(`${server.address}/?bench&device=${device}&far=${FAR}&frames=${FRAMES}`);
    await page.waitForFunction(
      () => document.querySelector("#bench-result") ?? document.querySelector('[data-testid="trouble"]'),
      null,
      { timeout: PATIENCE },
    );
    assert.equal(await page.getByTestId("trouble").count(), 0, await page.innerText("main"));
    const figures = JSON.parse(await page.locator("#bench-result").innerText());
    for (const name of [...EVERYWHERE, ...(webgpu ? ON_WEBGPU : ON_CPU)]) {
      assert.ok(Number.isFinite(figures[name]) && figures[name] > 0, `${name} is ${figures[name]}`);
    }
    assert.ok(figures.device.length > 0);
    const rows = await page.locator(".bench tr").count();
    assert.ok(rows >= Object.keys(figures).length, `${rows} rows`);
    await page.screenshot({ path: join(screenshots, `bench-${device}.png`), fullPage: true });
    const { ms_per_frame_at_20: frame, ms_per_pass: pass } = figures;
    return `${frame.toFixed(0)} ms a frame, ${pass.toFixed(0)} ms a pass`;
  });
  await test("?bench says what can't be measured", async () => {
    await page.goto(`${server.address}/?bench&device=${device}&far=3&frames=${FRAMES}`);
    const trouble = page.getByTestId("trouble");
    await trouble.waitFor({ state: "visible", timeout: PATIENCE });
    assert.match(await trouble.innerText(), /far frame of 3/);
  });
  await stop();
  server.stop();
}
