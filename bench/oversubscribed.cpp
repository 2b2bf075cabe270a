// SPDX-License-Identifier: MIT
// oversubscribed: the load of `contended` with more and more threads for each CPU. Who
// holds the lock is then often not running, and who waits for it takes the CPU from others.
#include <fmt/core.h>

#include "bench/contention.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/with_lock.hpp"

namespace futex2::bench {
namespace {

settings with_threads(const settings& how, int threads) {
    settings more = how;
    more.threads = threads;
    if (more.seconds == 0) more.seconds = 0.05;
    return more;
}

template <class NewLock>
class oversubscribed final : public workload {
  public:
    oversubscribed(const settings& how, const NewLock& new_lock) : new_lock_(new_lock) {
        const int cpus = placement(how.nodes).count();
        for (const int threads : how.per_cpu)
            steps_.push_back({threads, contention(with_threads(how, threads * cpus))});
    }

    std::vector<series> measures() const override {
        std::vector<series> all;
        for (const step& s : steps_)
            all.push_back({fmt::format("{} a CPU", s.per_cpu), s.load.threads(), "throughput",
                           "ops/s", true});
        return all;
    }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> rates;
        for (const step& s : steps_) {
            const auto lock = new_lock_();
            const tally had = s.load.run(
                dog, [&](int) { lock->acquire(); }, [&] { lock->release(); });
            rates.push_back(had.rate());
        }
        return rates;
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    struct step {
        int per_cpu;
        contention load;
    };

    NewLock new_lock_;
    std::vector<step> steps_;
};

}  // namespace

made make_oversubscribed(const settings& how, const target& what) {
    return with_lock(what, [&]<class NewLock>(const NewLock& new_lock) -> made {
        return {std::make_unique<oversubscribed<NewLock>>(how, new_lock), ""};
    });
}

}  // namespace futex2::bench
