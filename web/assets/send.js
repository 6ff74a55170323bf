// Ctrl and Enter (Cmd and Enter on a Mac) sends a form that says so, from any of its fields.
export function startSending() {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.('form[data-send]');
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
