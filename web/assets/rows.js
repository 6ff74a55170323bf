// The rows of a board: ticks, acts in place, and keys. Everything here is also a form or a link.
import { ticked } from './ticks.js';
import { ask } from './server.js';

const typing = 'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, [contenteditable]';
const offKey = 'throughline-board-keys';

export function startRows(board) {
  new Rows(board);
}

class Rows {
  constructor(board) {
    this.board = board;
    this.content = board.content;
    this.content.addEventListener('change', (event) => event.target.matches('.tl-work__tick') && this.count());
    this.content.addEventListener('click', (event) => this.clicked(event));
    this.content.addEventListener('keydown', (event) => this.inBox(event));
    document.addEventListener('submit', (event) => event.target.id === 'board-form' && this.submit(event));
    document.addEventListener('keydown', (event) => this.pressed(event));
    document.addEventListener('throughline:swapped', () => this.count());
    this.count();
  }

  get boxes() {
    return [...this.content.querySelectorAll('.tl-work__tick')];
  }

  // What to do with those ticked is shown while somebody is, and says how many.
  count() {
    const form = document.getElementById('board-form');
    if (!form) return;
    const ticked = this.boxes.filter((box) => box.checked).length;
    form.classList.toggle('tl-bulk--on', ticked > 0);
    form.querySelector('[data-ticked]').textContent = ticked === 1 ? '1 person ticked:' : `${ticked} people ticked:`;
    for (const button of this.content.querySelectorAll('[data-tick-all]')) {
      const own = boxesNear(button);
      const all = own.length > 0 && own.every((box) => box.checked);
      const words = all ? `Untick all ${own.length}` : `Tick all ${own.length}`;
      if (button.firstChild.textContent !== words) button.firstChild.textContent = words;
    }
  }

  clicked(event) {
    const button = event.target.closest('[data-tick-all]');
    if (button) {
      event.preventDefault();
      const own = boxesNear(button);
      const all = own.every((box) => box.checked);
      for (const box of own) if (box.checked === all) box.click();
      return;
    }
    if (event.target.closest('[data-board-keys]')) this.tellKeys();
  }

  // Enter in a box would send the form.
  inBox(event) {
    if (event.key === 'Enter' && event.target.matches('.tl-work__tick')) event.preventDefault();
  }

  // An act is sent without leaving the page: what is ticked, open and in view stays.
  async submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const form = event.target;
    const own = event.submitter?.name === 'take';
    const kept = own ? ticked(this.content).filter(([, value]) => value !== event.submitter.value) : [];
    try {
      const answer = await ask(form.action, { method: 'POST', headers: { accept: 'text/html' }, body: new URLSearchParams(new FormData(form, event.submitter)) });
      if (answer.type === 'opaqueredirect') return await this.board.refresh();
      if (![200, 409, 422].includes(answer.status) || !answer.headers.get('content-type')?.includes('html')) throw new Error(String(answer.status));
      this.board.place(await answer.text(), { own: true });
      for (const [key, value] of kept) this.board.tickAgain(key, value);
      this.count();
      this.tell(own);
    } catch {
      this.board.say('');
      this.board.lost.textContent = 'Not done: the server did not answer. Nothing was changed, and what you ticked is kept. Try again.';
    } finally {
      this.busy = false;
    }
  }

  // What came of it is told where it was done.
  tell(own) {
    const told = document.getElementById('board-told');
    const error = document.getElementById('board-error');
    if (error) return document.getElementById('bulk-reason')?.focus();
    if (!told) return;
    const left = this.content.querySelector('.tl-work__left');
    this.board.say(told.innerText.replace(/\s+/g, ' ').trim());
    if (own && left) return left.closest('[data-key]').querySelector('.tl-work__name a').focus();
    if (!own) told.focus({ preventScroll: false });
  }

  // j and k go from row to row, Space ticks, t takes, / filters, ? tells. Never while somebody types, never with
  // another key held, and not at all when they were turned off.
  pressed(event) {
    // What hovers is put away with Escape, until somebody points or moves on.
    this.board.board.classList.toggle('tl-quiet-places', event.key === 'Escape');
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(typing)) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === '?') return this.act(event, () => this.tellKeys());
    if (isOff()) return;
    const row = event.target.closest?.('.tl-work__row');
    const inRow = row && this.content.contains(row) ? row : null;
    const moves = { j: 1, k: -1, ...(inRow ? { ArrowDown: 1, ArrowUp: -1 } : {}) };
    if (event.key in moves) return this.act(event, () => this.move(inRow, moves[event.key]));
    if (event.key === '/') return this.act(event, () => this.content.querySelector('#board-filters button')?.focus());
    if (event.key === ' ' && inRow && event.target.matches('a')) return this.act(event, () => inRow.querySelector('.tl-work__tick')?.click());
    if (event.key === 't' && inRow) return this.act(event, () => this.take(inRow));
  }

  act(event, does) {
    event.preventDefault();
    does();
  }

  move(from, by) {
    const rows = [...this.content.querySelectorAll('.tl-work__row')];
    const at = from ? rows.indexOf(from) + by : by > 0 ? 0 : rows.length - 1;
    rows[at]?.querySelector('.tl-work__name a').focus();
  }

  // The row itself, or all that are ticked when it is one of them.
  take(row) {
    const several = row.querySelector('.tl-work__tick')?.checked && this.boxes.filter((box) => box.checked).length > 1;
    const button = several ? document.getElementById('bulk-take') : row.querySelector('.tl-take');
    button?.click();
  }

  // Read from its top, whatever the window: not from its first control on.
  tellKeys() {
    const dialog = this.help();
    dialog.showModal();
    dialog.focus();
  }

  help() {
    const there = document.getElementById('board-keys');
    if (there) return there;
    const dialog = document.createElement('dialog');
    dialog.className = 'tl-dialog';
    dialog.id = 'board-keys';
    dialog.setAttribute('aria-labelledby', 'board-keys-title');
    dialog.tabIndex = -1;
    const keys = { 'j or ↓': 'next person (arrows: from a person on)', 'k or ↑': 'person before', Space: 'tick or untick', t: 'take the person, or all that are ticked when they are one of them', '/': 'go to the filters', '?': 'this list' };
    dialog.innerHTML = '<h2 class="nhsuk-heading-m" id="board-keys-title">Keys on the board</h2><dl class="tl-keys"></dl><p><label class="tl-keys__off"><input type="checkbox"> Turn these keys off in this browser</label></p><form method="dialog"><button class="nhsuk-button nhsuk-button--small tl-dialog__button">Close</button></form>';
    for (const [key, words] of Object.entries(keys)) {
      const [term, meaning] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = key;
      meaning.textContent = words;
      dialog.querySelector('dl').append(term, meaning);
    }
    const off = dialog.querySelector('input');
    off.checked = isOff();
    off.addEventListener('change', () => turnOff(off.checked));
    document.body.append(dialog);
    return dialog;
  }
}

// The boxes of the column in which a button is.
const boxesNear = (button) => [...button.closest('.tl-lane').querySelectorAll('.tl-work__tick')];

// Some keep no storage: then the keys are on.
function isOff() {
  try {
    return localStorage.getItem(offKey) === 'off';
  } catch {
    return false;
  }
}

function turnOff(off) {
  try {
    localStorage.setItem(offKey, off ? 'off' : 'on');
  } catch {
    // The choice holds for nobody then.
  }
}
