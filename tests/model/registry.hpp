// SPDX-License-Identifier: MIT
// The scenarios by name.
#pragma once

#include <string>
#include <vector>

#include "model/relacy.hpp"

namespace futex2::model {

struct scenario {
    std::string name;
    bool (*run)(rl::test_params&);
};

inline std::vector<scenario>& scenarios() {
    static std::vector<scenario> all;
    return all;
}

template <class Suite>
struct registration {
    explicit registration(const char* name) {
        scenarios().push_back(
            {name, [](rl::test_params& how) { return rl::simulate<Suite>(how); }});
    }
};

}  // namespace futex2::model
