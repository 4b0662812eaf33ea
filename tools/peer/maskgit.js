// One MaskGIT step in JavaScript: the choice of `crates/model/src/maskgit.rs`, with its noise
// (`noise.rs`), so that both sides settle the same tokens and pay for the same draws.

const scratch = new Uint32Array(4);

function pcg4d(a, b, c, d) {
  const v = scratch;
  v[0] = Math.imul(a, 1664525) + 1013904223;
  v[1] = Math.imul(b, 1664525) + 1013904223;
  v[2] = Math.imul(c, 1664525) + 1013904223;
  v[3] = Math.imul(d, 1664525) + 1013904223;
  mix(v);
  for (let i = 0; i < 4; i++) v[i] ^= v[i] >>> 16;
  mix(v);
  return v;
}

function mix(v) {
  v[0] += Math.imul(v[1], v[3]);
  v[1] += Math.imul(v[2], v[0]);
  v[2] += Math.imul(v[0], v[1]);
  v[3] += Math.imul(v[1], v[2]);
}

const openUnit = (bits) => ((bits >>> 8) + 0.5) / 16777216;
const gumbel = (bits) => -Math.log(-Math.log(openUnit(bits)));
const OF_POSITION = 0xffffffff;

function draw(logits, start, codes, temperature, seed, frame, place) {
  let best = -Infinity, chosen = 0;
  for (let code = 0; code < codes; ) {
    const bits = pcg4d(seed, frame, place, code >>> 2);
    for (let lane = 0; lane < 4 && code < codes; lane++, code++) {
      const value = temperature > 0 ? logits[start + code] / temperature + gumbel(bits[lane]) : logits[start + code];
      if (value > best) {
        best = value;
        chosen = code;
      }
    }
  }
  return chosen;
}

function logProbability(logits, start, codes, code) {
  let top = -Infinity, sum = 0;
  for (let k = 0; k < codes; k++) top = Math.max(top, logits[start + k]);
  for (let k = 0; k < codes; k++) sum += Math.exp(logits[start + k] - top);
  return logits[start + code] - top - Math.log(sum);
}

export function maskedAfter(step, steps, tokens) {
  if (step >= steps) return 0;
  return Math.ceil(tokens * Math.cos((Math.PI / 2) * (step / steps)) - 1e-6);
}

/** Settles tokens of `canvas` (`{ tokens, masked }`, arrays of N) from `logits` [N, K]; step from 1. */
export function choose(canvas, logits, step, frame, { steps, temperature, order, seed }) {
  const n = canvas.tokens.length, codes = logits.length / n;
  const open = [...canvas.masked.keys()].filter((position) => canvas.masked[position]);
  const keep = Math.min(maskedAfter(step, steps, n), open.length - 1);
  const ranked = open.map((position) => {
    const start = position * codes, place = (step << 16) | position;
    const code = draw(logits, start, codes, temperature, seed, frame, place);
    canvas.tokens[position] = code;
    const rank = order === "random"
      ? openUnit(pcg4d(seed, frame, position, OF_POSITION)[1])
      : logProbability(logits, start, codes, code)
        + (1 - step / steps) * gumbel(pcg4d(seed, frame, place, OF_POSITION)[0]);
    return { rank, position };
  });
  ranked.sort((a, b) => b.rank - a.rank || a.position - b.position);
  for (const { position } of ranked.slice(0, open.length - keep)) canvas.masked[position] = false;
}
