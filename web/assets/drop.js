// A file may be dropped on the place where it is chosen. Without this the input works by itself.

export function startDrop() {
  for (const place of document.querySelectorAll('[data-drop]')) {
    const input = place.querySelector('input[type="file"]');
    if (input) listen(place, input, place.querySelector('[data-drop-status]'));
  }
}

function listen(place, input, status) {
  place.classList.add('tl-drop');
  tell(status, input.files[0]);
  input.addEventListener('change', () => tell(status, input.files[0]));
  for (const name of ['dragenter', 'dragover']) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.add('tl-drop--over');
    });
  }
  place.addEventListener('dragleave', (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove('tl-drop--over');
  });
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    place.classList.remove('tl-drop--over');
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    if (files.length > 1) {
      if (status) status.textContent = 'Drop one list at a time.';
      return;
    }
    input.files = files;
    tell(status, files[0]);
  });
}

function tell(status, file) {
  if (!status) return;
  status.textContent = file ? `Ready to read: ${file.name}` : 'Or drop it here.';
}
