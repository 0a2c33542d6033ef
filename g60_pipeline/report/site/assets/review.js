// Decisions about proposals: by key or button, kept in this browser, downloaded as a file that the command enters.
"use strict";
(() => {
  const all = [...document.querySelectorAll("article")];
  const status = document.querySelector("[role=status]"), download = document.getElementById("download");
  const store = `g60-review ${all.map((a) => a.dataset.digest).join("")}`;
  const decided = new Map();
  const NUMBER = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;  // commas only between thousands

  const keep = () => { try { localStorage.setItem(store, JSON.stringify([...decided])); } catch { /* private window */ } };
  const show = (article) => {
    const decision = decided.get(article.dataset.digest);
    article.dataset.decision = decision ? decision.choice : "";
    for (const button of article.querySelectorAll("[data-choice]")) {
      if (button.dataset.choice) button.setAttribute("aria-pressed", String(decision?.choice === button.dataset.choice));
      else button.hidden = !decision;
    }
    status.textContent = status.dataset.text.replace("{done}", decided.size);
    download.disabled = decided.size === 0;
  };
  const go = (article) => { if (article) { article.focus({preventScroll: true}); article.scrollIntoView({block: "center"}); } };
  const after = (article) => all.slice(all.indexOf(article) + 1).find((a) => !decided.has(a.dataset.digest));
  const current = () => document.activeElement.closest("article") || all.find((a) => !decided.has(a.dataset.digest)) || all[0];

  const decide = (article, choice, value = "") => {
    const form = article.querySelector("form");
    if (choice === "correct" && !value) {
      form.hidden = false;
      form.elements.value.select();
      return;
    }
    form.hidden = true;
    if (choice) decided.set(article.dataset.digest, {choice, value}); else decided.delete(article.dataset.digest);
    show(article);
    keep();
    go(choice ? after(article) || article : article);
  };

  for (const article of all) {
    const form = article.querySelector("form"), wrong = form.querySelector("[role=alert]"), input = form.elements.value;
    article.addEventListener("click", (event) => {
      const button = event.target.closest("[data-choice]");
      if (button) decide(article, button.dataset.choice);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const right = NUMBER.test(input.value.trim()), value = input.value.trim().replaceAll(",", "");
      wrong.textContent = right ? "" : wrong.dataset.text;
      input.setAttribute("aria-invalid", String(!right));
      if (right) decide(article, value === article.dataset.value ? "accept" : "correct", value);
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Escape") { form.hidden = true; go(article); } });
  }

  const KEYS = {a: "accept", c: "correct", r: "reject", u: ""};
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) return;
    const article = current(), key = event.key.toLowerCase();
    if (!article) return;
    if (key in KEYS) { event.preventDefault(); decide(article, KEYS[key]); }
    if (key === "j" || key === "k") go(all[all.indexOf(article) + (key === "j" ? 1 : -1)]);
  });

  download.addEventListener("click", () => {
    const rows = all.filter((a) => decided.has(a.dataset.digest)).map((a) => {
      const {choice, value} = decided.get(a.dataset.digest);
      return [a.dataset.proposal, a.dataset.digest, choice, choice === "correct" ? value : ""].join(",");
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([["proposal,digest,decision,value", ...rows, ""].join("\n")], {type: "text/csv"}));
    link.download = "decisions.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  try { for (const [digest, decision] of JSON.parse(localStorage.getItem(store) || "[]")) decided.set(digest, decision); } catch { /* none */ }
  for (const article of all) show(article);
  if (!all.length) status.textContent = status.dataset.text.replace("{done}", 0);
  go(all.find((a) => !decided.has(a.dataset.digest)));
})();
