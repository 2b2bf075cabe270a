// SPDX-License-Identifier: MIT
// hash: waits with a value that the word never has, over many words: checks,
// compare, and in the kernel also the way through its hash table.
#include <fmt/core.h>

#include <numeric>

#include "bench/clock.hpp"
#include "bench/perf_format.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class hash final : public workload {
  public:
    hash(const settings& how, const Engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        if (how_.threads == 0) how_.threads = where_.count();
        if (how_.seconds == 0) how_.seconds = 10;
        for (int i = 0; i < how_.threads; ++i)
            words_.emplace_back(static_cast<size_t>(how_.futexes));
    }

    std::vector<series> measures() const override {
        return {{how_.alone ? "alone" : "", how_.threads, "throughput", "ops/s", true}};
    }

    std::vector<double> run(watchdog& dog) override {
        rates_.clear();
        if (how_.alone) {
            for (int i = 0; i < how_.threads; ++i) run_threads(i, 1, dog);
            return {sum() / how_.threads};
        }
        run_threads(0, how_.threads, dog);
        return {sum()};
    }

    std::string heading() const override {
        return perf::hash_summary(how_.threads, how_.futexes, how_.shared, how_.seconds);
    }

    std::string text_of_run(int) const override {
        std::string text;
        for (size_t i = 0; i < rates_.size() && !how_.silent; ++i)
            text += perf::hash_line(static_cast<int>(i),
                                    {&words_[i].front(), &words_[i].back(), rates_[i]});
        return text + perf::averaged(rates_, how_.seconds, how_.silent);
    }

  private:
    using word = typename Engine::word;

    // Threads first to first + count - 1 of the team, at once.
    void run_threads(int first, int count, watchdog& dog) {
        std::vector<double> rates(static_cast<size_t>(count));
        std::atomic<bool> done{false};
        std::atomic<int> error{0};
        team threads(where_, count, [&](int i) {
            // A thread that runs alone does so on its own CPU.
            if (first != 0) pin(where_.of(first + i));
            rates[static_cast<size_t>(i)] =
                rate(words_[static_cast<size_t>(first) + static_cast<size_t>(i)], done, error);
        });
        threads.release();
        dog.rest(std::chrono::duration<double>(how_.seconds));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        if (error != 0) throw std::runtime_error(fmt::format("hash: a wait answered {}", error));
        rates_.insert(rates_.end(), rates.begin(), rates.end());
    }

    // Operations a second of the calling thread, by its own clock: perf takes the
    // main thread's, which is the same over its 10 seconds.
    double rate(std::vector<word>& words, const std::atomic<bool>& done, std::atomic<int>& error) {
        using value = typename Engine::value;
        constexpr value wrong = static_cast<value>(1234);
        int64_t ops = 0;
        const stopwatch watch;
        do {
            for (word& w : words) {
                const int result = engine_.wait(w, wrong);
                if (result != other_value<Engine>) [[unlikely]]
                    error.store(result, std::memory_order_relaxed);
            }
            ops += static_cast<int64_t>(words.size());
        } while (!done.load(std::memory_order_relaxed));
        return static_cast<double>(ops) / watch.ns() * ns_per_second;
    }

    double sum() const { return std::accumulate(rates_.begin(), rates_.end(), 0.0); }

    settings how_;
    Engine engine_;
    placement where_;
    std::vector<std::vector<word>> words_;
    std::vector<double> rates_;  // of the last run
};

}  // namespace

made make_hash(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<hash<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
