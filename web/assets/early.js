// Runs before the page is drawn, so that what scripts reveal does not flash.
document.documentElement.classList.add('tl-js');
