// SPDX-License-Identifier: MIT
// Signals, with and without SA_RESTART, that hit threads anywhere in the library, and
// handlers that hand tokens on: a wake that a handler made inside a bucket's lock, and that
// is then forgotten, stops a ring.
#include <fmt/core.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "engine/thread.hpp"
#include "platform/native.hpp"
#include "stress/report.hpp"
#include "stress/rings.hpp"

namespace futex2::stress {
namespace {

using platform::native;
using platform::order;

// The first one alone comes without SA_RESTART. Each may interrupt the others' handlers.
const int numbers[] = {SIGUSR2, SIGUSR1, SIGALRM, SIGRTMIN};

// Before Linux 5.16 nothing restarts a wait that has a deadline.
bool kernel_restarts() {
    return syscall(SYS_futex_waitv, nullptr, 0, 0, nullptr, 0) == 0 ||
           (errno != ENOSYS && errno != EPERM);
}

class signals final : public disturbance {
  public:
    // flood: handlers wake more words than there is room to note.
    signals(rings& traffic, bool flood)
        : traffic_(traffic), flood_(flood), under_way_(traffic.all().size()) {
        storm_ = this;
        const bool restarts = kernel_restarts();
        for (const auto& m : traffic_.members())
            m->calls.interrupted = may_be_interrupted(*m) || !restarts;
        for (size_t i = 0; i < std::size(numbers); ++i) {
            struct sigaction action = {};
            action.sa_handler = [](int) { storm_->handle(); };
            action.sa_flags = i == 0 ? 0 : SA_RESTART;
            sigaction(numbers[i], &action, &before_[i]);
        }
    }
    ~signals() override {
        for (size_t i = 0; i < std::size(numbers); ++i) sigaction(numbers[i], &before_[i], nullptr);
    }

    bool goes_on(member& m) override {
        if (m.one_in(2)) send(m);
        if (m.one_in(4)) stay_inside(m);
        return true;
    }
    void holds(member& m) override {
        if (m.one_in(2)) send(m);
    }
    // The token is on its way until a handler of whichever thread has handed it on.
    bool hands_on(member& m, unsigned box) override {
        if (m.one_in(4)) return false;
        under_way_[m.ring].store(box + 1);
        send(m);
        return true;
    }

    void add_to(account& a) const {
        a.wakes += wakes_.load();
        a.woken += woken_.load();
        a.unseen = overflowed_.load() ? UINT64_MAX : deferred_.load();
        a.disturbed = fmt::format("{} handlers, {} tokens handed on in them, {} wakes deferred{}",
                                  handled_.load(), tokens_.load(), deferred_.load(),
                                  overflowed_.load() ? ", too many at once" : "");
    }

  private:
    // Every second thread gets those with SA_RESTART alone, and must not notice them.
    static bool may_be_interrupted(const member& m) { return m.index % 2 == 0; }

    void send(member& m) {
        const auto& all = traffic_.members();
        const member* inside = inside_.load();
        const member& victim =
            inside != nullptr && m.one_in(2) ? *inside : *all[m.below(all.size())];
        const uint64_t first = may_be_interrupted(victim) ? 0 : 1;
        const int number = numbers[first + m.below(std::size(numbers) - first)];
        if (pthread_kill(victim.thread, number) != 0) fail("a signal could not be sent");
    }

    // A requeue to the same word changes nothing, but locks its bucket: while a thread does
    // this, a signal is likely to hit it there.
    void stay_inside(member& m) {
        const word& w = traffic_.box(traffic_.any_shared(m));
        inside_.store(&m);
        for (uint64_t n = m.below(1000); n > 0; --n)
            static_cast<void>(m.calls.requeue(w, w.value(), w, 0, INT_MAX));
        inside_.store(nullptr);
    }

    void handle() {
        const int error = errno;
        const uint64_t n = handled_.fetch_add(1);
        for (size_t i = 0; i < under_way_.size(); ++i)
            if (const unsigned box = under_way_[i].exchange(0); box != 0)
                hand_on(*traffic_.all()[i], box - 1, n);
        errno = error;
    }

    void hand_on(const ring& r, unsigned box, uint64_t n) {
        tokens_.fetch_add(1);
        const word& w = traffic_.box(box);
        const int needs = traffic_.needs(r);
        const uint64_t token = traffic_.token_for(box);
        switch (flood_ ? 2 : n % 3) {
            case 0:
                return count(1, needs,
                             futex2_store_wake(w.address(), token & w.kind().all(), needs,
                                               w.kind().flags()));
            case 1:
                w.set(token);
                return count(1, needs,
                             futex2_wake(w.address(), w.kind().all(), needs, w.kind().flags()));
            default:
                return wake_many(w, token, needs, n);
        }
    }

    void wake_many(const word& w, uint64_t token, int needs, uint64_t n) {
        futex2_wake_item items[12];
        const unsigned others = flood_ ? 11 : 1;
        const auto& shared = traffic_.shared_boxes();
        for (unsigned i = 0; i < others; ++i)
            items[i] = traffic_.box(shared[(n + i) % shared.size()]).woken(1);
        items[others] = w.woken(needs);
        w.set(token);
        count(others + 1, needs, futex2_wakev(items, others + 1, 0));
    }

    // A wake inside a lock is done later and says nothing: it ends as many waits as it may.
    void count(unsigned words, int needs, int result) {
        if (result < 0) fail("a wake in a handler answered {}", result);
        wakes_.fetch_add(1);
        woken_.fetch_add(static_cast<uint64_t>(result));
        const auto& self = engine::thread<native>::self();
        if (self.depth.load(order::relaxed) == 0) return;
        deferred_.fetch_add(words - 1 +
                            (needs == 1 ? 1 : static_cast<uint64_t>(traffic_.members().size())));
        if (self.deferred.reserved.load(order::relaxed) > self.deferred.capacity)
            overflowed_.store(true);
    }

    static inline signals* storm_;

    rings& traffic_;
    const bool flood_;
    std::vector<std::atomic<unsigned>> under_way_;  // of each ring: 1 + the box that it is for
    std::atomic<const member*> inside_{nullptr};    // a member that is likely to hold a lock
    struct sigaction before_[std::size(numbers)];
    std::atomic<uint64_t> handled_{0};
    std::atomic<uint64_t> tokens_{0};
    std::atomic<uint64_t> wakes_{0};
    std::atomic<uint64_t> woken_{0};
    std::atomic<uint64_t> deferred_{0};
    std::atomic<bool> overflowed_{false};
};

account run_signals(const conditions& how, bool flood) {
    rings traffic(how, small_rings(how.threads));
    signals storm(traffic, flood);
    traffic.run(storm);
    account a;
    storm.add_to(a);
    return traffic.close_account(std::move(a));
}

account run_signals(const conditions& how) {
    return run_signals(how, false);
}
account run_flood(const conditions& how) {
    return run_signals(how, true);
}

const registration signals_({"signals", "signals everywhere, and wakes from their handlers", 16,
                             60'000, run_signals});
const registration flood_({"signals-flood", "the same, with more wakes than can be deferred", 16,
                           60'000, run_flood});

}  // namespace
}  // namespace futex2::stress
