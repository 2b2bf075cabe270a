// SPDX-License-Identifier: MIT
// Where and how it was measured, and what this library is held to.
import {element, table} from './dom.js';
import {engines, meaning_of, named} from './engines.js';
import {number, plural} from './format.js';
import {derived, raw, report, traffic} from './report.js';

const where = report.context;

const nodes =
    `${where.nodes} ${where.virtual_nodes ? 'virtual ' : ''}node${where.nodes === 1 ? '' : 's'}`;

/** The machine in one line. */
export const machine = [
    `futex2 ${where.version}`, `Linux ${where.kernel} ${where.machine}`, where.cpu || null,
    `${plural(where.cpus, 'CPU')}, ${nodes}`, where.date
].filter(Boolean).join(' · ');

export const host = where.host;

/** Null where there are none. */
export function warnings() {
    if (!where.warnings?.length) return null;
    return element(
        'section', {class: 'warnings', 'aria-label': 'Warnings'},
        element('ul', {}, ...where.warnings.map((text) => element('li', {}, text))));
}

export function legend() {
    return element(
        'section', {id: 'legend', 'data-title': 'how to read it'},
        element('h2', {}, 'How to read it'),
        element(
            'p', {},
            'A mark is the median of the runs, hollow for NUMA words; a bar is its 95 % bootstrap interval, for five runs or more; ' +
                'a faint stroke is a run. Where a logarithmic axis is used, the chart says so; all others begin at 0. ' +
                'A ratio is of medians, and above 1× where this library is better; it is better or worse beyond the noise where its interval leaves out 1×. ' +
                'It is taken against a peer\'s result for the same word, or, as futex(2) has no others, for a plain 32-bit one.'),
        element(
            'ul', {class: 'legend'},
            ...engines.map(
                (engine) => element('li', {}, named(engine), `: ${meaning_of(engine)}`))));
}

/** Null where there are none. */
export function claims() {
    if (report.claims.length === 0) return null;
    const titles = ['claim', '', 'measured', 'bound', 'unit'];
    return element(
        'section', {id: 'claims', 'data-title': 'claims'}, element('h2', {}, 'Claims'),
        table(
            'What this library is held to',
            titles.map((title, i) => ({title, numeric: i === 2 || i === 3})),
            report.claims.map(
                (one) =>
                    [one.what,
                     element(
                         'span', {class: one.holds ? 'holds' : 'missed'},
                         one.holds ? 'holds' : 'MISSED'),
                     number(one.value), `${one.at_least ? '≥' : '≤'} ${number(one.bound)}`,
                     one.unit])));
}

export function context() {
    const rows = [
        ['command', element('code', {}, where.command.join(' '))], ['host', where.host],
        ['CPU', where.cpu || 'not known'], ['CPUs', String(where.cpus)], ['nodes', nodes],
        ['kernel', `Linux ${where.kernel}, ${where.machine}`],
        ['library', `futex2 ${where.version}`], ['compiler', where.compiler],
        ['seed', derived.seed], ['date', where.date],
        where.clock_ns == null ? null : ['the clock\'s own cost', `${number(where.clock_ns)} ns`]
    ].filter(Boolean);
    return element(
        'section', {id: 'context', 'data-title': 'context'}, element('h2', {}, 'Context'),
        element(
            'dl', {},
            ...rows.flatMap(
                ([name, value]) => [element('dt', {}, name), element('dd', {}, value)])));
}

const saving = (text, name, label) => element(
    'a', {
        class: 'button',
        download: name,
        href: URL.createObjectURL(new Blob([text], {type: 'application/json'}))
    },
    label);

/** The JSON, and links that save it. */
export function data() {
    const shown = element('pre', {id: 'json', tabindex: '0', hidden: ''});
    const button = element(
        'button', {
            type: 'button',
            'aria-expanded': 'false',
            'aria-controls': 'json',
            click: () => {
                shown.textContent ||= raw.trim();
                shown.hidden = !shown.hidden;
                button.setAttribute('aria-expanded', String(!shown.hidden));
            }
        },
        'Show JSON');
    return element(
        'section', {id: 'data', 'data-title': 'raw data'}, element('h2', {}, 'Raw data'),
        element(
            'p', {class: 'buttons'}, button, saving(raw, 'bench.json', 'Save JSON'),
            traffic &&
                saving(
                    JSON.stringify(traffic, null, 2), 'traffic.json', 'Save JSON of the traffic')),
        shown);
}
