// Every page that a role can reach from its first page by following links: it opens, it is one page with
// one heading, it is accessible, at 400 % and by keyboard too, and neither its title nor its address says whose
// record it is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { zoomed } from './focus.mjs';
import { checkPage, signIn, startBrowser, startDemo, widths, windowOf } from './support.mjs';

const practitioner = 'Amara Bello';
// Who looks, and what each must at least come to: a walk that ends at the first page proves nothing.
const walks = [
  [practitioner, 'practitioner', 35, ['/', '/lists', '/people', '/worklist', '/episodes/:id', '/people/:id', '/tasks/:id', '/entries/:id/compare/:id']],
  ['Josie Quill', 'team leader', 30, ['/', '/worklist', '/measures', '/episodes/:id']],
  ['Daniel Osei', 'link worker', 8, ['/worklist', '/tasks/:id', '/episodes/:id']],
  ['Colin Marsh', 'administrator', 6, ['/lists', '/lists/:id']],
  ['Ruth Ekpo', 'manager', 2, ['/measures']],
  ['Grace Obi', 'information governance lead', 2, ['/audit']],
  ['Harriet Dunn', 'commissioner', 2, ['/measures']],
  ['Sam Tilley', 'student', 5, ['/']],
];
// Of pages that differ only in whose they are, one is opened: they are drawn alike.
const ofEachKind = 1;
const identifier = /^([0-9a-f]{8}-[0-9a-f-]{27}|\d+)$/;
const files = /\/pdf$|\.csv$/;
const words = /^(\/|(\/[a-z0-9_.-]+)+)$/;
const codes = /^(\?[a-z_]+=[a-z0-9_:-]*(&[a-z_]+=[a-z0-9_:-]*)*)?$/;

// Pages about one person (whoever reports a duplicate looks at two), and what the banner of each says: of what is not known, that it is not.
const aboutOne = /^\/(people|episodes|records|documents|tasks|referrals)\/:id(?!\/(claim|duplicate))/;
const onBanner = [/[A-Z]{2}/, /Born .*(\d{4}|Not known)/, /Gender \S/, /NHS No\. (\d{3}\s\d{3}\s\d{4}|Not known)/, /Risk (Known risk|Assessed, none identified|Not assessed|Unavailable)/, /Language \S/, /Adjustments? \S/, /Sharing (police|not shown)/];

let demo;
let browser;
const checked = new Set();

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

// The kind of page behind an address: identifiers say which one, and that does not matter here.
function kindOf({ pathname, searchParams }) {
  const path = pathname.split('/').map((part) => (identifier.test(part) ? ':id' : part)).join('/');
  const asked = [...searchParams.keys()].sort().join('&');
  return asked ? `${path}?${asked}` : path;
}

function linksOf(page) {
  return page.evaluate(() => [...document.querySelectorAll('a[href]')].map((anchor) => anchor.href));
}

// Names as pages write them: FAMILY, Given.
async function familiesOn(page) {
  const text = await page.locator('body').innerText();
  return new Set([...text.matchAll(/(?:^|[^\p{L}])(\p{Lu}[\p{Lu}'’ -]{2,}), \p{Lu}\p{Ll}/gu)].map(([, family]) => family.toLowerCase()));
}

// What is wrong with a page that has opened, in words.
async function faultsOf(page) {
  const faults = [];
  const headings = await page.locator('h1').count();
  if (headings !== 1) faults.push(`has ${headings} headings of the first level`);
  const title = await page.title();
  if (!/\S+ - Throughline$/.test(title)) faults.push(`has the title “${title}”`);
  const { pathname, search } = new URL(page.url());
  if (!words.test(pathname)) faults.push(`the address ${pathname} holds more than our words and identifiers`);
  if (!codes.test(search)) faults.push(`the address ${pathname}${search} asks with more than codes`);
  const heard = `${title} ${pathname}${search}`.toLowerCase();
  for (const family of await familiesOn(page)) {
    if (new RegExp(`(^|[^\\p{L}])${family}($|[^\\p{L}])`, 'u').test(heard)) faults.push(`“${heard}” names ${family}`);
  }
  return faults;
}

// What the banner of a page about one person does not say.
async function missingOnBanner(page, kind) {
  const banner = page.locator('.tl-person');
  if ((await banner.count()) !== 1) return [`has ${await banner.count()} banners`];
  const said = (await banner.innerText()).replace(/\s+/g, ' ');
  return onBanner.filter((one) => !one.test(said)).map((one) => `${kind}: the banner does not say ${one}: ${said}`);
}

async function visit(page, address, role, kind) {
  if (files.test(new URL(address).pathname)) {
    const answer = await page.request.get(address);
    return answer.ok() ? [] : [`answers ${answer.status()}`];
  }
  const answer = await page.goto(address);
  if (answer.status() >= 400) return [`answers ${answer.status()}, and a link leads there (${address})`];
  const faults = await faultsOf(page);
  if (aboutOne.test(kind)) faults.push(...(await missingOnBanner(page, kind)));
  const first = !checked.has(kind);
  checked.add(kind);
  const atWidths = role === 'practitioner' ? widths : [1366];
  // A kind of page is looked at once: for other people it is drawn by the same template.
  if (first) await checkPage(page, kind, atWidths, zoomed).catch((error) => faults.push(error.message));
  return [...faults, ...page.problems.splice(0)];
}

async function walk(page, role) {
  const seen = new Map();
  const queue = [page.url(), `${demo.url}/help`];
  const queued = new Set(queue);
  const faults = [];
  while (queue.length > 0) {
    const address = queue.shift();
    const kind = kindOf(new URL(address));
    if ((seen.get(kind) ?? 0) >= ofEachKind) continue;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    const found = await visit(page, address, role, kind);
    faults.push(...found.map((fault) => `${role}: ${kind}: ${fault}`));
    for (const link of (await linksOf(page)).map((href) => href.split('#')[0])) {
      if (!link.startsWith(`${demo.url}/`) || queued.has(link)) continue;
      queued.add(link);
      queue.push(link);
    }
  }
  return { seen: [...seen.keys()], faults };
}

for (const [who, role, atLeast, mustSee] of walks) {
  test(`given a ${role}, when they follow every link, then every page opens, is accessible and names nobody outside itself`, { timeout: 900_000 }, async (t) => {
    const page = await windowOf(browser);
    await signIn(page, demo.url, who);
    const { seen, faults } = await walk(page, role);
    t.diagnostic(`${role}: ${seen.length} kinds of page: ${seen.join(' ')}`);
    assert.deepEqual(faults, []);
    assert.ok(seen.length >= atLeast, `only ${seen.length} kinds of page`);
    for (const kind of mustSee) assert.ok(seen.includes(kind), `never came to ${kind}`);
    await page.context().close();
  });
}
