// Keeps the verification page and the key list, so that a code is still checked with the server gone. Pages with an
// answer, answers of the API and the applicant's pages are never kept: a stale "valid" would be a lie.
const CACHE = 'songda-2';
const SHELL = '/verify';
const KEPT = [SHELL, '/style.css', '/verify.js', '/seal.js', '/icon.svg', '/.well-known/songda-keys.json'];
const NETWORK_WAIT_MS = 4000;

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

function late() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('late')), NETWORK_WAIT_MS));
}

/** The network's answer; the kept copy of `path` when it is late, gone or in trouble. */
async function freshOrKept(request, path) {
  const asking = fetch(request);
  asking.catch(() => {}); // losing the race is no unhandled fault
  try {
    const answer = await Promise.race([asking, late()]);
    if (answer.status >= 500) throw new Error('trouble');
    if (answer.ok && !request.url.includes('?') && new URL(request.url).pathname === path) {
      await (await caches.open(CACHE)).put(path, answer.clone());
    }
    return answer;
  } catch (_) {
    const kept = await caches.match(path, { cacheName: CACHE });
    return kept || asking;
  }
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && url.pathname.startsWith('/v/')) {
    event.respondWith(freshOrKept(request, SHELL));
  } else if (KEPT.includes(url.pathname)) {
    event.respondWith(freshOrKept(request, url.pathname));
  }
});
