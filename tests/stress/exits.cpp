// SPDX-License-Identifier: MIT
// Threads that return, exit and are cancelled all the time, and others that take their
// places. A cancellation that acted inside a call would lose a token; an entry that stays
// behind on a stack would be found by a waker when that stack is gone.
#include <fmt/core.h>
#include <sys/mman.h>

#include "stress/lives.hpp"
#include "stress/report.hpp"

// AddressSanitizer's, where it is there: no frame of this stack is poisoned any more.
extern "C" [[gnu::weak]] void __asan_handle_no_return();

namespace futex2::stress {
namespace {

// Unmapped when its thread has ended: libc would keep its own for the next one.
class stack {
  public:
    stack()
        : memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
        if (memory_ == MAP_FAILED) fail("no memory for a stack");
    }
    stack(const stack&) = delete;
    stack& operator=(const stack&) = delete;
    ~stack() { munmap(memory_, bytes); }

    void give_to(pthread_attr_t& attributes) const {
        pthread_attr_setstack(&attributes, memory_, bytes);
    }

  private:
    static constexpr size_t bytes = size_t{1} << 20;
    void* memory_;
};

class exits final : public disturbance {
  public:
    exits(rings& traffic, uint64_t seed) : traffic_(traffic), random_(seed) {}

    void run() {
        supervisor(traffic_).run({[this](member& m, life& l) { return begin(m, l); },
                                  [this](const life& l, void* result) { ended(l, result); },
                                  [this](life& l) { maybe_cancel(l); }});
    }

    // The only point at which a thread can be cancelled.
    bool goes_on(member& m) override {
        // A cancellation skips frames without telling AddressSanitizer, as an exit does.
        if (__asan_handle_no_return != nullptr) __asan_handle_no_return();
        pthread_testcancel();
        if (!m.one_in(32)) return true;
        if (m.one_in(2)) pthread_exit(&by_exit_);
        return false;
    }

    void add_to(account& a) const {
        parkers_.check(a, static_cast<unsigned>(traffic_.members().size()));
        a.disturbed = fmt::format("{} threads: {} returned, {} exited, {} cancelled",
                                  returned_ + exited_ + cancelled_, returned_, exited_, cancelled_);
    }

  private:
    struct arguments {
        exits& storm;
        member& m;
        life& mine;
    };

    bool begin(member& m, life& l) {
        if (traffic_.ring_of(m).progress.over.load()) return false;
        if (stacks_.size() <= m.index) stacks_.resize(m.index + 1);
        stacks_[m.index] = std::make_unique<stack>();
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        stacks_[m.index]->give_to(attributes);
        auto* mine = new arguments{*this, m, l};
        const int error = pthread_create(&l.thread, &attributes, begin_life, mine);
        pthread_attr_destroy(&attributes);
        if (error != 0) fail("no thread: error {}", error);
        return true;
    }

    static void* begin_life(void* given) {
        const std::unique_ptr<arguments> a(static_cast<arguments*>(given));
        live(a->storm.traffic_, a->storm, a->m, a->mine);
        return nullptr;
    }

    void ended(const life& l, void* result) {
        parkers_.had(l.parker);
        if (result == PTHREAD_CANCELED) {
            if (!l.cancelled) fail("a thread was cancelled by nobody");
            ++cancelled_;
        } else {
            ++(result == &by_exit_ ? exited_ : returned_);
        }
    }

    void maybe_cancel(life& l) {
        if (l.cancelled || random_() % 64 != 0) return;
        l.cancelled = true;
        pthread_cancel(l.thread);
    }

    rings& traffic_;
    std::mt19937_64 random_;
    std::vector<std::unique_ptr<stack>> stacks_;
    parkers parkers_;
    char by_exit_ = 0;
    uint64_t returned_ = 0;
    uint64_t exited_ = 0;
    uint64_t cancelled_ = 0;
};

account run_exits(const conditions& how) {
    rings traffic(how, small_rings(how.threads));
    exits storm(traffic, how.seed);
    storm.run();
    account a;
    storm.add_to(a);
    return traffic.close_account(std::move(a));
}

const registration exits_({"exits", "threads end, exit and are cancelled, and are replaced", 16,
                           60'000, run_exits});

}  // namespace
}  // namespace futex2::stress
