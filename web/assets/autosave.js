// Saves a draft while it is typed. The words beside the form are true: "Saved 14:32" stands there
// only after the server said that it is kept. Nothing typed is ever taken away.
import { forget, keep, kept } from './kept.js';
import { ask, clockTime, contact, isOfNoSession } from './server.js';

const pause = 800;
const longestWait = 30_000;
// A line that swallows what is sent looks like one that is slow. A repeated save is known by its key.
const patience = 15_000;

export function startAutosave() {
  for (const form of document.querySelectorAll('form[data-autosave]')) new Draft(form);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector('[data-autosave-status]') ?? this.addStatus();
    this.unsaved = false;
    this.saving = null;
    this.wait = pause;
    this.stopped = false;
    form.addEventListener('input', () => this.typed());
    form.addEventListener('change', () => this.typed());
    form.addEventListener('submit', (event) => this.submitted(event));
    window.addEventListener('online', () => this.unsaved && this.later(0));
    document.addEventListener('throughline:unlocked', () => this.unlocked());
    window.addEventListener('beforeunload', (event) => {
      if ((this.unsaved || this.saving) && !this.leaving) event.preventDefault();
    });
    window.addEventListener('pageshow', () => (this.leaving = false));
    this.bringBack();
  }

  addStatus() {
    const status = document.createElement('p');
    status.className = 'tl-autosave';
    status.setAttribute('role', 'status');
    this.form.append(status);
    return status;
  }

  typed() {
    this.unsaved = true;
    if (this.trouble) this.keep();
    if (!this.stopped) this.later(pause);
  }

  // While the server does not take it, what was typed outlives a reload of the tab.
  keep() {
    keep(this.form.dataset.autosave, this.pairs());
  }

  pairs() {
    return [...new FormData(this.form)].filter(([name]) => name !== 'csrf_token');
  }

  // What was typed before the tab was loaded again, with the version it was made from: somebody else's
  // text of meanwhile is a conflict, and is never overwritten.
  async bringBack() {
    const address = this.form.dataset.autosave;
    const pairs = await kept(address);
    if (!pairs) return;
    const of = (name, all) => all.find(([known]) => known === name)?.[1];
    const typed = (all) => JSON.stringify(all.filter(([name]) => name !== '_key' && name !== 'base_version'));
    const isAnother = of('of_person', pairs) !== of('of_person', this.pairs());
    if (isAnother || typed(pairs) === typed(this.pairs())) return forget(address);
    for (const control of this.form.elements) {
      if (!control.name || control.name === 'csrf_token') continue;
      const values = pairs.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === 'checkbox' || control.type === 'radio') control.checked = values.includes(control.value);
      else if (control.type !== 'submit' && values.length > 0) [control.value] = values;
    }
    this.form.dispatchEvent(new Event('change', { bubbles: true }));
    this.unsaved = true;
    this.say('lost', 'What you typed before this page was loaded again is back. It is being saved.');
    this.later(0);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  save() {
    clearTimeout(this.timer);
    // One save at a time: each starts from the version that the one before it made.
    this.saving ??= this.send().finally(() => {
      this.saving = null;
      if (this.unsaved && this.again && !this.leaving) this.later(this.wait);
    });
    return this.saving;
  }

  async send() {
    this.unsaved = false;
    this.again = true;
    this.say('saving', 'Saving');
    const body = new URLSearchParams(new FormData(this.form));
    let answer;
    try {
      answer = await ask(this.form.dataset.autosave, { method: 'POST', body, signal: AbortSignal.timeout(patience) });
    } catch {
      return this.lost('Not saved: connection lost. What you type is kept in this window.');
    }
    if (answer.ok) return this.answered(await answer.json().catch(() => null));
    if (answer.status === 409) return this.conflict(await answer.json().catch(() => ({})));
    if (answer.status === 423) return this.held('Not saved: Throughline is locked. What you typed is kept in this window.');
    if (answer.status === 422) return this.ofAnother();
    if (answer.status === 507) return this.lost("Not saved: the server's disk is full. What you type is kept in this window and is saved when there is room.");
    if (isOfNoSession(answer)) return this.signedOut();
    return this.lost('Not saved: the server could not save it. What you type is kept in this window.');
  }

  // Something between here and the server may answer in its place, and has saved nothing.
  answered(answer) {
    if (Number.isInteger(answer?.version)) return this.saved(answer);
    return this.lost('Not saved: something else answered in place of Throughline. What you type is kept in this window.');
  }

  saved({ version, saved_at: at, raises = [] }) {
    contact.at = Date.now();
    this.wait = pause;
    this.trouble = false;
    if (!this.unsaved) forget(this.form.dataset.autosave);
    const base = this.form.elements.namedItem('base_version');
    if (base) base.value = version;
    this.status.toggleAttribute('data-raises', raises.length > 0);
    const told = raises.length > 0 ? `. Raises an alert when it is signed, and nobody is told before: ${raises.join(', ')}` : '';
    this.say('saved', `Saved ${clockTime(at ? Date.parse(at) : undefined)}${told}`);
  }

  // Tries again, with longer waits.
  lost(words) {
    this.inTrouble();
    this.wait = Math.min(Math.max(this.wait * 2, 2000), longestWait);
    this.say('lost', words);
  }

  inTrouble() {
    this.unsaved = true;
    this.trouble = true;
    this.keep();
  }

  // Somebody else saved or signed since: the person decides, with both texts before them. The server has
  // kept what was sent; what is typed from now on is kept here.
  conflict({ conflict_url: address, by, signed }) {
    this.unsaved = true;
    this.trouble = true;
    forget(this.form.dataset.autosave);
    this.again = false;
    this.stopped = true;
    const who = by ? `${by} has` : 'Somebody has';
    const what = signed ? 'ended this draft' : 'changed this';
    this.say('conflict', `Not saved: ${who} ${what} since you opened it. What you typed is kept in this window. `);
    if (!address) return;
    this.status.append(link(address, 'Compare the two versions'));
  }

  // Nothing is taken until the session is open again: the form is not sent either.
  held(words) {
    this.inTrouble();
    this.isHeld = !this.stopped;
    this.again = false;
    this.say('lost', words);
  }

  unlocked() {
    if (this.stopped) return;
    this.isHeld = false;
    if (this.unsaved) this.later(0);
  }

  // The record is not of the person this page was made for.
  ofAnother() {
    this.stopped = true;
    this.held('Not saved: this page is not of the person whose record this is. Copy what you typed, and open the record again from the list.');
  }

  // The lock says how to go on.
  signedOut() {
    this.held('Not saved: your session has ended. What you typed is kept in this window.');
    document.dispatchEvent(new CustomEvent('throughline:ended'));
  }

  // A save on its way would change the version that the form is about to send.
  submitted(event) {
    clearTimeout(this.timer);
    if (!this.saving && !this.isHeld) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    if (this.isHeld) return this.status.scrollIntoView({ block: 'center' });
    const { submitter } = event;
    this.leaving = true;
    this.saving.then(() => {
      this.leaving = false;
      this.form.requestSubmit(submitter);
    });
  }

  say(state, words) {
    this.status.dataset.state = state;
    if (this.status.textContent !== words) this.status.textContent = words;
  }
}

function link(address, words) {
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener';
  anchor.textContent = words;
  return anchor;
}
