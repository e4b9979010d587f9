// The browser's half of explorer.py: native controls, one picture, its text below it.

const unique = (() => {
  let count = 0;
  return () => `explorer-${++count}`;
})();

// A number as a reader writes it: no more digits than the slider's step has.
const written = (value, step) => {
  const digits = (String(step).split(".")[1] || "").length;
  return Number(value).toFixed(digits).replace("-", "−");
};

// JupyterLab takes plain keys for its own: an arrow would select the next cell, an x cut this one.
const keepFromJupyter = (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) event.stopPropagation();
};

// The browser loads this ten milliseconds sooner than a blob's address, which another process keeps.
function dataAddress(png) {
  const bytes = new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) { // a call takes only so many arguments
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return `data:image/png;base64,${btoa(text)}`;
}

const MOST_A_SECOND = 12;
const MOST_PICTURES = 120; // ten seconds
const LONGEST = 500; // milliseconds for a picture, where there are few
const WHOLE = 8000; // milliseconds for all of them, between these limits
// A reader who asked their system for less motion sees a slide show.
const STILL_PICTURES = 8;
const STILL_EACH = 1000;

// How far Play goes each time, and how many milliseconds apart.
function pace({ low, high, step }) {
  const steps = Math.round((high - low) / step);
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    return { stride: step * Math.ceil(steps / STILL_PICTURES), wait: STILL_EACH };
  }
  return {
    stride: step * Math.ceil(steps / MOST_PICTURES),
    wait: Math.min(LONGEST, Math.max(1000 / MOST_A_SECOND, WHOLE / steps)),
  };
}

// A button that moves a slider on, picture by picture. `move` shows and sends a value.
function playButton(description, input, move, quiet) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.name = description.name;
  const label = (verb) => {
    button.textContent = verb;
    button.setAttribute("aria-label", `${verb} ${description.label}`);
  };
  label("Play");
  button.addEventListener("keydown", keepFromJupyter);
  let playing = false;
  let timer = null;
  let sent = 0; // when the last value went to the kernel

  function next() {
    const { stride } = pace(description);
    const value = Math.min(description.high, Number(input.value) + stride);
    sent = performance.now();
    move(value);
  }
  function pause() {
    clearTimeout(timer);
    if (!playing) return;
    playing = false;
    label("Play");
    quiet(false);
  }
  // The picture of the last value has come.
  function arrived() {
    if (!playing) return;
    if (Number(input.value) >= Number(input.max)) {
      pause();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(next, Math.max(0, sent + pace(description).wait - performance.now()));
  }
  button.addEventListener("click", () => {
    if (playing) {
      pause();
      return;
    }
    playing = true;
    label("Pause");
    quiet(true);
    if (Number(input.value) >= Number(input.max)) {
      sent = performance.now();
      move(description.low);
    } else {
      next();
    }
  });
  return { button, pause, arrived };
}

function control(description, value, changed, players, quiet) {
  const row = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement(description.kind === "Slider" ? "input" : "select");
  input.id = unique();
  input.dataset.name = description.name;
  input.addEventListener("keydown", keepFromJupyter);
  label.htmlFor = input.id;
  label.textContent = description.label;
  row.append(label, input);
  if (description.kind === "Slider") {
    const output = document.createElement("output");
    output.htmlFor = input.id;
    Object.assign(input, {
      type: "range", min: description.low, max: description.high, step: description.step, value,
    });
    const move = (number) => {
      input.value = number;
      output.textContent = written(input.value, description.step);
      changed(description.name, Number(input.value)); // which the browser rounds to the steps
    };
    output.textContent = written(value, description.step);
    row.append(output);
    if (description.play) {
      const player = playButton(description, input, move, (silent) => {
        output.setAttribute("aria-live", silent ? "off" : "polite");
        quiet(silent);
      });
      players.push(player);
      row.append(player.button);
      input.addEventListener("input", player.pause);
    }
    input.addEventListener("input", () => move(Number(input.value)));
  } else {
    for (const name of description.options) {
      input.add(new Option(name, name, name === value, name === value));
    }
    input.addEventListener("change", () => changed(description.name, input.value));
  }
  return row;
}

function render({ model, el }) {
  el.classList.add("course-explorer");
  const style = document.createElement("style");
  style.textContent = `
    .course-explorer { max-width: ${model.get("width")}px; font-family: inherit; }
    .course-explorer div { display: grid; grid-template-columns: 14em 1fr 4em; gap: 0.8em;
      align-items: center; margin: 0.15em 0; }
    .course-explorer.with-play div { grid-template-columns: 14em 1fr 4em 5em; }
    .course-explorer button { font: inherit; padding: 0.1em 0; }
    .course-explorer select { width: max-content; font: inherit; }
    .course-explorer input { width: 100%; margin: 0; }
    .course-explorer img { max-width: 100%; height: auto; display: block; }
    .course-explorer figure { margin: 0; }
    @media (max-width: 480px) { .course-explorer div { grid-template-columns: 1fr 4em; }
      .course-explorer.with-play div { grid-template-columns: 1fr 4em 5em; }
      .course-explorer label { grid-column: 1 / -1; } }`;
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  const caption = document.createElement("figcaption");
  image.width = model.get("width");
  const text = document.createElement("span"); // a caption may not have another role itself
  text.setAttribute("role", "status");
  caption.append(text);
  figure.append(image, caption);

  const changed = (name, value) => {
    model.set("values", { ...model.get("values"), [name]: value });
    model.save_changes();
  };
  const players = [];
  // While a picture follows the other, a screen reader is told only where they stop.
  const quiet = (silent) => {
    text.setAttribute("aria-live", silent ? "off" : "polite");
    if (!silent) showText();
  };
  const controls = model.get("controls").map((description) =>
    control(description, model.get("values")[description.name], changed, players, quiet));
  el.classList.toggle("with-play", players.length > 0);
  el.append(style, ...controls, figure);

  const showPicture = () => { image.src = dataAddress(model.get("png")); };
  const showText = () => {
    image.alt = model.get("alt");
    text.textContent = model.get("alt");
  };
  // The kernel sends picture and text in one message; each of them fires its own event.
  const arrived = () => players.forEach((player) => player.arrived());
  model.on("change:png", showPicture);
  model.on("change:alt", showText);
  model.on("change:drawn", arrived);
  showPicture();
  showText();
  return () => {
    model.off("change:png", showPicture);
    model.off("change:alt", showText);
    model.off("change:drawn", arrived);
    players.forEach((player) => player.pause());
  };
}

export default { render };
