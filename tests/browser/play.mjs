// Playing: by keys alone, along the timeline, into branches and back, at a pace, by itself, on
// another device.

import assert from "node:assert/strict";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;

/** `browser` launches another than Chromium, without WebGPU. */
export async function play({ folder, screenshots, browser }) {
  const server = await serve(folder);
  const { context, stop } = await (browser ?? launch)(true);
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  const genie = new Page(shown);
  const stage = () => genie.stage();
  const names = () => shown.getByTestId(/^action-\d+$/).locator(".name").allInnerTexts();

  await test("keys alone: tab to the invitation, take over, pause, play, go back", async () => {
    await shown.goto(`${server.address}/?seed=${SEED}`);
    await genie.until(({ stage }) => stage.demo === "true");
    await shown.getByTestId("take-over").waitFor();
    const focused = () => shown.evaluate(() => document.activeElement.dataset.testid);
    const reached = [];
    for (let i = 0; i < 10 && (await focused()) !== "take-over"; i++) {
      await shown.keyboard.press("Tab");
      reached.push(await focused());
    }
    assert.equal(await focused(), "take-over", `tab comes to ${reached}`);
    await shown.keyboard.press("Enter");
    await shown.getByTestId("invitation").waitFor({ state: "detached" });
    await shown.keyboard.press("p");
    await genie.until(({ stage }) => stage.running === "false");
    const before = await stage();
    await shown.keyboard.press("2");
    await genie.until(({ stage }, n) => Number(stage.frame) === n, Number(before.frame) + 1);
    await shown.keyboard.press("Backspace");
    await genie.until(({ stage }, n) => Number(stage.frame) === n, Number(before.frame));
    assert.equal((await stage()).tokens, before.tokens);
    await shown.keyboard.press("r");
    await genie.until(({ stage }) => stage.frame === "0");
    // Every control can be reached.
    const wanted = new Set(["action-0", "seek", "pause", "pilot", "gallery-0", "upload", "language"]);
    await shown.evaluate(() => document.activeElement.blur());
    for (let i = 0; i < 60 && wanted.size > 0; i++) {
      await shown.keyboard.press("Tab");
      wanted.delete(await focused());
    }
    assert.deepEqual([...wanted], []);
  });

  await test("arrow keys go where the actions' names say", async () => {
    await genie.begin();
    // Those that have the keys themselves, such as a slider, keep them.
    await shown.evaluate(() => document.activeElement.blur());
    const words = await names();
    const named = (word) => words.map((name, i) => (name.includes(word) ? i : -1)).filter((i) => i >= 0);
    for (const [key, word] of [["ArrowLeft", "left"], ["KeyD", "right"]]) {
      assert.ok(named(word).length > 0, `no action is called ${word}: ${words}`);
      await shown.keyboard.down(key);
      const pressed = await shown.waitForSelector(".action.pressed");
      const name = await pressed.innerText();
      await shown.keyboard.up(key);
      await genie.until(() => true);
      assert.ok(name.includes(word), `${key} played ${name}`);
    }
  });

  await test("a held button goes on, and ends when it is let go", async () => {
    await genie.begin();
    const box = await shown.getByTestId("action-1").boundingBox();
    await shown.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await shown.mouse.down();
    await genie.past(4);
    await shown.mouse.up();
    await genie.until(() => true);
    const { frame } = await stage();
    await shown.waitForTimeout(500);
    assert.equal((await stage()).frame, frame);
  });

  const way = [1, 0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0, 0, 1, 2];
  await test("any frame of the timeline can be gone to, and looked at without losing the rest", async () => {
    await genie.begin();
    const tokens = [(await stage()).tokens, ...(await genie.play(way))];
    for (const frame of [3, 15, 0, 9, 16]) {
      const seen = await genie.seek(frame);
      assert.equal(seen.tokens, tokens[frame], `frame ${frame}`);
      assert.equal(seen.length, "16");
    }
    await shown.getByTestId("seek").focus();
    await shown.keyboard.press("ArrowLeft");
    await genie.until(({ stage }) => stage.frame === "15");
    assert.equal((await stage()).tokens, tokens[15]);
  });

  await test("a branch goes its own way, and the one it left can be returned to: the same frames", async () => {
    await genie.begin();
    const tokens = [(await stage()).tokens, ...(await genie.play(way))];
    await genie.seek(4);
    // The same action leads to the same frame, another one elsewhere.
    const branch = await genie.play([1, 1, 1, 1]);
    assert.equal(branch[0], tokens[5]);
    assert.notEqual(branch[3], tokens[8]);
    assert.equal((await stage()).length, "8");
    await shown.screenshot({ path: join(screenshots, "branch.png") });
    await shown.getByTestId("line-1").click();
    await genie.until(({ stage }) => stage.frame === "16");
    for (const frame of [16, 8, 5]) assert.equal((await genie.seek(frame)).tokens, tokens[frame]);
    await shown.getByTestId("line-2").click();
    await genie.until(({ stage }) => stage.frame === "8");
    assert.equal((await genie.seek(7)).tokens, branch[2]);
  });

  await test("an autopilot plays until a hand takes over", async () => {
    await genie.begin();
    await shown.getByTestId("pilot").selectOption("random");
    await shown.waitForFunction(() =>
      Number(document.querySelector('[data-testid="stage"]').dataset.frame) > 20);
    assert.equal((await stage()).running, "true");
    await shown.getByTestId("pilot").evaluate((select) => select.blur());
    await shown.keyboard.press("1");
    await shown.waitForFunction(() => document.querySelector('[data-testid="pilot"]').value === "hand");
  });

  if (!browser) await test("another device takes the play over, and no frame is lost", async () => {
    await genie.begin();
    const tokens = [(await stage()).tokens, ...(await genie.play([1, 0, 2]))];
    await shown.getByTestId("settings").locator("summary").click();
    await shown.getByTestId("device-wish").selectOption("webgpu");
    await genie.until(({ stage }) => stage.device === "webgpu");
    for (const frame of [2, 0, 3]) assert.equal((await genie.seek(frame)).tokens, tokens[frame]);
    await genie.act(1);
    await shown.getByTestId("device-wish").selectOption("cpu");
    await genie.until(({ stage }) => stage.device === "cpu");
    await genie.act(0);
    assert.equal((await stage()).length, "5");
  });

  await test("German is a whole page, and is remembered", async () => {
    await shown.getByTestId("language").selectOption("de");
    await shown.waitForFunction(() => document.documentElement.lang === "de");
    assert.match(await shown.innerText("main"), /Anfangen mit/);
    await shown.reload();
    await genie.until(() => true);
    assert.equal(await shown.getByTestId("take-over").innerText(), "Übernehmen");
    await shown.getByTestId("language").selectOption("en");
  });

  await stop();
  server.stop();
}
