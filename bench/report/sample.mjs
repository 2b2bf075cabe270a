// SPDX-License-Identifier: MIT
// For the test: a report and a count of traffic that have all that the page can show, made
// by hand, with what would do harm if it were read as HTML.

export const hostile =
    `</script><script>document.title = "taken"</script><img src=x onerror="document.title='taken'"><!--<script>`;

// More than a number of JavaScript can hold.
export const seed = '9007199254740993';

const context = {
    version: '0.1.0',
    compiler: 'g++ 12.2.0, optimised',
    host: hostile,
    kernel: '6.18.5',
    machine: 'x86_64',
    cpu: 'A processor at 2.1 GHz',
    cpus: 4,
    nodes: 4,
    virtual_nodes: true,
    seed: Number(seed),
    command: ['futex2', 'bench', 'all', hostile],
    date: '2026-11-24T20:00:00Z',
    clock_ns: 17.5,
    warnings: ['runs are spread by 12 % of their median: the machine is noisy'],
};

function result(suite, variant, engine, threads, metric, unit, runs, more = {}) {
    const sorted = [...runs].sort((a, b) => a - b);
    return {
        suite,
        variant,
        engine,
        size: 32,
        numa: false,
        shared: false,
        threads,
        metric,
        unit,
        higher_is_better: false,
        median: (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2,
        low: sorted.length < 5 ? null : sorted[1],
        high: sorted.length < 5 ? null : sorted.at(-2),
        min: sorted[0],
        max: sorted.at(-1),
        runs,
        unsupported: null,
        ...more,
    };
}

// Seven runs around a value, within some percent.
const around = (value, percent = 4) => [0.3, -0.8, 1, -0.2, 0.1, -1, 0.5].map(
    (part) => value * (1 + (part * percent) / 100));

const unsupported = (suite, engine, reason) => ({
    suite,
    variant: '',
    engine,
    size: 32,
    numa: true,
    shared: false,
    threads: null,
    metric: null,
    unit: null,
    higher_is_better: null,
    median: null,
    low: null,
    high: null,
    min: null,
    max: null,
    runs: [],
    unsupported: `not supported: ${reason}`,
});

// Latencies in buckets of a sixteenth of an octave: most around one value, some far behind it.
function buckets(typical) {
    const all = [];
    for (let i = 0; i < 160; ++i) {
        const octaves = (i - 48) / 16;
        const count = Math.round(
            40000 * Math.exp(-6 * octaves * octaves) + 300 * Math.exp(-Math.abs(octaves)));
        if (count > 0) all.push([Math.round(typical * 2 ** octaves), count]);
    }
    return all;
}

const wake_latency =
    (engine, us) => [['p50', 1],
                     ['p99', 6],
                     ['p99.9', 40],
].map(([metric, factor]) =>
          result(
              'wake-latency', 'asleep', engine, 2, metric, 'us', around(us * factor),
              metric === 'p50' ? {histogram: buckets(us * 1000)} : {}));

const numa = ['user', 'kernel'].flatMap(
    (engine) => [0, 1, 2, 3].flatMap(
        (thread) => [0, 1, 2, 3].map(
            (word) => result(
                'numa', `node ${thread}, word on ${word}`, engine, 1, 'time', 'ns',
                around(
                    (engine === 'user' ? 5 : 170) *
                    (1 + (0.4 * Math.abs(thread - word)) / (engine === 'user' ? 1 : 8)))))));

export const report = {
    schema: 'futex2-bench',
    schema_version: 1,
    context,
    results: [
        result('calls', 'wake, nobody waits', 'user', 1, 'time', 'ns', around(4.6)),
        result('calls', 'wake, nobody waits', 'user', 1, 'time', 'ns', around(5.1), {numa: true}),
        result('calls', 'wake, nobody waits', 'kernel', 1, 'time', 'ns', around(166)),
        result('calls', 'wake, nobody waits', 'std', 1, 'time', 'ns', around(4.7)),
        result(
            'calls', 'atomic read-modify-write', 'reference', 1, 'time', 'ns', around(4.4),
            {size: 64}),
        unsupported('calls', 'kernel2', 'this kernel has no FUTEX2_NUMA (error 22)'),
        result(
            'hash', '', 'user', 2, 'throughput', 'ops/s', around(519e6), {higher_is_better: true}),
        result(
            'hash', '', 'kernel', 2, 'throughput', 'ops/s', around(4.4e6),
            {higher_is_better: true}),
        result('wake', '-w 512', 'user', 512, 'time', 'ms', around(6, 9)),
        result('wake', '-w 512', 'kernel', 512, 'time', 'ms', around(5.7, 9)),
        result('wake', '-w 512', 'an engine of a later version', 512, 'time', 'ms', [7, 8]),
        ...wake_latency('user', 3.5),
        ...wake_latency('kernel', 5.5),
        ...wake_latency('std', 5.8),
        ...numa,
    ],
    claims: [
        {
            what: 'wake, nobody waits, against one atomic instruction',
            value: 1.05,
            unit: 'x',
            bound: 2,
            at_least: false,
            holds: true
        },
        {what: hostile, value: 0.94, unit: 'x', bound: 1, at_least: true, holds: false},
    ],
};

export const report_as_text =
    JSON.stringify(report).replace(`"seed":${Number(seed)}`, `"seed":${seed}`);

const nodes = [0, 1, 2, 3];
const count = (operation, engine, mode, own, far) => nodes.flatMap(
    (thread_node) => nodes.map((memory_node) => ({
                                   operation,
                                   engine,
                                   mode,
                                   thread_node,
                                   memory_node,
                                   accesses: thread_node === memory_node ? own : far,
                                   lines: Math.ceil((thread_node === memory_node ? own : far) / 4)
                               })));

export const traffic = {
    schema: 'futex2-traffic',
    schema_version: 1,
    machine: 'the lab, four nodes',
    kernel: '6.12.9',
    date: '2026-11-24T20:00:00Z',
    counts: [
        ...count('wake, nobody waits', 'user', 'user', 12, 0),
        ...count('wake, nobody waits', 'kernel', 'user', 8, 0),
        ...count('wake, nobody waits', 'kernel', 'kernel', 150, 18.5),
        ...count('round trip', 'user', 'user', 160, 2),
        ...count('round trip', 'user', 'kernel', 4100, 310),
        ...count('round trip', 'kernel', 'user', 40, 0),
        ...count('round trip', 'kernel', 'kernel', 6100, 380),
    ],
    transfers: ['user', 'kernel'].flatMap(
        (engine) => nodes.flatMap(
            (from_node) => nodes.filter((to_node) => to_node !== from_node)
                               .map((to_node) => ({
                                        operation: 'round trip',
                                        engine,
                                        mode: 'kernel',
                                        from_node,
                                        to_node,
                                        lines: engine === 'user' ? 9 : 14 + from_node
                                    })))),
};
