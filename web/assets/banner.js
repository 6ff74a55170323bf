// The banner that stays in view is as high as its words: what is scrolled to by keyboard stays clear of it.

export function startBanner() {
  const banner = document.querySelector('.tl-person');
  if (!banner || !('ResizeObserver' in window)) return;
  const tell = () => {
    const stays = getComputedStyle(banner).position === 'sticky';
    document.documentElement.style.setProperty('--tl-banner', stays ? `${banner.offsetHeight}px` : '0px');
  };
  new ResizeObserver(tell).observe(banner);
  window.addEventListener('resize', tell);
  tell();
}
