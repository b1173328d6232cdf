// What a printed file says of itself: its pages, their sizes, whether its letters travel with it. Reads the
// files that Chromium writes, whose objects stand in the open.

/** Points a millimetre. */
const POINT = 72 / 25.4;

/** `{ pages: [[width, height] in whole millimetres], fonts, embedded }` of a PDF's bytes. */
export function describePdf(bytes) {
  const text = bytes.toString("latin1");
  const objects = text.split(/\bendobj\b/);
  const sheets = objects.filter((o) => /\/Type\s*\/Page\b(?!s)/.test(o));
  const pages = sheets.map((o) => {
    const box = /\/MediaBox\s*\[\s*([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+)/.exec(o).slice(1).map(Number);
    return [box[2] - box[0], box[3] - box[1]].map((points) => Math.round(points / POINT));
  });
  const fonts = objects.filter((o) => /\/Type\s*\/FontDescriptor\b/.test(o));
  return { pages, fonts: fonts.length, embedded: fonts.filter((o) => /\/FontFile[23]?\b/.test(o)).length };
}
