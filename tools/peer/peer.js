// Measures ONNX Runtime Web on one back end; `run.mjs` opens this page and takes `window.result`.
//
//   peer.html?backend=webgpu|wasm[&seconds=N]

import { BACKENDS } from "./backends.js";
import { open, playFrame } from "./player.js";

const CLOSE = 1e-3;
const WARM_UP = 1; // `compare` has run every graph already
const FEWEST = 3, MOST = 31;

async function main() {
  const wanted = new URLSearchParams(location.search);
  const folder = "./build";
  const backend = await BACKENDS[wanted.get("backend")]();
  const [world, check] = await Promise.all(["world", "check"].map((name) => json(`${folder}/${name}.json`)));
  const player = await open(backend, world, folder);
  const difference = await compare(player, check);
  const seconds = Number(wanted.get("seconds") ?? 6);
  return {
    adapter: backend.adapter, version: backend.version, world: world.name, steps: world.play.steps,
    difference, ...(await measure(player, world, check, seconds)),
  };
}

const json = async (url) => (await fetch(url)).json();

/** A figure of a graph that computes something else would mean nothing. */
async function compare(player, { tokens, latents, logits, frame }) {
  const last = tokens.length - 1, { codes } = player.world;
  let pixels;
  for (let time = 0; time <= last; time++) {
    player.at(time, latents[time]);
    if (time < last) await player.write(tokens[time], time);
    pixels = await player.decode(tokens[time].map((token) => Math.min(token, codes - 1)), time);
  }
  const found = {
    pass: farthest(await player.pass(tokens[last]), logits),
    window: farthest(await player.window(tokens, latents), logits),
    decode: farthest(pixels, frame),
  };
  for (const [part, difference] of Object.entries(found)) {
    if (!(difference <= CLOSE)) throw new Error(`${part} is ${difference} away from the reference's result`);
  }
  return Math.max(...Object.values(found));
}

function farthest(got, expected) {
  if (got.length !== expected.length) throw new Error(`${got.length} numbers in place of ${expected.length}`);
  return expected.reduce((most, value, i) => (Math.abs(got[i] - value) <= most ? most : Math.abs(got[i] - value)), 0);
}

async function measure(player, world, check, seconds) {
  const tokens = check.tokens.at(-1), whole = tokens.map((token) => Math.min(token, world.codes - 1));
  const result = {};
  result.ms_per_pass = await median(seconds, () => player.pass(tokens));
  result.ms_per_pass_without_cache = await median(seconds, () => player.window(check.tokens, check.latents));
  result.ms_per_write = await median(seconds, async () => {
    await player.write(whole, 0);
    await player.done();
  });
  result.ms_per_decode = await median(seconds, () => player.decode(whole, 0));

  // A play from the world's first prompt; timed when the window is full, as most frames find it.
  player.at(0, world.actions[0].map(() => 0));
  await player.write(world.prompt, 0);
  await player.decode(world.prompt, 0);
  const sampling = { ...world.play, seed: 0 };
  const played = [];
  let time = 1;
  const next = async () => {
    const frame = await playFrame(player, time, time % world.actions.length, sampling);
    played.push(Array.from(frame.tokens));
    time += 1;
  };
  while (time <= world.frames) await next();
  result.ms_per_frame = await median(seconds, next);
  await player.done();
  return { ...result, tokens_of_frame_1: played[0], tokens_of_frame_16: played[15] };
}

/** Milliseconds of `body`, the median of as many runs as fit into `seconds`. */
async function median(seconds, body) {
  for (let i = 0; i < WARM_UP; i++) await body();
  const times = [], until = performance.now() + seconds * 1000;
  while (times.length < FEWEST || (times.length < MOST && performance.now() < until)) {
    const start = performance.now();
    await body();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

main().then(
  (result) => { window.result = { result }; },
  (error) => { window.result = { error: String(error.stack ?? error) }; },
);
