// SPDX-License-Identifier: MIT
#include "run/options.hpp"

#include <string.h>

#include "abi/instance.hpp"

namespace futex2::run {

constinit options chosen;

namespace {

constexpr char variable[] = "FUTEX2_RUN";

const char* value_in(char** environment) {
    constexpr size_t length = sizeof variable - 1;
    for (; *environment != nullptr; ++environment)
        if (strncmp(*environment, variable, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

// One word of the variable.
struct option {
    const char* text;
    size_t length;

    bool is(const char* name) const {
        return length == strlen(name) && strncmp(text, name, length) == 0;
    }
};

bool choose(const option& o) {
    if (o.is("upstream"))
        chosen.upstream = true;
    else if (o.is("strict"))
        chosen.strict = true;
    else
        return false;
    return true;
}

}  // namespace

void read_options(char** environment) {
    const char* text = value_in(environment);
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        const option next{text, strcspn(text, " ")};
        if (!choose(next)) abi::complain(variable, "what `futex2 run` sets");
        text += next.length;
    }
}

}  // namespace futex2::run
