// Shows a question when the answers say that it applies. The server decides again on every save;
// what was typed in a question that is hidden stays in it and is sent with the rest.

export function startQuestions() {
  for (const form of formsWithConditions()) {
    form.addEventListener('input', () => settle(form));
    form.addEventListener('change', () => settle(form));
    settle(form);
  }
}

function formsWithConditions() {
  const questions = document.querySelectorAll('[data-question][data-when]');
  return new Set([...questions].map((question) => question.closest('form')).filter(Boolean));
}

// Questions are about earlier ones, so one walk downwards settles all. A question about one that
// is on another page stays as the server drew it.
function settle(form) {
  const asked = new Map([...form.querySelectorAll('[data-question]')].map((one) => [one.dataset.question, one]));
  for (const question of asked.values()) {
    if (!question.dataset.when) continue;
    const condition = JSON.parse(question.dataset.when);
    if (!subjects(condition).every((id) => asked.has(id))) continue;
    const applies = String(holds(condition, form, asked));
    if (question.dataset.applies !== applies) question.dataset.applies = applies;
  }
}

function subjects(condition) {
  const parts = condition.all ?? condition.any;
  return parts ? parts.flatMap(subjects) : [condition.about.question];
}

function holds(condition, form, asked) {
  if (condition.all) return condition.all.every((part) => holds(part, form, asked));
  if (condition.any) return condition.any.some((part) => holds(part, form, asked));
  const { question, test } = condition.about;
  if (asked.get(question).dataset.applies === 'false') return false;
  const given = new FormData(form).getAll(question).filter((value) => String(value).trim() !== '');
  if (test === 'answered') return given.length > 0;
  if (test.any_of) return given.some((value) => test.any_of.includes(value));
  return given.length > 0 && given.every((value) => value !== test.not);
}
