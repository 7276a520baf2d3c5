// Before the first paint, so that a chosen theme does not flash; the content policy allows no inline scripts.
try {
  const chosen = localStorage.getItem('openstation.theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch (refused) {
  console.info('The theme follows the system: this browser keeps no settings.', refused);
}
