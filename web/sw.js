// Keeps the verification page and the key list, so that a code is checked with the server gone. Answers about
// documents are never kept: a stale "valid" would be a lie.
const CACHE = 'songda-1';
const SHELL = ['/verify', '/style.css', '/verify.js', '/seal.js', '/icon.svg', '/.well-known/songda-keys.json'];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))))
    .then(() => self.clients.claim()));
});

async function freshOrKept(request, keptAs) {
  try {
    const answer = await fetch(request);
    if (answer.ok && keptAs === new URL(request.url).pathname) (await caches.open(CACHE)).put(keptAs, answer.clone());
    return answer;
  } catch {
    return (await caches.match(keptAs)) ?? Response.error();
  }
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/v/')) event.respondWith(freshOrKept(event.request, '/verify'));
  else if (SHELL.includes(url.pathname)) event.respondWith(freshOrKept(event.request, url.pathname));
});
