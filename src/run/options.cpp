// SPDX-License-Identifier: MIT
#include "run/options.hpp"

#include <stdlib.h>
#include <string.h>

#include "abi/instance.hpp"

namespace futex2::run {

constinit options chosen;

namespace {

constinit char trace_name[most_bytes_of_trace];

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
    bool begins_with(const char* name) const { return strncmp(text, name, strlen(name)) == 0; }
};

bool choose(const option& o) {
    if (o.is("upstream"))
        chosen.upstream = true;
    else if (o.is("strict"))
        chosen.strict = true;
    else if (o.is("stats"))
        chosen.stats = true;
    else if (o.is("trap"))
        chosen.trap = true;
    else if (o.is(word_for_ignored_sigsys))
        chosen.ignores_sigsys = true;
    else if (o.begins_with("first="))
        chosen.first = atoi(o.text + strlen("first="));
    else
        return false;
    return true;
}

// What stands last: a file's name may have spaces in it.
bool is_trace(const option& o) {
    constexpr char name[] = "trace=";
    if (!o.begins_with(name)) return false;
    const char* file = o.text + strlen(name);
    if (strlen(file) >= sizeof trace_name) return false;
    stpcpy(trace_name, file);
    chosen.trace = trace_name;
    return true;
}

}  // namespace

void read_options(char** environment) {
    const char* text = value_in(environment);
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        const option next{text, strcspn(text, " ")};
        if (is_trace(next)) return;
        if (!choose(next)) abi::complain(variable, "what `futex2 run` sets");
        text += next.length;
    }
}

}  // namespace futex2::run
