// SPDX-License-Identifier: MIT
/**
 * A barrier, as the standard's: threads wait for each other, phase by phase.
 *
 * On a machine of several NUMA nodes it is a tree: a leaf for each node, with a share of the
 * expected arrivals, and a root that counts full leaves. A thread arrives at its node's leaf,
 * or, where that is full, at the next that is not; and waits on a word of its own node. So a
 * phase costs as many steps between nodes as there are nodes, not as there are threads.
 *
 * The constructor allocates the leaves (std::bad_alloc); nothing else allocates. The
 * completion function runs once a phase, on one of the threads that arrive, before any of
 * them goes on; it must not throw. wait() throws as in word.hpp.
 */
#ifndef FUTEX2_BARRIER_HPP
#define FUTEX2_BARRIER_HPP

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <futex2/futex.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace futex2 {
namespace detail {

struct no_completion {
    void operator()() noexcept {}
};

}  // namespace detail

template <class Completion = detail::no_completion>
class barrier {
    // A node's share of a phase, on cache lines of its own.
    struct alignas(128) leaf {
        std::atomic<std::ptrdiff_t> arrived{0};  // also those who found it full and went on
        std::ptrdiff_t quota = 0;                // changed between phases
        std::uint64_t phase = 0;                 // so is this: the one that is under way
        alignas(64) futex<std::uint64_t> told;   // the same, when those who wait may go on
    };

  public:
    /** The phase that the thread has arrived in. */
    class arrival_token {
        friend barrier;
        explicit arrival_token(std::uint64_t phase) noexcept : phase_(phase) {}
        std::uint64_t phase_;
    };

    static constexpr std::ptrdiff_t max() noexcept { return PTRDIFF_MAX; }

    /** expected: threads of each phase, 0 to max(). */
    explicit barrier(std::ptrdiff_t expected, Completion completion = Completion())
        : count_(leaves_for(expected)),
          leaves_(std::make_unique<leaf[]>(count_)),
          expected_(expected),
          completion_(std::move(completion)) {
        assert(expected >= 0);
        share_out();
    }
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;

    /** n arrivals, at most what the phase still expects. The last one completes the phase. A
     * thread arrives again only when it knows, by a wait, that the phase before is complete. */
    [[nodiscard]] arrival_token arrive(std::ptrdiff_t n = 1) {
        assert(n > 0 && n <= expected_);
        const std::size_t home = here();
        const std::uint64_t phase = leaves_[home].phase;
        for (std::size_t i = home; n > 0; i = i + 1 < count_ ? i + 1 : 0) {
            n -= arrive_at(leaves_[i], n);
        }
        return arrival_token(phase);
    }
    /** Until the phase of the token is complete. */
    void wait(arrival_token&& arrival) const {
        // The leaves are told one after another: a thread that has come from another node may
        // know of a phase that this one has not heard of.
        const futex<std::uint64_t>& told = leaves_[here()].told;
        for (std::uint64_t seen;
             (seen = told.load(std::memory_order::acquire)) <= arrival.phase_;) {
            told.wait(seen, std::memory_order::acquire);
        }
    }
    void arrive_and_wait() { wait(arrive()); }
    /** Arrives, and is not expected any more from the next phase on. */
    void arrive_and_drop() {
        dropped_.fetch_add(1, std::memory_order::relaxed);
        static_cast<void>(arrive());
    }

  private:
    static std::size_t leaves_for(std::ptrdiff_t expected) {
        const int nodes = futex2_node_count();
        return static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(nodes, 1, std::max<std::ptrdiff_t>(expected, 1)));
    }
    std::size_t here() const {
        if (count_ == 1) {
            return 0;
        }
        const int node = futex2_current_node();
        return node > 0 ? static_cast<std::size_t>(node) % count_ : 0;
    }

    // Of n arrivals, how many the leaf has room for.
    std::ptrdiff_t arrive_at(leaf& at, std::ptrdiff_t n) {
        const std::ptrdiff_t quota = at.quota;
        if (quota == 0) {
            return 0;
        }
        const std::ptrdiff_t before = at.arrived.fetch_add(n, std::memory_order::acq_rel);
        const std::ptrdiff_t taken = std::clamp<std::ptrdiff_t>(quota - before, 0, n);
        if (taken > 0 && before + taken == quota) {
            // Read first: behind this step another thread may complete the phase, and change it.
            const std::ptrdiff_t leaves = leaves_in_use_;
            if (full_leaves_.fetch_add(1, std::memory_order::acq_rel) + 1 == leaves) {
                complete();
            }
        }
        return taken;
    }

    // All have arrived: nobody else touches the leaves before their phase changes.
    void complete() {
        completion_();
        expected_ -= dropped_.exchange(0, std::memory_order::relaxed);
        share_out();
        const std::uint64_t next = leaves_[0].phase + 1;
        for (std::size_t i = 0; i < count_; ++i) {
            leaves_[i].phase = next;
        }
        for (std::size_t i = 0; i < count_; ++i) {
            tell(leaves_[i].told, next);
        }
    }

    // Whom the first leaf was told may have completed the next phase before the last leaf is told
    // of this one: no leaf goes back.
    static void tell(futex<std::uint64_t>& told, std::uint64_t next) {
        std::uint64_t seen = told.load(std::memory_order::relaxed);
        while (seen < next && !told.compare_exchange_weak(seen, next, std::memory_order::release,
                                                          std::memory_order::relaxed)) {
        }
        told.wake_all();  // uses the address alone
    }

    // Each leaf's share, as even as it can be.
    void share_out() {
        const auto leaves = static_cast<std::ptrdiff_t>(count_);
        for (std::ptrdiff_t i = 0; i < leaves; ++i) {
            leaf& at = leaves_[static_cast<std::size_t>(i)];
            at.quota = expected_ / leaves + (i < expected_ % leaves ? 1 : 0);
            at.arrived.store(0, std::memory_order::relaxed);
        }
        leaves_in_use_ = std::min(leaves, expected_);
        full_leaves_.store(0, std::memory_order::relaxed);
    }

    const std::size_t count_;
    const std::unique_ptr<leaf[]> leaves_;
    std::ptrdiff_t expected_;
    std::ptrdiff_t leaves_in_use_ = 0;
    std::atomic<std::ptrdiff_t> dropped_{0};
    alignas(64) std::atomic<std::ptrdiff_t> full_leaves_{0};  // the root
    [[no_unique_address]] Completion completion_;
};

}  // namespace futex2

#endif
