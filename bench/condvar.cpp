// SPDX-License-Identifier: MIT
// condvar: condition variables. Threads hand items over through a bounded queue; and one
// thread notifies all that wait: how long until the last has been through the lock?
#include <fmt/core.h>

#include <atomic>
#include <stdexcept>
#include <tuple>

#include "bench/bounded_queue.hpp"
#include "bench/clock.hpp"
#include "bench/contention.hpp"
#include "bench/lines.hpp"
#include "bench/statistics.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"
#include "bench/with_conditions.hpp"

namespace futex2::bench {
namespace {

/** Half of the threads push, half pop. */
class producers_and_consumers {
  public:
    explicit producers_and_consumers(const settings& how)
        : where_(how.nodes),
          threads_(how.threads > 0 ? how.threads : std::max(2, where_.count())),
          seconds_(how.seconds > 0 ? how.seconds : 0.1),
          places_(static_cast<size_t>(how.places)),
          inside_(how.inside_ns),
          outside_(how.outside_ns * threads_) {}

    int threads() const { return threads_; }

    /** Items a second. Throws if what came out is not what went in. */
    template <class Kind>
    double run(const Kind& kind, watchdog& dog) const {
        bounded_queue<Kind> queue(kind, places_);
        std::vector<count> counts(static_cast<size_t>(threads_));
        alignas(128) std::atomic<bool> done{false};
        alignas(128) std::atomic<int> producing{threads_ / 2};
        team threads(where_, threads_, [&](int index) {
            count& mine = counts[static_cast<size_t>(index)];
            if (index % 2 == 0)
                consume(queue, mine);
            else
                produce(queue, static_cast<uint64_t>(index), mine, done, producing);
        });
        const int64_t begin = threads.release();
        dog.rest(std::chrono::duration<double>(seconds_));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        const double seconds = static_cast<double>(now() - begin) / ns_per_second;
        return static_cast<double>(handed_over(counts)) / seconds;
    }

  private:
    struct alignas(128) count {
        int64_t items = 0;
        uint64_t sum = 0;  // of their numbers

        void add(uint64_t item) {
            ++items;
            sum += item;
        }
    };

    // Of each producer, other numbers.
    template <class Queue>
    void produce(Queue& queue, uint64_t index, count& mine, const std::atomic<bool>& done,
                 std::atomic<int>& producing) const {
        for (uint64_t item = index << 40; !done.load(std::memory_order_relaxed); ++item) {
            outside_();
            queue.push(item, inside_);
            mine.add(item);
        }
        if (producing.fetch_sub(1) == 1) queue.close();
    }

    template <class Queue>
    void consume(Queue& queue, count& mine) const {
        while (const std::optional<uint64_t> item = queue.pop(inside_)) {
            mine.add(*item);
            outside_();
        }
    }

    static int64_t handed_over(const std::vector<count>& counts) {
        count in;
        count out;
        for (size_t i = 0; i < counts.size(); ++i) {
            count& side = i % 2 == 0 ? out : in;
            side.items += counts[i].items;
            side.sum += counts[i].sum;
        }
        if (in.items != out.items || in.sum != out.sum)
            throw std::runtime_error(
                fmt::format("condvar: {} items went into the queue, {} came "
                            "out, or others than went in",
                            in.items, out.items));
        return out.items;
    }

    placement where_;
    int threads_;
    double seconds_;
    size_t places_;
    work inside_;
    work outside_;
};

/** Rounds in which threads wait, and are notified all at once. */
template <class Kind>
class broadcast {
  public:
    broadcast(const Kind& kind, const placement& where, int waiters)
        : kind_(kind), waiters_(waiters), threads_(where, waiters, [this](int i) { wait(i); }) {}

    /** Microseconds from the notify until the last has been through the lock. */
    double run(watchdog& dog) {
        threads_.release();
        std::vector<double> us;
        for (int round = 1; round <= rounds; ++round) {
            await(waiting_);
            for (int i = 0; i < waiters_; ++i)
                threads_.await_asleep(i, static_cast<unsigned>(round));
            const int64_t begin = begin_round(round);
            await(passed_);
            us.push_back(static_cast<double>(end_ - begin) / 1000);
            dog.beat();
        }
        threads_.join();
        return median(std::move(us));
    }

  private:
    static constexpr int rounds = 21;

    // Until all have counted themselves, which they do under the lock; from 0 again then.
    void await(int& count) {
        kind_.acquire(lock_);
        while (count != waiters_) kind_.wait(all_here_, lock_);
        count = 0;
        kind_.release(lock_);
    }
    void add_to(int& count) {
        if (++count == waiters_) kind_.notify_one(all_here_, lock_);
    }

    int64_t begin_round(int round) {
        kind_.acquire(lock_);
        round_ = round;
        const int64_t begin = now();
        kind_.notify_all(begun_, lock_);
        kind_.release(lock_);
        return begin;
    }

    // A thread is counted before its wait lets go of the lock: who sees all counted, under the
    // lock, has all waiting.
    void wait(int index) {
        for (int round = 1; round <= rounds; ++round) {
            kind_.acquire(lock_);
            add_to(waiting_);
            threads_.blocking(index);
            while (round_ != round) kind_.wait(begun_, lock_);
            end_ = now();
            add_to(passed_);
            kind_.release(lock_);
        }
    }

    [[no_unique_address]] Kind kind_;
    const int waiters_;
    alignas(128) typename Kind::lock lock_{};
    typename Kind::condition begun_;
    typename Kind::condition all_here_;
    int round_ = 0;
    int waiting_ = 0;
    int passed_ = 0;
    int64_t end_ = 0;  // of the last that passed
    team threads_;     // last: it looks at the others
};

template <class... Kind>
class condvar final : public workload {
  public:
    condvar(const settings& how, const Kind&... kinds)
        : kinds_(kinds...),
          where_(how.nodes),
          places_(how.places),
          waiters_(how.waiters),
          queue_(how) {}

    std::vector<series> measures() const override {
        std::vector<series> all;
        for (const std::string_view form : {Kind::form...}) {
            all.push_back({fmt::format("queue of {}{}", places_, form), queue_.threads(),
                           "throughput", "ops/s", true});
            all.push_back(
                {fmt::format("broadcast to {}{}", waiters_, form), waiters_, "time", "us"});
        }
        return all;
    }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> numbers;
        const auto measure = [&](const auto& kind) {
            numbers.push_back(queue_.run(kind, dog));
            numbers.push_back(broadcast(kind, where_, waiters_).run(dog));
        };
        std::apply([&](const Kind&... kinds) { (measure(kinds), ...); }, kinds_);
        return numbers;
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    std::tuple<Kind...> kinds_;
    placement where_;
    int places_;
    int waiters_;
    producers_and_consumers queue_;
};

}  // namespace

made make_condvar(const settings& how, const target& what) {
    return with_conditions(what, [&]<class... Kind>(const Kind&... kinds) -> made {
        return {std::make_unique<condvar<Kind...>>(how, kinds...), ""};
    });
}

}  // namespace futex2::bench
