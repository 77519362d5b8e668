// Serves the offline page when a page cannot be loaded. It caches nothing else and handles no other requests.
const KEPT = 'hallpass-offline-2';
const PAGE = '/offline.html';
const FILES = [PAGE, '/plain.css', '/favicon.svg'];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop));
});

self.addEventListener('fetch', (event) => {
  const { mode, url, method } = event.request;
  const path = new URL(url).pathname;
  if (method === 'GET' && mode === 'navigate') {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(path)));
  }
});
