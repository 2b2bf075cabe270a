// SPDX-License-Identifier: MIT
// The data at the page's end, made ready to be shown.

const text_of = (name) => document.getElementById(`${name}-json`).textContent;

export const raw = text_of('report');
export const report = JSON.parse(raw);
export const derived = JSON.parse(text_of('derived'));
export const traffic = JSON.parse(text_of('traffic'));

/** "32", "8 NUMA" */
function word_of(result) {
    return `${result.size}${result.numa ? ' NUMA' : ''}${result.shared ? ' shared' : ''}`;
}

/** The report's results, each with its interval ([low, high] or null), and its word in words. */
export const results =
    report.results.map((result, index) => ({
                           ...result,
                           index,
                           interval: result.low == null ? null : [result.low, result.high],
                           word: word_of(result),
                       }));

export const measured = results.filter((result) => result.unsupported == null);

/** This library's results beside a peer's: {mine, peers, times, noise}. */
export const ratios = derived.ratios.map((ratio) => ({
                                             ...ratio,
                                             mine: results[ratio.mine],
                                             peers: results[ratio.peers],
                                         }));

/** "better", "worse", "level", or "unknown" where there is no interval. */
export function verdict({noise}) {
    if (!noise) return 'unknown';
    if (noise[0] > 1) return 'better';
    return noise[1] < 1 ? 'worse' : 'level';
}

/** Map.groupBy, in order of appearance, of keys that are lists of values. */
export function grouped(all, ...keys) {
    const groups = new Map();
    for (const one of all) {
        const key = JSON.stringify(keys.map((each) => one[each]));
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(one);
    }
    return [...groups.values()];
}

/** What was measured within its suite: "no spin, latency". */
export function what_of(result) {
    return result.variant ? `${result.variant}, ${result.metric}` : result.metric;
}

/** The node of a thread and that of its word, where a result is of such a pair; else null. */
export function nodes_of(result) {
    const found = result.variant.match(/^node (\d+), word on (\d+)$/);
    return found && [Number(found[1]), Number(found[2])];
}

/** The nodes of cells {row, column}, in order. */
export function nodes_among(cells) {
    return [...new Set(cells.flatMap((cell) => [cell.row, cell.column]))].sort((a, b) => a - b);
}
