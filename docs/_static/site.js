// Paper is white, and cannot be opened: print in the light theme, with the folded outputs.
let shown;
let folded = [];
window.addEventListener("beforeprint", () => {
  shown = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  folded = [...document.querySelectorAll("details.hide:not([open])")];
  folded.forEach((output) => { output.open = true; });
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = shown;
  folded.forEach((output) => { output.open = false; });
});

// A result of the search is quoted from what a page says, not from its buttons and contents.
window.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const whole = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const around = page.querySelectorAll(".bd-header-article, .onlyprint, .bd-sidebar-secondary, footer");
    around.forEach((element) => element.remove());
    return whole(page.documentElement.outerHTML, anchor);
  };
});
