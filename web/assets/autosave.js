// Saves a draft while it is typed. The words beside the form are true: "Saved 14:32" stands there
// only after the server said that it is kept. Nothing typed is ever taken away.
import { ask, clockTime, contact } from './server.js';

const pause = 800;
const longestWait = 30_000;

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
    document.addEventListener('throughline:unlocked', () => this.unsaved && this.later(0));
    window.addEventListener('beforeunload', (event) => {
      if (this.unsaved && !this.leaving) event.preventDefault();
    });
    window.addEventListener('pageshow', () => (this.leaving = false));
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
    if (!this.stopped) this.later(pause);
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
      answer = await ask(this.form.dataset.autosave, { method: 'POST', body });
    } catch {
      return this.lost('Not saved: connection lost. What you type is kept in this window.');
    }
    if (answer.ok) return this.saved(await answer.json().catch(() => ({})));
    if (answer.status === 409) return this.conflict(await answer.json().catch(() => ({})));
    if (answer.status === 423) return this.held('Not saved: Throughline is locked. What you typed is kept in this window.');
    if (answer.status === 507) return this.lost("Not saved: the server's disk is full. What you type is kept in this window and is saved when there is room.");
    if (answer.status === 401 || answer.type === 'opaqueredirect') return this.signedOut();
    return this.lost('Not saved: the server could not save it. What you type is kept in this window.');
  }

  saved({ version, saved_at: at }) {
    contact.at = Date.now();
    this.wait = pause;
    const base = this.form.elements.namedItem('base_version');
    if (base && version !== undefined) base.value = version;
    this.say('saved', `Saved ${clockTime(at ? Date.parse(at) : undefined)}`);
  }

  // Tries again, with longer waits.
  lost(words) {
    this.unsaved = true;
    this.wait = Math.min(Math.max(this.wait * 2, 2000), longestWait);
    this.say('lost', words);
  }

  // Somebody else saved since: the person decides, with both texts before them.
  conflict({ conflict_url: address, by }) {
    this.unsaved = true;
    this.again = false;
    this.stopped = true;
    const who = by ? `${by} has` : 'Somebody has';
    this.say('conflict', `Not saved: ${who} changed this since you opened it. What you typed is kept in this window. `);
    if (!address) return;
    this.status.append(link(address, 'Compare the two versions'));
  }

  held(words) {
    this.unsaved = true;
    this.again = false;
    this.say('lost', words);
  }

  signedOut() {
    this.held('Not saved: your session has ended. What you typed is kept in this window. ');
    this.status.append(link('/sign-in', 'Sign in in a new window'), ', then type on here.');
  }

  // A save on its way would change the version that the form is about to send.
  submitted(event) {
    clearTimeout(this.timer);
    if (!this.saving) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    this.leaving = true;
    this.saving.then(() => this.form.requestSubmit(submitter));
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
