// SPDX-License-Identifier: MIT
// fairness: threads contend for one lock. How evenly do they get it, and how long does the
// unluckiest wait?
#include <algorithm>

#include "bench/contention.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/with_lock.hpp"

namespace futex2::bench {
namespace {

template <class NewLock>
class fairness final : public workload {
  public:
    fairness(const settings& how, const NewLock& new_lock) : load_(how), new_lock_(new_lock) {}

    std::vector<series> measures() const override {
        return {{"of the mean, the thread that had it least", load_.threads(), "share", "%", true},
                {"longest wait", load_.threads(), "time", "ms"}};
    }

    std::vector<double> run(watchdog& dog) override {
        struct alignas(128) longest {
            double ns = 0;
        };
        const auto lock = new_lock_();
        std::vector<longest> waits(static_cast<size_t>(load_.threads()));
        const tally had = load_.run(
            dog,
            [&](int index) {
                const stopwatch watch;
                lock->acquire();
                double& most = waits[static_cast<size_t>(index)].ns;
                most = std::max(most, watch.ns());
            },
            [&] { lock->release(); });
        const int64_t least = *std::min_element(had.of_thread.begin(), had.of_thread.end());
        const double share =
            static_cast<double>(least * load_.threads()) / static_cast<double>(had.sum);
        const auto most =
            std::max_element(waits.begin(), waits.end(),
                             [](const longest& a, const longest& b) { return a.ns < b.ns; });
        return {100 * share, most->ns / ns_per_ms};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    contention load_;
    NewLock new_lock_;
};

}  // namespace

made make_fairness(const settings& how, const target& what) {
    return with_lock(what, [&]<class NewLock>(const NewLock& new_lock) -> made {
        return {std::make_unique<fairness<NewLock>>(how, new_lock), ""};
    });
}

}  // namespace futex2::bench
