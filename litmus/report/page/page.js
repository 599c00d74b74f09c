// Shows the picture of the chosen cell; arrow keys, Home and End move between cells.  Without this every picture shows.
(() => {
  const root = document.documentElement;
  const cells = [...document.querySelectorAll("button.cell")];
  const status = document.getElementById("shown");
  const panels = [...document.querySelectorAll(".panel")];
  if (!cells.length) return;
  root.classList.add("scripted");

  function choose(cell) {
    for (const other of cells) {
      other.setAttribute("aria-pressed", String(other === cell));
      other.tabIndex = other === cell ? 0 : -1;
    }
    status.textContent = `Shown: ${cell.getAttribute("aria-label")}`;
    for (const panel of panels) panel.hidden = panel.id !== cell.getAttribute("aria-controls");
  }

  function move(cell, key) {
    const at = Number(cell.dataset.row), column = Number(cell.dataset.column);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (key === "Home") return cells[0];
    if (key === "End") return cells[cells.length - 1];
    const step = steps[key];
    return step && cells.find((c) => Number(c.dataset.row) === at + step[0] && Number(c.dataset.column) === column + step[1]);
  }

  for (const cell of cells) {
    cell.addEventListener("click", () => choose(cell));
    cell.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const next = move(cell, event.key);
      if (!next) return;
      event.preventDefault();
      for (const other of cells) other.tabIndex = other === next ? 0 : -1;
      next.focus();
    });
  }
  choose(cells.find((cell) => cell.dataset.first === "yes") || cells[0]);
})();
