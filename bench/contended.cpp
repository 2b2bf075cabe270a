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
    contended(const settings& how, const NewLock& new_lock) : load_(how), new_lock_(new_lock) {}

    std::vector<series> measures() const override {
        return {{load_.name(), load_.threads(), "throughput", "ops/s", true}};
    }

    std::vector<double> run(watchdog& dog) override {
        const auto lock = new_lock_();
        const tally had = load_.run(
            dog, [&](int) { lock->acquire(); }, [&] { lock->release(); });
        return {had.rate()};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
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
