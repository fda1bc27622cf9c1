"use strict";
// A drawn name is a wish, never a need: without this script the typed name alone is the signature.
for (const place of document.querySelectorAll("[data-drawing]")) {
  const canvas = place.querySelector("canvas"), kept = place.querySelector("input"), clear = place.querySelector("button");
  const pen = canvas.getContext("2d"), mostPoints = 2000;
  let strokes = [], drawing = false;
  try { strokes = JSON.parse(kept.value || "[]"); } catch { strokes = []; }
  const points = () => strokes.reduce((count, stroke) => count + stroke.length, 0);
  const where = (event) => {
    const box = canvas.getBoundingClientRect(), within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return [within((event.clientX - box.left) * canvas.width / box.width, canvas.width),
      within((event.clientY - box.top) * canvas.height / box.height, canvas.height)];
  };
  const paint = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      for (const point of stroke) pen.lineTo(...point);
      pen.stroke();
    }
    kept.value = strokes.length ? JSON.stringify(strokes) : "";
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (points() >= mostPoints) return;
    canvas.setPointerCapture(event.pointerId);
    drawing = true;
    strokes.push([where(event)]);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing || points() >= mostPoints) return;
    const stroke = strokes[strokes.length - 1], [x, y] = where(event), [lastX, lastY] = stroke[stroke.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < 3) return;
    stroke.push([x, y]);
    paint();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { drawing = false; });
  clear.addEventListener("click", () => { strokes = []; paint(); });
  place.hidden = false;
  paint();
}
