// The page for everyone: no violation that axe-core knows of, in any state, theme or size; enlarged,
// narrow, from right to left; with little motion.

import assert from "node:assert/strict";
import { join } from "node:path";
import { violations } from "./axe.mjs";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

export async function everyone({ folder, screenshots }) {
  const server = await serve(folder);
  const { context, stop } = await launch(false);
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  const genie = new Page(shown);
  const shot = (name) => shown.screenshot({ path: join(screenshots, `${name}.png`) });

  const overflow = () => shown.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });

  for (const [where, size] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    for (const colorScheme of ["dark", "light"]) {
      await test(`axe-core finds nothing on a ${where}, ${colorScheme}`, async () => {
        await shown.setViewportSize(size);
        await shown.emulateMedia({ colorScheme });
        await shown.goto(`${server.address}/?seed=1`);
        await genie.until(({ stage }) => Number(stage.frame) > 10);
        assert.deepEqual(await violations(shown), [], "playing by itself");
        await shot(`demo-${where}-${colorScheme}`);
        await genie.begin(1);
        await genie.play([1, 1, 2, 2, 2, 1, 1, 0, 0, 1, 1, 2]);
        await genie.seek(2);
        await genie.play([0]);
        await shot(`play-${where}-${colorScheme}`);
        await shown.getByTestId("settings").locator("summary").click();
        await genie.upload("notes.png", Buffer.from("no picture\n"));
        await shown.getByTestId("trouble").waitFor();
        assert.deepEqual(await violations(shown), [], "with a branch, settings and a trouble");
        await shown.screenshot({ path: join(screenshots, `all-${where}-${colorScheme}.png`), fullPage: true });
        assert.ok((await overflow()) <= 0, "it is wider than the screen");
        await shown.getByTestId("remedy").click();
      });
    }
  }

  await test("enlarged to 200 %, and 320 pixels wide, all of it stays in reach", async () => {
    for (const size of [{ width: 640, height: 400 }, { width: 320, height: 640 }]) {
      await shown.setViewportSize(size);
      assert.ok((await overflow()) <= 0, `${size.width} pixels: ${await overflow()} too wide`);
      for (const control of await shown.getByRole("button").all()) {
        if (!(await control.isVisible())) continue;
        const { x, width } = await control.boundingBox();
        assert.ok(x >= 0 && x + width <= size.width + 0.5, await control.innerText());
      }
    }
    await shot("narrow");
  });

  await test("from right to left it is a page as well", async () => {
    for (const [where, size] of [["desktop", DESKTOP], ["phone", PHONE]]) {
      await shown.setViewportSize(size);
      await shown.evaluate(() => (document.documentElement.dir = "rtl"));
      assert.ok((await overflow()) <= 0, `${where}: ${await overflow()} too wide`);
      await shot(`rtl-${where}`);
      const [{ x: first }, { x: last }] = await Promise.all(
        ["restart", "full-screen"].map((id) => shown.getByTestId(id).boundingBox()));
      assert.ok(first > last, "the buttons run from the right");
      // The timeline does not: the past of a film lies to the left.
      const frame = await genie.frame();
      await genie.seek(0);
      const head = await shown.locator(".timeline .head").boundingBox();
      const strip = await shown.getByTestId("timeline").boundingBox();
      assert.ok(head.x < strip.x + 10, "frame 0 is at the left");
      await genie.seek(frame);
    }
  });

  await test("who asked for little motion sees a world that stands still, and can play it", async () => {
    await shown.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
    await shown.setViewportSize(DESKTOP);
    await shown.goto(`${server.address}/?seed=1`);
    await genie.until(() => true);
    await shown.waitForTimeout(700);
    const before = await genie.stage();
    assert.deepEqual([before.frame, before.running, before.demo], ["0", "false", "true"]);
    await shown.getByTestId("take-over").click();
    await genie.act(1);
    assert.equal(await genie.frame(), 1);
    await shown.emulateMedia({ reducedMotion: "no-preference" });
  });

  await test("what happens is said in a polite live region", async () => {
    const region = shown.getByTestId("announcement");
    assert.equal(await region.getAttribute("aria-live"), "polite");
    for (const [id, said] of [["pause", "Time runs."], ["pause", "Paused."], ["reseed", /Another fate/]]) {
      await genie.click(id);
      await shown.waitForFunction(
        (said) => document.querySelector('[data-testid="announcement"]').textContent.match(said),
        typeof said === "string" ? said : said.source,
      );
    }
  });

  await stop();
  server.stop();
}
