// Chromium with WebGPU on a software adapter, or without WebGPU; or a stock Firefox. Each with a profile of
// its own.

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, firefox } from "playwright-core";

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
    executablePath: await executable("CHROMIUM", "chromium"),
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

/** Firefox as it is, spoken to by WebDriver BiDi. It has no WebGPU without a screen. */
export async function launchFirefox() {
  const browser = await firefox.launch({
    // Playwright's name for a Firefox that isn't its own.
    channel: "moz-firefox",
    executablePath: await executable("FIREFOX", "firefox-esr"),
    headless: true,
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  return { context, stop: () => browser.close(), version: browser.version() };
}

/** The driver of Firefox tries to add a style before it takes a picture; the page's policy refuses it, and says so. */
const DRIVERS_OWN = `sha256-${createHash("sha256").update("body {}").digest("base64")}`;

/** Errors that a page reports from now on: its own, not the driver's. */
export function errorsOf(shown, errors = []) {
  const note = (said) => {
    if (!said.includes(DRIVERS_OWN)) errors.push(said);
  };
  shown.on("pageerror", (error) => note(String(error)));
  shown.on("console", (message) => {
    if (message.type() === "error") note(message.text());
  });
  return errors;
}

async function executable(variable, name) {
  const { access } = await import("node:fs/promises");
  const places = (process.env.PATH ?? "").split(":");
  const wanted = process.env[variable] || name;
  for (const path of wanted.includes("/") ? [wanted] : places.map((place) => join(place, wanted))) {
    if (await access(path).then(() => true, () => false)) return path;
  }
  throw new Error(`no ${wanted} on the PATH; name one in ${variable}`);
}
