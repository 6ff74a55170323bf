// The banner that stays in view is as high as its words: what has the focus stays clear of it.

const gap = 16;

export function startBanner() {
  const banner = document.querySelector('.tl-person');
  if (!banner || !('ResizeObserver' in window)) return;
  const stays = () => getComputedStyle(banner).position === 'sticky';
  const tell = () => {
    document.documentElement.style.setProperty('--tl-banner', stays() ? `${banner.offsetHeight}px` : '0px');
  };
  new ResizeObserver(tell).observe(banner);
  window.addEventListener('resize', tell);
  tell();
  // The browser leaves alone what is seen in part, and does not know which part the banner hides.
  document.addEventListener('focusin', ({ target }) => {
    if (!stays() || banner.contains(target)) return;
    const hidden = banner.getBoundingClientRect().bottom - target.getBoundingClientRect().top;
    const isBeside = target.getBoundingClientRect().bottom <= banner.getBoundingClientRect().top;
    if (hidden > 0 && !isBeside) window.scrollBy(0, -hidden - gap);
  });
}
