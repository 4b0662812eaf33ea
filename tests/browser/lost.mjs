// The page when its graphics processor fails: it is lost in the middle of a play, or has no memory.

import assert from "node:assert/strict";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;

export async function lost({ folder, screenshots }) {
  const server = await serve(folder);
  const { context, stop } = await launch(true, false);

  await test("when the graphics processor is lost the play goes on with its frames", async () => {
    // Devices that the worker opens, within the test's reach.
    const shown = await open(context, `
      globalThis.devices = [];
      const ask = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...how) {
        const device = await ask.apply(this, how);
        globalThis.devices.push(device);
        return device;
      };
    `);
    const genie = new Page(shown);
    await shown.goto(`${server.address}/?seed=${SEED}&device=webgpu`);
    await genie.begin();
    const before = [];
    for (const action of [1, 0, 2]) before.push((await genie.act(action)).tokens);

    const [worker] = shown.workers();
    const destroyed = await worker.evaluate(() => {
      for (const device of globalThis.devices) device.destroy();
      return globalThis.devices.length;
    });
    assert.equal(destroyed, 1);
    const after = await genie.act(1);
    assert.equal(after.frame, "4");
    assert.equal(after.device, "webgpu");
    assert.equal(await worker.evaluate(() => globalThis.devices.length), 2);
    const said = await shown.getByTestId("announcement").innerText();
    // What was played is still there.
    for (const back of [2, 1, 0]) {
      await genie.backTo(back + 1, () => genie.click("rewind"));
      assert.equal((await genie.stage()).tokens, before[back]);
    }
    // And played on from the same frame, the next one is the same.
    await genie.act(0);
    await genie.act(2);
    assert.equal((await genie.act(1)).tokens, after.tokens);
    await shown.screenshot({ path: `${screenshots}/lost-webgpu.png` });
    await shown.close();
    return said;
  });

  await test("without memory on the graphics processor the processor plays, and the page says why", async () => {
    const shown = await open(context, `
      // Taken for a real one, so that the page chooses it by itself.
      Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
      const pop = GPUDevice.prototype.popErrorScope;
      const push = GPUDevice.prototype.pushErrorScope;
      const scopes = [];
      GPUDevice.prototype.pushErrorScope = function (kind) {
        scopes.push(kind);
        return push.call(this, kind);
      };
      GPUDevice.prototype.popErrorScope = function () {
        const kind = scopes.pop();
        const popped = pop.call(this);
        return kind === "out-of-memory" ? popped.then(() => new GPUOutOfMemoryError("none left")) : popped;
      };
    `);
    const genie = new Page(shown);
    await shown.goto(`${server.address}/?seed=${SEED}`);
    await genie.begin();
    assert.equal((await genie.stage()).device, "cpu");
    const said = (await shown.getByTestId("device").innerText()).replaceAll("\n", " ");
    assert.match(said, /memory/);
    await genie.act(1);
    await shown.close();
    return said;
  });

  await stop();
  server.stop();
}

/** A page whose worker runs `script` before its own program. */
async function open(context, script) {
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  await shown.route("**/worker_boot.js", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    // Imports come first in a module, and are run first.
    await route.fulfill({ response, body: `${body}\n`.replace("try {", `${script}\ntry {`) });
  });
  return shown;
}
