// SPDX-License-Identifier: MIT
// round-trip: two threads wake each other in turn, each waiting on a word of its
// own; several such pairs at once where asked.
#include <fmt/core.h>

#include "bench/lines.hpp"
#include "bench/pairs.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class round_trip final : public workload {
  public:
    round_trip(const settings& how, const Engine& engine)
        : silent_(how.silent), engine_(engine), pairs_(how, 1) {}

    std::vector<series> measures() const override {
        return {{pairs_.spin() ? "" : "no spin", pairs_.threads(), "time", "us", false}};
    }

    std::vector<double> run(watchdog& dog) override {
        std::vector<pair> all(pairs_.count());
        us_ = pairs_.run(
            dog, [&](size_t i, int64_t trip, bool last) { lead(all[i], trip, last); },
            [&](size_t i) { follow(all[i]); });
        return {us_};
    }

    std::string heading() const override {
        return fmt::format("Run summary: {} pairs of threads wake each other for {:g} secs{}.\n\n",
                           pairs_.count(), pairs_.seconds(),
                           pairs_.spin() ? "" : ", without spinning");
    }
    std::string text_of_run(int run) const override {
        return silent_ ? "" : fmt::format("[Run {}]: {} us a round trip\n", run, number(us_));
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using word = typename Engine::word;
    using value = typename Engine::value;

    struct pair {
        padded<word> ping;
        padded<word> pong;
        alignas(128) std::atomic<bool> last{false};
    };

    void lead(pair& p, int64_t trip, bool last) const {
        const auto turn = static_cast<value>(trip + 1);
        if (last) p.last.store(true, std::memory_order_relaxed);  // told by the next turn
        engine_.store_wake(p.ping, turn, 1);
        await_turn(engine_, p.pong, turn);
    }

    void follow(pair& p) const {
        value turn = 0;
        for (bool last = false; !last;) {
            await_turn(engine_, p.ping, ++turn);
            last = p.last.load(std::memory_order_relaxed);
            engine_.store_wake(p.pong, turn, 1);
        }
    }

    bool silent_;
    Engine engine_;
    pairs pairs_;
    double us_ = 0;  // of the last run
};

}  // namespace

made make_round_trip(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<round_trip<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
