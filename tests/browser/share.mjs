// Links that carry a play, files of a play, and worlds of the visitor's by their address.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { violations } from "./axe.mjs";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { fragment } from "./links.mjs";
import { serve } from "./server.mjs";
import { test } from "./runner.mjs";

const SEED = 1;
const WAY = [1, 1, 0, 2, 2, 1];

export async function share({ folder, screenshots }) {
  const server = await serve(folder);
  const { context, stop } = await launch(false);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const refused = [];
  context.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  const visit = async (address) => {
    const shown = await context.newPage();
    shown.setDefaultTimeout(PATIENCE);
    await shown.goto(address);
    return { shown, genie: new Page(shown) };
  };
  const linkOf = (shown) => shown.getByTestId("share-link").inputValue();
  const troubleOf = async (shown) => {
    const box = shown.getByTestId("trouble");
    await box.waitFor();
    return box.innerText();
  };
  const tokensOf = async (genie, frames) => {
    const tokens = [];
    for (let frame = 0; frame <= frames; frame++) tokens.push((await genie.seek(frame)).tokens);
    return tokens;
  };
  const shot = (shown, name) => shown.screenshot({ path: join(screenshots, `${name}.png`) });

  const { shown, genie } = await visit(`${server.address}/?seed=${SEED}`);
  await genie.begin();
  let tokens, link, promptLink;

  await test("the link of a play is copied with one press", async () => {
    await genie.play(WAY.slice(0, 3));
    // What was played before a change of the settings keeps them.
    await genie.click("reseed");
    await genie.play(WAY.slice(3));
    tokens = await tokensOf(genie, WAY.length);
    link = await linkOf(shown);
    assert.match(link, /#p=1\.[\w-]+$/);
    await shown.getByTestId("share-copy").click();
    await shown.waitForFunction(() => document.querySelector('[data-testid="share-said"]').textContent);
    assert.equal(await shown.evaluate(() => navigator.clipboard.readText()), link);
    await shown.getByTestId("share-prompt").check();
    promptLink = await linkOf(shown);
    assert.ok(promptLink.length - server.address.length < 200, promptLink);
    await shown.getByTestId("share-play").check();
    assert.equal(await linkOf(shown), link);
    return `${link.length} characters, ${promptLink.length} for the picture alone`;
  });

  await test("a browser without a clipboard selects the link", async () => {
    await shown.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
      document.execCommand = () => false;
    });
    await shown.getByTestId("share-copy").click();
    await shown.waitForFunction(() => document.activeElement.dataset.testid === "share-link");
    const selected = await shown.getByTestId("share-link")
      .evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
    assert.equal(selected, link);
  });

  await test("the QR code is drawn, and says no more than that it is one", async () => {
    await shown.getByTestId("share-qr").locator("summary").click();
    const code = shown.getByTestId("qr");
    await code.waitFor();
    const { width, height } = await code.boundingBox();
    assert.ok(width > 150 && Math.abs(width - height) < 1, `${width} × ${height}`);
    assert.deepEqual(await violations(shown), []);
    await shown.getByTestId("share").scrollIntoViewIfNeeded();
    await shot(shown, "share");
  });

  await test("whoever opens the link sees the same picture and the same frames", async () => {
    const other = await visit(link);
    await other.genie.until(({ stage }, frames) =>
      stage.frame === String(frames) && stage.running === "false", WAY.length);
    assert.equal((await other.genie.stage()).demo, "false");
    assert.deepEqual(await tokensOf(other.genie, WAY.length), tokens);
    assert.equal(await linkOf(other.shown), link);
    await other.shown.close();
  });

  await test("a link opened in a page that plays takes its place", async () => {
    const other = await visit(`${server.address}/?seed=99`);
    await other.genie.begin(1);
    await other.genie.play([2, 2]);
    await other.shown.evaluate((hash) => (location.hash = hash), new URL(promptLink).hash);
    await other.genie.until(({ stage }, tokens) => stage.tokens === tokens && stage.length === "0", tokens[0]);
    await other.shown.evaluate((hash) => (location.hash = hash), new URL(link).hash);
    await other.genie.until(({ stage }, frames) =>
      stage.frame === String(frames) && stage.running === "false", WAY.length);
    assert.deepEqual(await tokensOf(other.genie, WAY.length), tokens);
    await other.shown.close();
  });

  await test("a link of several pictures shows them all to the world, and is laid out as described", async () => {
    const { world } = await genie.stage();
    const file = await readFile(join(folder, `worlds/${world}.safetensors`));
    const prompt = tokens.slice(0, 3).map((text) => text.match(/.{4}/g).map((token) => parseInt(token, 16)));
    const said = {
      digest: createHash("sha256").update(file).digest(),
      world,
      prompt,
      sampling: { seed: 300, steps: 3, temperature: 0.25, order: "random" },
      actions: [1, 1, 1, 0],
    };
    const other = await visit(`${server.address}/${fragment(said)}`);
    await other.genie.until(({ stage }) => stage.frame === "4" && stage.running === "false");
    assert.equal(await linkOf(other.shown), `${server.address}/${fragment(said)}`);
    const whole = await tokensOf(other.genie, 4);
    assert.equal(whole[0], tokens[2], "the newest picture is on the screen");
    // With the newest picture alone the world goes on in another way: it has seen less.
    const alone = { ...said, prompt: prompt.slice(2) };
    await other.shown.evaluate((hash) => (location.hash = hash), fragment(alone));
    await other.genie.until(({ stage }) => stage.frame === "4" && stage.running === "false");
    assert.equal(await linkOf(other.shown), `${server.address}/${fragment(alone)}`);
    assert.notDeepEqual((await tokensOf(other.genie, 4)).slice(1), whole.slice(1));
    await other.shown.close();
  });

  await test("damaged links, and those of later versions, say so; the gallery is there", async () => {
    const at = link.length - 20;
    const changed = link.slice(0, at) + (link[at] === "A" ? "B" : "A") + link.slice(at + 1);
    for (const [bad, said] of [
      [changed, /missing or was changed/],
      [link.slice(0, -3), /missing or was changed/],
      [link.replace("p=1.", "p=2."), /later version/],
      [link.replace("#p=", "#q="), /none that this page knows/],
      [`${server.address}/#world=ftp://example.org/x`, /https:/],
    ]) {
      const other = await visit(bad);
      assert.match(await troubleOf(other.shown), said);
      await other.shown.waitForFunction(() =>
        Number(document.querySelector('[data-testid="stage"]').dataset.frame) > 0);
      if (bad === changed) {
        assert.deepEqual(await violations(other.shown), []);
        await shot(other.shown, "link-damaged");
      }
      await other.shown.getByTestId("remedy").click();
      await other.genie.begin();
      await other.shown.close();
    }
  });

  await test("a link for a world that is not here says so, and goes on once its file is opened", async () => {
    const site = await mkdtemp(join(tmpdir(), "pocket-genie-other-"));
    await cp(folder, site, { recursive: true });
    const [{ name }] = JSON.parse(await readFile(join(site, "worlds/index.json"), "utf8"));
    const file = `worlds/${name}.safetensors`;
    const list = String(await readFile(join(site, "worlds/index.json"))).replaceAll(`"${name}"`, '"renamed"');
    await rm(join(site, file));
    await writeFile(join(site, "worlds/renamed.safetensors"), retold(await readFile(join(folder, file))));
    await writeFile(join(site, "worlds/index.json"), list);
    const elsewhere = await serve(site);
    const other = await visit(`${elsewhere.address}/${new URL(link).hash}`);
    assert.match(await troubleOf(other.shown), new RegExp(`“${name}”`));
    await other.shown.waitForFunction(() =>
      Number(document.querySelector('[data-testid="stage"]').dataset.frame) > 0);
    await other.shown.getByTestId("remedy").click();
    await other.shown.getByTestId("open-world").setInputFiles(join(folder, file));
    await other.genie.until(({ stage }, frames) => stage.frame === String(frames), WAY.length);
    assert.deepEqual(await tokensOf(other.genie, WAY.length), tokens);
    // Opened once, it is kept.
    assert.match(await other.shown.getByTestId("kept-worlds").innerText(), new RegExp(name));
    await other.shown.close();
    elsewhere.stop();
    await rm(site, { recursive: true, force: true });
  });

  const saved = async (id) => {
    const [download] = await Promise.all([shown.waitForEvent("download"), shown.getByTestId(id).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };

  await test("an animated picture has every frame, enlarged", async () => {
    const { name, bytes } = await saved("save-gif");
    assert.match(name, /\.gif$/);
    const { frames, width, height } = gif(bytes);
    assert.deepEqual([frames, width, height], [WAY.length + 1, 256, 256]);
    // As the browser decodes it, its last frame is the one on the screen, but for the choice of colours.
    const [decoded, off] = await shown.evaluate(async (bytes) => {
      const decoder = new ImageDecoder({ data: new Uint8Array(bytes), type: "image/gif" });
      await Promise.all([decoder.tracks.ready, decoder.completed]);
      const { frameCount } = decoder.tracks.selectedTrack;
      const { image } = await decoder.decode({ frameIndex: frameCount - 1 });
      const small = new OffscreenCanvas(64, 64).getContext("2d");
      small.imageSmoothingEnabled = false;
      small.drawImage(image, 0, 0, 64, 64);
      const screen = document.querySelector('[data-testid="canvas"]').getContext("2d");
      const [ours, theirs] = [small, screen].map((context) => context.getImageData(0, 0, 64, 64).data);
      const sum = ours.reduce((sum, value, i) => sum + Math.abs(value - theirs[i]), 0);
      return [frameCount, sum / ours.length];
    }, [...bytes]);
    assert.equal(decoded, frames);
    assert.ok(off < 3, `off by ${off} of 255`);
    return `${bytes.length} bytes`;
  });

  await test("a sheet has them side by side, the first picture is a picture to start from", async () => {
    const sheet = await saved("save-sheet");
    // Seven frames in three columns, three rows.
    assert.deepEqual(pngSize(sheet.bytes), [3 * 132 + 4, 3 * 132 + 4]);
    await writeFile(join(screenshots, "sheet.png"), sheet.bytes);
    const prompt = await saved("save-prompt");
    assert.deepEqual(pngSize(prompt.bytes), [64, 64]);
    const seen = await shown.evaluate(async (bytes) => {
      const blob = new Blob([new Uint8Array(bytes)]);
      const picture = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(64, 64).getContext("2d");
      canvas.drawImage(picture, 0, 0);
      return [...canvas.getImageData(0, 0, 64, 64).data];
    }, [...prompt.bytes]);
    await genie.seek(0);
    const pixels = await shown.getByTestId("canvas").evaluate((canvas) =>
      [...canvas.getContext("2d").getImageData(0, 0, 64, 64).data]);
    assert.deepEqual(seen, pixels);
    await genie.seek(WAY.length);
  });

  await test("what was done is saved as words", async () => {
    const { name, bytes } = await saved("save-actions");
    assert.match(name, /\.txt$/);
    const lines = String(bytes).trim().split("\n");
    assert.equal(lines[0], "# Pocket Genie, " + (await genie.stage()).world);
    const runs = lines.filter((line) => !line.startsWith("#")).join(", ").split(", ");
    const frames = runs.reduce((sum, run) => sum + Number(run.split(" ").pop()), 0);
    assert.equal(frames, WAY.length);
  });

  await test("a film is recorded where the browser can", async () => {
    if ((await shown.getByTestId("save-film").count()) === 0) return "this browser can't";
    const { name, bytes } = await saved("save-film");
    const webm = bytes.readUInt32BE(0) === 0x1a45dfa3;
    const mp4 = bytes.toString("latin1", 4, 8) === "ftyp";
    assert.ok(name.endsWith(".webm") ? webm : mp4, `${name}: ${bytes.subarray(0, 12).toString("hex")}`);
    assert.ok(bytes.length > 2000, `${bytes.length} bytes`);
    return `${name}, ${bytes.length} bytes`;
  });

  await test("a long play is saved while it goes on, and the page stays quick", async () => {
    await genie.begin();
    // More than the pictures that a session has at hand: some are decoded anew.
    await shown.getByTestId("pilot").selectOption("random");
    await shown.waitForFunction(() =>
      Number(document.querySelector('[data-testid="stage"]').dataset.frame) >= 70, null, { timeout: PATIENCE });
    await shown.evaluate(() => {
      window.__slow = [];
      new PerformanceObserver((list) => window.__slow.push(...list.getEntries().map((e) => e.duration)))
        .observe({ entryTypes: ["longtask"] });
    });
    const before = await genie.frame();
    const download = shown.waitForEvent("download");
    await shown.getByTestId("save-gif").click();
    await shown.getByTestId("making").waitFor();
    const file = await readFile(await (await download).path());
    assert.ok((await genie.frame()) > before, "the world stood still");
    const { frames } = gif(file);
    assert.ok(frames >= before + 1, `${frames} frames of a play of ${before}`);
    const slow = Math.max(0, ...(await shown.evaluate(() => window.__slow)));
    await genie.click("pause");
    return `${frames} frames, ${file.length} bytes, ${slow ? `longest task ${slow} ms` : "no task over 50 ms"}`;
  });

  await test("a file that is being made can be stopped", async () => {
    await shown.getByTestId("save-gif").click();
    await shown.getByTestId("making").waitFor();
    await shown.getByTestId("save-stop").click();
    await shown.getByTestId("making").waitFor({ state: "detached" });
    assert.equal(await shown.getByTestId("saved").count(), 0);
    // The next one is whole, and nothing of the one before comes with it.
    const film = (await shown.getByTestId("save-film").count()) > 0;
    await shown.getByTestId(film ? "save-film" : "save-gif").click();
    await shown.getByTestId("making").waitFor();
    assert.deepEqual(await violations(shown), []);
    await shown.getByTestId("save-stop").click();
    await shown.getByTestId("making").waitFor({ state: "detached" });
    assert.equal(pngSize((await saved("save-prompt")).bytes)[0], 64);
  });

  const WORLD = JSON.parse(await readFile(join(folder, "worlds/index.json"), "utf8"))[0];
  const foreign = await mkdtemp(join(tmpdir(), "pocket-genie-foreign-"));
  const whole = retold(await readFile(join(folder, `worlds/${WORLD.name}.safetensors`)));
  await writeFile(join(foreign, "far.safetensors"), whole);
  await writeFile(join(foreign, "cut.safetensors"), whole.subarray(0, whole.length >> 1));
  await writeFile(join(foreign, "text.safetensors"), "no world\n");
  let host = await serve(foreign, { open: true });
  const far = `${host.address}/far.safetensors`;
  const ask = async (shown, address) => {
    await shown.getByTestId("address").fill(address);
    await shown.getByTestId("look").click();
  };

  await test("a world from elsewhere comes only after consent, and is kept", async () => {
    await ask(shown, "example.org");
    await shown.getByTestId("mistyped").waitFor();
    assert.deepEqual(await violations(shown), []);
    await ask(shown, far);
    await shown.waitForFunction(() =>
      document.querySelector('[data-testid="consent-yes"]')?.disabled === false);
    const line = await shown.getByTestId("consent-line").innerText();
    assert.ok(line.includes(`127.0.0.1:${host.port}`) && line.includes(`${(whole.length / 1e6).toFixed(1)} MB`), line);
    assert.deepEqual(host.sent.map(({ method }) => method), ["HEAD"], "nothing is fetched yet");
    assert.deepEqual(await violations(shown), []);
    await shown.getByTestId("consent").scrollIntoViewIfNeeded();
    await shot(shown, "consent");
    await shown.getByTestId("consent-no").click();
    await shown.getByTestId("consent").waitFor({ state: "detached" });
    assert.equal((await genie.stage()).world, WORLD.name);

    await ask(shown, far);
    await shown.getByTestId("consent-yes").click();
    await genie.until(({ stage }) => stage.world === "far");
    assert.match(await shown.getByTestId("kept-worlds").innerText(), /far/);
    assert.deepEqual(await violations(shown), []);
    await genie.begin();
    await genie.play([1, 2]);
    assert.ok((await linkOf(shown)).endsWith(`&world=${far}`), await linkOf(shown));
    return line;
  });

  await test("it is there at the next visit without its server, also by a link", async () => {
    const linked = await linkOf(shown);
    host.stop();
    const other = await visit(linked);
    await other.genie.until(({ stage }) => stage.world === "far" && stage.frame === "2");
    await other.shown.close();
    const next = await visit(`${server.address}/?seed=${SEED}`);
    await next.genie.until(() => true);
    await next.shown.getByTestId("play-kept").first().click();
    await next.genie.until(({ stage }) => stage.world === "far");
    while ((await next.shown.getByTestId("forget-kept").count()) > 0) {
      const count = await next.shown.getByTestId("forget-kept").count();
      await next.shown.getByTestId("forget-kept").first().click();
      await next.shown.waitForFunction((count) =>
        document.querySelectorAll('[data-testid="forget-kept"]').length < count, count);
    }
    await ask(next.shown, far);
    await next.shown.waitForFunction(() =>
      /can't be reached/.test(document.querySelector('[data-testid="consent-line"]')?.textContent));
    assert.equal(await next.shown.getByTestId("consent-yes").count(), 0);
    await next.shown.close();
    host = await serve(foreign, { open: true });
  });

  await test("what is no world, or half of one, leaves the page as it was", async () => {
    const before = await genie.stage();
    for (const [file, said] of [["cut", /cut off|damaged/], ["text", /damaged or cut off/]]) {
      await ask(shown, `${host.address}/${file}.safetensors`);
      await shown.getByTestId("consent-yes").click();
      assert.match(await troubleOf(shown), said);
      await shown.getByTestId("remedy").click();
      const after = await genie.stage();
      assert.deepEqual([after.world, after.tokens], [before.world, before.tokens]);
    }
    await ask(shown, `${host.address}/absent.safetensors`);
    await shown.waitForFunction(() =>
      /404/.test(document.querySelector('[data-testid="consent-line"]')?.textContent));
    assert.equal(await shown.getByTestId("consent-yes").count(), 0);
    await shown.getByTestId("consent-no").click();
    await genie.act(1);
  });

  await test("a world that is far too large, or larger than was said, is not taken in", async () => {
    let announced = 3e9;
    const liar = createServer((request, response) => {
      const headers = { "access-control-allow-origin": "*" };
      if (request.method === "HEAD") {
        response.writeHead(200, { ...headers, "content-length": announced }).end();
      } else {
        // No length, and no end before the page has had enough.
        response.writeHead(200, headers);
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65536)));
        };
        response.on("drain", more);
        more();
      }
    });
    await new Promise((ready) => liar.listen(0, "127.0.0.1", ready));
    const address = `http://127.0.0.1:${liar.address().port}/huge.safetensors`;
    await ask(shown, address);
    await shown.waitForFunction(() =>
      /no more than/.test(document.querySelector('[data-testid="consent-line"]')?.textContent));
    assert.equal(await shown.getByTestId("consent-yes").count(), 0);
    await shown.getByTestId("consent-no").click();
    announced = 1e6;
    await ask(shown, address);
    await shown.getByTestId("consent-yes").click();
    assert.match(await troubleOf(shown), /far more bytes/);
    await shown.getByTestId("remedy").click();
    await genie.act(1);
    liar.closeAllConnections();
    liar.close();
  });

  await test("the policy refused nothing", () => assert.deepEqual(refused, []));

  await test("an address in the page's own asks before it fetches, while the page plays its own world", async () => {
    const other = await visit(`${server.address}/?seed=${SEED}#world=${host.address}/far.safetensors`);
    await other.shown.waitForFunction(() =>
      document.querySelector('[data-testid="consent-yes"]')?.disabled === false);
    await other.shown.getByTestId("consent-yes").click();
    await other.genie.until(({ stage }) => stage.world === "far");
    await other.shown.close();
  });

  await test("a kept world that was damaged since is not played, and no longer listed", async () => {
    const other = await visit(`${server.address}/?seed=${SEED}`);
    await other.genie.until(() => true);
    const kept = other.shown.getByTestId("play-kept");
    await kept.first().waitFor();
    const before = await kept.count();
    await other.shown.evaluate(async () => {
      const cache = await caches.open("pocket-genie worlds of the visitor");
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        const bytes = new Uint8Array(await response.arrayBuffer());
        bytes[bytes.length >> 1] ^= 1;
        await cache.put(request, new Response(bytes, { headers: response.headers }));
      }
    });
    await kept.first().click();
    assert.match(await troubleOf(other.shown), /no longer on this device/);
    await other.shown.waitForFunction((before) =>
      document.querySelectorAll('[data-testid="play-kept"]').length === before - 1, before);
    await other.shown.getByTestId("remedy").click();
    assert.equal((await other.genie.stage()).world, WORLD.name);
    await other.shown.close();
  });

  await stop();
  server.stop();
  host.stop();
  await rm(foreign, { recursive: true, force: true });
}

/** The same world, but for a letter of what it says about itself: another file. */
function retold(world) {
  const at = world.indexOf("about") + "about\\\":\\\"".length;
  const other = Buffer.from(world);
  other[at] = other[at] === 0x58 ? 0x59 : 0x58;
  return other;
}

/** Size and number of frames of a GIF file, read block by block. */
function gif(bytes) {
  assert.equal(bytes.toString("latin1", 0, 6), "GIF89a");
  const [width, height] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  const table = (flags) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + table(bytes[10]);
  const blocks = () => {
    while (bytes[at] !== 0) at += bytes[at] + 1;
    at += 1;
  };
  let frames = 0;
  for (;;) {
    const kind = bytes[at];
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      at += 2;
    } else {
      assert.equal(kind, 0x2c, `at ${at} of ${bytes.length}`);
      frames += 1;
      at += 10 + table(bytes[at + 9]) + 1;
    }
    blocks();
  }
  assert.equal(at, bytes.length - 1);
  return { frames, width, height };
}

function pngSize(bytes) {
  assert.equal(bytes.toString("latin1", 1, 4), "PNG");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
