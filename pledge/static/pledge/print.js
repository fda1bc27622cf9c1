/* A button that prints; without scripts the page says where the browser has its own. */
(() => {
  for (const button of document.querySelectorAll("button.print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const words of document.querySelectorAll(".unscripted")) words.hidden = true;
})();
