// Keeps the words of running clocks true: "2 hours 5 minutes left", "12 minutes overdue".
import { serverNow } from './server.js';

const every = 30_000;

export function startClocks() {
  tellAll();
  setInterval(tellAll, every);
  document.addEventListener('visibilitychange', tellAll);
  document.addEventListener('throughline:swapped', tellAll);
}

function tellAll() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll('time[data-due]')) tell(time);
}

function tell(time) {
  const due = Date.parse(time.dataset.due);
  if (Number.isNaN(due)) return;
  const minutes = Math.floor((due - serverNow()) / 60_000);
  const words = minutes >= 0 ? `${inWords(minutes)} left` : `${inWords(-minutes)} overdue`;
  if (time.textContent !== words) time.textContent = words;
  const clock = time.closest('.tl-clock');
  if (!clock) return;
  const soon = Number(clock.dataset.soonMinutes ?? 60);
  const state = minutes < 0 ? 'overdue' : minutes <= soon ? 'soon' : 'running';
  if (clock.dataset.clockState !== state) clock.dataset.clockState = state;
  const word = clock.querySelector('[data-clock-word]');
  // The words of an overdue clock say so themselves.
  if (word) word.textContent = { running: '', soon: 'Soon: ', overdue: '' }[state];
}

// Whole minutes in words: "3 days 2 hours", "2 hours 5 minutes", "less than a minute".
export function inWords(minutes) {
  if (minutes < 1) return 'less than a minute';
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const parts = [count(days, 'day'), count(hours, 'hour'), days ? '' : count(rest, 'minute')];
  return parts.filter(Boolean).join(' ');
}

const count = (number, noun) => (number ? `${number} ${noun}${number === 1 ? '' : 's'}` : '');
