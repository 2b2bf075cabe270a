// SPDX-License-Identifier: MIT
/**
 * A latch, as the standard's: a count that goes down to 0 once; 8 bytes.
 *
 * Who sees it at 0 may destroy it, while others still return from count_down().
 */
#ifndef FUTEX2_LATCH_HPP
#define FUTEX2_LATCH_HPP

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <futex2/futex.hpp>
#include <limits>

namespace futex2 {

class latch {
  public:
    static constexpr std::ptrdiff_t max() noexcept {
        return std::numeric_limits<std::ptrdiff_t>::max();
    }

    /** expected: 0 to max(). */
    constexpr explicit latch(std::ptrdiff_t expected)
        : count_(static_cast<std::uint64_t>(expected)) {
        assert(expected >= 0);
    }
    latch(const latch&) = delete;
    latch& operator=(const latch&) = delete;

    /** Of at most what is left. What comes before is visible to who sees the latch at 0. */
    void count_down(std::ptrdiff_t n = 1) {
        const auto down = static_cast<std::uint64_t>(n);
        const std::uint64_t before = count_.fetch_sub(down, std::memory_order::acq_rel);
        assert(n >= 0 && down <= before);
        if (before == down && down != 0) {
            count_.wake_all();  // uses the address alone
        }
    }
    bool try_wait() const noexcept { return count_.load(std::memory_order::acquire) == 0; }
    void wait() const {
        while (const std::uint64_t left = count_.load(std::memory_order::acquire)) {
            count_.wait(left, std::memory_order::acquire);
        }
    }
    void arrive_and_wait(std::ptrdiff_t n = 1) {
        count_down(n);
        wait();
    }

  private:
    futex<std::uint64_t> count_;
};

}  // namespace futex2

#endif
