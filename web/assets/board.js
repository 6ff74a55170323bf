// Keeps a board true: on a message of the server the board's fragment is fetched again and put in
// place, with focus, ticks, open parts and scroll where they were. What the board shows says how old it is.
import { startRows } from './rows.js';
import { ask, clockTime, serverNow } from './server.js';
import { ticked } from './ticks.js';

const lostWords = (since) => `Not live since ${since}: what you see may be out of date.`;
// How long a row that moved is marked.
const markedFor = 8000;
// A timer of a browser holds no longer than this.
const longestWait = 2_000_000_000;
// A server that sends "beat" events is missed after three of them.
const beatEvery = 15_000;

export function startBoards() {
  for (const board of document.querySelectorAll('[data-board][data-events]')) startRows(new Board(board));
}

class Board {
  constructor(board) {
    this.board = board;
    this.content = board.querySelector('[data-board-content]');
    this.updated = board.querySelector('[data-board-updated]');
    this.lost = board.querySelector('[data-board-lost]');
    this.said = board.querySelector('[data-board-said]');
    this.trueAt = clockTime();
    this.wait = 2000;
    this.againLater();
    this.listen();
    document.addEventListener('throughline:unlocked', () => this.restart());
    window.addEventListener('pagehide', () => this.source?.close());
    window.addEventListener('pageshow', (event) => event.persisted && this.restart());
    // An update that waited for somebody to finish typing is made when they leave the field.
    this.content.addEventListener('focusout', () => this.waiting && this.refreshSoon());
  }

  listen() {
    this.source = new EventSource(this.board.dataset.events);
    this.source.addEventListener('open', () => this.opened());
    this.source.addEventListener('message', () => this.refreshSoon());
    this.source.addEventListener('beat', () => this.beat());
    this.source.addEventListener('error', () => this.broken());
  }

  restart() {
    this.source.close();
    this.listen();
  }

  opened() {
    this.wait = 2000;
    // What was missed while the line was down is fetched.
    if (this.wasLost) this.refreshSoon();
  }

  beat() {
    clearTimeout(this.missing);
    this.missing = setTimeout(() => this.broken(true), 3 * beatEvery);
    if (this.wasLost || this.waiting) return;
    // The line is up and told of no change: what is shown is true now.
    this.trueAt = clockTime();
    this.updated.textContent = `Up to date at ${this.trueAt}`;
  }

  broken(silent = false) {
    this.tellLost();
    if (silent) this.source.close();
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.restart(), this.wait);
    this.wait = Math.min(this.wait * 2, 30_000);
  }

  tellLost() {
    this.wasLost = true;
    const words = lostWords(this.trueAt);
    if (this.lost.textContent !== words) this.lost.textContent = words;
  }

  // Many messages within a moment are one change to look at.
  refreshSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 150);
  }

  // The order changes by time alone when less than an hour is left: the server says when.
  againLater() {
    clearTimeout(this.again);
    const at = Date.parse(this.content.querySelector('[data-board-again]')?.dataset.boardAgain);
    if (!Number.isNaN(at)) this.again = setTimeout(() => this.refresh(), Math.min(Math.max(at - serverNow(), 1000), longestWait));
  }

  // What is drawn says where it is fetched again: a window keeps the filters that it shows.
  get fragment() {
    return this.content.querySelector('[data-board-fragment]')?.dataset.boardFragment ?? this.board.dataset.fragment;
  }

  async refresh() {
    try {
      const answer = await ask(this.fragment, { headers: { accept: 'text/html' } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.place(await answer.text());
    } catch {
      this.tellLost();
    }
  }

  place(html, { own = false } = {}) {
    this.waiting = !own && this.isBeingTypedIn();
    if (this.waiting) return;
    const fresh = new DOMParser().parseFromString(html, 'text/html').body;
    const kept = this.remember();
    this.content.replaceChildren(...fresh.childNodes);
    this.restore(kept, own);
    if (!own) this.tellMoved(kept.states);
    this.wasLost = false;
    this.lost.textContent = '';
    this.trueAt = clockTime();
    this.updated.textContent = `Updated ${this.trueAt}`;
    this.againLater();
    document.dispatchEvent(new CustomEvent('throughline:swapped', { detail: this.content }));
  }

  isBeingTypedIn() {
    const active = document.activeElement;
    return this.content.contains(active) && active.matches('input:not([type="hidden"], [type="checkbox"], [type="radio"]), textarea, select');
  }

  remember() {
    const active = this.content.contains(document.activeElement) ? document.activeElement : null;
    const open = [...this.content.querySelectorAll('details[id][open]')].map((part) => part.id);
    const scrolled = [...this.content.querySelectorAll('.tl-scroll')].map((box) => [box.scrollLeft, box.scrollTop]);
    const ticks = ticked(this.content);
    const chosen = [...this.content.querySelectorAll('select[id]')].map((list) => [list.id, list.value]);
    return { id: active?.id, key: active?.closest('[data-key]')?.dataset.key, had: Boolean(active), open, scrolled, ticks, chosen, states: this.states(), inView: this.inView(active), y: window.scrollY };
  }

  // What was decided of each row, by its key.
  states() {
    return new Map([...this.content.querySelectorAll('[data-key][data-state]')].map((row) => [row.dataset.key, row.dataset.state]));
  }

  // The rows that are in view and how far down, the one with focus first.
  inView(active) {
    const rows = [...this.content.querySelectorAll('[data-key][data-state]')].map((row) => ({ row, top: row.getBoundingClientRect().top }));
    const seen = rows.filter(({ row, top }) => top > -row.offsetHeight && top < window.innerHeight);
    const first = seen.filter(({ row }) => row.contains(active));
    return [...first, ...seen].map(({ row, top }) => ({ key: row.dataset.key, state: row.dataset.state, top }));
  }

  // What somebody reads stays where it is, whatever came or went above it.
  keepInView(inView, y) {
    window.scrollTo({ top: y, behavior: 'instant' });
    for (const { key, state, top } of inView) {
      const row = this.rowOf(key);
      if (row?.dataset.state !== state) continue;
      return window.scrollBy({ top: row.getBoundingClientRect().top - top, behavior: 'instant' });
    }
  }

  restore({ id, key, had, open, scrolled, ticks, chosen, inView, y }, own) {
    for (const part of open) document.getElementById(part)?.setAttribute('open', '');
    if (!own) {
      for (const [key, value] of ticks) this.tickAgain(key, value);
      for (const [list, value] of chosen) {
        const again = document.getElementById(list);
        if (again) again.value = value;
      }
    }
    this.content.querySelectorAll('.tl-scroll').forEach((box, at) => {
      [box.scrollLeft, box.scrollTop] = scrolled[at] ?? [0, 0];
    });
    if (had) this.focusOn(id, key);
    this.keepInView(inView, y);
  }

  // A tick is of the row as it was seen: when the row has changed since, the server leaves it alone and says so.
  tickAgain(key, value) {
    const box = this.rowOf(key)?.querySelector('.tl-work__tick');
    if (!box) return;
    box.checked = true;
    if (box.value === value) return;
    const now = box.value;
    box.value = value;
    const note = document.createElement('p');
    note.className = 'tl-work__left';
    note.textContent = 'Changed since you ticked it: untick and tick it again to act on it as it is now.';
    box.closest('[data-key]')?.querySelector('.tl-work__who')?.append(note);
    box.addEventListener('change', () => {
      box.value = now;
      note.remove();
    }, { once: true });
  }

  // Rows that moved to another column are told, politely and in one sentence, and marked for a moment.
  tellMoved(before) {
    const moved = [...this.content.querySelectorAll('[data-key][data-state]')].filter(({ dataset }) => before.get(dataset.key) !== dataset.state && before.has(dataset.key));
    if (moved.length === 0) return;
    for (const row of moved) {
      row.classList.add('tl-moved');
      setTimeout(() => row.classList.remove('tl-moved'), markedFor);
    }
    const words = moved.slice(0, 3).map((row) => `${row.querySelector('.tl-work__name').textContent}: now ${row.dataset.state.toLowerCase()}`);
    const more = moved.length > 3 ? [`${moved.length - 3} more`] : [];
    this.say(`${[...words, ...more].join('; ')}.`);
  }

  say(words) {
    this.said.textContent = words;
  }

  rowOf(key) {
    return [...this.content.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
  }

  // The same control, else the same row or card, else the board.
  focusOn(id, key) {
    const row = this.rowOf(key);
    const target = (id && document.getElementById(id)) || row?.querySelector('a, button');
    if (target) return target.focus({ preventScroll: true });
    this.content.tabIndex = -1;
    this.content.focus({ preventScroll: true });
  }
}
