"use strict";
// How a page looks: sizes of screens, contrast of its text.

// Widths in CSS pixels, with the color schemes that people have.
const LOOKS = [
  [1280, "light"],
  [1280, "dark"],
  [360, "light"],
  [360, "dark"],
];

// The lowest contrast of any text to what it stands on (WCAG 2: at least 4.5).
function worstContrast() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let worst = { ratio: 21, text: "" };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: node.data.trim().slice(0, 40) };
  }
  return worst;
}

// Opens a page at a width, in a color scheme.
async function open(context, url, width, colorScheme) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.goto(url);
  return page;
}

// No sideways scrolling, and text that can be read on its ground. `wide` is how wide the page is.
async function judge(page, wide, width, colorScheme, report) {
  const worst = await page.evaluate(worstContrast);
  report.check(`${width} px, ${colorScheme}`, wide <= width && worst.ratio >= 4.5, `${wide} px wide, contrast ${worst.ratio.toFixed(1)} (${worst.text})`);
}

module.exports = { LOOKS, judge, open };
