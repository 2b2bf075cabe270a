// SPDX-License-Identifier: MIT
// Mutexes of all kinds under deadlines, tries and signals: whoever got one has it alone, and
// what was counted under it is exact.
#include <fmt/core.h>

#include <cerrno>
#include <futex2/mutex.hpp>
#include <futex2/shared_mutex.hpp>

#include "abi/deadline.hpp"
#include "stress/report.hpp"
#include "stress/workers.hpp"

namespace futex2::stress {
namespace {

// What a lock guards.
struct guarded_count {
    uint64_t count = 0;
    uint64_t copy = 0;

    void raise(workers& all, worker& w) {
        ++count;
        all.disturb(w);
        if (++copy != count) fail("two threads hold one lock");
    }
    void look(workers& all, worker& w) const {
        const uint64_t seen = count;
        all.disturb(w);
        if (copy != seen || count != seen) fail("a reader sees a writer at work");
    }
};

enum class way : uint8_t { wait, try_it, deadline };

way choose(worker& w) {
    const uint64_t n = w.below(8);
    return n < 4 ? way::wait : n < 5 ? way::try_it : way::deadline;
}

bool in_time(worker& w, const deadline& until, int error) {
    if (error == 0) return true;
    if (error != -ETIMEDOUT) fail("a lock with a deadline answered {}", error);
    if (!abi_test::has_come(until.time, until.clock))
        fail("a deadline that has not passed ended a wait");
    ++w.timeouts;
    return false;
}

bool succeeded(int error) {
    if (error != 0 && error != -EBUSY) fail("a lock answered {}", error);
    return error == 0;
}

// True: the caller has it. The calls are those of one kind of lock.
template <class Lock, class Try, class Timed>
bool lock_somehow(worker& w, const Lock& lock, const Try& try_lock, const Timed& timed) {
    switch (choose(w)) {
        case way::wait:
            return succeeded(lock());
        case way::try_it:
            return succeeded(try_lock());
        default: {
            const deadline until = w.soon();
            return in_time(w, until, timed(until));
        }
    }
}

struct mutex_under_test {
    timed_mutex lock;
    guarded_count guarded;

    bool take(worker& w) {
        auto* m = lock.native_handle();
        return lock_somehow(
            w, [m] { return futex2_mutex_lock(m); }, [m] { return futex2_mutex_trylock(m); },
            [m](const deadline& d) { return futex2_mutex_timedlock(m, &d.time, d.clock); });
    }
};

struct numa_mutex_under_test {
    numa_mutex lock{4};
    guarded_count guarded;

    bool take(worker& w) {
        auto* m = lock.native_handle();
        return lock_somehow(
            w, [m] { return futex2_numa_mutex_lock(m); },
            [m] { return futex2_numa_mutex_trylock(m); },
            [m](const deadline& d) { return futex2_numa_mutex_timedlock(m, &d.time, d.clock); });
    }
};

struct recursive_mutex_under_test {
    recursive_timed_mutex lock;
    guarded_count guarded;

    bool take(worker& w) {
        return lock_somehow(
            w, [this] { return lock.lock(), 0; }, [this] { return lock.try_lock() ? 0 : -EBUSY; },
            [this](const deadline& d) {
                return lock.try_lock_until(std::chrono::steady_clock::time_point(
                           std::chrono::seconds(d.time.tv_sec) +
                           std::chrono::nanoseconds(d.time.tv_nsec)))
                           ? 0
                           : -ETIMEDOUT;
            });
    }
};

class locks {
  public:
    explicit locks(const conditions& how) : all_(how) {}

    account run() {
        all_.run([this](worker& w, size_t) {
            for (uint64_t n = 0; !all_.share().reached(n); ++n) {
                switch (w.below(3)) {
                    case 0:
                        use(mutex_, w);
                        break;
                    case 1:
                        use(numa_, w);
                        break;
                    default:
                        use(recursive_, w);
                }
                w.progress.steps.add(1);
            }
        });
        account a;
        const uint64_t counted =
            mutex_.guarded.count + numa_.guarded.count + recursive_.guarded.count;
        if (counted != taken_)
            a.wrong.push_back(
                fmt::format("{} locks were taken, {} counted under them", taken_.load(), counted));
        return all_.close_account(std::move(a));
    }

  private:
    template <class T>
    void use(T& tested, worker& w) {
        if (!tested.take(w)) return;
        tested.guarded.raise(all_, w);
        tested.lock.unlock();
        taken_.fetch_add(1, std::memory_order_relaxed);
    }

    workers all_;
    mutex_under_test mutex_;
    numa_mutex_under_test numa_;
    recursive_mutex_under_test recursive_;
    std::atomic<uint64_t> taken_{0};
};

// A writer that gives up has kept readers out, and must let them in; others must not wait for
// what it began.
class shared_locks {
  public:
    explicit shared_locks(const conditions& how) : all_(how) {}

    account run() {
        all_.run([this](worker& w, size_t) {
            for (uint64_t n = 0; !all_.share().reached(n); ++n) {
                if (w.one_in(3))
                    write(w);
                else
                    read(w);
                w.progress.steps.add(1);
            }
        });
        account a;
        if (guarded_.count != written_)
            a.wrong.push_back(fmt::format("{} writers were in, {} have counted", written_.load(),
                                          guarded_.count));
        if (lock_.state != 0 && lock_.state != 2)
            a.wrong.push_back(fmt::format("a lock that nobody holds is {}", lock_.state));
        if (lock_.drain != 0) a.wrong.push_back("a reader has told nobody that it leaves");
        return all_.close_account(std::move(a));
    }

  private:
    void write(worker& w) {
        futex2_shared_mutex* m = &lock_;
        const bool taken = lock_somehow(
            w, [m] { return futex2_shared_mutex_lock(m); },
            [m] { return futex2_shared_mutex_trylock(m); },
            [m](const deadline& d) { return futex2_shared_mutex_timedlock(m, &d.time, d.clock); });
        if (!taken) return;
        guarded_.raise(all_, w);
        futex2_shared_mutex_unlock(m);
        written_.fetch_add(1, std::memory_order_relaxed);
    }

    void read(worker& w) {
        futex2_shared_mutex* m = &lock_;
        const bool taken = lock_somehow(
            w, [m] { return futex2_shared_mutex_lock_shared(m); },
            [m] { return futex2_shared_mutex_trylock_shared(m); },
            [m](const deadline& d) {
                return futex2_shared_mutex_timedlock_shared(m, &d.time, d.clock);
            });
        if (!taken) return;
        guarded_.look(all_, w);
        futex2_shared_mutex_unlock_shared(m);
    }

    workers all_;
    futex2_shared_mutex lock_ = FUTEX2_SHARED_MUTEX_INIT;
    guarded_count guarded_;
    std::atomic<uint64_t> written_{0};
};

account run_locks(const conditions& how) {
    return locks(how).run();
}
account run_shared_locks(const conditions& how) {
    return shared_locks(how).run();
}

const registration locks_({"locks", "mutexes of all kinds, with tries, deadlines and signals", 16,
                           200'000, run_locks});
const registration shared_locks_({"shared-locks", "readers, and writers of which many give up", 16,
                                  200'000, run_shared_locks});

}  // namespace
}  // namespace futex2::stress
