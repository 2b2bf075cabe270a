// SPDX-License-Identifier: MIT
// Elements. Text is only ever text: nothing of a report is read as HTML.

/** element("a", {href: "#x", hidden: false}, "text", another_element, null) */
export function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === 'function')
            made.addEventListener(key, value);
        else if (value !== false && value != null)
            made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child != null));
    return made;
}

/**
 * rows: arrays of cells, which are text, numbers as text or elements. columns: {title,
 * numeric}. The first cell of a row is its heading.
 */
export function table(caption, columns, rows) {
    const style = (i) => ({class: columns[i].numeric ? 'numeric' : null});
    const cell = (content, i) => i === 0 ? element('th', {scope: 'row', ...style(i)}, content) :
                                           element('td', style(i), content);
    return element(
        'div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
        element(
            'table', {}, element('caption', {}, caption),
            element(
                'thead', {},
                element(
                    'tr', {},
                    ...columns.map((c, i) => element('th', {scope: 'col', ...style(i)}, c.title)))),
            element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell))))));
}

export function folded(summary, ...content) {
    return element('details', {}, element('summary', {}, summary), ...content);
}
