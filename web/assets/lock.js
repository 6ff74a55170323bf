// Locks the window after a time without use, and keeps the page and what was typed beneath.
// The server has the last word: it locks the session itself, and any answer 423 locks here too.
import { ask, contact, isOfNoSession, renewToken, signedInAgain, token } from './server.js';

const warnBefore = 120_000;
const pingEvery = 60_000;
// How fresh the last word of the server must be for a form to be sent without asking it first.
const freshFor = 20_000;

export function startLock() {
  const after = Number(document.body.dataset.lockAfter) * 1000;
  const dialog = document.getElementById('lock');
  const warning = document.getElementById('lock-warning');
  if (after > 0 && dialog?.showModal && warning) new Lock(after, dialog, warning);
}

class Lock {
  constructor(after, dialog, warning) {
    Object.assign(this, { after, dialog, warning, used: Date.now(), locked: false, ended: false });
    this.join();
    for (const kind of ['keydown', 'pointerdown', 'input']) document.addEventListener(kind, () => this.use(), { passive: true, capture: true });
    document.addEventListener('throughline:locked', () => this.lock());
    document.addEventListener('throughline:ended', () => this.reconsider());
    document.addEventListener('visibilitychange', () => this.look());
    window.addEventListener('focus', () => this.ended && this.reconsider());
    document.addEventListener('submit', (event) => this.lockNow(event));
    document.addEventListener('submit', (event) => this.askFirst(event), { capture: true });
    warning.querySelector('[data-stay]').addEventListener('click', () => this.stay());
    warning.addEventListener('cancel', () => this.stay());
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    dialog.addEventListener('close', () => this.locked && dialog.showModal());
    dialog.querySelector('[data-unlock]').addEventListener('submit', (event) => this.unlock(event));
    setInterval(() => this.look(), 1000);
  }

  // Windows of one session are used, locked and unlocked together; those of another user's never.
  join() {
    this.others?.close();
    this.others = 'BroadcastChannel' in window ? new BroadcastChannel(`throughline-lock ${token()}`) : null;
    this.others?.addEventListener('message', ({ data }) => this.heard(data));
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
    const answer = await ask('/session/ping', { method: 'POST' }).catch(() => null);
    if (answer && isOfNoSession(answer)) await this.reconsider();
    return answer;
  }

  // A form that is sent where no session is, or where nobody answers, would take what was typed with it.
  async askFirst(event) {
    const { target: form, submitter } = event;
    const goesElsewhere = form.method !== 'post' || form.matches('[data-lock-form], [data-unlock]');
    if (this.asked || goesElsewhere || Date.now() - contact.at < freshFor) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const answer = await this.ping();
    if (!answer) return this.notSent(form);
    if (this.locked) return;
    this.asked = true;
    form.requestSubmit(submitter);
    this.asked = false;
  }

  notSent(form) {
    contact.at = 0;
    const words = form.querySelector(':scope > [data-not-sent]') ?? document.createElement('p');
    words.className = 'nhsuk-error-message';
    words.setAttribute('role', 'alert');
    words.dataset.notSent = '';
    words.textContent = 'Not sent: the server cannot be reached. What you typed is kept here: try again in a moment.';
    form.append(words);
  }

  // The session of this page is no more. Whoever opened it goes on when they have signed in again in another window;
  // to everybody else it stays closed.
  async reconsider() {
    const again = await signedInAgain();
    if (!again) return this.over();
    if (!this.locked) this.back = document.activeElement;
    this.end(false);
    this.opened({ csrf_token: again });
  }

  over() {
    this.lock();
    this.end(true);
  }

  end(ended) {
    this.ended = ended;
    for (const part of this.dialog.querySelectorAll('[data-while-locked]')) part.hidden = ended;
    for (const part of this.dialog.querySelectorAll('[data-when-ended]')) part.hidden = !ended;
    if (ended) this.dialog.querySelector('[data-when-ended] a').focus();
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
    // The windows that stay open after somebody signed out show nobody anything.
    if (event.target.action === `${location.origin}/sign-out`) this.others?.postMessage('ended');
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
    if (isOfNoSession(answer)) return this.over();
    this.wrong('That password is not right. Try again.');
    field.focus();
  }

  opened({ csrf_token: renewed } = {}, tellOthers = false) {
    renewToken(renewed);
    this.locked = false;
    this.used = contact.at = Date.now();
    document.body.classList.remove('tl-locked');
    this.dialog.close();
    // Back to the field where the person was.
    this.back?.focus();
    if (tellOthers) this.others?.postMessage({ unlocked: renewed ?? null });
    this.join();
    document.dispatchEvent(new CustomEvent('throughline:unlocked'));
  }

  heard(message) {
    if (message === 'ended') return this.over();
    if (message === 'locked') return this.lock();
    if (message === 'used' && !this.locked) this.used = contact.at = Date.now();
    if (message?.unlocked !== undefined && this.locked && !this.ended) this.opened({ csrf_token: message.unlocked });
  }

  wrong(words) {
    this.dialog.querySelector('[data-unlock-error]').textContent = words;
    this.dialog.querySelector('[data-unlock-group]').classList.toggle('nhsuk-form-group--error', words !== '');
  }
}
