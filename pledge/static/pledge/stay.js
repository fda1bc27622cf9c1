/* Two minutes before nobody has clicked for too long: ask, and stay where one is. Without scripts, the footer says when. */
(() => {
  const form = document.getElementById("stay");
  if (!form) return;
  const WARNED = 120;
  let ends = Date.now() + form.dataset.seconds * 1000;
  const dialog = document.createElement("dialog");
  dialog.className = "stay";
  const title = document.createElement("h2"), words = document.createElement("p"), buttons = document.createElement("p");
  title.id = "stay-title";
  dialog.setAttribute("aria-labelledby", title.id);
  words.setAttribute("role", "status");
  buttons.className = "send";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  buttons.append(button);
  dialog.append(title, words, buttons);
  document.body.append(dialog);

  async function stay() {
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {method: "POST", body: new FormData(form), redirect: "manual"});
      if (answer.status === 204) {
        ends = Date.now() + form.dataset.seconds * 1000;
        dialog.close();
      } else {
        ends = 0;
      }
    } catch {
      words.textContent = "The service cannot be reached. Try again.";
    }
    button.disabled = false;
    look();
  }

  function look() {
    const left = Math.round((ends - Date.now()) / 1000);
    if (left > WARNED) return;
    const over = left <= 0;
    if (over) {
      title.textContent = "You are logged out";
      words.textContent = "Log in, and you come back to this page; what was typed and not sent is not kept.";
      button.textContent = "Log in again";
      button.onclick = () => location.reload();
    } else if (form.dataset.more) {
      title.textContent = "Are you still there?";
      words.textContent = `You are logged out in ${left > 60 ? "two minutes" : "less than a minute"}, since nothing was clicked for a while.`;
      button.textContent = "Stay logged in";
      button.onclick = stay;
    } else {
      title.textContent = "The day’s log-in ends";
      words.textContent = "In two minutes you log in again. Send what you have typed.";
      button.textContent = "Go back to it";
      button.onclick = () => { form.dataset.told = "yes"; dialog.close(); };
      if (form.dataset.told) return;
    }
    if (!dialog.open) dialog.showModal();
  }

  dialog.addEventListener("cancel", (event) => { event.preventDefault(); });
  setInterval(look, 5000);
})();
