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

function control(description, value, changed) {
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
    output.textContent = written(value, description.step);
    input.addEventListener("input", () => {
      output.textContent = written(input.value, description.step);
      changed(description.name, Number(input.value));
    });
    row.append(output);
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
    .course-explorer select { width: max-content; font: inherit; }
    .course-explorer input { width: 100%; margin: 0; }
    .course-explorer img { max-width: 100%; height: auto; display: block; }
    .course-explorer figure { margin: 0; }
    @media (max-width: 480px) { .course-explorer div { grid-template-columns: 1fr 4em; }
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
  el.append(style, ...model.get("controls").map(
    (description) => control(description, model.get("values")[description.name], changed)), figure);

  const showPicture = () => { image.src = dataAddress(model.get("png")); };
  const showText = () => {
    image.alt = model.get("alt");
    text.textContent = model.get("alt");
  };
  // The kernel sends picture and text in one message; each of them fires its own event.
  model.on("change:png", showPicture);
  model.on("change:alt", showText);
  showPicture();
  showText();
  return () => {
    model.off("change:png", showPicture);
    model.off("change:alt", showText);
  };
}

export default { render };
