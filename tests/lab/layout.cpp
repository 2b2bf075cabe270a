// SPDX-License-Identifier: MIT
#include "lab/layout.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace futex2::lab {

std::string scene::kind_of(uint64_t address) const {
    for (const range& r : ranges)
        if (address >= r.begin && address < r.end) return r.kind;
    return "thread";
}

std::string scene::name() const {
    return "words on node " + std::to_string(word_node) + ", caller on " +
           std::to_string(caller_node);
}

layout read_layout(const char* file) {
    std::ifstream stream(file);
    layout read;
    for (std::string line; std::getline(stream, line);) {
        std::istringstream words(line);
        std::string what;
        words >> what;
        if (what == "kernel") {
            words >> read.kernel;
        } else if (what == "scene") {
            scene s;
            words >> s.engine >> s.word_node >> s.caller_node;
            read.scenes.push_back(s);
        } else if (what == "range" && !read.scenes.empty()) {
            range r;
            words >> r.kind >> std::hex >> r.begin >> r.end;
            read.scenes.back().ranges.push_back(r);
        } else {
            throw std::runtime_error("the machine has printed: " + line);
        }
        if (!words) throw std::runtime_error("half a line in the layout: " + line);
    }
    if (read.kernel.empty() || read.scenes.empty())
        throw std::runtime_error("no kernel or no scene in the layout");
    return read;
}

}  // namespace futex2::lab
