// The page in a stock Firefox: the first visit, a prompt, playing, going back and branching, looking, a
// second visit without a network. It computes the same frames as Chromium.

import assert from "node:assert/strict";
import { join } from "node:path";
import { errorsOf, launch, launchFirefox } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { landscape } from "./pictures.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const PATH = "/some/folder/";
const SEED = 1;
const WAY = [1, 0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2];

export async function firefox({ folder, screenshots }) {
  let server = await serve(folder, { path: PATH });
  const { context, stop, version } = await launchFirefox();
  const elsewhere = [];
  context.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== `127.0.0.1:${server.port}`) elsewhere.push(request.url());
  });
  const errors = [];
  const visit = async (query = "") => {
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    errorsOf(shown, errors);
    await shown.goto(`${server.address}/?seed=${SEED}${query}`);
    return { shown, genie: new Page(shown) };
  };
  const shot = (shown, name) => shown.screenshot({ path: join(screenshots, `firefox-${name}.png`) });
  let shown;
  let genie;
  let tokens;

  await test("the first visit comes to a world that plays by itself, and keeps the page", async () => {
    const start = performance.now();
    ({ shown, genie } = await visit());
    await genie.until(() => true);
    const ms = performance.now() - start;
    const stage = await genie.stage();
    assert.deepEqual([stage.demo, stage.device], ["true", "cpu"]);
    await genie.past(2);
    await shot(shown, "demo");
    await shown.getByTestId("offline").waitFor();
    assert.equal(await shown.getByTestId("offline").getAttribute("data-offline"), "Ready");
    for (const name of ["worker_bg.wasm"]) {
      assert.equal(server.sent.filter((sent) => sent.name === name).length, 1, `${name} came more than once`);
    }
    assert.deepEqual(server.sent.filter(({ bytes }) => bytes === 0), []);
    const said = (await shown.getByTestId("device").innerText()).replaceAll("\n", " ");
    return `Firefox ${version}: ${server.bytes()} bytes, first playable frame after ${(ms / 1000).toFixed(2)} s; ${said}`;
  });

  await test("buttons, keys and the timeline play and go back", async () => {
    await shown.getByTestId("take-over").click();
    await shown.getByTestId("invitation").waitFor({ state: "detached" });
    tokens = [(await genie.begin()).tokens];
    const start = performance.now();
    tokens.push(...(await genie.play(WAY)));
    const took = (performance.now() - start) / WAY.length;
    await shown.evaluate(() => document.activeElement.blur());
    await shown.keyboard.press("Backspace");
    await genie.until(({ stage }, n) => Number(stage.frame) === n, WAY.length - 1);
    assert.equal((await genie.stage()).tokens, tokens.at(-2));
    for (const frame of [5, 0, WAY.length]) assert.equal((await genie.seek(frame)).tokens, tokens[frame]);
    const pressed = shown.keyboard.down("2");
    await shown.waitForSelector(".action.pressed");
    await pressed;
    await shown.keyboard.up("2");
    await genie.past(WAY.length);
    return `${(await shown.getByTestId("pace").innerText())}; ${took.toFixed(0)} ms with all that the test asks`;
  });

  await test("a branch goes its own way, and the one it left can be returned to", async () => {
    await genie.begin();
    await genie.play(WAY);
    await genie.seek(3);
    const branch = await genie.play([1, 2]);
    assert.equal(branch[0], tokens[4], "the same action leads to the same frame");
    assert.notEqual(branch[1], tokens[5]);
    await shot(shown, "branch");
    await shown.getByTestId("line-1").click();
    await genie.until(({ stage }, n) => Number(stage.frame) === n, WAY.length);
    for (const frame of [WAY.length, 6]) assert.equal((await genie.seek(frame)).tokens, tokens[frame]);
  });

  await test("another picture and one's own start other plays, and a file that is none is told", async () => {
    await genie.click("gallery-1");
    await genie.until(({ stage }, old) => stage.frame === "0" && stage.tokens !== old, tokens[0]);
    const before = (await genie.stage()).tokens;
    await genie.upload("landscape.png", landscape(200, 120));
    assert.notEqual((await genie.playDesk("crop")).tokens, before);
    await genie.act(0);
    await genie.upload("notes.png", Buffer.from("These are my notes, and no picture.\n"));
    const trouble = shown.getByTestId("trouble");
    await trouble.waitFor({ state: "visible" });
    assert.match(await trouble.innerText(), /picture/i);
    await shown.getByTestId("remedy").click();
    await trouble.waitFor({ state: "detached" });
    await genie.act(0);
  });

  await test("all futures, and the view that explains", async () => {
    await genie.begin();
    const futures = await genie.futures(1);
    await genie.click("future-2");
    await genie.until(({ stage }) => stage.frame === "1");
    assert.equal((await genie.stage()).tokens, futures[2]);
    await genie.ahead();
    await genie.click("how-link");
    await genie.explained();
    await genie.click("unfold-next");
    await shown.getByTestId("how-tokens").waitFor();
    await shot(shown, "how");
    await shown.evaluate(() => history.back());
    await shown.getByTestId("how").waitFor({ state: "detached" });
  });

  await test("the second visit works without a network, and plays the same frames", async () => {
    await shown.close();
    server.stop();
    const start = performance.now();
    const second = await visit();
    await second.genie.until(() => true);
    const ms = performance.now() - start;
    assert.deepEqual([(await second.genie.begin()).tokens, ...(await second.genie.play(WAY))], tokens);
    await second.shown.close();
    server = await serve(folder, { path: PATH, port: server.port });
    return `first playable frame after ${(ms / 1000).toFixed(2)} s`;
  });

  await test("Chromium computes the same frames", async () => {
    const chromium = await launch(false);
    const other = await chromium.context.newPage();
    other.setDefaultTimeout(PATIENCE);
    await other.goto(`${server.address}/?seed=${SEED}`);
    const there = new Page(other);
    const theirs = [(await there.begin()).tokens, ...(await there.play(WAY))];
    await chromium.stop();
    assert.deepEqual(theirs, tokens);
    return `${tokens.length} frames`;
  });

  await test("nothing came from elsewhere, and nothing was reported on the console", () => {
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(errors, []);
  });
  await stop();
  server.stop();
}
