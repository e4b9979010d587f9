// Keeps what was loaded, so that a later visit needs no network. The build puts COURSE before this.
// JupyterLite's own service worker, below, gives Python the reader's files.

{
  const MINE = `course ${self.registration.scope} `;
  const CACHE = MINE + COURSE.version;
  // Files whose name changes with their content, or that only a new version of the course changes.
  const FIXED = /\/(build|extensions|static)\//;
  const NOT_MINE = /\/api\/(drive|stdin|service-worker-heartbeat)/;

  self.addEventListener("activate", (event) => event.waitUntil(forgetOldVersions()));
  self.addEventListener("fetch", (event) => {
    const { method, url } = event.request;
    if (method !== "GET" || !url.startsWith(self.registration.scope) || NOT_MINE.test(url)) return;
    event.stopImmediatePropagation();
    event.respondWith(FIXED.test(url) ? keptOrLoaded(event) : loadedOrKept(event));
  });

  async function forgetOldVersions() {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(MINE) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  }

  async function keptOrLoaded(event) {
    return (await kept(event.request)) ?? load(event);
  }

  async function loadedOrKept(event) {
    try {
      return await load(event);
    } catch (error) {
      // A page is the same page whatever its query asks for.
      const found = await kept(event.request, { ignoreSearch: true });
      return found ?? new Response("", { status: 404, statusText: "Not kept, and no network" });
    }
  }

  async function kept(request, options) {
    return (await caches.open(CACHE)).match(request, { ignoreVary: true, ...options });
  }

  async function load(event) {
    const response = await fetch(event.request);
    if (response.status === 200) {
      const copy = response.clone();
      event.waitUntil(caches.open(CACHE).then((cache) => cache.put(event.request, copy)));
    }
    return response;
  }
}
importScripts("jupyterlite-service-worker.js");
