// SPDX-License-Identifier: MIT
// uncontended: a lock that nobody else wants is taken and given back.
#include "bench/cost.hpp"
#include "bench/lines.hpp"
#include "bench/placement.hpp"
#include "bench/suites.hpp"
#include "bench/with_lock.hpp"

namespace futex2::bench {
namespace {

template <class NewLock>
class uncontended final : public workload {
  public:
    uncontended(const settings& how, const NewLock& new_lock)
        : where_(how.nodes), lock_(new_lock()) {}

    std::vector<series> measures() const override { return {{"lock and unlock", 1, "time", "ns"}}; }

    std::vector<double> run(watchdog&) override {
        const pinned_to_first here(where_);
        return {ns_per_call([this](int64_t) {
            lock_->acquire();
            lock_->release();
            return 0;
        })};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    placement where_;
    decltype(std::declval<const NewLock&>()()) lock_;
};

}  // namespace

made make_uncontended(const settings& how, const target& what) {
    return with_lock(what, [&]<class NewLock>(const NewLock& new_lock) -> made {
        return {std::make_unique<uncontended<NewLock>>(how, new_lock), ""};
    });
}

}  // namespace futex2::bench
