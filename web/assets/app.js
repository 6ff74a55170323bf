// Starts the NHS components and ours. Every page works without this.
import { initAll } from './nhsuk-frontend.min.js';
import { startAutosave } from './autosave.js';
import { startBanner } from './banner.js';
import { startBoards } from './board.js';
import { startClocks } from './clocks.js';
import { startCorrecting } from './correct.js';
import { startDrop } from './drop.js';
import { startLock } from './lock.js';
import { startQuestions } from './questions.js';
import { startSending } from './send.js';

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
initAll();
startBanner();
startQuestions();
startClocks();
startAutosave();
startBoards();
startDrop();
startCorrecting();
startLock();
startSending();
guardDoubleSubmit();
leaveRadiosAlone();

// A second press of a button while the first is on its way would do the thing twice.
function guardDoubleSubmit() {
  const sent = new Set();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    // An answer that is a download leaves the page as it is: it may be asked for again.
    setTimeout(() => sent.delete(form), 8000);
  });
  // A page taken back from the browser's history is a fresh one.
  window.addEventListener('pageshow', () => sent.clear());
}

// The NHS script marks a radio button as expanded, which ARIA does not know of one: what it opens
// comes next in the page and is found there.
function leaveRadiosAlone() {
  const strip = () => {
    for (const radio of document.querySelectorAll('input[type="radio"][aria-expanded]')) radio.removeAttribute('aria-expanded');
  };
  strip();
  document.addEventListener('click', strip);
  window.addEventListener('pageshow', strip);
}
