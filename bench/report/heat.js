// SPDX-License-Identifier: MIT
// Node by node, as a table whose cells are the darker the more is in them.
import {element} from './dom.js';
import {short} from './format.js';

// From here on the text has the colour of the paper.
const dark = 0.65;

/**
 * cells: {row, column, value}; most: what has the darkest colour. nodes:
 * which it has, whether or not they are in cells. title: an element; name:
 * what the map is of, for those who do not see it.
 */
export function heat_map({title, name, nodes, cells, most}) {
    const cell_of = (row, column) => {
        const cell = cells.find((one) => one.row === row && one.column === column);
        if (!cell) return element('td', {class: 'none'}, '–');
        const share = most > 0 ? cell.value / most : 0;
        return element(
            'td', {style: `--share: ${share.toFixed(3)}`, class: share > dark ? 'dark' : null},
            short(cell.value));
    };
    const heading = (scope) => (node) => element('th', {scope}, String(node));
    return element(
        'figure', {class: 'map'}, element('figcaption', {}, title),
        element(
            'table', {'aria-label': name},
            element(
                'thead', {}, element('tr', {}, element('td', {}), ...nodes.map(heading('col')))),
            element(
                'tbody', {},
                ...nodes.map(
                    (row) => element(
                        'tr', {}, heading('row')(row),
                        ...nodes.map((column) => cell_of(row, column)))))));
}
