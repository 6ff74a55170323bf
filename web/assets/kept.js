// Unsaved text of a draft, kept in the tab over a reload until the server has it. A PC in custody is shared: the text
// is encrypted with a key that only pages of this session carry, so that after a sign-out, a lock that was lifted
// elsewhere or a new session nobody can read it. What cannot be read any more is removed. See docs/decisions.
const prefix = 'throughline draft ';

async function keyOf(address) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (!token || !globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${token} ${address}`));
  return crypto.subtle.importKey('raw', digest, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Keeps the fields of a form; says whether it could.
export async function keep(address, pairs) {
  const key = await keyOf(address);
  if (!key) return false;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(pairs));
  const kept = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text));
  try {
    sessionStorage.setItem(prefix + address, `${base64(iv)}.${base64(kept)}`);
    return true;
  } catch {
    return false;
  }
}

// What was kept, or nothing when there is none or it is of another session.
export async function kept(address) {
  const text = read(address);
  const key = text && (await keyOf(address));
  if (!key) return null;
  try {
    const [iv, secret] = text.split('.').map(bytesOf);
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, secret)));
  } catch {
    forget(address);
    return null;
  }
}

// Some windows may keep nothing: then there is nothing.
function read(address) {
  try {
    return sessionStorage.getItem(prefix + address);
  } catch {
    return null;
  }
}

export function forget(address) {
  if (read(address) !== null) sessionStorage.removeItem(prefix + address);
}
