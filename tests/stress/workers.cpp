// SPDX-License-Identifier: MIT
#include "stress/workers.hpp"

#include <signal.h>

#include "stress/nodes.hpp"
#include "stress/quiet.hpp"
#include "stress/report.hpp"

namespace futex2::stress {

workers::workers(const conditions& how) : how_(how), each_(how.until.share(how.threads)) {
    std::mt19937_64 random(how.seed);
    for (unsigned i = 0; i < how.threads; ++i) {
        all_.push_back(std::make_unique<worker>());
        all_.back()->random.seed(random());
    }
}

void workers::run(const std::function<void(worker&, size_t)>& work) {
    // Without SA_RESTART: every wait that it hits is interrupted.
    struct sigaction action = {}, before = {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, &before);
    std::vector<const lane*> lanes;
    for (const auto& w : all_) lanes.push_back(&w->progress);
    const std::vector<int> nodes = all_nodes();
    {
        watchdog dog(how_, std::move(lanes), {});
        std::vector<std::thread> threads;
        for (size_t i = 0; i < all_.size(); ++i)
            threads.emplace_back([&, i] {
                worker& w = *all_[i];
                act_on(nodes[i % nodes.size()]);
                w.thread = pthread_self();
                for (++begun_; begun_ < all_.size();) std::this_thread::yield();
                work(w, i);
                w.progress.over.store(true);
                check_thread();
            });
        for (std::thread& t : threads) t.join();
    }
    sigaction(SIGUSR1, &before, nullptr);
}

void workers::disturb(worker& w) {
    if (w.one_in(8)) std::this_thread::yield();
    if (!w.one_in(16)) return;
    // Who is over may be gone.
    const worker& victim = *all_[w.below(all_.size())];
    if (victim.progress.over.load()) return;
    if (pthread_kill(victim.thread, SIGUSR1) == 0) signals_.fetch_add(1);
}

account workers::close_account(account a) const {
    for (const auto& w : all_) {
        a.operations += w->progress.steps.get();
        a.timeouts += w->timeouts;
    }
    a.disturbed = fmt::format("{} signals", signals_.load());
    check_quiet(a, {});
    return a;
}

}  // namespace futex2::stress
