// SPDX-License-Identifier: MIT
// small-words: arrays of locks. How many bytes does each take, and what does it cost that
// several lie in one cache line? Threads take locks at random, or each its own beside the
// others': once of an array as dense as the locks allow, once with a lock to two cache lines.
#include <fmt/core.h>

#include <new>
#include <random>
#include <stdexcept>
#include <vector>

#include "bench/lines.hpp"
#include "bench/repeat_for.hpp"
#include "bench/suites.hpp"
#include "bench/with_lock.hpp"

namespace futex2::bench {
namespace {

// Marsaglia's xorshift, which takes less time than a lock does.
class random_index {
  public:
    random_index(uint64_t seed, size_t size) : state_(seed | 1), size_(size) {}

    size_t operator()() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return (state_ >> 32) * size_ >> 32;
    }

  private:
    uint64_t state_;
    uint64_t size_;  // below 2^32
};

// An array that begins where a cache line does: which locks share one is the same in each run.
template <class T>
struct from_a_line {
    using value_type = T;
    static constexpr std::align_val_t line{128};

    from_a_line() = default;
    template <class U>
    from_a_line(const from_a_line<U>&) {}

    T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
    void deallocate(T* array, size_t) { ::operator delete(array, line); }
    bool operator==(const from_a_line&) const { return true; }
};

template <class Kind>
class small_words final : public workload {
  public:
    small_words(const settings& how, const Kind& kind)
        : kind_(kind),
          where_(how.nodes),
          threads_(how.threads > 0 ? how.threads : where_.count()),
          seconds_(how.seconds > 0 ? how.seconds : 0.02),
          locks_(static_cast<size_t>(how.locks)),
          random_(how.seed) {
        if (threads_ > how.locks)
            throw std::invalid_argument(fmt::format(
                "small-words: {} threads need more than {} locks", threads_, how.locks));
    }

    std::vector<series> measures() const override {
        return {{"packed, at random", threads_, "throughput", "ops/s", true},
                {"packed, neighbours", threads_, "throughput", "ops/s", true},
                {"padded, at random", threads_, "throughput", "ops/s", true},
                {"padded, neighbours", threads_, "throughput", "ops/s", true},
                {"packed", threads_, "bytes per lock", "bytes"}};
    }

    std::vector<double> run(watchdog& dog) override {
        return {at_random<state>(dog), neighbours<state>(dog), at_random<padded<state>>(dog),
                neighbours<padded<state>>(dog), static_cast<double>(sizeof(state))};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using state = typename Kind::state;

    template <class Lock>
    double at_random(watchdog& dog) {
        std::vector<uint64_t> seeds;
        for (int i = 0; i < threads_; ++i) seeds.push_back(random_());
        return rate<Lock>(dog, [&](size_t thread) { return random_index(seeds[thread], locks_); });
    }

    template <class Lock>
    double neighbours(watchdog& dog) const {
        return rate<Lock>(dog, [](size_t thread) { return [thread] { return thread; }; });
    }

    // Each thread takes the lock that which(thread)() names, changes what it guards, and gives
    // it back.
    template <class Lock, class Which>
    double rate(watchdog& dog, const Which& which) const {
        struct alignas(128) guarded {
            int64_t entered = 0;
        };
        std::vector<Lock, from_a_line<Lock>> locks(locks_);
        std::vector<guarded> by_lock(locks_);
        const tally had = repeat_for(seconds_, where_, threads_, dog, [&](int index) {
            return [&, next = which(static_cast<size_t>(index))]() mutable {
                const size_t i = next();
                kind_.acquire(locks[i]);
                ++by_lock[i].entered;
                kind_.release(locks[i]);
            };
        });
        int64_t entered = 0;
        for (const guarded& g : by_lock) entered += g.entered;
        if (entered != had.sum)
            throw std::runtime_error(
                fmt::format("small-words: a lock let two in at once: {} entered, {} were counted",
                            had.sum, entered));
        return had.rate();
    }

    Kind kind_;
    placement where_;
    int threads_;
    double seconds_;
    size_t locks_;
    std::mt19937_64 random_;
};

}  // namespace

made make_small_words(const settings& how, const target& what) {
    return with_locks(what, [&]<class Kind>(const Kind& kind) -> made {
        return {std::make_unique<small_words<Kind>>(how, kind), ""};
    });
}

}  // namespace futex2::bench
