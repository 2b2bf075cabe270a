// SPDX-License-Identifier: MIT
// lock-pi: each thread takes a lock with priority inheritance, sleeps for a
// microsecond, and lets it go. An operation of futex(2) alone.
#include <fmt/core.h>
#include <unistd.h>

#include <numeric>

#include "bench/clock.hpp"
#include "bench/perf_format.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

class lock_pi final : public workload {
  public:
    lock_pi(const settings& how, const kernel_engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        if (how_.threads == 0) how_.threads = where_.count();
        if (how_.seconds == 0) how_.seconds = 10;
        locks_ = std::vector<padded<word>>(how_.multi ? static_cast<size_t>(how_.threads) : 1);
    }

    std::vector<series> measures() const override {
        return {{how_.multi ? "-M" : "", how_.threads, "throughput", "ops/s", true}};
    }

    std::vector<double> run(watchdog& dog) override {
        rates_.assign(static_cast<size_t>(how_.threads), 0);
        std::atomic<bool> done{false};
        std::atomic<int> error{0};
        team threads(where_, how_.threads, [&](int i) {
            rates_[static_cast<size_t>(i)] = rate(lock_of(static_cast<size_t>(i)), done, error);
        });
        threads.release();
        dog.rest(std::chrono::duration<double>(how_.seconds));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        if (error != 0) throw std::runtime_error(fmt::format("lock-pi: a call answered {}", error));
        return {std::accumulate(rates_.begin(), rates_.end(), 0.0)};
    }

    std::string heading() const override {
        return perf::lock_pi_summary(how_.threads, how_.seconds);
    }

    std::string text_of_run(int) const override {
        std::string text;
        for (size_t i = 0; i < rates_.size() && !how_.silent; ++i)
            text += perf::lock_pi_line(static_cast<int>(i), &locks_[how_.multi ? i : 0], rates_[i]);
        return text + perf::averaged(rates_, how_.seconds, how_.silent);
    }

  private:
    using word = kernel_engine::word;

    word& lock_of(size_t thread) { return locks_[how_.multi ? thread : 0]; }

    double rate(word& lock, const std::atomic<bool>& done, std::atomic<int>& error) {
        int64_t ops = 0;
        const stopwatch watch;
        do {
            int result;
            do result = engine_.lock_pi(lock);
            while (result == -EINTR || result == -EAGAIN);
            if (result == 0) {
                usleep(1);
                result = engine_.unlock_pi(lock);
            }
            if (result != 0) {
                error.store(result, std::memory_order_relaxed);
                break;
            }
            ++ops;
        } while (!done.load(std::memory_order_relaxed));
        return static_cast<double>(ops) / watch.ns() * ns_per_second;
    }

    settings how_;
    kernel_engine engine_;
    placement where_;
    std::vector<padded<word>> locks_;
    std::vector<double> rates_;  // of the last run
};

}  // namespace

made make_lock_pi(const settings& how, const target& what) {
    if (what.engine != engine_id::kernel)
        return {nullptr, "not supported: locks with priority inheritance are futex(2)'s"};
    if (std::string reason = unsupported(what); !reason.empty()) return {nullptr, reason};
    return {std::make_unique<lock_pi>(how, kernel_engine(what.shared)), ""};
}

}  // namespace futex2::bench
