// A block on the clipboard: its cells, and the columns that they go to.

/**
 * The cells of a block as Excel and WPS put it on the clipboard: tabs between cells, lines between rows; a cell with a
 * tab, a line break or a quotation mark in it stands between quotation marks.
 */
export function block(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const quoted = /"((?:[^"]|"")*)"(?=[\t\n]|$)/y;
  const plain = /[^\t\n]*/y;
  const rows = [[]];
  for (let at = 0; at <= source.length;) {
    quoted.lastIndex = at;
    plain.lastIndex = at;
    const inside = quoted.exec(source);
    const cell = inside ? inside[1].replaceAll('""', '"') : plain.exec(source)[0];
    at = (inside ? quoted : plain).lastIndex;
    rows.at(-1).push(cell.replace(/\s*\n\s*/g, " ").trim());
    if (source[at] === "\n") rows.push([]);
    at += 1;
  }
  return rows;
}

/** A heading without what does not tell columns apart. */
function folded(title) {
  return title.normalize("NFKC").replace(/[\s*]/g, "").toLowerCase();
}

/**
 * Where the cells of a pasted block go: the columns from the one with the keyboard on, or, where the first line holds
 * headings of ours and nothing else, the columns of those names. A column that the block names and we do not have is -1.
 */
export function placed(rows, titles, from) {
  const [first = []] = rows;
  const known = titles.map(folded);
  const places = first.map((title) => known.indexOf(folded(title)));
  const named = first.filter((title) => title).length > 1 && places.filter((place) => place >= 0).length * 2 > first.length;
  if (named) return { rows: rows.slice(1), places };
  const widest = Math.max(...rows.map((row) => row.length));
  return { rows, places: Array.from({ length: widest }, (_, at) => (from + at < titles.length ? from + at : -1)) };
}
