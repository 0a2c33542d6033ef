// What a page does beyond being read: charts, explanations in place, search, filters, light or dark, menu.
"use strict";
(() => {
  const root = document.documentElement;
  const assets = document.body.dataset.assets;
  const language = document.body.dataset.lang;
  root.classList.add("script");
  const each = (selector, run, within = document) => within.querySelectorAll(selector).forEach(run);

  // Light or dark: the system's, until a reader chooses.
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  each("button.theme", (button) => button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("g60-theme", root.dataset.theme); } catch (e) { /* a private window keeps nothing */ }
    redraw();
  }));
  each("button.menu", (button) => button.addEventListener("click", () => {
    const open = document.getElementById("nav").classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  }));

  // Charts: a form, filled with the numbers in the page. `filled` in chart.py does the same.
  const shared = window.G60_CHARTS;
  const ERRORS_ONLY = 1; // a level of Vega's log
  const WIDTH_OF_NAMES = 150, WIDTH_OF_CELL = 52; // of a matrix, which scrolls where it does not fit
  const specification = (chart, ground, withWords, room) => {
    const spec = structuredClone(shared.forms[chart.kind]);
    spec.data = { values: chart.values };
    if (chart.height) spec.height = chart.height;
    if (chart.kind === "lines") spec.padding = { left: 4, top: 4, bottom: 4, right: shared.room };
    for (const parameter of spec.params || []) {
      if (parameter.name === "ground") parameter.value = getComputedStyle(document.body).backgroundColor;
    }
    for (const layer of spec.layer || [spec]) {
      const y = layer.encoding.y || {};
      if (y.scale && chart.ticks) {
        y.scale = { type: "log", nice: false, padding: 6 };
        delete y.axis.tickCount;
        y.axis.values = chart.ticks;
      }
      if (y.scale && chart.most) y.scale.domainMax = chart.most;
    }
    spec.description = [chart.title, ...chart.notes].join(". ");
    spec.config = structuredClone(shared.looks[ground]);
    if (withWords && spec.params) spec.params.filter((p) => p.name === "ground").forEach((p) => { p.value = "white"; });
    if (withWords) {
      spec.title = { text: chart.title, subtitle: chart.notes };
      spec.width = 720;
    } else {
      spec.width = "container";
      spec.autosize = { type: "fit-x", contains: "padding" };
      if (chart.kind === "heat") spec.width = Math.max(room, WIDTH_OF_NAMES + WIDTH_OF_CELL * new Set(chart.values.map((v) => v.column)).size);
    }
    return spec;
  };
  const drawn = new Map();
  const draw = async (figure) => {
    const chart = figure.chart;
    const place = figure.querySelector(".canvas");
    const made = await vegaEmbed(place, specification(chart, isDark() ? "dark" : "light", false, place.clientWidth), { actions: false, logLevel: ERRORS_ONLY, renderer: "svg", mode: "vega-lite" });
    each("svg", (svg) => { // one picture with one name: its parts are in the table
      each("[role]", (part) => ["role", "aria-roledescription", "aria-label"].forEach((name) => part.removeAttribute(name)), svg);
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", [chart.title, ...chart.notes].join(". "));
    }, place);
    drawn.set(figure, made);
    made.view.addEventListener("click", (event, item) => { if (item && item.datum && item.datum.id) open(item.datum.id.replace(/[^\w.:+-]/g, "_")); });
    figure.view = made.view;
    figure.dispatchEvent(new CustomEvent("drawn"));
    figure.dataset.drawn = "1";
  };
  const redraw = () => { for (const figure of [...drawn.keys()]) { drawn.get(figure).finalize(); draw(figure); } };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const save = (name, blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const asCsv = (chart) => {
    const fields = Object.keys(chart.columns);
    const quoted = (value) => value === undefined ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
    const rows = chart.values.filter((row) => row.tip !== undefined || row.value !== undefined).map((row) => fields.map((field) => quoted(field === "unit" ? chart.unit : row[field])).join(","));
    return "\ufeff" + [fields.map((field) => quoted(chart.columns[field])).join(","), ...rows].join("\r\n") + "\r\n";
  };
  const download = async (figure, form) => {
    const name = `${figure.chart.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.${form}`;
    if (form === "csv") return save(name, new Blob([asCsv(figure.chart)], { type: "text/csv" }));
    const options = { actions: false, logLevel: ERRORS_ONLY, renderer: "svg", mode: "vega-lite" };
    const { view } = await vegaEmbed(document.createElement("div"), specification(figure.chart, "light", true), options);
    if (form === "svg") return save(name, new Blob([await view.toSVG()], { type: "image/svg+xml" }));
    const canvas = await view.toCanvas(2);
    canvas.toBlob((blob) => save(name, blob), "image/png");
  };
  const figures = [...document.querySelectorAll("figure.chart")];
  if (figures.length && window.vegaEmbed && shared) {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    }, { rootMargin: "600px" });
    for (const figure of figures) {
      figure.chart = JSON.parse(figure.querySelector("script").textContent);
      figure.chart.values = figure.chart.rows.map((row) => Object.fromEntries(figure.chart.fields.map((field, at) => [field, row[at]]).filter(([, value]) => value !== null)));
      for (const row of figure.chart.values) Object.assign(row, (figure.chart.looks || {})[row.place]);
      for (const place of figure.chart.among || []) {
        for (const [year, value] of window.G60_SERIES[figure.chart.shared][place]) figure.chart.values.push({ place, year, value: value ?? undefined });
      }
      each("[data-as]", (button) => button.addEventListener("click", () => download(figure, button.dataset.as)), figure);
      each(".log", (button) => button.addEventListener("click", () => {
        [figure.chart.ticks, figure.ticks] = [figure.ticks, figure.chart.ticks];
        button.setAttribute("aria-pressed", String(Boolean(figure.chart.ticks)));
        draw(figure);
      }), figure);
      seen.observe(figure);
    }
    addEventListener("beforeprint", () => figures.filter((figure) => !drawn.has(figure)).forEach(draw));
  }

  // Explanations: the element a number leads to, shown in place.
  const dialog = document.getElementById("why");
  const body = dialog.querySelector(".dialog-body");
  const asList = (row) => {
    const list = document.createElement("dl");
    const heads = row.closest("table").tHead.rows[0].cells;
    [...row.cells].forEach((cell, position) => {
      if (!cell.textContent.trim()) return;
      const name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = heads[position].textContent;
      value.append(...[...cell.cloneNode(true).childNodes]);
      list.append(name, value);
    });
    return list;
  };
  const open = (id) => {
    const found = document.getElementById(id);
    if (!found || !(found.matches(".why") || found.matches("tr"))) return false;
    const shown = found.matches("tr") ? asList(found) : found.cloneNode(true);
    shown.removeAttribute("id");
    const command = dialog.querySelector(".command");
    const name = found.dataset.id || found.id;
    command.querySelector("code").textContent = !name.includes(":") ? `g60 sql "FROM core.observation_candidate WHERE observation_id = '${name}'"` : `g60 explain ${name}`;
    body.replaceChildren(shown);
    if (!dialog.open) dialog.showModal();
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.n, .of a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = link.getAttribute("href");
    if (href.startsWith("#") && open(decodeURIComponent(href.slice(1)))) event.preventDefault();
  });
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  if (location.hash) open(decodeURIComponent(location.hash.slice(1)));

  // Search: an index of all pages, read when it is first needed.
  const input = document.getElementById("q"), list = document.getElementById("found");
  const index = () => window.G60_INDEX ? Promise.resolve() : new Promise((done) => {
    const script = document.createElement("script");
    script.src = `${assets}search-${language}.js`;
    script.onload = done;
    document.head.append(script);
  });
  const search = async () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    list.hidden = !words.length;
    if (!words.length) return;
    await index();
    const rank = (page) => words.every((word) => `${page.t} ${page.o}`.toLowerCase().includes(word)) ? 0
      : words.every((word) => `${page.t} ${page.o} ${page.w}`.toLowerCase().includes(word)) ? 1 : 2;
    const hits = window.G60_INDEX.map((page) => [rank(page), page]).filter(([r]) => r < 2).sort((a, b) => a[0] - b[0]).slice(0, 12);
    list.replaceChildren(...hits.map(([, page]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = `${assets}../${language}/${page.p}`;
      link.textContent = page.t;
      item.append(link);
      return item;
    }));
    if (!hits.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = list.dataset.none;
      list.append(none);
    }
  };
  input.addEventListener("input", search);
  input.form.addEventListener("submit", (event) => { event.preventDefault(); const first = list.querySelector("a"); if (first) location.href = first.href; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) list.hidden = true; });

  // The map: which links are drawn.
  each("form[data-map]", (form) => {
    const apply = () => {
      form.querySelector("output").textContent = form.dataset.until.replace("{year}", form.until.value);
      for (const figure of drawn.keys()) if (figure.chart.kind === "network") figure.view.signal("path", form.path.value).signal("until", Number(form.until.value)).run();
    };
    each("figure.chart", (figure) => figure.addEventListener("drawn", apply));
    form.addEventListener("input", apply);
  });

  // Filters of a table: words, and the attributes of its rows.
  each("form[data-filters]", (form) => {
    const rows = [...document.getElementById(form.dataset.filters).tBodies[0].rows];
    const apply = () => {
      const wanted = Object.fromEntries(new FormData(form));
      const text = (wanted.text || "").toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const keep = Object.entries(wanted).every(([name, value]) => name === "text" || !value || row.dataset[name] === value)
          && row.textContent.toLowerCase().includes(text);
        row.hidden = !keep;
        shown += keep;
      }
      form.querySelector("output").textContent = form.dataset.count.replace("{n}", shown).replace("{m}", rows.length);
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  });
})();
