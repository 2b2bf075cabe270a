// SPDX-License-Identifier: MIT
// A report, or a comparison of two, as text.
#pragma once

#include <string>
#include <string_view>

#include "bench/compare.hpp"
#include "bench/result.hpp"

namespace futex2::bench {

/** docs/bench-schema.md describes it. */
inline constexpr int json_schema_version = 1;
std::string as_json(const report& r);

/**
 * The report that as_json wrote into a file. What cannot be read, is not JSON, is
 * no such report or has another schema_version throws std::invalid_argument: the
 * path and the reason, in one line.
 */
report read_json(const std::string& path);

/** A report with its JSON; where that comes from a file, with keys that are unknown here. */
struct stored_report {
    report what;
    std::string json;
};

/** As read_json, with the JSON. */
stored_report read_stored(const std::string& path);

/**
 * One file that needs no other: the page of page.hpp with its data. traffic: the JSON of
 * read_traffic, or "".
 */
std::string as_html(std::string_view page, const stored_report& r, const std::string& traffic);

/** RFC 4180, a line for each result; the runs are in one field, separated by blanks. */
std::string as_csv(const report& r);

/** A line for each result: the median, its unit, and what it is; or # and why there is none. */
std::string as_simple(const report& r);

/**
 * For people: a line for each thing that was measured, the engines beside each
 * other with their ratio to `kernel`; then what could not be measured and why,
 * and the claims.
 */
std::string as_table(const report& r);

/**
 * For people: a line for each thing that this library and a peer have measured, and in the
 * peer's column how many times better this library is, with the interval; ! where it is
 * worse by more than 5 %, beyond the noise.
 */
std::string as_peers_table(const report& r);

/**
 * How many times better a is than b, by the medians: above 1 it is faster, or
 * has the higher throughput. 0 where that cannot be said.
 */
double times_better(const result& a, const result& b);

/**
 * The kernel's result that one of another engine is compared with: futex(2)'s on
 * plain 32-bit words; where futex(2) cannot do it, its futex2's; else nullptr.
 */
const result* kernels_counterpart(const report& r, const result& of);

/** "wake (-w 1), time, user 32, 4 threads" */
std::string name_of(const result& r);

/** docs/bench-schema.md describes it. */
inline constexpr int comparison_schema_version = 1;
std::string as_json(const comparison& c);

/** RFC 4180, a line for each change. */
std::string as_csv(const comparison& c);

/**
 * A line for each change: the slowdown and the ends of its interval, "-" where there
 * is none, and what it is.
 */
std::string as_simple(const comparison& c);

/**
 * For people: what changed beyond the noise, what only one report has, and a line
 * that counts all.
 */
std::string as_table(const comparison& c);

}  // namespace futex2::bench
