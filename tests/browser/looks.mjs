// Looks into a play: where each action leads, and the view that explains. Neither changes anything.

import assert from "node:assert/strict";
import { join } from "node:path";
import { errorsOf, launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;
const WAY = [1, 0, 2, 2, 1, 3];

/** `browser` launches another than Chromium. */
export async function looks({ folder, screenshots, browser }) {
  const server = await serve(folder);
  const { context, stop } = await (browser ?? launch)(false);
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  const errors = errorsOf(shown);
  const genie = new Page(shown);
  const data = (id) => shown.getByTestId(id).evaluate((element) => ({ ...element.dataset }));
  const shot = (name) => shown.screenshot({ path: join(screenshots, `${name}.png`) });

  await test("looking at all futures changes nothing", async () => {
    await shown.goto(`${server.address}/?seed=${SEED}`);
    await genie.begin();
    const without = await genie.play(WAY);
    await genie.begin();
    await genie.futures();
    const looked = [];
    for (const action of WAY) {
      looked.push((await genie.act(action)).tokens);
      assert.equal((await genie.ahead()).length, await genie.actions());
    }
    assert.deepEqual(looked, without);
    await shot("futures");
  });

  await test("a future is what comes when its action is played: once, or held", async () => {
    for (const hold of [1, 4]) {
      await genie.lookAway();
      await genie.begin();
      await genie.play([1, 1]);
      const futures = await genie.futures(hold);
      assert.ok(new Set(futures).size > 1, "all actions lead to the same frame");
      for (const action of [2, 0]) {
        const future = (await genie.ahead())[action];
        const before = await genie.frame();
        await genie.click(`future-${action}`);
        await genie.until(({ stage }, frame) => Number(stage.frame) === frame, before + hold);
        assert.equal((await genie.stage()).tokens, future, `action ${action}, ${hold} frames`);
      }
      // And by hand the same.
      const tokens = (await genie.stage()).tokens;
      await genie.lookAway();
      await genie.begin();
      await genie.play([1, 1, ...Array(hold).fill(2), ...Array(hold).fill(0)]);
      assert.equal((await genie.stage()).tokens, tokens);
    }
  });

  await test("from an earlier frame a future becomes a branch, and the line that it leaves is kept", async () => {
    await genie.begin();
    await genie.play([...WAY, ...WAY]);
    const { tokens } = await genie.stage();
    await genie.seek(3);
    const futures = await genie.futures(4);
    await genie.click("future-1");
    await genie.until(({ stage }) => stage.length === "7");
    assert.equal((await genie.stage()).tokens, futures[1]);
    await genie.click("line-1");
    await genie.until(({ stage }) => stage.frame === "12");
    assert.equal((await genie.stage()).tokens, tokens);
  });

  await test("who plays by keys meanwhile is not kept waiting, and sees the new futures", async () => {
    await genie.begin();
    const before = await genie.ahead();
    await shown.evaluate(() => document.activeElement.blur());
    await shown.keyboard.press("2");
    await genie.until(({ stage }) => stage.frame === "1");
    const after = await genie.ahead();
    assert.notDeepEqual(after, before);
    await genie.click("futures-open");
    await shown.getByTestId("futures").waitFor({ state: "detached" });
  });

  await test("the view that explains has an address, and stops the play until one comes back", async () => {
    await shown.getByTestId("pilot").selectOption("random");
    await genie.past(8);
    await shown.getByTestId("how-link").focus();
    await shown.keyboard.press("Enter");
    await genie.explained();
    assert.equal(new URL(shown.url()).hash, "#how");
    assert.match(await shown.title(), /How this works/);
    assert.equal(await shown.evaluate(() => document.activeElement.textContent), "How this works");
    const before = await genie.stage();
    assert.equal(await shown.getByTestId("stage").isVisible(), false);
    await shown.keyboard.press("2");
    await shown.waitForTimeout(600);
    assert.equal((await genie.stage()).frame, before.frame, "it goes on behind the view");
    assert.equal((await data("how-tokens")).tokens, before.tokens);
    await shown.evaluate(() => history.back());
    await shown.getByTestId("how").waitFor({ state: "detached" });
    await shown.waitForFunction((frame) =>
      Number(document.querySelector('[data-testid="stage"]').dataset.frame) > Number(frame), before.frame);
  });

  await test("the last MaskGIT step is the frame that is then played", async () => {
    await genie.begin();
    await genie.play([1, 1, 2]);
    await genie.click("how-link");
    await genie.explained();
    for (const action of [1, 4]) {
      await shown.getByTestId("unfold-action").selectOption(String(action));
      await genie.explained();
      const { steps } = await data("unfold");
      assert.equal((await data("unfold")).step, "0");
      const masked = [];
      for (let step = 1; step <= Number(steps); step++) {
        await genie.click("unfold-next");
        await shown.waitForFunction((step) =>
          document.querySelector('[data-testid="unfold"]').dataset.step === step, String(step));
        masked.push(Number((await data("unfold")).masked));
      }
      assert.deepEqual(masked, [...masked].sort((a, b) => b - a), "each step settles more");
      assert.equal(masked.at(-1), 0);
      const { tokens } = await data("unfold");
      if (action === 1) await shot("how-unfold");
      await genie.click("how-back");
      await shown.getByTestId("how").waitFor({ state: "detached" });
      assert.equal((await genie.act(action)).tokens, tokens);
      await genie.seek(3);
      await genie.click("how-link");
      await genie.explained();
    }
  });

  await test("in more steps it goes by itself, in slow motion", async () => {
    await shown.getByTestId("unfold-steps").selectOption("8");
    await genie.explained();
    assert.equal((await data("unfold")).steps, "8");
    await genie.click("unfold-play");
    await shown.waitForFunction(() => {
      const { step, steps } = document.querySelector('[data-testid="unfold"]').dataset;
      return step === steps;
    });
    assert.equal((await data("unfold")).masked, "0");
    await shown.getByTestId("unfold-steps").selectOption("");
    await genie.explained();
  });

  await test("tokens can be walked through by keys, and each says where it looks", async () => {
    const chosen = async () => [(await data("token-tiles")).chosen, (await data("attention-tiles")).chosen];
    const [start] = await chosen();
    await shown.locator(`[data-testid="token-tiles"] [data-tile="${start}"]`).focus();
    const said = [await shown.getByTestId("looks-at").innerText()];
    for (const [key, by] of [["ArrowRight", 1], ["ArrowDown", 8], ["ArrowLeft", -1], ["ArrowUp", -8]]) {
      const [before] = await chosen();
      await shown.keyboard.press(key);
      const now = String(Number(before) + by);
      assert.deepEqual(await chosen(), [now, now]);
      assert.equal(await shown.evaluate(() => document.activeElement.dataset.tile), now);
      said.push(await shown.getByTestId("looks-at").innerText());
    }
    assert.equal(said.at(-1), said[0]);
    assert.ok(new Set(said).size > 1, `${said}`);
    const { tokens } = await genie.stage();
    const number = parseInt(tokens.slice(4 * Number(start), 4 * Number(start) + 4), 16);
    assert.match(await shown.getByTestId("token").innerText(), new RegExp(`token ${number}$`));
    const { blocks } = await data("attention");
    assert.ok(Number(blocks) > 1);
    await shown.getByTestId("block").selectOption("0");
    assert.match(await shown.getByTestId("looks-at").innerText(), /\d %\.$/);
    await shown.getByTestId("attention").scrollIntoViewIfNeeded();
    await shot("how-attention");
  });

  await test("opened by its address it shows the words at once, and the pictures once there is a frame", async () => {
    const other = await context.newPage();
    other.setDefaultTimeout(PATIENCE);
    await other.goto(`${server.address}/?seed=${SEED}&lang=de#how`);
    const there = new Page(other);
    await other.getByTestId("how").waitFor();
    assert.match(await other.title(), /So funktioniert es/);
    await there.explained();
    assert.equal((await there.stage()).frame, "0");
    await other.getByTestId("how-back").click();
    await other.getByTestId("how").waitFor({ state: "detached" });
    await there.until(({ stage }) => Number(stage.frame) > 2, null);
    await other.close();
  });

  await test("nothing was reported on the console", () => assert.deepEqual(errors, []));
  await stop();

  if (browser) return server.stop();
  await test("on a graphics processor looking changes nothing either", async () => {
    const { context, stop } = await launch(true);
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    const genie = new Page(shown);
    await shown.goto(`${server.address}/?seed=${SEED}&device=webgpu`);
    await genie.begin();
    const without = await genie.play([1, 2]);
    await genie.begin();
    const futures = await genie.futures(1);
    assert.equal(futures[1], without[0]);
    const looked = await genie.play([1, 2]);
    assert.deepEqual(looked, without);
    assert.equal((await genie.stage()).device, "webgpu");
    await genie.click("how-link");
    await genie.explained();
    await stop();
  });
  server.stop();
}
