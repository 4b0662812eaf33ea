// Making a prompt: a sketch by mouse, finger, pen and keys; a part of a picture; animations, videos;
// files that are none.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorsOf, launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { gif, landscape, png } from "./pictures.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;

export async function prompts({ folder, screenshots }) {
  const server = await serve(folder);
  const { context, stop } = await launch(false);
  const shown = await context.newPage();
  shown.setDefaultTimeout(PATIENCE);
  const errors = errorsOf(shown);
  const genie = new Page(shown);
  const shot = (name) => shown.screenshot({ path: join(screenshots, `${name}.png`) });
  const id = (name) => shown.getByTestId(name);
  const said = () => id("studio-status").innerText();

  /** The middle of a pixel of the board, on the screen. */
  const at = async (x, y) => {
    const box = await id("board").boundingBox();
    return [box.x + ((x + 0.5) * box.width) / 64, box.y + ((y + 0.5) * box.height) / 64];
  };
  const drag = async (...points) => {
    await shown.mouse.move(...(await at(...points[0])));
    await shown.mouse.down();
    for (const point of points.slice(1)) await shown.mouse.move(...(await at(...point)), { steps: 4 });
    await shown.mouse.up();
  };
  const sketch = () => genie.pixels("sketch");
  /** Pixels of the sketch that differ from before, as `x,y`. */
  const changed = async (before) =>
    (await sketch()).map((p, i) => (p === before[i] ? null : `${i % 64},${i >> 6}`)).filter(Boolean);
  const open = async () => {
    await genie.click("draw");
    await genie.desk("sketch");
    await id("colour-1").waitFor();
  };
  const close = async () => {
    await genie.click("studio-close");
    await genie.desk("");
  };
  /** The trouble that a file leads to; the play goes on after it. */
  const trouble = async (name, bytes, mimeType) => {
    const before = await genie.stage();
    await genie.upload(name, bytes, mimeType);
    await id("trouble").waitFor();
    const told = (await id("trouble").locator("p").innerText()).replaceAll("\n", " ");
    await id("remedy").click();
    await id("trouble").waitFor({ state: "detached" });
    await shown.waitForFunction(() => document.querySelector('[data-testid="opening"]').textContent.includes("drop"));
    assert.equal((await genie.stage()).tokens, before.tokens);
    assert.equal(await id("studio").getAttribute("data-desk"), "");
    await genie.act(0);
    return told;
  };

  await test("every world brings twelve pictures to start from, at least", async () => {
    await shown.goto(`${server.address}/?seed=${SEED}&lang=en`);
    await genie.begin();
    const pictures = await id(/^gallery-\d+$/).count();
    assert.ok(pictures >= 12, `only ${pictures}`);
    return `${pictures} pictures`;
  });

  await test("a sketch by mouse, in the world's colours, is seen by the world and played", async () => {
    await genie.begin();
    const before = await genie.stage();
    await open();
    const colours = await id(/^colour-\d+$/).count();
    const stamps = await id(/^stamp-\d+$/).count();
    assert.ok(colours >= 8, `${colours} colours`);
    assert.ok(stamps >= 6, `${stamps} stamps`);
    const blank = await sketch();
    assert.equal(new Set(blank).size, 1);
    await drag([10, 40], [50, 40]);
    assert.equal((await changed(blank)).length, 41);
    await genie.desk("sketch");
    const seen = await genie.pixels("seen");
    assert.equal(seen.length, 64 * 64);
    await drag([10, 50], [50, 50]);
    await genie.desk("sketch");
    assert.notDeepEqual(await genie.pixels("seen"), seen, "the world looks again while one draws");
    const last = await genie.pixels("seen");
    await shot("sketch");
    const { tokens } = await genie.playDesk("sketch");
    assert.notEqual(tokens, before.tokens);
    assert.deepEqual(await genie.pixels("canvas"), last, "what was shown is what is played");
    await genie.act(1);
    // It is kept.
    await open();
    assert.equal((await changed(blank)).length, 82);
    await close();
    return `${colours} colours, ${stamps} stamps`;
  });

  await test("each tool does what it is for; undo and redo", async () => {
    await genie.click("draw");
    await genie.click("ground-plain");
    await id("colour-1").waitFor();
    await genie.click("colour-1");
    const blank = await sketch();
    assert.equal(new Set(blank).size, 1);
    await genie.click("tool-line");
    await drag([0, 0], [40, 20], [63, 63]);
    assert.equal((await changed(blank)).length, 64, "a straight line, wherever it went before");
    await genie.click("undo");
    assert.deepEqual(await changed(blank), []);
    await genie.click("redo");
    assert.equal((await changed(blank)).length, 64);
    await genie.click("tool-rectangle");
    await drag([20, 5], [29, 9]);
    assert.equal((await changed(blank)).length, 64 + 50);
    await id("filled").uncheck();
    await genie.click("undo");
    await drag([20, 5], [29, 9]);
    assert.equal((await changed(blank)).length, 64 + 26);
    await genie.click("tool-fill");
    await genie.click("colour-2");
    await drag([25, 7]);
    assert.equal((await changed(blank)).length, 64 + 50);
    await genie.click("tool-eraser");
    await id("size").selectOption("8");
    await drag([25, 7]);
    assert.equal(await changed(blank).then((c) => c.includes("25,7")), false);
    await genie.click("ground-plain");
    await id("size").selectOption("1");
    assert.deepEqual(await changed(blank), []);
    await genie.click("tool-brush");
    await genie.click("mirror");
    await drag([3, 10], [8, 30]);
    const both = await changed(blank);
    assert.ok(both.length >= 40);
    for (const place of both) {
      const [x, y] = place.split(",").map(Number);
      assert.ok(both.includes(`${63 - x},${y}`), `${place} has no mirror image`);
    }
    await genie.click("mirror");
    await genie.click("ground-plain");
    await genie.click("stamp-0");
    assert.equal(await id("tool-stamp").getAttribute("aria-pressed"), "true");
    await drag([32, 32]);
    const stamped = await changed(blank);
    assert.ok(stamped.length > 0 && stamped.length <= 64);
    await genie.click("tool-picker");
    const [x, y] = stamped[0].split(",").map(Number);
    await drag([x, y]);
    await genie.click("tool-fill");
    await drag([1, 1]);
    const pixels = await sketch();
    assert.equal(pixels[65], pixels[64 * y + x], "the colour that was picked");
    await close();
  });

  await test("a finger draws, and a pen whose other end erases", async () => {
    await open();
    await genie.click("ground-plain");
    await genie.click("tool-brush");
    await genie.click("colour-1");
    const blank = await sketch();
    const tools = await context.newCDPSession(shown);
    const touch = async (type, ...points) =>
      tools.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    await touch("touchStart", await at(5, 5));
    await touch("touchMove", await at(15, 5));
    await touch("touchMove", await at(25, 5));
    await touch("touchEnd");
    assert.equal((await changed(blank)).length, 21);
    await tools.detach();
    const [from, to] = [await at(5, 5), await at(14, 5)];
    await id("board").evaluate((board, [from, to]) => {
      const pen = (type, [clientX, clientY], how) => {
        const more = { pointerId: 7, pointerType: "pen", isPrimary: true, bubbles: true, clientX, clientY };
        board.dispatchEvent(new PointerEvent(type, { ...more, ...how }));
      };
      pen("pointerdown", from, { button: 5, buttons: 32 });
      pen("pointermove", to, { button: -1, buttons: 32 });
      pen("pointerup", to, { button: 5, buttons: 0 });
    }, [from, to]);
    await shown.waitForFunction(() => document.querySelector('[data-testid="studio"]').dataset.reading === "false");
    assert.equal((await changed(blank)).length, 11);
    await close();
  });

  await test("keys alone: open, draw, take back, be told, play", async () => {
    await genie.begin();
    const focused = () => shown.evaluate(() => document.activeElement.dataset.testid);
    const tab = async (wanted) => {
      const reached = [];
      for (let i = 0; i < 80 && (await focused()) !== wanted; i++) {
        await shown.keyboard.press("Tab");
        reached.push(await focused());
      }
      assert.equal(await focused(), wanted, `tab comes to ${reached}`);
    };
    await tab("draw");
    await shown.keyboard.press("Enter");
    await genie.desk("sketch");
    await tab("ground-plain");
    await shown.keyboard.press("Enter");
    await tab("tool-brush");
    await shown.keyboard.press("Space");
    await tab("board");
    const blank = await sketch();
    // Wherever the cursor was left: to the corner, then into the drawing.
    for (let i = 0; i < 9; i++) await shown.keyboard.press("Shift+ArrowLeft");
    for (let i = 0; i < 9; i++) await shown.keyboard.press("Shift+ArrowUp");
    await shown.keyboard.press("ArrowRight");
    await shown.keyboard.press("ArrowDown");
    assert.match(await said(), /^Column 2, row 2: /);
    await shown.keyboard.press("Space");
    assert.equal(await said(), "Drawn.");
    await shown.keyboard.down("Enter");
    for (let i = 0; i < 3; i++) await shown.keyboard.press("ArrowRight");
    await shown.keyboard.up("Enter");
    await shown.keyboard.press("ArrowDown");
    assert.deepEqual(await changed(blank), ["1,1", "2,1", "3,1", "4,1"]);
    await shown.keyboard.press("Control+z");
    assert.deepEqual(await changed(blank), ["1,1"]);
    assert.equal(await said(), "Taken back.");
    await shown.keyboard.press("Control+y");
    await shown.keyboard.press("Control+z");
    await shown.keyboard.press("Control+Shift+Z");
    assert.equal((await changed(blank)).length, 4);
    await tab("tool-line");
    await shown.keyboard.press("Enter");
    await tab("board");
    await shown.keyboard.press("Enter");
    assert.match(await said(), /Begins here/);
    for (let i = 0; i < 4; i++) await shown.keyboard.press("ArrowDown");
    await shown.keyboard.press("Escape");
    assert.equal(await id("studio").getAttribute("data-desk"), "sketch", "Escape ends the line first");
    assert.equal((await changed(blank)).length, 4);
    await shown.keyboard.press("Enter");
    for (let i = 0; i < 4; i++) await shown.keyboard.press("ArrowDown");
    await shown.keyboard.press("Enter");
    assert.equal((await changed(blank)).length, 9);
    await shown.keyboard.press("Escape");
    await genie.desk("");
    assert.equal(await focused(), "draw", "the focus is back where it was");
    const { frame, length } = await genie.stage();
    assert.deepEqual([frame, length], ["0", "0"], "nothing was played meanwhile");
    await shown.keyboard.press("Enter");
    await genie.desk("sketch");
    await tab("sketch-play");
    await shown.keyboard.press("Enter");
    await genie.desk("");
    await genie.until(({ stage }) => stage.frame === "0");
    await shown.keyboard.press("1");
    await genie.until(({ stage }) => stage.frame === "1");
  });

  await test("one can draw on the frame on the screen and on a picture of the gallery", async () => {
    await genie.begin();
    await genie.play([1, 1, 1]);
    const frame = await genie.pixels("canvas");
    await genie.click("draw-on-frame");
    await genie.desk("sketch");
    assert.deepEqual(await sketch(), frame);
    await genie.click("ground-2");
    await genie.desk("sketch");
    assert.notDeepEqual(await sketch(), frame);
    await genie.click("undo");
    assert.deepEqual(await sketch(), frame);
    await shot("sketch-on-frame");
    const { tokens } = await genie.playDesk("sketch");
    await genie.act(0);
    assert.ok(tokens.length > 0);
  });

  await test("a sketch outlives the engine", async () => {
    await open();
    await genie.click("ground-plain");
    await genie.click("tool-brush");
    await drag([1, 1], [30, 30]);
    const drawn = await sketch();
    const [worker] = shown.workers();
    await worker.evaluate(() => setTimeout(() => { throw new Error("the engine is stopped by a test"); }));
    await id("trouble").waitFor();
    await genie.desk("");
    await id("remedy").click();
    await genie.until(() => true);
    await open();
    assert.deepEqual(await sketch(), drawn);
    await genie.playDesk("sketch");
    await genie.act(1);
    errors.splice(0);
  });

  await test("a sketch is still there after the page has been loaded anew", async () => {
    await open();
    const drawn = await sketch();
    await drag([40, 3], [60, 3]);
    const more = await sketch();
    assert.notDeepEqual(more, drawn);
    await shown.reload();
    await genie.begin();
    await open();
    assert.deepEqual(await sketch(), more);
    await close();
  });

  await test("a picture of one's own: move the part, enlarge it, take all of it, play it", async () => {
    await genie.begin();
    await genie.upload("landscape.png", landscape(300, 120));
    await genie.desk("crop");
    const looks = async (act) => {
      const before = await genie.pixels("seen");
      await act();
      await shown.waitForFunction(() => document.querySelector('[data-testid="studio"]').dataset.reading === "false");
      return { before, after: await genie.pixels("seen") };
    };
    await id("crop-view").focus();
    const right = await looks(() => shown.keyboard.press("ArrowRight"));
    assert.notDeepEqual(right.after, right.before);
    const left = await looks(() => shown.keyboard.press("ArrowLeft"));
    assert.deepEqual(left.after, right.before);
    const larger = await looks(() => shown.keyboard.press("+"));
    assert.notDeepEqual(larger.after, larger.before);
    assert.equal(await id("zoom").inputValue(), "1.25");
    const box = await id("crop-view").boundingBox();
    await shown.mouse.move(box.x + 100, box.y + 100);
    const wheel = await looks(() => shown.mouse.wheel(0, -120));
    assert.notDeepEqual(wheel.after, wheel.before);
    const moved = await looks(async () => {
      await shown.mouse.down();
      await shown.mouse.move(box.x + 30, box.y + 90, { steps: 3 });
      await shown.mouse.up();
    });
    assert.notDeepEqual(moved.after, moved.before);
    await shot("crop");
    const whole = await looks(() => id("whole").check());
    assert.notDeepEqual(whole.after, whole.before);
    assert.equal(await id("zoom").isDisabled(), true);
    await genie.playDesk("crop");
    assert.ok(alike(await genie.pixels("canvas"), whole.after));
    await genie.act(0);
  });

  await test("a part of a picture can be drawn on", async () => {
    await genie.upload("landscape.png", landscape(64, 64));
    await genie.desk("crop");
    await genie.click("crop-draw");
    await genie.desk("sketch");
    assert.equal((await sketch())[0], "120 180 230", "as the file has it");
    await close();
  });

  await test("pasted, dropped and photographed pictures are opened as well", async () => {
    const bytes = [...landscape(80, 80)];
    for (const kind of ["paste", "drop"]) {
      await shown.evaluate(({ kind, bytes }) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "a.png", { type: "image/png" }));
        const event = kind === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
          : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      }, { kind, bytes });
      await genie.desk("crop");
      await close();
    }
    const camera = id("camera");
    assert.equal(await camera.getAttribute("capture"), "environment");
    await camera.setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: landscape(90, 160) });
    await genie.desk("crop");
    await close();
  });

  await test("an animated GIF gives several frames, and says which", async () => {
    await genie.begin();
    const colours = (n) => [20 * n, 120, 250 - 20 * n];
    await genie.upload("clip.gif", gif(40, 40, 12, colours), "image/gif");
    await genie.desk("crop");
    const options = await id("take").locator("option").allInnerTexts();
    assert.equal(options.length, 3);
    assert.match(options[0], /^The last 16, .*\(1\.0 s\)$/);
    assert.match(options[1], /^12, spread evenly over all 2\.4 s$/);
    const frames = () => id("strip").locator("canvas").count();
    assert.equal(await frames(), 16);
    await id("take").selectOption("evenly");
    await genie.desk("crop");
    assert.equal(await frames(), 12);
    await shot("crop-gif");
    const seen = await genie.pixels("seen");
    await genie.playDesk("crop");
    assert.deepEqual(await genie.pixels("canvas"), seen);
    const several = await genie.act(1);
    // The same last frame without those before it leads elsewhere.
    await genie.upload("last.png", png(40, 40, () => colours(11)));
    await genie.playDesk("crop");
    const alone = await genie.act(1);
    assert.notEqual(several.tokens, alone.tokens);
    return options.slice(0, 2).join("; ");
  });

  await test("a video gives several frames, as far as this browser can play it", async () => {
    const place = await mkdtemp(join(tmpdir(), "pocket-genie-video-"));
    const clip = join(place, "clip.webm");
    await promisify(execFile)("ffmpeg", [
      "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x200:rate=20:duration=2",
      "-c:v", "libvpx", "-b:v", "500k", "-y", clip,
    ]);
    await genie.upload("clip.webm", await readFile(clip), "video/webm");
    await rm(place, { recursive: true });
    await genie.desk("crop");
    const options = await id("take").locator("option").allInnerTexts();
    assert.match(options[1], /^16, spread evenly over all 2\.0 s$/);
    assert.equal(await id("strip").locator("canvas").count(), 16);
    const strip = await id("strip").locator("canvas").evaluateAll((all) =>
      new Set(all.map((canvas) => canvas.toDataURL())).size);
    assert.ok(strip > 8, `only ${strip} of 16 frames differ`);
    await shot("crop-video");
    await genie.playDesk("crop");
    await genie.act(1);
    return options.slice(0, 2).join("; ");
  });

  await test("a video without a length told is played through to its end", async () => {
    const bytes = await shown.evaluate(async () => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
      const parts = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const stopped = new Promise((done) => (recorder.onstop = done));
      recorder.start();
      for (let n = 0; n < 40; n++) {
        context.fillStyle = `rgb(${6 * n}, 80, 90)`;
        context.fillRect(0, 0, canvas.width, canvas.height);
        await new Promise((drawn) => requestAnimationFrame(drawn));
      }
      recorder.stop();
      await stopped;
      return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
    });
    await genie.upload("recorded.webm", Buffer.from(bytes), "video/webm");
    await genie.desk("crop");
    const [, evenly] = await id("take").locator("option").allInnerTexts();
    assert.match(evenly, /over all \d+\.\d s$/);
    await close();
    return evenly;
  });

  await test("a photo of fifty megapixels is opened, in little memory", async () => {
    const photo = png(8192, 6144, (x, y) => [x >> 5, y >> 5, 120]);
    const start = performance.now();
    await genie.upload("photo.png", photo);
    await genie.desk("crop");
    const took = performance.now() - start;
    await genie.playDesk("crop");
    await genie.act(0);
    return `${(took / 1000).toFixed(1)} s`;
  });

  await test("a picture of one pixel is a prompt as well", async () => {
    await genie.upload("pixel.png", png(1, 1, () => [200, 30, 60]));
    await genie.playDesk("crop");
    await genie.act(0);
  });

  await test("files that are no picture, or a broken one, are told, and the play goes on", async () => {
    const whole = landscape(200, 120);
    const corrupt = Buffer.from(whole);
    corrupt[corrupt.length >> 1] ^= 0x55;
    const told = [
      await trouble("notes.png", Buffer.from("These are my notes, and no picture.\n")),
      await trouble("empty.png", Buffer.alloc(0)),
      await trouble("half.png", whole.subarray(0, whole.length >> 1)),
      await trouble("corrupt.png", corrupt),
      await trouble("wide.png", png(20_001, 1, () => [1, 2, 3])),
      await trouble("broken.gif", gif(9, 9, 3, () => [1, 2, 3]).subarray(0, 30), "image/gif"),
      await trouble("notes.mp4", Buffer.from("no video either"), "video/mp4"),
    ];
    assert.match(told[0], /no picture/);
    assert.match(told[1], /empty/);
    assert.match(told[2], /damaged or incomplete/);
    assert.match(told[6], /video/);
    return told.map((text) => `\n       ${text}`).join("");
  });

  await test("a bad file brought to an open sketch is told there", async () => {
    await open();
    await shown.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(["notes"], "a.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    });
    await id("studio").getByTestId("trouble").waitFor();
    await id("remedy").click();
    await id("trouble").waitFor({ state: "detached" });
    await close();
  });

  await test("German says all of it, too", async () => {
    await id("language").selectOption("de");
    await genie.click("draw");
    await genie.desk("sketch");
    assert.match(await id("studio").innerText(), /Zeichne ein Bild zum Spielen/);
    await close();
    await id("language").selectOption("en");
  });

  await test("nothing was reported on the console", () => assert.deepEqual(errors, []));
  await stop();
  server.stop();
}

/** Whether two pictures, lists of "red green blue", are the same but for rounding: what the world sees is
 * decoded for the desk and for play by different sums. */
function alike(a, b) {
  const levels = (picture) => picture.flatMap((pixel) => pixel.split(" ").map(Number));
  const [x, y] = [levels(a), levels(b)];
  return x.length === y.length && x.every((level, i) => Math.abs(level - y[i]) <= 1);
}
