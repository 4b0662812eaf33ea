// The page, end to end.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorsOf, launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { landscape } from "./pictures.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;

export async function page({ folder, target, screenshots, webgpu }) {
  const server = await serve(folder);
  const { context, stop } = await launch(webgpu);
  const name = webgpu ? "webgpu" : "cpu";
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  const errors = errorsOf(shown);
  const genie = new Page(shown);
  const open = (query) => shown.goto(`${server.address}/${query}`);
  const shot = (what) => shown.screenshot({ path: join(screenshots, `${what}-${name}.png`) });

  await test("the page loads, shows how far it is, and comes to its first frame", async () => {
    await shown.addInitScript(() => {
      // Everything that was on show while loading, however short.
      window.__seen = new Set();
      const look = () => {
        const stage = document.querySelector('[data-testid="stage"]');
        if (stage) window.__seen.add(stage.dataset.phase);
        const progress = document.querySelector('[data-testid="progress"]');
        if (progress) window.__seen.add(`progress ${progress.dataset.stage}`);
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    });
    const start = performance.now();
    await open(`?seed=${SEED}${webgpu ? "&device=webgpu" : ""}`);
    await genie.until(({ stage }) => Number(stage.frame) > 0 || stage.busy === "false");
    const took = performance.now() - start;
    const stage = await genie.stage();
    assert.equal(stage.phase, "playing");
    assert.equal(stage.demo, "true");
    assert.equal(stage.device, name);
    const seen = await shown.evaluate(() => [...window.__seen]);
    assert.ok(seen.includes("loading"), `phases: ${seen}`);
    assert.ok(seen.includes("progress World"), `no progress of the world's download: ${seen}`);
    await shot("start");
    return `first playable frame after ${(took / 1000).toFixed(1)} s`;
  });

  await test("it says on what it computes", async () => {
    const said = shown.getByTestId("device");
    assert.equal(await said.getAttribute("data-device"), name);
    assert.ok((await said.innerText()).trim().length > 0);
    return (await said.innerText()).replaceAll("\n", " ");
  });

  await test("every control has a name", async () => {
    for (const role of ["button", "checkbox", "slider", "spinbutton", "combobox"]) {
      for (const control of await shown.getByRole(role).all()) {
        const text = await control.ariaSnapshot();
        assert.match(text, /"[^"]+"/, `a ${role} without a name: ${text}`);
      }
    }
  });

  await test("the world plays by itself until a visitor takes over", async () => {
    const before = (await genie.stage()).tokens;
    await shown.waitForFunction((before) => {
      const stage = document.querySelector('[data-testid="stage"]').dataset;
      return Number(stage.frame) > 2 && stage.tokens !== before;
    }, before);
    await shot("demo");
    await shown.getByTestId("take-over").click();
    await shown.getByTestId("invitation").waitFor({ state: "detached" });
    assert.equal((await genie.stage()).demo, "false");
    await genie.begin();
  });

  const frames = webgpu ? 6 : 30;
  await test(`${frames} frames by pressing buttons`, async () => {
    const actions = await genie.actions();
    assert.ok(actions > 1, `${actions} actions`);
    const pictures = new Set([await genie.picture()]);
    const start = performance.now();
    for (let i = 0; (await genie.frame()) < frames; i++) {
      const before = await genie.frame();
      await shown.getByTestId(`action-${i % actions}`).click();
      await genie.past(before);
      pictures.add(await genie.picture());
    }
    const took = (performance.now() - start) / frames;
    assert.ok(pictures.size > frames / 3, `only ${pictures.size} different pictures`);
    await shot("play");
    return `${took.toFixed(0)} ms a frame, ${pictures.size} different pictures`;
  });

  await test("keys play, and Backspace goes back", async () => {
    const before = await genie.stage();
    await shown.keyboard.press("2");
    await genie.past(Number(before.frame));
    await genie.backTo(Number(before.frame), () => shown.keyboard.press("Backspace"));
    assert.equal((await genie.stage()).tokens, before.tokens);
  });

  await test("going back shows the same frames, and playing on repeats them", async () => {
    const start = await genie.stage();
    const tokens = [start.tokens];
    for (const action of [1, 0]) tokens.push((await genie.act(action)).tokens);
    const from = Number(start.frame);
    for (const back of [1, 0]) {
      await genie.backTo(from + back, () => genie.click("rewind"));
      assert.equal((await genie.stage()).tokens, tokens[back]);
    }
    assert.equal((await genie.act(1)).tokens, tokens[1]);
    assert.equal((await genie.act(0)).tokens, tokens[2]);
  });

  await test("starting again comes back to the prompt", async () => {
    await genie.backTo(0, () => genie.click("restart"));
  });

  await test("another picture of the gallery starts another play", async () => {
    const count = await shown.getByTestId(/^gallery-\d+$/).count();
    assert.ok(count > 1, `${count} pictures in the gallery`);
    const before = (await genie.stage()).tokens;
    await genie.click("gallery-1");
    await genie.until(({ stage }, old) => stage.frame === "0" && stage.tokens !== old, before);
  });

  await test("a picture of one's own starts a play", async () => {
    const before = (await genie.stage()).tokens;
    await genie.upload("landscape.png", landscape(200, 120));
    await genie.playDesk("crop");
    await genie.until(({ stage }, old) => stage.frame === "0" && stage.tokens !== old, before);
    await genie.act(0);
    await shot("upload");
  });

  await test("a file that is no picture is told, and the play goes on", async () => {
    const before = await genie.stage();
    await genie.upload("notes.png", Buffer.from("These are my notes, and no picture.\n"));
    const trouble = shown.getByTestId("trouble");
    await trouble.waitFor({ state: "visible" });
    const said = (await trouble.innerText()).replaceAll("\n", " ");
    assert.match(said, /picture/i);
    await shot("trouble");
    await shown.getByTestId("remedy").click();
    await trouble.waitFor({ state: "detached" });
    assert.equal((await genie.stage()).tokens, before.tokens);
    await genie.act(0);
    return said;
  });

  if (webgpu) {
    await test("left to itself, it prefers the processor to an imitated graphics processor", async () => {
      await open(`?seed=${SEED}`);
      await genie.begin();
      assert.equal((await genie.stage()).device, "cpu");
    });
  } else {
    await test("the same seed and actions give the same tokens as `genie play`", () =>
      sameAsNative({ genie, open, folder, target }));
  }

  await test("nothing was reported on the console", () => assert.deepEqual(errors, []));
  await stop();
  server.stop();
}

async function sameAsNative({ genie, open, folder, target }) {
  const program = process.env.GENIE ?? join(target, "release", "genie");
  assert.ok(existsSync(program), `${program} isn't built: cargo build --release`);
  const worlds = JSON.parse(readFileSync(join(folder, "worlds", "index.json"), "utf8"));
  const world = join(folder, "worlds", `${worlds[0].name}.safetensors`);

  await open(`?seed=${SEED}&device=cpu`);
  await genie.begin();
  const count = await genie.actions();
  const actions = Array.from({ length: 20 }, (_, i) => (i * i + 1) % count);
  const ours = [(await genie.stage()).tokens];
  for (const action of actions) ours.push((await genie.act(action)).tokens);

  const { stdout } = await promisify(execFile)(program, [
    "play", world, "--scene", "0", "--actions", actions.join(","),
    "--seed", String(SEED), "--device", "cpu", "--tokens",
  ], { maxBuffer: 1 << 26 });
  // One line a frame, the prompt's first; hexadecimal, as in `data-tokens`, but of another width.
  const numbers = (line, width) => line.match(new RegExp(`.{${width}}`, "g")).map((t) => parseInt(t, 16));
  const tokens = ours[0].length / 4;
  const theirs = stdout.trim().split("\n").map((line) => numbers(line, line.length / tokens));
  const hash = (lines) => createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
  assert.equal(theirs.length, ours.length);
  assert.deepEqual(ours.map((line) => numbers(line, 4)), theirs);
  return `${ours.length} frames, ${hash(ours)}`;
}
