// Prompt links as web/src/share/mod.rs lays them out, written a second time so that the page is held to it.

import { crc32 } from "./pictures.mjs";

const ORDERS = ["confidence", "random", "halton"];

/** LEB128. */
function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** Each number in `bits` bits, the highest first. */
function packed(numbers, bits) {
  const text = numbers.map((n) => n.toString(2).padStart(bits, "0")).join("");
  const whole = text.padEnd(Math.ceil(text.length / 8) * 8, "0");
  return whole.match(/.{8}/g).map((byte) => parseInt(byte, 2));
}

/**
 * The fragment of a link. `digest`: of the world's file; `prompt`: tokens of each frame, oldest first;
 * `sampling`: seed, steps, temperature, order; `actions`: of each frame.
 */
export function fragment({ digest, world, prompt, sampling, actions = [] }) {
  const bits = Math.max(...prompt.flat()).toString(2).length;
  const temperature = Buffer.alloc(4);
  temperature.writeFloatLE(sampling.temperature);
  const kinds = actions.length ? Math.max(...actions) + 1 : 0;
  const runs = [];
  for (const action of actions) {
    const last = runs.at(-1);
    if (last?.action === action) last.frames += 1;
    else runs.push({ action, frames: 1 });
  }
  const body = Buffer.from([
    ...digest.subarray(0, 4),
    world.length, ...Buffer.from(world),
    prompt.length, ...number(prompt[0].length), bits, ...packed(prompt.flat(), bits),
    kinds, ...number(1),
    ...number(sampling.seed), ...number(sampling.steps), ...temperature, ORDERS.indexOf(sampling.order),
    ...number(runs.length), ...runs.flatMap(({ action, frames }) => number(action + kinds * (frames - 1))),
  ]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(Buffer.concat([Buffer.from("1"), body])));
  return `#p=1.${Buffer.concat([body, check]).toString("base64url")}`;
}
