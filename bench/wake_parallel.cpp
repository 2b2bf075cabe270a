// SPDX-License-Identifier: MIT
// wake-parallel: all threads sleep on one word; several others wake an equal
// share each, at once. How long does such a wake take?
#include <algorithm>
#include <climits>

#include "bench/blocked.hpp"
#include "bench/clock.hpp"
#include "bench/perf_format.hpp"
#include "bench/statistics.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class wake_parallel final : public workload {
  public:
    wake_parallel(const settings& how, const Engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        of_.threads = how_.threads == 0 ? where_.count() : how_.threads;
        // As perf: more wakers than threads are as many as threads.
        of_.wakers = how_.wakes == 0 || how_.wakes > of_.threads ? of_.threads : how_.wakes;
        if (of_.threads % of_.wakers != 0)
            throw std::invalid_argument(
                fmt::format("wake-parallel: {} threads cannot be divided by {} wakers evenly",
                            of_.threads, of_.wakers));
        of_.wakes = of_.threads / of_.wakers;
    }

    std::vector<series> measures() const override {
        return {{fmt::format("-w {}", of_.wakers), of_.threads, "latency", "ms", false}};
    }

    std::vector<double> run(watchdog& dog) override {
        using namespace std::chrono_literals;
        blocked_team threads(
            where_, of_.threads, [this] { return engine_.wait(word_, 0); },
            [this] { return engine_.queued(word_, of_.threads); });
        threads.block(200ms, dog);
        if constexpr (Engine::by_value) store(word_, 1);
        ms_.assign(static_cast<size_t>(of_.wakers), 0);
        const auto how = where_.chosen() ? team::placed::in_turn : team::placed::anywhere;
        std::atomic<int> woken{0};
        team wakers(
            where_, of_.wakers,
            [&](int index) {
                const stopwatch watch;
                const int count = count_of(engine_.wake(word_, share()), "wake-parallel");
                const double ns = watch.ns();
                ms_[static_cast<size_t>(index)] = ns / ns_per_ms;
                woken += std::min(count, of_.wakes);
            },
            how);
        wakers.release();
        wakers.join();
        // All sleep, so no waker may find fewer than its share.
        if (woken != of_.threads)
            give_up(fmt::format("wake-parallel: woke {} of {} threads", woken, of_.threads));
        threads.join("wake-parallel");
        store(word_, 0);
        return {mean(ms_)};
    }

    std::string heading() const override {
        return perf::parallel_summary(of_, how_.shared, &word_);
    }
    std::string text_of_run(int run) const override {
        return how_.silent ? "" : perf::parallel_run(run, of_, ms_);
    }
    std::string closing(const measured& runs) const override {
        return perf::parallel_closing(of_, runs[0]);
    }

  private:
    // Of a waker.
    int share() const { return of_.wakers > 1 ? of_.wakes : INT_MAX; }

    settings how_;
    Engine engine_;
    placement where_;
    perf::parallel of_;
    padded<typename Engine::word> word_;
    std::vector<double> ms_;  // of each waker in the last run
};

}  // namespace

made make_wake_parallel(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<wake_parallel<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
