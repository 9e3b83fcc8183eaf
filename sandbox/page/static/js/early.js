// Runs before the first paint, so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem("easel-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the page follows the system.
}
