// The browser tests:
//
//   node run.mjs page [--webgpu]    the built page in dist/, end to end
//   node run.mjs play               keys, timeline, branches, autopilot, devices
//   node run.mjs looks              all futures, and the view that explains
//   node run.mjs firefox            the page in Firefox
//   node run.mjs audit              figures, accessibility and good practice: a table, and audit.json
//   node run.mjs pictures           pictures of every state, for docs/page.md
//   node run.mjs visits             the first visit, one without a network, a damaged cache, …
//   node run.mjs prompts            drawing a picture, cutting one, animations and videos, bad files
//   node run.mjs share              prompt links, files of a play, worlds by address
//   node run.mjs everyone           axe-core, both themes, phone, enlarged, right to left
//   node run.mjs lost               the page when its graphics processor fails
//   node run.mjs figures [FRAMES]   what is transferred, blocked and remembered: figures, no test
//   node run.mjs bench [--webgpu]   its ?bench alone
//   node run.mjs kernels            the WGSL kernels against their twins
//
// `cargo xtask test` builds what they need and runs them.

import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { mkdir } from "node:fs/promises";
import { audit } from "./audit.mjs";
import { bench } from "./bench.mjs";
import { launchFirefox } from "./browser.mjs";
import { everyone } from "./everyone.mjs";
import { figures } from "./figures.mjs";
import { firefox } from "./firefox.mjs";
import { kernels } from "./kernels.mjs";
import { looks } from "./looks.mjs";
import { lost } from "./lost.mjs";
import { page } from "./page.mjs";
import { play } from "./play.mjs";
import { prompts } from "./prompts.mjs";
import { finish } from "./runner.mjs";
import { share } from "./share.mjs";
import { states } from "./states.mjs";
import { visits } from "./visits.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const screenshots = join(target, "screenshots");
const suites = { play, looks, prompts, share, visits, everyone, audit };
const [what, ...flags] = process.argv.slice(2);

await mkdir(screenshots, { recursive: true });
if (what === "kernels") {
  await kernels({ folder: join(target, "kernels-web") });
} else if (what === "page") {
  const webgpu = flags.includes("--webgpu");
  const folder = join(root, "dist");
  await page({ folder, target, screenshots, webgpu });
  // On an imitated graphics processor it would take minutes.
  if (!webgpu) await bench({ folder, screenshots, webgpu });
} else if (what === "firefox") {
  const folder = join(root, "dist");
  await firefox({ folder, screenshots });
  await play({ folder, screenshots, browser: launchFirefox });
  await looks({ folder, screenshots, browser: launchFirefox });
} else if (Object.hasOwn(suites, what)) {
  await suites[what]({ folder: join(root, "dist"), target, screenshots });
} else if (what === "pictures") {
  await states({ folder: join(root, "dist"), docs: join(root, "docs") });
  process.exit(0);
} else if (what === "figures") {
  await figures({ folder: join(root, "dist"), frames: Number(flags[0] ?? 10_000) });
  process.exit(0);
} else if (what === "lost") {
  await lost({ folder: join(root, "dist"), screenshots });
} else if (what === "bench") {
  await bench({ folder: join(root, "dist"), screenshots, webgpu: flags.includes("--webgpu") });
} else {
  const others = "page [--webgpu] | firefox | pictures | figures | lost | bench [--webgpu] | kernels";
  console.error(`usage: node run.mjs ${Object.keys(suites).join(" | ")} | ${others}`);
  process.exit(2);
}
process.exit(finish());
