// Locks the window after a time without use, and keeps the page and what was typed beneath.
// The server has the last word: it locks the session itself, and any answer 423 locks here too.
import { ask, contact, renewToken } from './server.js';

const warnBefore = 120_000;
const pingEvery = 60_000;

export function startLock() {
  const after = Number(document.body.dataset.lockAfter) * 1000;
  const dialog = document.getElementById('lock');
  const warning = document.getElementById('lock-warning');
  if (after > 0 && dialog?.showModal && warning) new Lock(after, dialog, warning);
}

class Lock {
  constructor(after, dialog, warning) {
    Object.assign(this, { after, dialog, warning, used: Date.now(), locked: false });
    // Windows of one session are used, locked and unlocked together.
    this.others = 'BroadcastChannel' in window ? new BroadcastChannel('throughline-lock') : null;
    this.others?.addEventListener('message', ({ data }) => this.heard(data));
    for (const kind of ['keydown', 'pointerdown', 'input']) document.addEventListener(kind, () => this.use(), { passive: true, capture: true });
    document.addEventListener('throughline:locked', () => this.lock());
    document.addEventListener('visibilitychange', () => this.look());
    document.addEventListener('submit', (event) => this.lockNow(event));
    warning.querySelector('[data-stay]').addEventListener('click', () => this.stay());
    warning.addEventListener('cancel', () => this.stay());
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    dialog.addEventListener('close', () => this.locked && dialog.showModal());
    dialog.querySelector('[data-unlock]').addEventListener('submit', (event) => this.unlock(event));
    setInterval(() => this.look(), 1000);
  }

  use() {
    // While the warning stands only its button counts: a person must have seen it.
    if (this.locked || this.warning.open) return;
    this.used = Date.now();
    if (this.used - contact.at > pingEvery) this.ping();
  }

  async ping() {
    contact.at = Date.now();
    this.others?.postMessage('used');
    await ask('/session/ping', { method: 'POST' }).catch(() => {});
  }

  look() {
    if (this.locked) return;
    const left = this.used + this.after - Date.now();
    if (left <= 0) return this.lock(true);
    if (left <= warnBefore) return this.warn(left);
    if (this.warning.open) this.warning.close();
  }

  warn(left) {
    if (!this.warning.open) this.warning.showModal();
    const words = this.warning.querySelector('[data-lock-remaining]');
    // Told by the half minute: a count by the second would be read aloud by the second.
    const seconds = Math.ceil(left / 30_000) * 30;
    const text = `It locks in ${seconds >= 60 ? `${Math.floor(seconds / 60)} minute${seconds >= 120 ? 's' : ''}${seconds % 60 ? ' 30 seconds' : ''}` : `${seconds} seconds`}, to keep what is shown private. Nothing you typed will be lost.`;
    if (words.textContent !== text) words.textContent = text;
  }

  stay() {
    this.warning.close();
    this.used = Date.now();
    this.ping();
  }

  lockNow(event) {
    if (!event.target.matches('[data-lock-form]')) return;
    event.preventDefault();
    this.lock(true);
  }

  lock(tellServer = false) {
    if (this.locked) return;
    this.locked = true;
    if (tellServer) {
      ask('/lock', { method: 'POST' }).catch(() => {});
      this.others?.postMessage('locked');
    }
    if (this.warning.open) this.warning.close();
    this.back = document.activeElement;
    document.body.classList.add('tl-locked');
    this.wrong('');
    this.dialog.showModal();
  }

  async unlock(event) {
    event.preventDefault();
    const field = this.dialog.querySelector('[name="password"]');
    const body = new URLSearchParams({ password: field.value });
    let answer;
    try {
      answer = await ask('/unlock', { method: 'POST', body });
    } catch {
      return this.wrong('The server cannot be reached. What you typed is kept: try again in a moment.');
    }
    field.value = '';
    if (answer.ok) return this.opened(await answer.json().catch(() => ({})), true);
    if (answer.status === 429) return this.wrong('Too many tries. What you typed is kept: wait a quarter of an hour and try again, or ask an administrator.');
    if (answer.status === 401 || answer.type === 'opaqueredirect') return this.wrong('Your session has ended. Sign in again.');
    this.wrong('That password is not right. Try again.');
    field.focus();
  }

  opened({ csrf_token: token } = {}, tellOthers = false) {
    renewToken(token);
    this.locked = false;
    this.used = contact.at = Date.now();
    document.body.classList.remove('tl-locked');
    this.dialog.close();
    // Back to the field where the person was.
    this.back?.focus();
    if (tellOthers) this.others?.postMessage({ unlocked: token ?? null });
    document.dispatchEvent(new CustomEvent('throughline:unlocked'));
  }

  heard(message) {
    if (message === 'locked') return this.lock();
    if (message === 'used' && !this.locked) this.used = contact.at = Date.now();
    if (message?.unlocked !== undefined && this.locked) this.opened({ csrf_token: message.unlocked });
  }

  wrong(words) {
    this.dialog.querySelector('[data-unlock-error]').textContent = words;
    this.dialog.querySelector('[data-unlock-group]').classList.toggle('nhsuk-form-group--error', words !== '');
  }
}
