// SPDX-License-Identifier: MIT
// Forks, by threads in the middle of anything and by signal handlers; the child goes on
// where its parent was, then uses the library with threads of its own, and the parent's
// tokens go round as if nothing had been.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "stress/quiet.hpp"
#include "stress/report.hpp"
#include "stress/rings.hpp"

namespace futex2::stress {
namespace {

constexpr int signal_number = SIGUSR1;
constexpr int most_children = 3;  // at a time

class forks final : public disturbance {
  public:
    forks(rings& traffic, std::chrono::duration<double> patience)
        : traffic_(traffic), patience_(1 + static_cast<unsigned>(patience.count() / 2)) {
        storm_ = this;
        struct sigaction action = {};
        action.sa_handler = [](int) { storm_->handle(); };
        action.sa_flags = SA_RESTART;
        sigaction(signal_number, &action, &before_);
        caller::around = [] {
            if (storm_->forked_.load(std::memory_order_relaxed)) storm_->live_on();
        };
    }
    ~forks() override {
        caller::around = nullptr;
        sigaction(signal_number, &before_, nullptr);
    }

    bool goes_on(member& m) override {
        disturb(m);
        return true;
    }
    void holds(member& m) override { disturb(m); }
    void leaves(member&) override {
        if (forked_.load()) live_on();
    }

    // Waits for the children that are over, or for all that there are.
    void reap(bool all) {
        for (;;) {
            int status = 0;
            const pid_t child = waitpid(-1, &status, all ? 0 : WNOHANG);
            if (child <= 0) return;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fail("a child ended with wait status {:#x}", status);
            ++ended_;
            children_.fetch_sub(1);
        }
    }

    void add_to(account& a) {
        if (ended_ != started_.load())
            a.wrong.push_back(fmt::format("{} children, but {} ended", started_.load(), ended_));
        a.disturbed =
            fmt::format("{} forks, {} of them in handlers", started_.load(), in_handlers_.load());
    }

  private:
    void disturb(member& m) {
        if (forked_.load()) live_on();
        switch (m.below(64)) {
            case 0: {
                sigset_t mine;
                sigset_t before;
                sigemptyset(&mine);
                sigaddset(&mine, signal_number);
                pthread_sigmask(SIG_BLOCK, &mine, &before);
                fork_once();
                pthread_sigmask(SIG_SETMASK, &before, nullptr);
                return;
            }
            case 1:
            case 2: {
                const auto& all = traffic_.members();
                const int error = pthread_kill(all[m.below(all.size())]->thread, signal_number);
                // A child, which this has just become, has no such threads.
                if (error != 0 && !forked_.load()) fail("a signal could not be sent");
                return;
            }
            default:
                return;
        }
    }

    void handle() {
        const int error = errno;
        if (fork_once()) in_handlers_.fetch_add(1);
        errno = error;
    }

    // _Fork(3) takes no lock of libc's, and may be called in a handler. True: a child has
    // been made, and this is not it.
    bool fork_once() {
        if (forked_.load()) return false;
        if (children_.fetch_add(1) >= most_children) {
            children_.fetch_sub(1);
            return false;
        }
        const pid_t child = _Fork();
        if (child < 0) fail("no child: error {}", errno);
        if (child == 0) return begin_again(), false;
        started_.fetch_add(1);
        return true;
    }

    // In the child, perhaps in a handler, perhaps inside a lock. Nobody waits here: wakes
    // find nobody. What the thread waits for is there, so that it comes back.
    void begin_again() {
        alarm(patience_);
        forked_.store(true);
        for (const word& w : traffic_.boxes()) w.set(w.value() + 2);
        traffic_.gate().set(2);
        for (const word& w : traffic_.boxes())
            if (futex2_wake(w.address(), w.kind().all(), INT_MAX, w.kind().flags()) != 0)
                fail("a child has woken its parent's threads");
    }

    // The child, between two calls.
    [[noreturn]] void live_on() {
        caller::around = nullptr;
        sigset_t none;
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, nullptr);  // the alarm's above all
        account a;
        const auto& boxes = traffic_.boxes();
        const word here = boxes[0];
        const word there = boxes[boxes.size() - 1];
        for (const word& w : boxes) w.reset();  // the hints are the child's to clear
        caller mine;
        caller others;
        std::thread other([&] { bat(others, there, here); });
        here.set(1);
        bat(mine, here, there);
        other.join();
        mine.add_to(a);
        others.add_to(a);
        check_quiet(a, std::vector<word>{here, there});
        for (const std::string& wrong : a.wrong)
            say("stress: forks, seed {}: in a child: {}", running.seed, wrong);
        _exit(a.wrong.empty() ? 0 : 1);
    }

    static void bat(caller& calls, const word& from, const word& to) {
        for (int turn = 0; turn < 20; ++turn) {
            while (from.value() == 0) static_cast<void>(calls.wait(from, 0));
            from.set(0);
            static_cast<void>(calls.store_wake(to, 1, 1));
        }
    }

    static inline forks* storm_;

    rings& traffic_;
    const unsigned patience_;  // of a child: seconds
    struct sigaction before_;
    std::atomic<bool> forked_{false};
    std::atomic<int> children_{0};
    std::atomic<uint64_t> started_{0};
    std::atomic<uint64_t> in_handlers_{0};
    uint64_t ended_ = 0;
};

account run_forks(const conditions& how) {
    rings traffic(how, small_rings(how.threads));
    forks storm(traffic, how.patience);
    traffic.run(storm, [&] { storm.reap(false); });
    storm.reap(true);
    account a;
    storm.add_to(a);
    return traffic.close_account(std::move(a));
}

const registration forks_({"forks", "forks in the middle of everything, in handlers too", 16,
                           30'000, run_forks});

}  // namespace
}  // namespace futex2::stress
