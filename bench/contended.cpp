// SPDX-License-Identifier: MIT
// contended: threads work inside one lock, and outside of it, in turn. How often does it
// change hands?
#include "bench/contention.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/with_lock.hpp"

namespace futex2::bench {
namespace {

template <class NewLock>
class contended final : public workload {
  public:
    contended(const settings& how, const NewLock& new_lock)
        : where_(how.nodes),
          threads_(how.threads > 0 ? how.threads : where_.count()),
          load_(how, threads_),
          new_lock_(new_lock) {}

    std::vector<series> measures() const override {
        return {{"", threads_, "throughput", "ops/s", true}};
    }

    std::vector<double> run(watchdog& dog) override {
        const auto lock = new_lock_();
        const int64_t begin = now();
        const std::vector<int64_t> had = load_.run(
            where_, dog, [&](int) { lock->acquire(); }, [&] { lock->release(); });
        const auto ns = static_cast<double>(now() - begin);
        return {static_cast<double>(std::accumulate(had.begin(), had.end(), int64_t{0})) / ns *
                ns_per_second};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    placement where_;
    int threads_;
    contention load_;
    NewLock new_lock_;
};

}  // namespace

made make_contended(const settings& how, const target& what) {
    return with_lock(what, [&]<class NewLock>(const NewLock& new_lock) -> made {
        return {std::make_unique<contended<NewLock>>(how, new_lock), ""};
    });
}

}  // namespace futex2::bench
