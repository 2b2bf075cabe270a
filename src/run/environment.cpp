// SPDX-License-Identifier: MIT
#include "run/environment.hpp"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "run/options.hpp"
#include "run/sigsys_action.hpp"

namespace futex2::run {
namespace {

constexpr char loader_variable[] = "LD_PRELOAD=";
constexpr char own_variable[] = "FUTEX2_RUN=";
constexpr char options_of_nobody[] = "trap";

// The value of FUTEX2_RUN, and this library's file. Written while this library is loaded.
constinit char kept_options[2 * PATH_MAX];
constinit char kept_library[PATH_MAX];

bool begins_with(const char* text, const char* beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

// Its value, or null.
const char* value_in(const char* entry, const char* name_and_sign) {
    return begins_with(entry, name_and_sign) ? entry + strlen(name_and_sign) : nullptr;
}

// What the loader splits LD_PRELOAD at.
constexpr char between_libraries[] = " :";

bool has_library(const char* list, const char* library) {
    const size_t wanted = strlen(library);
    for (list += strspn(list, between_libraries); *list != '\0';
         list += strspn(list, between_libraries)) {
        const size_t length = strcspn(list, between_libraries);
        if (length == wanted && memcmp(list, library, length) == 0) return true;
        list += length;
    }
    return false;
}

// Without what an earlier exec has put there.
const char* without_first_word(const char* options) {
    if (!begins_with(options, word_for_ignored_sigsys)) return options;
    options += strlen(word_for_ignored_sigsys);
    return options + strspn(options, " ");
}

bool keep_library(const char* file) {
    // Another program may be started in another folder.
    if (*file != '/') return realpath(file, kept_library) != nullptr;
    if (strlen(file) >= sizeof kept_library) return false;
    stpcpy(kept_library, file);
    return true;
}

}  // namespace

bool keep_environment(char** environment) {
    Dl_info here;
    if (dladdr(reinterpret_cast<const void*>(&keep_environment), &here) == 0) return false;
    if (!keep_library(here.dli_fname)) return false;
    const char* own = nullptr;
    for (; own == nullptr && *environment != nullptr; ++environment)
        own = value_in(*environment, own_variable);
    if (own == nullptr) own = options_of_nobody;
    if (strlen(own) >= sizeof kept_options) return false;
    stpcpy(kept_options, own);
    return true;
}

const char* library_to_load() {
    return kept_library;
}

whole_environment::whole_environment(char* const* given) : given_(given), options_(nullptr) {
    for (; given != nullptr && *given != nullptr; ++given, ++count_) {
        // Of two entries of one name the loader takes the last one, and options.cpp the first.
        if (const char* libraries = value_in(*given, loader_variable)) libraries_ = libraries;
        if (options_ == nullptr) options_ = value_in(*given, own_variable);
    }
    options_ = without_first_word(options_ == nullptr ? kept_options : options_);
}

size_t whole_environment::most_bytes() const {
    return sizeof loader_variable + strlen(kept_library) + 1 + strlen(libraries_) +
           sizeof own_variable + sizeof word_for_ignored_sigsys + strlen(options_);
}

void whole_environment::put(char** entries, char* text) const {
    *entries++ = text;
    text = put_loader(text) + 1;
    *entries++ = text;
    put_options(text);
    for (size_t i = 0; i < count_; ++i)
        if (!begins_with(given_[i], loader_variable) && !begins_with(given_[i], own_variable))
            *entries++ = given_[i];
    *entries = nullptr;
}

// Returns its end.
char* whole_environment::put_loader(char* text) const {
    text = stpcpy(text, loader_variable);
    if (!has_library(libraries_, kept_library)) {
        text = stpcpy(text, kept_library);
        if (*libraries_ != '\0') text = stpcpy(text, ":");
    }
    return stpcpy(text, libraries_);
}

void whole_environment::put_options(char* text) const {
    text = stpcpy(text, own_variable);
    if (ignores_sigsys()) text = stpcpy(stpcpy(text, word_for_ignored_sigsys), " ");
    stpcpy(text, options_);
}

}  // namespace futex2::run
