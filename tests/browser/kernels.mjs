// The WGSL kernels against their plain twins, in Chromium (tests/kernels-web).

import assert from "node:assert/strict";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const CASES = 200;
// How many different kernels must have been compiled for them.
const KERNELS = 20;
const PATIENCE = 900_000;

export async function kernels({ folder }) {
  const server = await serve(folder);
  const { context, stop } = await launch(true);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") console.log(`     console: ${message.text()}`);
  });
  let result;
  await test("the kernels start on WebGPU", async () => {
    await page.goto(`${server.address}/index.html?cases=${CASES}`);
    await page.waitForFunction(() => window.__result !== undefined, null, { timeout: PATIENCE });
    result = await page.evaluate(() => window.__result);
    assert.equal(result.error, undefined);
    assert.ok(result.operations.length > 0);
    return `${result.seconds.toFixed(1)} s for ${CASES} cases of each`;
  });
  for (const { operation, cases, papers, kernels, worst, failures, seconds } of result?.operations ?? []) {
    await test(`${operation} agrees with its twin`, () => {
      assert.deepEqual(failures, []);
      assert.equal(cases, CASES);
      assert.ok(papers > 0, "none of the paper's sizes");
      for (const [name, count] of Object.entries(kernels)) assert.ok(count >= KERNELS, `${count} of ${name}`);
      return `${worst.toExponential(1)} at most, ${JSON.stringify(kernels)} kernels in ${seconds.toFixed(1)} s`;
    });
  }
  await stop();
  server.stop();
}
