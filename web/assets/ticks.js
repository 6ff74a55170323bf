// The rows that are ticked: their keys, and the row and version that each tick is of.
export function ticked(content) {
  return [...content.querySelectorAll('.tl-work__tick:checked')].map((box) => [box.closest('[data-key]').dataset.key, box.value]);
}
