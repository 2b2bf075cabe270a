// SPDX-License-Identifier: MIT
/**
 * A barrier for memory that processes share, as the standard's, without a completion function:
 * that would be one process's. 16 bytes.
 *
 * What comes before an arrival is visible to whoever waits for its phase. An arrival is one atomic
 * step, and the last of a phase two; it makes a system call where threads sleep. When all threads
 * have returned from the wait for a phase, and none arrives in the next one, the barrier may be
 * unmapped, though the last arrive() has not returned.
 *
 * A process that is killed before it has arrived keeps the others waiting for ever. Phases are
 * counted in 31 bits: a thread that waits for a phase must look before 2^31 more are complete.
 *
 * wait() blocks. Errors as in mutex.hpp; arrive() and arrive_and_drop() may be called from
 * signal handlers.
 */
#ifndef FUTEX2_SHARED_BARRIER_HPP
#define FUTEX2_SHARED_BARRIER_HPP

#include <atomic>
#include <cassert>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <futex2/shared/word.hpp>

namespace futex2::shared {

class barrier {
  public:
    /** The phase that the thread has arrived in. */
    class arrival_token {
        friend barrier;
        explicit arrival_token(std::uint32_t phase) noexcept : phase_(phase) {}
        std::uint32_t phase_;
    };

    static constexpr std::ptrdiff_t max() noexcept { return INT32_MAX; }

    /** expected: arrivals of each phase, 0 to max(). */
    constexpr explicit barrier(std::ptrdiff_t expected)
        : state_(0, static_cast<std::uint32_t>(expected)),
          expected_(static_cast<std::uint32_t>(expected)) {
        assert(expected >= 0 && expected <= max());
    }
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;

    /** n arrivals, at most what the phase still expects. The last one completes the phase. A
     * thread arrives again only when it knows, by a wait, that the phase before is complete. */
    [[nodiscard]] arrival_token arrive(std::ptrdiff_t n = 1) noexcept {
        const auto arrivals = static_cast<std::uint32_t>(n);
        // release: pairs with the last arrival's acquire, and so with wait().
        const pair before = both().fetch_sub(arrivals, std::memory_order::acq_rel);
        assert(n > 0 && arrivals <= word::count(before));
        const std::uint32_t phase = phase_of(before);
        if (word::count(before) == arrivals) {
            complete(phase);
        }
        return arrival_token(phase);
    }
    /** Until the phase of the token is complete. */
    void wait(arrival_token&& arrival) const {
        const std::uint32_t phase = arrival.phase_;
        const auto over = [&] {
            return phase_of(both().load(std::memory_order::acquire)) != phase;
        };
        if (over() || detail::comes_soon(over)) {
            return;
        }
        while (!over()) {
            if (marked(phase)) {
                detail::times_out_on_shared(state_.address(), phase | asleep, nullptr,
                                            "futex2: barrier");
            }
        }
    }
    void arrive_and_wait() { wait(arrive()); }
    /** Arrives, and is not expected any more from the next phase on. */
    void arrive_and_drop() noexcept {
        // relaxed: goes before the arrival, which the last one of the phase sees.
        expected_.fetch_sub(1, std::memory_order::relaxed);
        static_cast<void>(arrive());
    }

  private:
    using word = detail::counted_word;  // the phase, and how many arrivals are still to come
    using pair = word::pair;
    static constexpr std::uint32_t asleep = 1;  // threads may sleep until the phase is complete
    static constexpr std::uint32_t one_phase = 2;

    static std::uint32_t phase_of(pair both) noexcept { return word::value(both) & ~asleep; }

    std::atomic<pair>& both() const noexcept { return state_.both(); }

    // All have arrived: nobody else changes more than the mark. The exchange is the last touch.
    void complete(std::uint32_t phase) noexcept {
        const pair next =
            word::of_value(phase + one_phase) | expected_.load(std::memory_order::relaxed);
        // release: pairs with wait().
        if ((word::value(both().exchange(next, std::memory_order::release)) & asleep) != 0) {
            detail::wake_shared(state_.address(), INT_MAX);
        }
    }

    // Whether the phase is under way, and is marked so that its end wakes. relaxed: as in
    // detail::counted_in.
    bool marked(std::uint32_t phase) const noexcept {
        pair seen = both().load(std::memory_order::relaxed);
        while (word::value(seen) == phase) {
            if (both().compare_exchange_weak(seen, seen | word::of_value(asleep),
                                             std::memory_order::relaxed)) {
                return true;
            }
        }
        return word::value(seen) == (phase | asleep);
    }

    mutable word state_;
    std::atomic<std::uint32_t> expected_;
};

}  // namespace futex2::shared

#endif
