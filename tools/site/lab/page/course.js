// Loads Python while JupyterLab still starts, says how far it is, and keeps all for later visits.
// The build puts COURSE before this.

{
  const root = new URL(".", document.currentScript.src);
  const address = (path) => new URL(path, root).href;
  performance.setResourceTimingBufferSize(5000);
  // JupyterLite would take its own service worker, which it sees for the first time, for an old one.
  const worker = address("service-worker.js?enableCache=false");
  try {
    localStorage.setItem(`${worker}-version`, COURSE.jupyterlite);
  } catch (error) {
    console.info("This browser keeps nothing:", error);
  }

  // This JupyterLab takes a slider's arrow keys before the slider has them.
  window.addEventListener(
    "keydown",
    ({ target, ctrlKey, metaKey, altKey, shiftKey }) => {
      if (!target.closest?.(".course-explorer")) return;
      if (ctrlKey || metaKey || altKey || shiftKey) delete target.dataset.lmSuppressShortcuts;
      else target.dataset.lmSuppressShortcuts = "true";
    },
    true,
  );

  const line = document.createElement("div");
  line.id = "course-loading";
  line.setAttribute("role", "status");
  const say = (text) => {
    if (line.textContent !== text) line.textContent = text;
    if (!line.isConnected && document.body) document.body.append(line);
  };

  const megabytes = (bytes) => Math.round(bytes / 1e6);
  const cache = "caches" in window ? caches.open(`course ${root} ${COURSE.version}`) : null;
  let missing = 0;
  let loaded = 0;

  async function fetchOne([path, size]) {
    const url = address(path);
    const kept = await cache;
    if (kept && (await kept.match(url))) return;
    missing += size;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const counted = response.body.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          loaded += chunk.length;
          say(`Loading Python for your browser, once: ${megabytes(loaded)} of ${megabytes(missing)} MB`);
          controller.enqueue(chunk);
        },
      }),
    );
    const copy = new Response(counted, { headers: response.headers });
    await (kept ? kept.put(url, copy) : copy.arrayBuffer());
  }

  // What the page loaded before the service worker was there to keep it.
  async function keepThePage() {
    const kept = await cache;
    const entries = performance.getEntriesByType("resource").map((entry) => entry.name);
    const urls = entries.filter((url) => url.startsWith(root.href) && !/\/api\/(drive|stdin|s)/.test(url));
    for (const url of new Set([address("lab/index.html"), ...urls])) {
      if (!(await kept.match(url))) await kept.add(url).catch(() => {});
    }
  }

  const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

  const asked = new URLSearchParams(location.search).has("path");

  // On a phone the notebook needs all the width; the tab at the left opens the list of files.
  async function makeRoom() {
    const app = window.jupyterapp;
    await app.restored;
    app.shell.collapseLeft();
    if (app.shell.isSideTabBarVisible("right")) {
      await app.commands.execute("application:toggle-side-tabbar", { side: "right" });
    }
  }

  // JupyterLite may open a text before JupyterLab knows which viewer its settings name for it, and
  // then shows the text's source. On a phone nobody waits for Python beside the list of files.
  async function showWhatWasAsked() {
    while (!window.jupyterapp?.shell.currentWidget?.context) await pause(200);
    const { commands, restored, shell } = window.jupyterapp;
    const first = shell.currentWidget;
    const { path } = first.context;
    if (path.endsWith(".md")) {
      const viewer = await commands.execute("docmanager:open", { path, factory: "Markdown Preview" });
      if (viewer !== first) first.close();
    }
    await restored;
    await pause(500); // JupyterLite opens the list of files at the file's place
    if (window.innerWidth < 700) await makeRoom();
  }
  const shown = asked && showWhatWasAsked().catch((error) => console.warn(error));

  // JupyterLab takes the file out of the address; a reload shall open it again.
  function keepTheAddress({ path }) {
    const here = new URL(location.href);
    if (here.searchParams.get("path") === path && !here.searchParams.has("reset")) return;
    here.searchParams.delete("reset");
    here.searchParams.set("path", path);
    history.replaceState(history.state, "", here);
  }

  async function startPython() {
    while (!window.jupyterapp) await pause(200);
    await shown;
    let opened;
    for (;;) {
      opened = window.jupyterapp.shell.currentWidget;
      if (opened?.context) keepTheAddress(opened.context);
      if (opened && !opened.sessionContext && (opened.context || !asked)) break; // needs no Python
      if (opened?.sessionContext?.session?.kernel?.status === "idle") break;
      say("Starting Python in your browser …");
      await pause(200);
    }
    line.remove();
    if (window.innerWidth < 700) await makeRoom();
    if (opened.context) keepTheAddress(opened.context);
  }

  Promise.all(COURSE.files.map(fetchOne))
    .catch((error) => console.warn("Python was not loaded ahead:", error))
    .then(startPython)
    .then(() => pause(2000))
    .then(() => cache && keepThePage());
}
