// Password managers, translators and other extensions that change a page during the download of the application.
import type { Page } from '@playwright/test';
import { PASSWORD, createAccount, expect, fillSignIn, isAlive, isSignedIn, open, openSignedIn, test } from './story';

/** Kinds of inserted nodes. */
const KINDS = ['div', 'x-icon', 'input', 'svg', 'p', 'comment', 'text'] as const;

/** Positions of insertion: the elements of a page, and the place in or beside each. */
const PLACES = [
  ['body', 'afterbegin'],
  ['body', 'beforeend'],
  ['#app', 'afterbegin'],
  ['#app', 'beforeend'],
  ['header', 'beforebegin'],
  ['header', 'afterbegin'],
  ['nav', 'beforeend'],
  ['main', 'beforebegin'],
  ['main', 'afterbegin'],
  ['main', 'beforeend'],
  ['h1', 'beforeend'],
  ['form', 'afterbegin'],
  ['form', 'beforeend'],
  ['input', 'beforebegin'],
  ['input', 'afterend'],
  ['label', 'beforeend'],
  ['button', 'afterbegin'],
  ['footer', 'afterend'],
] as const;

/** In and beside every element. */
const EVERYWHERE = [
  ['#app *', 'beforebegin'],
  ['#app *', 'beforeend'],
] as const;

/** Server-rendered pages, and the element that shows that each is hydrated. */
const PAGES: Record<string, (page: Page) => Promise<void>> = {
  '/': async (page) => {
    await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  },
  '/sign-in': async (page) => {
    await page.getByRole('main').getByRole('button', { name: 'Show password' }).click();
    await expect(page.locator('#password')).toHaveAttribute('type', 'text');
  },
  '/register': async (page) => {
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  },
  '/account': (page) => expect(page).toHaveURL('/sign-in?next=%2Faccount'),
  '/no-such-page': async (page) => {
    await page.getByRole('banner').getByRole('link', { name: 'Hallpass' }).click();
    await expect(page).toHaveURL('/');
  },
};

/** Opens a page without its WebAssembly; the returned function lets it through. */
async function openLifeless(page: Page, path: string): Promise<() => Promise<void>> {
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/pkg/hallpass.*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  return async () => {
    goOn();
    await isAlive(page);
    await page.unroute('**/pkg/hallpass.*.wasm');
  };
}

/** Inserts a node of that kind at each position that matches the selector. */
function insert(page: Page, selector: string, where: string, kind: string): Promise<void> {
  return page.evaluate(
    ([selector, where, kind]) => {
      const node = (): Node => {
        if (kind === 'comment') return document.createComment('x');
        if (kind === 'text') return document.createTextNode('x');
        const element = kind === 'svg' ? document.createElementNS('http://www.w3.org/2000/svg', 'svg') : document.createElement(kind);
        if (kind === 'x-icon') element.attachShadow({ mode: 'open' }).innerHTML = '<i>key</i>';
        return element;
      };
      for (const found of document.querySelectorAll(selector)) {
        if (where === 'beforebegin') found.before(node());
        if (where === 'afterbegin') found.prepend(node());
        if (where === 'beforeend') found.append(node());
        if (where === 'afterend') found.after(node());
      }
    },
    [selector, where, kind] as const,
  );
}

for (const kind of KINDS) {
  test(`pages work with a foreign ${kind} inserted anywhere`, async ({ page }) => {
    for (const [path, check] of Object.entries(PAGES)) {
      for (const [selector, where] of path === '/sign-in' ? [...PLACES, ...EVERYWHERE] : EVERYWHERE) {
        await test.step(`${path}: ${where} ${selector}`, async () => {
          const comeAlive = await openLifeless(page, path);
          await insert(page, selector, where, kind);
          await comeAlive();
          await check(page);
        });
      }
    }
  });
}

/** Other changes of a page, each executed in it. */
const DISTURBANCES: Record<string, () => void> = {
  'texts in <font>, another language and direction': () => {
    Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl', className: 'translated-rtl' });
    const texts = document.createTreeWalker(document.getElementById('app') ?? document.body, NodeFilter.SHOW_TEXT);
    const found: Node[] = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    for (const text of found) {
      const font = document.createElement('font');
      font.textContent = `«${text.textContent}»`;
      (text as ChildNode).replaceWith(font);
    }
  },
  'fields in wrappers': () => {
    for (const field of document.querySelectorAll('input')) {
      const wrapper = document.createElement('div');
      field.replaceWith(wrapper);
      wrapper.append(field, document.createElement('img'));
    }
  },
  'attributes on everything': () => {
    for (const element of document.querySelectorAll('*')) {
      element.setAttribute('data-lastpass-icon-root', '');
      element.classList.add('extension');
    }
  },
  'comments and empty texts taken out': () => {
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
    const found: Node[] = [];
    while (nodes.nextNode()) if (nodes.currentNode.nodeType === 8 || !nodes.currentNode.textContent?.trim()) found.push(nodes.currentNode);
    for (const node of found) (node as ChildNode).remove();
  },
  'texts cut in two': () => {
    const texts = document.createTreeWalker(document.getElementById('app') ?? document.body, NodeFilter.SHOW_TEXT);
    const found: Text[] = [];
    while (texts.nextNode()) found.push(texts.currentNode as Text);
    for (const text of found) if (text.length > 1) text.splitText(1);
  },
  'the banner and the footer taken out': () => {
    for (const element of document.querySelectorAll('.banner, noscript, footer')) element.remove();
  },
  'everything in another order': () => {
    for (const element of document.querySelectorAll('#app, #app *')) {
      for (const child of [...element.childNodes]) element.prepend(child);
    }
  },
  'ids that are empty or taken': () => {
    for (const element of document.querySelectorAll('#app, #app *')) {
      const stranger = document.createElement(element.localName);
      stranger.id = element.id;
      element.prepend(stranger);
    }
    for (const field of document.querySelectorAll('.field')) field.remove();
  },
  'everything taken out': () => document.getElementById('app')?.replaceChildren(),
};

for (const [name, disturb] of Object.entries(DISTURBANCES)) {
  test(`pages work with ${name}`, async ({ page }) => {
    for (const [path, check] of Object.entries(PAGES)) {
      await test.step(path, async () => {
        const comeAlive = await openLifeless(page, path);
        await page.evaluate(disturb);
        await comeAlive();
        await check(page);
      });
    }
  });
}

test('pages work with an extension that inserts into them while they are parsed', async ({ page }) => {
  await page.addInitScript(() => {
    const seen = new WeakSet<Node>();
    new MutationObserver(() => {
      for (const element of document.querySelectorAll('form, input, h1, main, header')) {
        if (seen.has(element)) continue;
        seen.add(element);
        element.before(document.createElement('x-before'));
        element.append(document.createElement('x-inside'));
        element.after(document.createElement('x-after'), 'text');
      }
    }).observe(document, { childList: true, subtree: true });
  });
  for (const [path, check] of Object.entries(PAGES)) {
    await open(page, path);
    await check(page);
  }
});

test('input, focus and selection survive the repair of a changed page', async ({ page, request }) => {
  const username = await createAccount(request);
  for (const disturb of Object.values(DISTURBANCES).slice(0, 7)) {
    const comeAlive = await openLifeless(page, '/sign-in');
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#username').fill(username);
    await page.evaluate(disturb);
    await page.locator('#username').evaluate((field: HTMLInputElement) => {
      field.focus();
      field.setSelectionRange(1, 3);
    });
    await insert(page, 'input', 'afterend', 'x-icon');
    await comeAlive();
    await expect(page.locator('#username')).toHaveValue(username);
    await expect(page.locator('#password')).toHaveValue(PASSWORD);
    await expect(page.locator('#username')).toBeFocused();
    expect(await page.locator('#username').evaluate((field: HTMLInputElement) => [field.selectionStart, field.selectionEnd])).toEqual([1, 3]);
  }
  await page.locator('main button[type=submit]').click();
  await isSignedIn(page);
});

test('a translated page shows the signed-in state', async ({ page }) => {
  await page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      document.documentElement.lang = 'ko';
      for (const heading of document.querySelectorAll('h1')) heading.innerHTML = '<font><font>계정</font></font>';
    });
  });
  const username = await openSignedIn(page, '/account');
  await expect(page.getByTestId('username')).toHaveText(username);
  // The texts stay in the language that the server rendered.
  await expect(page.getByRole('banner').getByRole('button', { name: 'Sign out' })).toBeVisible();
});

test('a form that an extension inserts does not sign in', async ({ page }) => {
  const comeAlive = await openLifeless(page, '/sign-in');
  await page.evaluate(() => {
    const form = document.querySelector('form');
    form?.before(form.cloneNode(true));
  });
  await comeAlive();
  await expect(page.locator('form')).toHaveCount(1);
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert').filter({ hasText: 'do not match' })).toBeVisible();
});
