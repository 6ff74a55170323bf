// Keeps a board true: on a message of the server the board's fragment is fetched again and put in
// place, with focus, open parts and scroll where they were. What the board shows says how old it is.
import { ask, clockTime } from './server.js';

const lostWords = 'Connection lost: what you see may be out of date.';
// A server that sends "beat" events is missed after three of them.
const beatEvery = 15_000;

export function startBoards() {
  for (const board of document.querySelectorAll('[data-board][data-events]')) new Board(board);
}

class Board {
  constructor(board) {
    this.board = board;
    this.content = board.querySelector('[data-board-content]');
    this.updated = board.querySelector('[data-board-updated]');
    this.lost = board.querySelector('[data-board-lost]');
    this.wait = 2000;
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
    // The line is up and told of no change: what is shown is true now.
    if (!this.wasLost && !this.waiting) this.updated.textContent = `Up to date at ${clockTime()}`;
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
    if (this.lost.textContent !== lostWords) this.lost.textContent = lostWords;
  }

  // Many messages within a moment are one change to look at.
  refreshSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 150);
  }

  async refresh() {
    try {
      const answer = await ask(this.board.dataset.fragment, { headers: { accept: 'text/html' } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.place(await answer.text());
    } catch {
      this.tellLost();
    }
  }

  place(html) {
    this.waiting = this.isBeingTypedIn();
    if (this.waiting) return;
    const fresh = new DOMParser().parseFromString(html, 'text/html').body;
    const kept = this.remember();
    this.content.replaceChildren(...fresh.childNodes);
    this.restore(kept);
    this.wasLost = false;
    this.lost.textContent = '';
    this.updated.textContent = `Updated ${clockTime()}`;
    document.dispatchEvent(new CustomEvent('throughline:swapped', { detail: this.content }));
  }

  isBeingTypedIn() {
    const active = document.activeElement;
    return this.content.contains(active) && active.matches('input:not([type="hidden"]), textarea, select');
  }

  remember() {
    const active = this.content.contains(document.activeElement) ? document.activeElement : null;
    const open = [...this.content.querySelectorAll('details[id][open]')].map((part) => part.id);
    const scrolled = [...this.content.querySelectorAll('.tl-scroll')].map((box) => [box.scrollLeft, box.scrollTop]);
    return { id: active?.id, key: active?.closest('[data-key]')?.dataset.key, had: Boolean(active), open, scrolled, y: window.scrollY };
  }

  restore({ id, key, had, open, scrolled, y }) {
    for (const part of open) document.getElementById(part)?.setAttribute('open', '');
    this.content.querySelectorAll('.tl-scroll').forEach((box, at) => {
      [box.scrollLeft, box.scrollTop] = scrolled[at] ?? [0, 0];
    });
    if (had) this.focusOn(id, key);
    window.scrollTo({ top: y, behavior: 'instant' });
  }

  // The same control, else the same row or card, else the board.
  focusOn(id, key) {
    const row = [...this.content.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
    const target = (id && document.getElementById(id)) || row?.querySelector('a, button');
    if (target) return target.focus({ preventScroll: true });
    this.content.tabIndex = -1;
    this.content.focus({ preventScroll: true });
  }
}
