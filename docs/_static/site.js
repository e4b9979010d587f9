// Paper is white: print in the light theme, whatever the screen shows.
let shown;
window.addEventListener("beforeprint", () => {
  shown = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = shown;
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
