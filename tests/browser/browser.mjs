// Chromium with WebGPU on a software adapter, or without WebGPU, and a profile of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ALWAYS = [
  "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const WITH = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const WITHOUT = ["--disable-features=WebGPUService,WebGPU", "--disable-gpu"];

/** `keeps`: whether service workers may keep the page; requests that they answer can't be changed by a test. */
export async function launch(webgpu, keeps = true) {
  const profile = await mkdtemp(join(tmpdir(), "pocket-genie-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await executable(),
    headless: true,
    serviceWorkers: keeps ? "allow" : "block",
    viewport: { width: 1280, height: 900 },
    args: [...ALWAYS, ...(webgpu ? WITH : WITHOUT)],
  });
  const stop = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, stop };
}

async function executable() {
  const { access } = await import("node:fs/promises");
  const places = (process.env.PATH ?? "").split(":");
  const wanted = process.env.CHROMIUM || "chromium";
  for (const path of wanted.includes("/") ? [wanted] : places.map((place) => join(place, wanted))) {
    if (await access(path).then(() => true, () => false)) return path;
  }
  throw new Error(`no ${wanted} on the PATH; name one in CHROMIUM`);
}
