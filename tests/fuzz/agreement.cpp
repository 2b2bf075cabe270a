// SPDX-License-Identifier: MIT
#include "fuzz/agreement.hpp"

#include <string.h>

#include <algorithm>
#include <cerrno>

#include "abi/engine.hpp"

namespace futex2::fuzz {
namespace {

/** When two results, and two hints, are the same to a caller. `s`: null, if no step is known. */
struct rules {
    bool (*result)(const step* s, int one, int other);
    bool (*hint)(int64_t one, int64_t other);
};

bool names_shared_word(const step& s) {
    return s.flaw == flaw::shared || s.flaw == flaw::one_shared;
}

// The rows of docs/semantics.md in which a result differs.
bool is_row(const step* s, int library, int kernel) {
    if (library == kernel) return true;
    if (s == nullptr) return false;
    // #requeue_kinds: nobody is there to be moved.
    if (s->between_kinds() && kernel == -EINVAL)
        return library == 0 || library == -EAGAIN || library == -EFAULT;
    // #mixed.
    return names_shared_word(*s) && s->what == action::waitv && library == -ENOSYS &&
           !abi_test::library_uses("waitv");
}

// #unshared.
bool is_row_of_sizes(const step* s, int one, int other) {
    return one == other || (s != nullptr && names_shared_word(*s) && other == -ENOTSUP);
}

constexpr rules of_sizes = {
    .result = is_row_of_sizes,
    .hint = [](int64_t one, int64_t other) { return one == other; },
};

constexpr rules of_engines = {
    .result = is_row,
    // With FUTEX2_NODES the kernel knows nothing of the library's nodes.
    .hint = [](int64_t library,
               int64_t kernel) { return library == kernel || (library >= 0 && kernel >= 0); },
};

std::string result_name(int result) {
    if (result == begun) return "begun";
    if (result == no_return) return "no return";
    return result < 0 ? strerrorname_np(-result) : std::to_string(result);
}

class comparison {
  public:
    comparison(const program& p, const rules& by) : program_(p), by_(by) {}

    std::string where_part(const trace& one, const trace& other) {
        for (const trace* t : {&one, &other})
            for (const std::string& fault : t->faults) report(fault);
        const size_t n = std::min(one.points.size(), other.points.size());
        for (size_t i = 0; i < n && found_.empty(); ++i) compare(one.points[i], other.points[i]);
        if (one.points.size() != other.points.size()) report("one run has more quiet points");
        return found_;
    }

  private:
    void compare(const quiet_point& one, const quiet_point& other) {
        here_ = &one;
        if (one.steps != other.steps) report("other steps were made: " + told(program_, other));
        const size_t n = std::min(one.results.size(), other.results.size());
        for (size_t i = 0; i < n; ++i) {
            const step* s = i < one.steps.size() ? &program_[one.steps[i]] : nullptr;
            compare_results("result", s, one.results[i], other.results[i]);
        }
        for (unsigned i = 0; i < thread_count; ++i) {
            compare_results("thread " + std::to_string(i), begun_here(i), one.returned[i],
                            other.returned[i]);
        }
        for (unsigned i = 0; i < word_count; ++i) {
            if (one.value[i] != other.value[i])
                report("value", i, static_cast<int64_t>(one.value[i]),
                       static_cast<int64_t>(other.value[i]));
            if (is_numa(i) && !by_.hint(one.hint[i], other.hint[i]))
                report("hint", i, one.hint[i], other.hint[i]);
        }
    }

    // The wait that the thread began in this step.
    const step* begun_here(unsigned thread) const {
        for (const size_t index : here_->steps)
            if (program_[index].waits() && program_[index].thread == thread)
                return &program_[index];
        return nullptr;
    }

    void compare_results(const std::string& whose, const step* s, int one, int other) {
        if (!by_.result(s, one, other))
            report(whose + ": " + result_name(one) + " and " + result_name(other));
    }

    void report(const std::string& what, unsigned word, int64_t one, int64_t other) {
        report(what + " of word " + std::to_string(word) + ": " + std::to_string(one) + " and " +
               std::to_string(other));
    }

    void report(const std::string& what) {
        if (here_ != nullptr) found_ += "after " + told(program_, *here_) + ": ";
        found_ += what + '\n';
    }

    const program& program_;
    const rules& by_;
    const quiet_point* here_ = nullptr;
    std::string found_;
};

}  // namespace

std::string where_sizes_part(const program& p, const trace& one, const trace& other) {
    return comparison(p, of_sizes).where_part(one, other);
}

std::string where_engines_part(const program& p, const trace& library, const trace& kernel) {
    return comparison(p, of_engines).where_part(library, kernel);
}

}  // namespace futex2::fuzz
