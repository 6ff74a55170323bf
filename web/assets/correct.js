// Correcting the rows of a list where they stand: the form of a row is fetched and opened below it, Enter saves
// and opens the next row that needs attention, Escape leaves. Without this each form has a page of its own.
import { ask } from './server.js';

let open = null;

export function startCorrecting() {
  if (!document.querySelector('[data-correct]')) return;
  document.addEventListener('click', clicked);
  document.addEventListener('submit', submitted);
  document.addEventListener('keydown', pressed);
}

function clicked(event) {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest('[data-correct]');
  if (link) {
    event.preventDefault();
    fetchForm(link);
  } else if (open && event.target.closest('[data-correct-leave]')) {
    event.preventDefault();
    leave();
  }
}

function pressed(event) {
  if (event.key !== 'Escape' || !open?.place.contains(event.target)) return;
  event.preventDefault();
  leave();
}

async function fetchForm(link) {
  leave({ focus: false });
  const html = await ask(link.href, { headers: { accept: 'text/html' } }).then((answer) => (answer.ok ? answer.text() : null), () => null);
  // What cannot be opened here is opened on its own page, which says why.
  if (html === null) return location.assign(link.href);
  open = { link, place: placeFor(link) };
  show(html);
}

// Below the row: a row of its own in a table.
function placeFor(link) {
  const row = link.closest('[id^="row-"]');
  const place = document.createElement(row.matches('tr') ? 'tr' : 'div');
  row.after(place);
  if (!row.matches('tr')) {
    place.className = 'tl-correct';
    return place;
  }
  place.setAttribute('role', 'row');
  const cell = document.createElement('td');
  cell.setAttribute('role', 'cell');
  cell.colSpan = row.children.length;
  cell.className = 'nhsuk-table__cell tl-correct';
  place.append(cell);
  return cell;
}

function show(html) {
  const form = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-correcting]');
  open.place.replaceChildren(form);
  const row = open.link.closest('[id^="row-"]');
  open.place.parentElement.closest('tr')?.setAttribute('aria-label', `Correct ${open.link.textContent.replace('Correct', '').trim()}`);
  row.classList.add('tl-correct-row');
  for (const keys of form.querySelectorAll('[data-keys]')) keys.hidden = false;
  const wrong = form.querySelector('.nhsuk-input--error, .nhsuk-textarea--error, .nhsuk-select--error');
  const first = wrong ?? form.querySelector('[data-first] :is(input, select, textarea):not([type="hidden"])') ?? form.querySelector(':is(input, select, textarea):not([type="hidden"])');
  first?.focus();
  if (first?.matches('input')) first.select();
}

function leave({ focus = true } = {}) {
  if (!open) return;
  const { link, place } = open;
  open = null;
  link.closest('[id^="row-"]')?.classList.remove('tl-correct-row');
  (place.matches('td') ? place.parentElement : place).remove();
  if (focus) link.focus();
}

async function submitted(event) {
  const form = event.target;
  if (!open?.place.contains(form) || !form.matches('[data-correct-form]')) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = 'yes';
  const body = new URLSearchParams(new FormData(form));
  body.set('in_place', 'yes');
  try {
    const answer = await ask(form.action, { method: 'POST', body, redirect: 'follow', headers: { accept: 'text/html' } });
    const html = await answer.text();
    if (answer.status === 422 || answer.status === 409) return show(html);
    if (!answer.ok || !answer.redirected) throw new Error(String(answer.status));
    goOn(html, new URL(answer.url));
  } catch {
    delete form.dataset.sent;
    const status = open?.place.querySelector('[data-correct-status]');
    if (status) status.textContent = 'Not saved: the server did not answer. What you typed is still here. Try again.';
  }
}

// The review as it is now, and the next row in it.
function goOn(html, address) {
  const fresh = new DOMParser().parseFromString(html, 'text/html');
  if (!fresh.querySelector('#happens')) return location.assign(address);
  open = null;
  document.querySelector('main').replaceChildren(...fresh.querySelector('main').childNodes);
  const next = address.searchParams.get('next');
  const link = next && document.querySelector(`[data-correct="${CSS.escape(next)}"]`);
  if (link) {
    link.closest('details')?.setAttribute('open', '');
    return fetchForm(link);
  }
  const heading = document.querySelector('#happens');
  heading.tabIndex = -1;
  heading.focus();
}
