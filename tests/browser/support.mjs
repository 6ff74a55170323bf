// What the browser tests stand on: a demo server of their own, Debian's Chromium, axe on every page.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { focusFaults, resize, zoomed } from './focus.mjs';
import { go, write } from './keyboard.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const program = process.env.THROUGHLINE_PROGRAM ?? `${root}target/debug/throughline`;
const browserProgram = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const widths = [320, 768, 1366];
export const password = 'demonstration';

// Starts a demo with invented data and waits until it answers. `data` is a folder to keep it in.
export async function startDemo({ seed = 7, empty = false, data = '', inbox = '' } = {}) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const env = { ...process.env, ...(empty ? {} : byDay()) };
  const child = spawn(program, ['demo', '--listen', address, '--seed', String(seed), ...(empty ? ['--empty'] : []), ...(data ? ['--data', data] : []), ...(inbox ? ['--inbox', inbox] : [])], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += text; });
  const url = `http://${address}`;
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${said}`);
    const answers = await fetch(`${url}/sign-in`).then((answer) => answer.ok, () => false);
    if (answers) return { url, child, said: () => said, stop: () => stop(child) };
    await new Promise((done) => setTimeout(done, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the demo did not answer within a minute: ${said}`);
}

// Where Debian's package faketime has its library.
export const faketime = `/usr/lib/${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch]}-linux-gnu/faketime/libfaketime.so.1`;

// A demonstration that is filled at night shows a day that has hardly begun: before nine it lives at 10:40 of the same
// day where Debian's faketime is there, as script/test installs it.
function byDay() {
  const [day, hour] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'short' }).format(new Date()).split(' ');
  const isNight = !process.env.FAKETIME && Number(hour.slice(0, 2)) < 9;
  return isNight && existsSync(faketime) ? { LD_PRELOAD: faketime, FAKETIME: `@${day} 10:40:00` } : {};
}

// Runs a command of the program over the data folder of a demo, and gives what it says.
export function command(data, ...words) {
  // What the tests set for themselves is no setting of the program.
  const env = { PATH: process.env.PATH, THROUGHLINE_DATABASE: `${data}/throughline-demo.db` };
  return new Promise((done, failed) => {
    execFile(program, words, { cwd: root, env }, (error, out, said) => (error ? failed(new Error(`${error.message}: ${said}`)) : done(out)));
  });
}

function stop(child) {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('exit', done);
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  });
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export function startBrowser() {
  return chromium.launch({
    executablePath: browserProgram,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// What the tests of one file stand on: a demo, a browser, and a folder of their own. `options` are those of the demo,
// or give them for the folder.
export async function arrive(options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const asked = typeof options === 'function' ? options(folder) : options;
  const [demo, browser] = await Promise.all([startDemo(asked), startBrowser()]);
  return { demo, browser, folder };
}

// Leaves nothing of it behind.
export async function leave({ demo, browser, folder }) {
  await browser?.close();
  await demo?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}

// A window of one user. Each has cookies of its own.
export async function windowOf(browser, { width = 1366, height = 768, javaScript = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: javaScript, locale: 'en-GB', timezoneId: 'Europe/London' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) page.problems.push(message.text());
  });
  page.on('pageerror', (error) => page.problems.push(String(error)));
  return page;
}

// Signs in as a demo user, by name, as a person would: by keyboard.
export async function signIn(page, url, name) {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@demo.invalid`;
  await page.goto(`${url}/sign-in`);
  await write(page, page.getByLabel('Email address'), email);
  await write(page, page.getByLabel('Password', { exact: true }), password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sign-in/code');
  // In the demonstration the page fills the code in.
  await go(page, page.getByLabel('6-digit code'));
  await page.keyboard.press('Enter');
  await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'));
}

// What the page says, in one line.
export const says = async (page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ');

// How long a page may take to say something: a script may draw it.
const patience = 5000;

// Every one of these, texts or patterns, is on the page.
export async function sees(page, ...words) {
  const has = (text, one) => (one instanceof RegExp ? one.test(text) : text.includes(one));
  const until = Date.now() + patience;
  let text = await says(page);
  while (!words.every((one) => has(text, one)) && Date.now() < until) {
    await new Promise((done) => setTimeout(done, 100));
    text = await says(page);
  }
  for (const one of words) assert.ok(has(text, one), `“${one}” is not on ${page.url()}, which says: ${text}`);
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// What axe finds wrong with the page as it is. All rules are run; of what they pass nothing is written down, which
// takes as long as finding it.
const violations = (page) => page.evaluate((tags) => window.axe.run({ runOnly: tags, resultTypes: ['violations'] }).then((found) => found.violations), rules);

// Fails with words when axe finds anything on the page at any of our widths, when it or a table of it scrolls
// sideways, or when at 400 % anything that stays in view hides what has the focus.
export async function checkPage(page, name, atWidths = widths, atZooms = zoomed.slice(0, 1)) {
  const before = page.viewportSize();
  const found = [];
  await page.evaluate(axe.source);
  for (const width of atWidths) {
    await resize(page, { width, height: 768 });
    for (const { id, help, nodes } of await violations(page)) found.push(`${name} at ${width}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 1) found.push(`${name} at ${width}: scrolls ${sideways}px sideways`);
    const cut = await page.locator('.tl-scroll:visible').evaluateAll((all) => all.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute('aria-label')));
    for (const table of cut) found.push(`${name} at ${width}: the table “${table}” is cut off at the right`);
  }
  await page.setViewportSize(before);
  found.push(...(await focusFaults(page, atZooms)).map((fault) => `${name} ${fault}`));
  if (page.problems.length > 0) found.push(`${name}: the console says ${page.problems.splice(0).join(' | ')}`);
  if (found.length > 0) throw new Error(found.join('\n'));
}

// How far down a narrow picture goes.
const longest = 1500;

// How much is seen above what a picture starts from.
const above = 300;

// Keeps a screenshot when THROUGHLINE_SCREENSHOTS names a folder: wide and narrow, from the top or from a part
// of the page on.
export async function photograph(page, name, from = null) {
  const folder = process.env.THROUGHLINE_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  // What stays in view is drawn where the window is.
  await page.evaluate(() => window.scrollTo(0, 0));
  for (const width of [1366, 320]) {
    await page.setViewportSize({ width, height: 768 });
    const y = from ? Math.max(0, (await from.boundingBox()).y - above) : 0;
    const length = width === 320 ? Math.min(longest, (await page.evaluate(() => document.documentElement.scrollHeight)) - y) : 768;
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true, clip: { x: 0, y, width, height: length } });
  }
  await page.setViewportSize(before);
}

// Scenes build on one another: after one that failed the rest would only say so again.
export function scenes(timeout) {
  let broken = false;
  return (words, act) =>
    test(words, { timeout }, async (t) => {
      if (broken) return t.skip('an earlier scene failed');
      broken = true;
      await act();
      broken = false;
    });
}
