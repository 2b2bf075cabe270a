// SPDX-License-Identifier: MIT
// requeue: all threads sleep on one word; how long until all have been moved to
// another? Then they are woken there, which is not measured.
#include "bench/blocked.hpp"
#include "bench/clock.hpp"
#include "bench/perf_format.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class requeue final : public workload {
  public:
    requeue(const settings& how, const Engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        of_.threads = how_.threads == 0 ? where_.count() : how_.threads;
        of_.requeues = how_.broadcast || how_.requeues > of_.threads ? of_.threads : how_.requeues;
        of_.pi = how_.pi;
    }

    std::vector<series> measures() const override {
        return {{fmt::format("-q {}{}", of_.requeues, of_.pi ? ", PI" : ""), of_.threads, "time",
                 "ms", false}};
    }

    std::vector<double> run(watchdog& dog) override {
        using namespace std::chrono_literals;
        blocked_team threads(
            where_, of_.threads, [this] { return wait(); },
            [this] { return engine_.queued(from_, of_.threads); });
        threads.block(100ms, dog);
        moved_ = woken_ = 0;
        const stopwatch watch;
        while (moved_ + woken_ < of_.threads) move();
        const double ns = watch.ns();
        if (!of_.pi) wake_all();
        threads.join("requeue");
        ms_ = ns / ns_per_ms;
        return {ms_};
    }

    std::string heading() const override {
        return perf::requeue_summary(of_, how_.shared, &from_, &to_);
    }
    std::string text_of_run(int run) const override {
        return how_.silent ? "" : perf::requeue_run(run, of_, woken_, moved_, ms_);
    }
    std::string closing(const measured& runs) const override {
        return perf::requeue_closing(of_, runs[0]);
    }

  private:
    static constexpr bool has_pi = std::is_same_v<Engine, kernel_engine>;

    int wait() {
        if constexpr (has_pi) {
            if (of_.pi) return wait_pi();
        }
        return engine_.wait(from_, 0);
    }

    int wait_pi() {
        int result;
        do result = engine_.wait_requeue_pi(from_, 0, to_);
        while (result == -EAGAIN);
        return result == 0 ? engine_.unlock_pi(to_) : result;
    }

    void move() {
        if constexpr (has_pi) {
            if (of_.pi) {
                const int count =
                    count_of(engine_.requeue_pi(from_, 0, to_, of_.requeues), "requeue");
                ++woken_;  // as perf counts: each call gives the lock to one
                moved_ += count - 1;
                return;
            }
        }
        moved_ += count_of(engine_.requeue(from_, 0, to_, of_.requeues), "requeue");
    }

    void wake_all() {
        const int count = count_of(engine_.wake(to_, of_.threads), "requeue");
        if (count != of_.threads)
            give_up(fmt::format("requeue: woke {} of {} threads", count, of_.threads));
    }

    settings how_;
    Engine engine_;
    placement where_;
    perf::requeue of_;
    padded<typename Engine::word> from_;
    padded<typename Engine::word> to_;
    int moved_ = 0;  // in the last run
    int woken_ = 0;
    double ms_ = 0;
};

}  // namespace

made make_requeue(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        if (how.pi && !std::is_same_v<Engine, kernel_engine>)
            return {nullptr, "not supported: priority inheritance is an operation of futex(2)"};
        if (std::string reason = several_unsupported(what); !reason.empty())
            return {nullptr, reason};
        if constexpr (Engine::has_requeue)
            return {std::make_unique<requeue<Engine>>(how, engine), ""};
        else
            return {nullptr,
                    fmt::format("not supported: {} has no requeue", meaning_of(what.engine))};
    });
}

}  // namespace futex2::bench
