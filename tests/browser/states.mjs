// Pictures of every state of the page, large and small, by night and by day, for docs/page.md.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { launch } from "./browser.mjs";
import { Page, PATIENCE } from "./genie.mjs";
import { serve } from "./server.mjs";

/** Bytes of all pictures together. */
const BUDGET = 2_000_000;
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const SCHEMES = ["dark", "light"];

/** Name, what it shows, and how one comes there; each begins where the one before ended. */
const STATES = [
  ["loading", "Fetching the world", ({ shown, open }) => open(true).then(() => shown.getByTestId("progress").waitFor())],
  ["demo", "The world plays by itself", ({ genie, open }) => open().then(() => genie.until(({ stage }) => Number(stage.frame) > 14))],
  ["play", "A visitor plays", ({ genie }) => genie.begin(1).then(() => genie.play([1, 2, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2]))],
  ["branch", "A branch, and the one it left", ({ genie }) => genie.seek(2).then(() => genie.play([0, 0, 3]))],
  ["futures", "All futures of a frame", ({ genie, to }) => genie.futures(8).then(() => to("futures"))],
  ["how", "How this works", ({ genie, top }) => genie.click("futures-open").then(() => genie.click("how-link")).then(() => genie.explained()).then(top)],
  ["how-tokens", "… the frame's tokens", ({ to }) => to("how-tokens")],
  ["how-maskgit", "… the next frame comes about", ({ genie, to }) => genie.click("unfold-next").then(() => to("unfold"))],
  ["how-attention", "… where a square looks", ({ to }) => to("attention")],
  ["settings", "Settings", ({ shown, genie, to }) => genie.click("how-back").then(() => shown.getByTestId("settings").locator("summary").click()).then(() => to("settings"))],
  ["trouble", "A file that is no picture", ({ shown, genie, to }) => genie.upload("notes.png", Buffer.from("no picture\n")).then(() => shown.getByTestId("trouble").waitFor()).then(() => to("trouble"))],
  ["german", "In German", ({ shown, genie, top }) => shown.getByTestId("remedy").click().then(() => shown.getByTestId("language").selectOption("de")).then(() => genie.idle()).then(top)],
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
        shown,
        genie: new Page(shown),
        // `slow`: the world is still on its way.
        open: async (slow = false) => {
          await shown.unrouteAll();
          if (slow) await shown.route("**/*.safetensors", () => {});
          await shown.goto(`${server.address}/?seed=1`);
        },
        to: (id) => shown.getByTestId(id).evaluate((element) => {
          const { top } = element.getBoundingClientRect();
          scrollTo({ top: scrollY + top - 90, behavior: "instant" });
        }),
        top: () => shown.evaluate(() => scrollTo({ top: 0, behavior: "instant" })),
      };
      for (const [name, , come] of STATES) {
        await come(hands);
        const file = `${name}-${where}-${colorScheme}.png`;
        await shown.mouse.move(0, 0);
        await shown.screenshot({ path: join(raw, file) });
        await shrink(join(raw, file), join(images, file));
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
  const palette = "split[a][b];[a]palettegen=max_colors=64:stats_mode=full[p];[b][p]paletteuse=dither=none";
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
