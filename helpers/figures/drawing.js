// The browser's half of drawing.py: a grid to draw on, the pixels made of it, and ten bars.

const CELLS = 8;
const SIDE = 264; // of the grid, in CSS pixels
const NEAR = 0.2; // in cells: points closer than this add nothing
const STEP = 0.5; // in cells: one press of an arrow key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const unique = (() => {
  let count = 0;
  return () => `drawing-${++count}`;
})();

function add(parent, tag, properties = {}, attributes = {}) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

function context(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const side = canvas.clientWidth || parseInt(canvas.style.width, 10);
  canvas.width = canvas.height = Math.round(side * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(canvas.width / CELLS, canvas.width / CELLS); // from here on in cells
  pen.fillStyle = "#FFFFFF";
  pen.fillRect(0, 0, CELLS, CELLS);
  return pen;
}

const copy = (strokes) => strokes.map((stroke) => stroke.map((point) => [...point]));
const within = (value, low, high) => Math.min(high, Math.max(low, value));

// As drawing.py writes it: a whole percentage that never claims certainty.
const percent = (probability) => {
  if (probability > 0 && probability < 0.005) return "<1%";
  if (probability > 0.995 && probability < 1) return ">99%";
  return `${Math.round(100 * probability)}%`;
};

function render({ model, el }) {
  const hintId = unique();
  el.classList.add("course-drawing");
  add(el, "style", { textContent: `
    .course-drawing .parts { display: flex; flex-wrap: wrap; gap: 1.5em; align-items: flex-start; }
    .course-drawing canvas { display: block; border: 1px solid #6E6E6E; background: #FFFFFF; }
    .course-drawing canvas.pad { touch-action: none; cursor: crosshair; }
    .course-drawing canvas.pad:focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
    .course-drawing .title { margin: 0 0 0.4em; font-weight: bold; }
    .course-drawing button { font: inherit; margin-top: 0.5em; padding: 0.2em 1em; }
    .course-drawing ol { list-style: none; margin: 0; padding: 0; width: 16em; }
    .course-drawing li { display: grid; grid-template-columns: 1.2em 1fr 3.2em; gap: 0.5em;
      align-items: center; margin: 0; line-height: 1.6; }
    .course-drawing li.first { font-weight: bold; }
    .course-drawing li .bar { background: #0072B2; height: 1em; }
    .course-drawing li .share { text-align: right; }
    .course-drawing .hint { max-width: ${SIDE}px; margin: 0.4em 0 0; }
    .course-drawing .sentence { margin: 0.6em 0 0; }` });
  const parts = add(el, "div", { className: "parts" });

  const left = add(parts, "div");
  add(left, "p", { className: "title", textContent: "Draw a digit" });
  const pad = add(left, "canvas", { className: "pad", tabIndex: 0 }, {
    role: "application",
    "aria-label": "Drawing grid of 8 by 8 cells",
    "aria-describedby": hintId,
    "data-lm-suppress-shortcuts": "true", // JupyterLab would take the arrow keys
  });
  pad.style.width = pad.style.height = `${SIDE}px`;
  const hint = add(left, "p", {
    className: "hint", id: hintId,
    textContent: "Mouse or finger; or the keyboard: arrow keys move the pen, "
      + "space puts it down and lifts it.",
  });
  const place = add(left, "p", { className: "hint" }, { role: "status" });
  const clear = add(left, "button", { type: "button", textContent: "Clear" });

  const middle = add(parts, "div");
  add(middle, "p", { className: "title", textContent: "What the network sees" });
  const seen = add(middle, "canvas", {}, { role: "img" });
  seen.style.width = seen.style.height = "132px";

  const right = add(parts, "div");
  add(right, "p", { className: "title", textContent: "Its probabilities" });
  const list = add(right, "ol", {}, { "aria-label": "Probability of each digit" });
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = add(list, "li");
    add(row, "span", { textContent: digit });
    const bar = add(add(row, "span"), "div", { className: "bar" });
    return { row, bar, share: add(row, "span", { className: "share" }) };
  });
  const sentence = add(el, "p", { className: "sentence" }, { role: "status" });

  let strokes = copy(model.get("strokes"));
  let example = true; // what is there before the reader draws; their first stroke replaces it
  let current = null; // the stroke in the making
  let cursor = null; // the keyboard's pen, once it is used
  let penDown = false;
  let waiting = false;
  let idle = null;

  function send() {
    draw();
    if (waiting) return; // one message per frame is enough
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      model.set("strokes", copy(strokes));
      model.save_changes();
    });
    // Drawing the picture that a saved notebook keeps takes too long to do it at each stroke.
    clearTimeout(idle);
    idle = setTimeout(() => model.send("keep"), 1000);
  }

  function draw() {
    const pen = context(pad);
    pen.strokeStyle = "#D0D0D0";
    pen.lineWidth = 0.03;
    pen.beginPath();
    for (let k = 1; k < CELLS; k++) {
      pen.moveTo(k, 0); pen.lineTo(k, CELLS); pen.moveTo(0, k); pen.lineTo(CELLS, k);
    }
    pen.stroke();
    Object.assign(pen, { strokeStyle: "#000000", lineWidth: 1, lineCap: "round", lineJoin: "round" });
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      // A line of no length still gets its round caps: a dot.
      for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) pen.lineTo(...point);
      pen.stroke();
    }
    if (cursor && document.activeElement === pad) {
      Object.assign(pen, { strokeStyle: "#D55E00", lineWidth: 0.12 });
      pen.beginPath();
      pen.arc(cursor[0], cursor[1], penDown ? 0.25 : 0.45, 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  function extend(point) {
    const [x, y] = current[current.length - 1];
    if (Math.hypot(point[0] - x, point[1] - y) < NEAR) return false;
    current.push(point);
    return true;
  }

  function begin(point) {
    if (example) strokes = [];
    example = false;
    current = [point];
    strokes.push(current);
  }

  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((share) => within(share, 0, 1) * CELLS);
  };
  let pointer = null; // a second finger does not draw
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pad.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    penDown = false;
    cursor = null;
    place.textContent = "";
    begin(at(event));
    send();
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    const moved = (events.length ? events : [event]).map((part) => extend(at(part)));
    if (moved.some(Boolean)) send();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pad.addEventListener(end, (event) => { if (event.pointerId === pointer) pointer = null; });
  }

  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    cursor = cursor || [CELLS / 2, CELLS / 2];
    if (arrow) {
      cursor = cursor.map((value, axis) => within(value + STEP * arrow[axis], STEP, CELLS - STEP));
      if (penDown && extend([...cursor])) send();
    } else {
      penDown = !penDown;
      if (penDown) {
        begin([...cursor]);
        send();
      }
    }
    place.textContent = `Pen ${penDown ? "down" : "up"}, ${cursor[0]} cells from the left, `
      + `${cursor[1]} from the top.`;
    draw();
  });
  pad.addEventListener("focus", draw);
  pad.addEventListener("blur", () => { penDown = false; draw(); });
  clear.addEventListener("click", () => {
    strokes = [];
    current = cursor = null;
    place.textContent = "";
    send();
  });

  function show() {
    const { pixels, probabilities, sentence: text } = model.get("reading");
    const pen = context(seen);
    pixels.forEach((ink, k) => {
      const grey = Math.round(255 * (1 - ink / 16));
      pen.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      // A little larger than a cell, so that no seam shows between two.
      pen.fillRect(k % CELLS, Math.floor(k / CELLS), 1.01, 1.01);
    });
    const inked = pixels.filter((ink) => ink > 0).length;
    seen.setAttribute("aria-label", `8 by 8 pixels made of the drawing, ${inked} of them with ink`);
    const largest = Math.max(...probabilities);
    rows.forEach(({ row, bar, share }, digit) => {
      const probability = probabilities.length ? probabilities[digit] : 0;
      bar.style.width = `${100 * probability}%`;
      share.textContent = probabilities.length ? percent(probability) : "";
      row.classList.toggle("first", probabilities.length > 0 && probability === largest);
    });
    sentence.textContent = text;
  }

  const replaced = () => {
    // Our own strokes come back as they are; others, set in Python, replace the drawing.
    const theirs = model.get("strokes");
    if (pointer === null && JSON.stringify(theirs) !== JSON.stringify(strokes)) {
      strokes = copy(theirs);
      example = true;
      current = null;
      penDown = false;
      draw();
    }
  };
  model.on("change:strokes", replaced);
  model.on("change:reading", show);
  draw();
  show();
  return () => {
    clearTimeout(idle);
    model.off("change:strokes", replaced);
    model.off("change:reading", show);
  };
}

export default { render };
