// Talks to the server that drew this page, and to no other.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

const drawnAt = Date.parse(meta('server-time'));
const offset = Number.isNaN(drawnAt) ? 0 : drawnAt - (performance.timeOrigin + performance.now());

// Milliseconds by the server's clock: the computer's own may be wrong.
export const serverNow = () => performance.timeOrigin + performance.now() + offset;

const london = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' });

// "14:32" in London.
export const clockTime = (milliseconds = serverNow()) => london.format(milliseconds);

// The last moment at which the server heard from this window, for the lock.
export const contact = { at: Date.now() };

// Like fetch, with the token; a locked session is told to the lock, whoever asked.
export async function ask(address, options = {}) {
  const headers = new Headers(options.headers);
  headers.set('x-requested-with', 'fetch');
  if ((options.method ?? 'GET') !== 'GET') headers.set('x-csrf-token', meta('csrf-token'));
  const answer = await fetch(address, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual', ...options, headers });
  if (answer.status === 423) document.dispatchEvent(new CustomEvent('throughline:locked'));
  return answer;
}

// Which session this page is of.
export const token = () => meta('csrf-token');

// Whether the answer is one that a session gives which is not this page's: ended, or another's.
export const isOfNoSession = (answer) => answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403;

// The token of the session as it is now, if whoever opened this page signed in again in another window.
export async function signedInAgain() {
  const answer = await ask('/session').catch(() => null);
  const now = answer?.ok ? await answer.json().catch(() => null) : null;
  return now?.user === document.body.dataset.user ? now.csrf_token : null;
}

// After an unlock the server may have given the session a new token.
export function renewToken(token) {
  if (!token) return;
  document.querySelector('meta[name="csrf-token"]')?.setAttribute('content', token);
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
}
