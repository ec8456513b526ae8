// Keeps all files of the page, so that it works without a network. What they
// are, and a name that changes with them, is written here by build.js.
const FILES = {{files}};
const CACHE = "{{name}}";
// A module with an instruction of relaxed SIMD: what LiteRT.js asks a browser,
// too, to choose one of two runtimes. The other one is not fetched.
const RELAXED_SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1,
  13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
);
const OTHER = WebAssembly.validate(RELAXED_SIMD)
  ? "litert_wasm_compat_internal"
  : "litert_wasm_internal";
const KEPT = FILES.filter((file) => !file.includes(OTHER));

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(KEPT));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const dropped = caches
    .keys()
    .then((names) => names.filter((name) => name !== CACHE))
    .then((old) => Promise.all(old.map((name) => caches.delete(name))));
  event.waitUntil(dropped.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const found = caches.match(event.request, { ignoreSearch: true });
  event.respondWith(found.then((kept) => kept ?? fetch(event.request)));
});
