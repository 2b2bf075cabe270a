// SPDX-License-Identifier: MIT
// wake: all threads sleep on one word; how long until the main thread, waking
// some at a time, has woken all?
#include <algorithm>
#include <climits>

#include "bench/blocked.hpp"
#include "bench/clock.hpp"
#include "bench/perf_format.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class wake final : public workload {
  public:
    wake(const settings& how, const Engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        if (how_.threads == 0) how_.threads = where_.count();
        if (how_.wakes == 0) how_.wakes = 1;
    }

    std::vector<series> measures() const override {
        return {{fmt::format("-w {}", how_.wakes), how_.threads, "time", "ms", false}};
    }

    std::vector<double> run(watchdog& dog) override {
        using namespace std::chrono_literals;
        blocked_team threads(
            where_, how_.threads, [this] { return engine_.wait(word_, 0); },
            [this] { return engine_.queued(word_, how_.threads); });
        threads.block(100ms, dog);
        int woken = 0;
        const int each = how_.wakes < how_.threads ? how_.wakes : INT_MAX;
        if constexpr (Engine::by_value) store(word_, 1);
        const stopwatch watch;
        while (woken < how_.threads) {
            const int count = count_of(engine_.wake(word_, each), "wake");
            woken += std::min(count, how_.threads - woken);
        }
        const double ns = watch.ns();
        threads.join("wake");
        store(word_, 0);
        woken_ = woken;
        ms_ = ns / ns_per_ms;
        return {ms_};
    }

    std::string heading() const override {
        return perf::wake_summary(how_.threads, how_.shared, &word_, how_.wakes);
    }
    std::string text_of_run(int run) const override {
        return how_.silent ? "" : perf::wake_run(run, woken_, how_.threads, ms_);
    }
    std::string closing(const measured& runs) const override {
        return perf::wake_closing(woken_, how_.threads, runs[0]);
    }

  private:
    settings how_;
    Engine engine_;
    placement where_;
    padded<typename Engine::word> word_;
    int woken_ = 0;  // in the last run
    double ms_ = 0;
};

}  // namespace

made make_wake(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<wake<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
