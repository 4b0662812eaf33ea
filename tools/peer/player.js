// A world played through the exported graphs: what `Session` (crates/model/src/session) does.

import { choose } from "./maskgit.js";

/** Opens all graphs on `backend` and returns the player. `world` is build/world.json. */
export async function open(backend, world, folder) {
  const { tokens: N, codes: K, frames: T, height, width } = world;
  const f32 = (...dims) => backend.tensor("float32", dims);
  const names = (prefix, blocks) =>
    Array.from({ length: blocks }, (_, b) => [`${prefix}_key_${b}`, `${prefix}_value_${b}`]).flat();
  const group = (prefix, { blocks, inner }, frames) =>
    Object.fromEntries(names(prefix, blocks).map((name) => [name, f32(frames, N, inner)]));

  const shared = { tokens: backend.tensor("int64", [1, N]), times: backend.tensor("int64", [1, N]), unseen: f32(T) };
  const latent = f32(1, world.actions[0].length);
  const all = { tokens: backend.tensor("int64", [T, N]), latents: f32(T, world.actions[0].length) };
  const pasts = { dynamics: group("past", world.dynamics, T - 1), decoder: group("past", world.decoder, T - 1) };
  const news = { dynamics: group("new", world.dynamics, 1), decoder: group("new", world.decoder, 1) };
  const logits = { logits: f32(N, K) };
  const graph = (name, inputs, outputs) => backend.graph(`${folder}/${name}.onnx`, inputs, outputs);
  const pass = await graph("dynamics_pass", { ...shared, latent, ...pasts.dynamics }, logits);
  const write = await graph("dynamics_write", { ...shared, latent, ...pasts.dynamics }, news.dynamics);
  const window = await graph("dynamics_window", all, logits);
  const decoder = await graph("decoder_cached", { ...shared, ...pasts.decoder },
    { frame: f32(height, width, 3), ...news.decoder });

  const ids = (tokens) => BigInt64Array.from(tokens, BigInt);
  const keep = (part, result, time) => {
    const frame = names("new", world[part].blocks).map((name) => result[name]);
    backend.place(Object.values(pasts[part]), frame, time % (T - 1));
  };

  return {
    world,
    /** Says which frame comes next, and by which latent. */
    at(time, latentValues) {
      backend.set(shared.times, new BigInt64Array(N).fill(BigInt(time)));
      const unseen = Float32Array.from({ length: T }, (_, i) => (i < time || i === T - 1 ? 0 : -Infinity));
      backend.set(shared.unseen, unseen);
      backend.set(latent, Float32Array.from(latentValues));
    },
    /** Logits [N, K] of the next frame, of which `tokens` are known. */
    async pass(tokens) {
      backend.set(shared.tokens, ids(tokens));
      return backend.read((await backend.run(pass)).logits);
    },
    /** The same with no cache: tokens [T, N] and latents [T, C] of the whole window. */
    async window(tokens, latents) {
      backend.set(all.tokens, ids(tokens.flat()));
      backend.set(all.latents, Float32Array.from(latents.flat()));
      return backend.read((await backend.run(window)).logits);
    },
    /** Writes the finished frame at `time` to the dynamics' cache. */
    async write(tokens, time) {
      backend.set(shared.tokens, ids(tokens));
      keep("dynamics", await backend.run(write), time);
    },
    /** Pixels [H, W, 3] in 0 to 1; writes the decoder's cache. */
    async decode(tokens, time) {
      backend.set(shared.tokens, ids(tokens));
      const result = await backend.run(decoder);
      keep("decoder", result, time);
      return backend.read(result.frame);
    },
    done: () => backend.done(),
  };
}

/** Plays one frame: S passes, the write, the decoding; its tokens and its RGBA bytes. */
export async function playFrame(player, time, action, sampling) {
  const { world } = player;
  const canvas = { tokens: new Uint32Array(world.tokens), masked: new Array(world.tokens).fill(true) };
  player.at(time, world.actions[action]);
  // The prompt is frame 0 of the window, and the noise counts from the first frame after it.
  for (let step = 1; step <= sampling.steps && canvas.masked.includes(true); step++) {
    const known = canvas.tokens.map((token, i) => (canvas.masked[i] ? world.codes : token));
    choose(canvas, await player.pass(known), step, time - 1, sampling);
  }
  await player.write(canvas.tokens, time);
  return { tokens: canvas.tokens, rgba: rgba(await player.decode(canvas.tokens, time)) };
}

function rgba(pixels) {
  const bytes = new Uint8ClampedArray((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    for (let c = 0; c < 3; c++) bytes[to + c] = pixels[from + c] * 255;
  }
  return bytes;
}
