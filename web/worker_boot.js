// Starts the worker's program (web/src/worker/), and tells the page how much of it has arrived:
// it is the page's largest download. Messages are in the form of web/src/wire.rs.
import init from "./worker.js";

const say = (message) => postMessage([JSON.stringify(message)]);

async function count(response) {
  // A compressed answer announces its compressed length, and hands out the rest.
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  const total = Number(length) || null;
  const start = performance.now();
  let loaded = 0;
  let told = 0;
  for await (const chunk of chunks(response.body.getReader())) {
    loaded += chunk.byteLength;
    if (loaded - told > 1 << 17) {
      told = loaded;
      say({ Progress: { stage: "Engine", loaded, total, ms: performance.now() - start } });
    }
  }
}

// A stream is not iterable in every browser.
async function* chunks(reader) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

try {
  const response = await fetch(new URL("worker_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for the page's engine`);
  // Counted on a copy: browsers keep the compiled program only of an untouched response.
  count(response.clone()).catch(() => {});
  await init({ module_or_path: response });
} catch (error) {
  say({ Died: { detail: error?.message ?? String(error) } });
}
