// SPDX-License-Identifier: MIT
// The ways in which `futex2 info` prints what it found.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "info_facts.hpp"

namespace futex2::command {

/** For people: a table of the nodes, then the rest by subject. */
std::string info_text(const facts& found);

/** One object; its keys are those of docs/info-schema.md. */
nlohmann::ordered_json info_json(const facts& found);

/**
 * The leaves of an object in order, each with the way to it: "nodes.list.0.node".
 * A list of numbers is one leaf, "0 1 2"; null is the empty text.
 */
std::vector<std::pair<std::string, std::string>> leaves_of(const nlohmann::ordered_json& object);

/** A leaf a line: "nodes.count=1". */
std::string info_simple(const facts& found);

/** The same as RFC 4180 lines with the header "key,value". */
std::string info_csv(const facts& found);

/** "0-3,8", as sysfs writes it. */
std::string list_text(const std::vector<int>& ascending);

/** "ENOSYS" for -ENOSYS; "" for 0. */
std::string error_name(int error);

}  // namespace futex2::command
