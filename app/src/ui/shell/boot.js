const root = document.documentElement;
const worker = '/service-worker.js';
// The only Trusted Types policy: allows markup that the framework compiled and the service worker's script, and
// nothing else.
window.trustedTypes?.createPolicy('default', {
  createHTML: html => html,
  createScriptURL: url => url === worker ? url : null,
});
addEventListener('load', () => navigator.serviceWorker?.register(worker).catch(() => {}));

// Password managers, translators and other extensions may have changed the DOM during the download, but hydration
// needs the DOM that the server sent. A template holds a copy: nodes missing in it are removed, missing ones are
// added, and all others stay, with the user's input.
const restore = (parent, sent, own) => {
  let next = parent.firstChild;
  const skipTo = node => {
    while (next !== node) {
      const stranger = next;
      next = next.nextSibling;
      stranger.remove();
    }
  };
  for (const wanted of sent.childNodes) {
    let node = find(next, wanted);
    if (node) {
      skipTo(node);
    } else {
      node = own.find(element => isSame(element, wanted) && !element.contains(parent)) ?? wanted.cloneNode();
      parent.insertBefore(node, next);
    }
    for (const { name, value } of wanted.attributes ?? []) {
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
    next = node.nextSibling;
    restore(node, wanted, own);
  }
  skipTo(null);
};

// The first sibling most similar to the wanted node. Attributes may differ, but not the id.
const find = (first, wanted) => {
  let alike;
  for (let node = first; node; node = node.nextSibling) {
    if (node.nodeName !== wanted.nodeName) continue;
    if (isUnchanged(node, wanted)) return node;
    if (node.attributes && isSame(node, wanted)) alike ??= node;
  }
  return alike;
};

const isSame = (element, wanted) => element.nodeName === wanted.nodeName && element.id === wanted.id;

const isUnchanged = (node, wanted) => wanted.attributes
  ? [...wanted.attributes].every(({ name, value }) => node.getAttribute(name) === value)
  : node.data === wanted.data;

const isTyped = field => field.value !== (field.defaultValue ?? field.value) || field.checked !== field.defaultChecked;

// The reason of a failed download: `outdated` if the server runs another build, otherwise `network`. An outdated page
// without user input is reloaded once; otherwise the banner asks the user to reload.
window.explainDownload = async () => {
  const answer = await fetch(js, { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
  if (answer?.status !== 404) return 'network';
  if (![...document.querySelectorAll('input, textarea')].some(isTyped) && isFirst()) location.reload();
  else root.dataset.failed = 'outdated';
  return 'outdated';
};

const isFirst = () => {
  try {
    const key = 'hallpass-outdated';
    const is = sessionStorage.getItem(key) !== js;
    sessionStorage.setItem(key, js);
    return is;
  } catch {
    return false;
  }
};

const pause = milliseconds => new Promise(resume => {
  setTimeout(resume, milliseconds);
  if (milliseconds) addEventListener('online', resume, { once: true });
});

const load = async (attempt = 0) => {
  if (!window.WebAssembly) {
    root.dataset.failed = 'unsupported';
    return undefined;
  }
  try {
    const module = await import(js);
    await module.default({ module_or_path: wasm });
    delete root.dataset.failed;
    return module;
  } catch (error) {
    console.error(error);
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) root.dataset.failed = 'crashed';
    else if (await window.explainDownload() === 'network') {
      root.dataset.failed = 'network';
      await pause(Math.min(30, 2 ** attempt) * 1000);
      return load(attempt + 1);
    }
  }
};

const module = await load();
if (module) {
  // Let the browser handle input between compiling and running the code.
  await pause(0);
  try {
    const sent = document.getElementById('sent'), focused = document.activeElement;
    const app = document.getElementById('app');
    restore(app, sent.content, [...app.querySelectorAll('[id]:not([id=""])')]);
    sent.remove();
    // A field that was moved has lost the focus.
    if (document.activeElement !== focused) focused?.focus();
    module.hydrate();
  } catch (error) {
    console.error(error);
    root.dataset.failed = 'crashed';
  }
}
