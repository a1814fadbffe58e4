// What the pages do beyond links and forms. Every page works without it, only slower.
import { start as startPickers } from "./js/picker.js";
import { start as startCitizenId } from "./js/citizen-id.js";
import { start as startDates } from "./js/dates.js";
import { start as startEntry } from "./js/entry.js";
import { start as startForms } from "./js/forms.js";
import { start as startGrids } from "./js/grid.js";
import { start as startLists } from "./js/lists.js";
import { start as startReview } from "./js/review.js";
import { start as startReveal } from "./js/reveal.js";
import { start as startUpload } from "./js/upload.js";
import { start as startVotes } from "./js/votes.js";
import { start as startCharts } from "./js/charts.js";
import { start as startShortcuts } from "./js/shortcuts.js";

/** Brings a part of the page to life: the whole document, or a fragment that htmx put in. */
function start(root) {
  for (const begin of [
    startPickers, startDates, startCitizenId, startForms, startGrids, startEntry, startLists, startReview, startReveal, startUpload, startVotes, startCharts,
  ]) begin(root);
}

// htmx notes the address of the page in the browser's storage; cadre leaves nothing there, a name in an address neither.
sessionStorage.removeItem("htmx-current-path-for-history");

start(document);
startShortcuts();
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) start(event.target);
});
document.documentElement.dataset.ready = "true";
