// SPDX-License-Identifier: MIT
// What the lab counted: accesses to memory, and cache lines between nodes, node by node.
import {element, folded, table} from './dom.js';
import {named} from './engines.js';
import {number} from './format.js';
import {heat_map} from './heat.js';
import {grouped, nodes_among, traffic} from './report.js';

const of_memory = {
    all: 'counts',
    axes: 'the thread\'s node by the memory\'s',
    row: 'thread_node',
    column: 'memory_node'
};
const accesses = {
    ...of_memory,
    title: 'Accesses to memory',
    value: 'accesses'
};
const touched = {
    ...of_memory,
    title: 'Lines of memory touched',
    value: 'lines'
};
const moved = {
    all: 'transfers',
    axes: 'from node by to node',
    row: 'from_node',
    column: 'to_node',
    title: 'Cache lines moved between nodes',
    value: 'lines'
};

// Of the whole count, so that all maps have the same.
const nodes_of = (count) => nodes_among([accesses, moved].flatMap(
    (figure) =>
        count[figure.all].map((one) => ({row: one[figure.row], column: one[figure.column]}))));

function maps(operation, figure, nodes) {
    const cells = traffic[figure.all]
                      .filter((one) => one.operation === operation)
                      .map((one) => ({
                               ...one,
                               row: one[figure.row],
                               column: one[figure.column],
                               value: one[figure.value]
                           }));
    if (cells.length === 0) return [];
    const most = Math.max(...cells.map((cell) => cell.value));
    return [
        element('h4', {}, figure.title),
        element(
            'div', {class: 'maps'},
            ...grouped(cells, 'engine', 'mode')
                .map((same) => heat_map({
                         title: element(
                             'span', {}, named(same[0].engine), `, in ${same[0].mode} mode`),
                         name: `${figure.title}, ${figure.axes}: ${operation}, ${
                             same[0].engine}, in ${same[0].mode} mode`,
                         nodes,
                         most,
                         cells: same,
                     })))
    ];
}

function numbers() {
    const titles = ['operation', 'engine', 'mode', 'nodes', 'accesses', 'lines'];
    const row = (one, nodes, accesses) =>
        [one.operation, named(one.engine), one.mode, nodes, accesses, number(one.lines)];
    return table(
        'Every count, for one operation', titles.map((title, i) => ({title, numeric: i > 3})), [
            ...traffic.counts.map(
                (one) =>
                    row(one, `thread ${one.thread_node}, memory ${one.memory_node}`,
                        number(one.accesses))),
            ...traffic.transfers.map(
                (one) => row(one, `from ${one.from_node} to ${one.to_node}`, ''))
        ]);
}

/** The section, or null without a count. */
export function traffic_section() {
    if (!traffic) return null;
    const operations =
        [...new Set([...traffic.counts, ...traffic.transfers].map((one) => one.operation))];
    const nodes = nodes_of(traffic);
    return element(
        'section', {id: 'traffic', 'data-title': 'traffic'},
        element('h2', {}, 'Traffic between nodes'),
        element(
            'p', {class: 'note'},
            'Per operation, by node: down the thread\'s, across the memory\'s; of lines that move, ' +
                `down from where, across to where. Shaded from 0 to the most of each row of maps. Counted on ${
                    traffic.machine}, Linux ${traffic.kernel}, ${traffic.date}.`),
        ...operations.map(
            (operation) => element(
                'div', {class: 'group'}, element('h3', {}, operation),
                ...maps(operation, accesses, nodes), ...maps(operation, moved, nodes),
                folded(touched.title, ...maps(operation, touched, nodes)))),
        element('div', {class: 'numbers'}, folded('Every count', numbers())));
}
