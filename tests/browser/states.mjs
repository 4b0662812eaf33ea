// Pictures of every state of the page, large and small, by night and by day, for docs/page.md.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { landscape } from "./pictures.mjs";
import { serve } from "./server.mjs";

/** Bytes of all pictures together. */
const BUDGET = 2_000_000;
const SIZES = { desktop: { width: 1120, height: 800 }, phone: { width: 390, height: 844 } };
const SCHEMES = ["dark", "light"];

/** Name, what it shows, how one comes there from a play that stands still, and how one leaves it again. */
const STATES = [
  ["loading", "Fetching the world", async ({ open, see }) => { await open({ stuck: true }); await see("progress"); }],
  ["demo", "The world plays by itself", async ({ open, genie }) => { await open(); await genie.past(14); }],
  ["play", "A visitor plays", async ({ genie }) => { await genie.begin(1); await genie.play([1, 2, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2]); }],
  ["branch", "A branch, and the one it left", async ({ genie }) => { await genie.seek(2); await genie.play([0, 0, 3]); }],
  ["futures", "All futures of a frame", async ({ genie, see }) => { await genie.futures(8); await see("futures"); }, ({ genie }) => genie.click("futures-open")],
  ["how", "How this works", async ({ genie, top }) => { await genie.click("how-link"); await genie.explained(); await top(); }],
  ["how-tokens", "… the frame's tokens", ({ see }) => see("how-tokens")],
  ["how-maskgit", "… the next frame comes about", async ({ genie, see }) => { await genie.click("unfold-next"); await see("unfold"); }],
  ["how-attention", "… where a square looks", ({ see }) => see("attention"), ({ genie }) => genie.click("how-back")],
  ["sketch", "A picture drawn on the frame, and what the world sees of it", async ({ genie, draw }) => { await genie.click("draw-on-frame"); await genie.desk("sketch"); await draw(); }, ({ genie, press }) => press("Escape").then(() => genie.desk(""))],
  ["crop", "A part of a visitor's own picture", async ({ genie }) => { await genie.upload("landscape.png", landscape(640, 400)); await genie.desk("crop"); }, ({ genie, press }) => press("Escape").then(() => genie.desk(""))],
  ["share", "A link, and its QR code", async ({ unfold, see }) => { await unfold("share-qr"); await see("qr"); await see("share"); }, ({ unfold }) => unfold("share-qr")],
  ["link", "A link that leads nowhere", async ({ hash, see, top }) => { await hash("#p=1.AAAAAAAAAAAAAAAAAAAA"); await see("trouble"); await top(); await see("trouble"); }, async ({ genie, hash }) => { await genie.click("remedy"); await hash("#"); }],
  ["settings", "Settings", async ({ fold, see }) => { await fold("settings"); await see("settings"); }, ({ fold }) => fold("settings")],
  ["trouble", "A file that is no picture", async ({ genie, see }) => { await genie.upload("notes.png", Buffer.from("no picture\n")); await see("trouble"); }, ({ genie }) => genie.click("remedy")],
  ["german", "In German", async ({ choose, genie, top }) => { await choose("language", "de"); await genie.idle(); await top(); }, ({ choose }) => choose("language", "en")],
];

export async function states({ folder, docs }) {
  const images = join(docs, "images", "page");
  const raw = await mkdtemp(join(tmpdir(), "pocket-genie-states-"));
  await mkdir(images, { recursive: true });
  for (const old of await readdir(images)) if (old.endsWith(".png")) await rm(join(images, old));
  for (const [where, size] of Object.entries(SIZES)) {
    for (const colorScheme of SCHEMES) {
      const server = await serve(folder);
      const { context, stop } = await launch(false, false);
      const shown = await context.newPage();
      shown.setDefaultTimeout(PATIENCE);
      await shown.setViewportSize(size);
      await shown.emulateMedia({ colorScheme });
      const hands = {
        genie: new Page(shown),
        /** Opens the page; `stuck`: its world never comes. */
        open: async ({ stuck = false } = {}) => {
          await shown.unrouteAll();
          if (stuck) await shown.route("**/*.safetensors", () => {});
          await shown.goto(`${server.address}/?seed=1`);
        },
        /** Waits for an element, and scrolls to it if not all of it can be seen. */
        see: async (id) => {
          await shown.getByTestId(id).waitFor();
          await shown.getByTestId(id).evaluate((element) => {
            const { top, bottom } = element.getBoundingClientRect();
            if (top < 0 || bottom > innerHeight) scrollTo({ top: scrollY + top - 90, behavior: "instant" });
          });
        },
        top: () => shown.evaluate(() => scrollTo({ top: 0, behavior: "instant" })),
        /** Folds a part of the page open, or shut. */
        fold: (id) => shown.getByTestId(id).locator("summary").click(),
        unfold: (id) => shown.getByTestId(id).locator("summary").click(),
        press: (key) => shown.keyboard.press(key),
        hash: (hash) => shown.evaluate((hash) => (location.hash = hash), hash),
        /** A line in the world's own colours, across the board. */
        draw: async () => {
          await shown.getByTestId("colour-3").click();
          const { x, y, width, height } = await shown.getByTestId("board").boundingBox();
          await shown.mouse.move(x + width * 0.2, y + height * 0.3);
          await shown.mouse.down();
          await shown.mouse.move(x + width * 0.7, y + height * 0.2, { steps: 12 });
          await shown.mouse.up();
          await hands.genie.desk("sketch");
        },
        choose: (id, value) => shown.getByTestId(id).selectOption(value),
      };
      for (const [name, , come, leave] of STATES) {
        await come(hands);
        const file = `${name}-${where}-${colorScheme}.png`;
        await shown.mouse.move(0, 0);
        await shown.screenshot({ path: join(raw, file) });
        await shrink(join(raw, file), join(images, file));
        await leave?.(hands);
        console.log(file);
      }
      await stop();
      server.stop();
    }
  }
  await rm(raw, { recursive: true, force: true });
  await writeFile(join(docs, "page.md"), page());
  let bytes = 0;
  for (const name of await readdir(images)) bytes += (await stat(join(images, name))).size;
  console.log(`${bytes} bytes in all, of ${BUDGET}`);
  if (bytes > BUDGET) throw new Error("the pictures are too large");
}

/** As few colours as do, and no more bytes than needed. */
async function shrink(from, to) {
  const palette = "split[a][b];[a]palettegen=max_colors=44:stats_mode=full[p];[b][p]paletteuse=dither=none";
  await promisify(execFile)("ffmpeg", [
    "-y", "-loglevel", "error", "-i", from, "-filter_complex", palette, "-compression_level", "100", "-pred", "mixed", to,
  ]);
}

/** The page of the documentation that shows them. */
function page() {
  const shown = (name, what, where) => SCHEMES
    .map((scheme) => `![${what}, on a ${where}, ${scheme}](images/page/${name}-${where}-${scheme}.png)`).join(" | ");
  const rows = STATES.map(([name, what]) => `## ${what}

| dark | light |
|---|---|
| ${shown(name, what, "desktop")} |
| ${shown(name, what, "phone")} |
`);
  return `# The page, state by state

Made by \`node tests/browser/run.mjs pictures\` from the built page; large and small, by night and by day.

${rows.join("\n")}`;
}
