// Keeps the page for visits without a network, and makes every visit after the first start from
// this device.
//
// `cargo xtask seal` writes this file into the built page with the list of the page's files in front:
//
//   const FILES = { "index.html": "SHA-256 in hexadecimal digits", … };
//
// What is kept is named by its content, so that versions of the page share what they have in common,
// and a new version fetches only what is new. Content is checked whenever it is read: what is damaged
// is fetched again. Worlds are large, and kept only once somebody has played them.

const scope = new URL(registration.scope);
const CACHE = `pocket-genie ${scope.pathname}`;
const KINDS = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
};

addEventListener("install", (event) => {
  // At the first visit the page itself fetches what it needs, and asks for the rest when it plays.
  if (registration.active) event.waitUntil(replace());
});

/** A new version takes the old one's place only when all of it is here, or there is no room anyway. */
async function replace() {
  if ((await keepAll([])) === "other") throw new Error("the new version of the page is not all there yet");
}

addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => clients.claim()));
});

addEventListener("message", (event) => {
  if (event.data === "take over") {
    skipWaiting();
  } else {
    const world = typeof event.data === "string" ? [`worlds/${event.data}.safetensors`] : [];
    event.waitUntil(keepAll(world).then((said) => event.source?.postMessage(said)));
  }
});

addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (name !== null) event.respondWith(answer(event, name));
});

/** The file of the page that is asked for, or null for anything else. */
function nameOf(request) {
  const url = new URL(request.url);
  const ours = url.origin === scope.origin && url.pathname.startsWith(scope.pathname);
  if (!ours || request.method !== "GET" || request.headers.has("range")) return null;
  const name = url.pathname.slice(scope.pathname.length) || "index.html";
  return Object.hasOwn(FILES, name) ? name : null;
}

async function answer(event, name) {
  if (event.request.mode === "navigate" && (await giveWay())) {
    // Not at once: in Chromium a page that comes while one worker takes over from another may never end.
    return new Response("", { headers: { refresh: "1" } });
  }
  const kept = await recall(name);
  if (kept) return kept;
  const response = await fetchFresh(name);
  if (response.ok) event.waitUntil(keep(name, response.clone()).catch(() => {}));
  return response;
}

/** Whether a newer version of the page waits for this one to end, and can have its way now. */
async function giveWay() {
  if (!registration.waiting) return false;
  const pages = await clients.matchAll({ type: "window" });
  if (pages.length > 1) return false;
  registration.waiting.postMessage("take over");
  return true;
}

function address(name) {
  return new URL(name, scope).href;
}

/** Under which address a file's content is kept. There is nothing there on the server. */
function place(name) {
  return address(`kept/${FILES[name]}`);
}

/** From the server, even if the browser thinks it has it already: that may be of another version. */
function fetchFresh(name) {
  // Some hosts redirect from the page's file to its folder, and browsers refuse a page that comes so.
  return fetch(name === "index.html" ? scope.href : address(name), { cache: "no-cache" });
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is kept of a file, if it is what it should be. */
async function recall(name) {
  try {
    const cache = await caches.open(CACHE);
    const found = await cache.match(place(name));
    if (!found) return null;
    const bytes = await found.arrayBuffer();
    if ((await digest(bytes)) !== FILES[name]) {
      await cache.delete(place(name));
      return null;
    }
    const kind = KINDS[name.split(".").pop()] ?? "application/octet-stream";
    return new Response(bytes, { headers: { "content-type": kind, "content-length": bytes.byteLength } });
  } catch {
    // A browser that keeps nothing still has a network.
    return null;
  }
}

/** Keeps a file as it came from the server: "kept", "full", or "other" if it is of another version. */
async function keep(name, response) {
  const bytes = await response.arrayBuffer();
  if ((await digest(bytes)) !== FILES[name]) {
    registration.update().catch(() => {});
    return "other";
  }
  const cache = await caches.open(CACHE);
  const put = () => cache.put(place(name), new Response(bytes));
  try {
    await put();
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    try {
      await makeRoom(cache, name);
      await put();
    } catch {
      return "full";
    }
  }
  return "kept";
}

/** Keeps the whole page, and `worlds`: "kept", "full" or "other". */
async function keepAll(worlds) {
  const page = Object.keys(FILES).filter((name) => !name.endsWith(".safetensors"));
  const listed = worlds.filter((name) => Object.hasOwn(FILES, name));
  let worst = "kept";
  for (const name of [...page, ...listed]) {
    if (await recall(name)) continue;
    let said = "other";
    try {
      const response = await fetchFresh(name);
      if (response.ok) said = await keep(name, response);
    } catch {
      // No network: what is missing stays missing.
    }
    if (said !== "kept") worst = said;
  }
  return worst;
}

/** Removes worlds other than the one that is wanted. */
async function makeRoom(cache, wanted) {
  await removeOld();
  const worlds = Object.keys(FILES).filter((name) => name.endsWith(".safetensors") && name !== wanted);
  await Promise.all(worlds.map((name) => cache.delete(place(name))));
}

/** Removes what only other versions of the page have. */
async function removeOld() {
  const cache = await caches.open(CACHE);
  const ours = new Set(Object.keys(FILES).map(place));
  const old = (await cache.keys()).filter((request) => !ours.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
}
