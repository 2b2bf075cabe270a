// SPDX-License-Identifier: MIT
// What counted lines cost on machines whose latencies somebody has published
// (docs/scaling.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lab/costs.hpp"

namespace futex2::lab {

/** Latencies in ns, each a mean over nodes. */
struct server {
    std::string name;
    int nodes;
    double local;     // of a node's own memory
    double remote;    // of another node's
    double transfer;  // of a line that another node's cache has modified
};

/**
 * From a file as servers.json: `memory` has a row for each reading node; `caches` has
 * matrices of the same form, with nothing on the diagonal, or is empty: then a line from a
 * cache takes as long as from the memory there. Throws std::runtime_error where it is not
 * of that form.
 */
std::vector<server> read_servers(const std::string& file);

/** ns, where no line is in a cache yet, on a machine of as many nodes as the server. */
double cold(const tally& t, const server& s);

/** ns for what has to come from other nodes, where all else is in the node's cache. */
double warm(const tally& t, const server& s);

/** The tables of docs/scaling.md. */
void print_scaling(std::span<const cost> costs, std::span<const server> servers);

}  // namespace futex2::lab
