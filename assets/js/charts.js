// Charts from the tables that stand in the page: <figure data-chart="bar|line|stack|pie" data-unit="人"><table>…, or
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
