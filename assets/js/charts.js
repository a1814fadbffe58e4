// Charts from the tables that stand in the page: <figure data-chart="bar|line|stack|pie|pyramid|bridge" data-unit="人"><table>…, or
// from an address (data-chart-url) that answers {"categories":[…],"series":[{"name","values":[…]}]}. The table stays
// for those who do not see the picture. ECharts is loaded only on pages that have a chart.
import { fresh } from "./page.js";

const COLOURS = ["#1d5596", "#a3b6cc", "#b0671a", "#3d7d5c", "#8f1d22", "#7a5c99"];
const INK = "#4a5563";

export function start(root) {
  const figures = Array.from(fresh(root, "figure[data-chart]", "Chart"));
  if (figures.length) Promise.all([library(), ...figures.map(numbers)]).then(([echarts, ...data]) => {
    figures.forEach((figure, index) => draw(echarts, figure, data[index]));
  }).catch(() => { /* The tables are there. */ });
}

let loading = null;
function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/assets/vendor/echarts.min.js";
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

async function numbers(figure) {
  if (figure.dataset.chartUrl) {
    const answer = await fetch(figure.dataset.chartUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`chart ${answer.status}`);
    return answer.json();
  }
  const table = figure.querySelector("table");
  const kept = (row) => Array.from(row.cells).slice(1).filter((cell) => !cell.hasAttribute("data-skip"));
  const names = kept(table.tHead.rows[0]).map((cell) => cell.textContent.trim());
  const rows = Array.from(table.tBodies[0].rows);
  const value = (cell) => {
    const number = Number(cell?.textContent.replace(/[,\s]/g, ""));
    return Number.isFinite(number) ? number : null;
  };
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    series: names.map((name, index) => ({ name, values: rows.map((row) => value(kept(row)[index])) })),
  };
}

function draw(echarts, figure, data) {
  const box = document.createElement("div");
  box.className = "chart-box";
  box.setAttribute("aria-hidden", "true");
  figure.append(box);
  figure.classList.add("drawn");
  const chart = echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(option(figure.dataset.chart, figure.dataset.unit ?? "", data));
  new ResizeObserver(() => chart.resize()).observe(box);
}

function option(kind, unit, data) {
  const font = getComputedStyle(document.body).fontFamily;
  const common = {
    color: COLOURS, animation: false, textStyle: { fontFamily: font, color: INK },
    // richText: drawn on the canvas. A tooltip in HTML would need style attributes, which the policy forbids.
    tooltip: { trigger: kind === "pie" ? "item" : "axis", renderMode: "richText", valueFormatter: (value) => `${value ?? "—"}${unit}` },
  };
  if (kind === "pie") {
    return {
      ...common, legend: { bottom: 0, textStyle: { color: INK } },
      series: [{ type: "pie", radius: ["38%", "66%"], label: { formatter: "{b} {c}", color: INK },
        data: data.categories.map((name, index) => ({ name, value: data.series[0].values[index] })) }],
    };
  }
  if (kind === "pyramid") return { ...common, ...pyramid(data, unit) };
  if (kind === "bridge") return { ...common, ...bridge(data) };
  return {
    ...common,
    grid: { left: 8, right: 12, top: data.series.length > 1 ? 30 : 14, bottom: 4, containLabel: true },
    legend: data.series.length > 1 ? { top: 0, right: 0, itemHeight: 10, textStyle: { color: INK } } : undefined,
    xAxis: { type: "category", data: data.categories, axisTick: { show: false }, axisLabel: { color: INK, interval: 0, width: Math.max(40, 340 / data.categories.length), overflow: "break" } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: "#e9edf1" } } },
    series: data.series.map((series, index) => ({
      name: series.name, data: series.values, type: kind === "line" ? "line" : "bar", barMaxWidth: 28,
      stack: kind === "stack" ? "all" : undefined,
      labelLayout: { hideOverlap: true },
      label: { show: kind === "bar" && index === 0 && data.categories.length <= 10, position: "top", color: INK, fontSize: 12 },
    })),
  };
}

// Two series back to back: the first grows to the left.
function pyramid(data, unit) {
  const size = (value) => Math.abs(value ?? 0);
  return {
    grid: { left: 8, right: 24, top: 30, bottom: 4, containLabel: true },
    legend: { top: 0, right: 0, itemHeight: 10, textStyle: { color: INK } },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${size(value)}${unit}` },
    xAxis: { type: "value", minInterval: 1, axisLabel: { color: INK, formatter: size }, splitLine: { lineStyle: { color: "#e9edf1" } } },
    yAxis: { type: "category", data: data.categories, axisTick: { show: false }, axisLabel: { color: INK } },
    series: data.series.map((series, index) => ({
      name: series.name, type: "bar", stack: "all", barMaxWidth: 18,
      data: series.values.map((value) => (index === 0 ? -size(value) : size(value))),
    })),
  };
}

// From the first value through gains and losses to the last: each bar begins where the one before ended.
function bridge(data) {
  const values = data.series[0].values.map((value) => value ?? 0);
  const last = values.length - 1;
  let level = 0;
  const bars = values.map((value, index) => {
    const total = index === 0 || index === last;
    const from = total ? 0 : level;
    level = total ? value : level + value;
    return { base: Math.min(from, level), size: Math.abs(level - from), total, value };
  });
  const colour = (bar) => (bar.total ? COLOURS[0] : bar.value < 0 ? COLOURS[3] : COLOURS[2]);
  // The axis begins near the lowest level, or gains and losses would vanish beside thousands of members.
  const floor = Math.min(...bars.map((bar) => (bar.total ? bar.value : bar.base)));
  const ceiling = Math.max(...bars.map((bar) => bar.base + bar.size));
  const minimum = Math.max(0, Math.floor(floor - (ceiling - floor || 1)));
  return {
    grid: { left: 8, right: 12, top: 24, bottom: 4, containLabel: true },
    tooltip: { show: false },
    xAxis: { type: "category", data: data.categories, axisTick: { show: false }, axisLabel: { color: INK, interval: 0, hideOverlap: true, width: 60, overflow: "break" } },
    yAxis: { type: "value", min: minimum, minInterval: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: "#e9edf1" } } },
    series: [
      { type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, data: bars.map((bar) => bar.base) },
      { type: "bar", stack: "all", barMaxWidth: 28, data: bars.map((bar) => ({ value: bar.size, itemStyle: { color: colour(bar) },
        label: { show: true, position: "top", color: INK, fontSize: 12, formatter: String(bar.value) } })) },
    ],
  };
}
