import { describeTarget, describeValue, isMet, valueOf, type Figure } from './figures';

const WIDTH = 860;
const ROW = 34;
const LABEL = 430;
const BAR = 260;
const TOP = 40;

/**
 * A bar for each figure, relative to its target: the line in the middle is the target. A bar beyond it has met the
 * target, whether more or less is better.
 */
export function chart(title: string, figures: readonly Figure[]): string {
  const rows = figures.filter((figure) => reach(figure) !== null);
  const height = TOP + rows.length * ROW + 12;
  const target = LABEL + BAR / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="12" y="22" font-size="15" font-weight="600" fill="#1f2933">${escape(title)}</text>
<text x="${target}" y="22" text-anchor="middle" fill="#52606d">target</text>
${rows.map((figure, index) => row(figure, TOP + index * ROW)).join('\n')}
<line x1="${target}" y1="${TOP - 10}" x2="${target}" y2="${height - 8}" stroke="#1f2933" stroke-dasharray="3 3"/>
</svg>
`;
}

function row(figure: Figure, y: number): string {
  const width = Math.max(Math.min(reach(figure) ?? 0, 2) * (BAR / 2), 2);
  const color = isMet(figure) ? '#2f855a' : '#c05621';
  return `<text x="12" y="${y + 11}" fill="#1f2933">${escape(figure.job)}</text>
<text x="12" y="${y + 25}" font-size="11" fill="#52606d">${escape(figure.figure)}</text>
<rect x="${LABEL}" y="${y + 3}" width="${width.toFixed(1)}" height="18" rx="3" fill="${color}"/>
<text x="${LABEL + BAR + 12}" y="${y + 16}" fill="#1f2933">${escape(describeValue(figure))} (${escape(describeTarget(figure))})</text>`;
}

/** 1 at the target, more if better; null without a target, or if it is zero, which has no scale. */
function reach(figure: Figure): number | null {
  const { target } = figure;
  const value = valueOf(figure);
  if (target === null || !Number.isFinite(value)) return null;
  if ('atLeast' in target) return value / target.atLeast;
  if ('atMost' in target && value > 0) return target.atMost / value;
  return null;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
