// SPDX-License-Identifier: MIT
// Processes that are killed in the middle of anything, and that write garbage into words that
// they share with others; the others go on.
//
// Of each kind of word that can be shared there are four, one beside the other: two on which
// bystanders hand a token to and fro, exactly counted; one, `common`, on which a follower waits
// for changes and victims do all that leaves its value alone; and one, `scratch`, that victims
// write anything into.
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <climits>
#include <new>
#include <random>

#include "stress/token_players.hpp"

namespace futex2::stress {
namespace {

constexpr unsigned victim_count = 4;
constexpr size_t page = 4096;
constexpr size_t most_quartets = all_kinds.size();
constexpr unsigned char untouched = 0xa5;

struct quartet {
    process_pair bystanders;
    word common;
    word scratch;
    std::atomic<uint64_t> followed;  // the last value of common that its follower has seen
};

// What a victim is at, so that it can be told where it was killed.
enum class act : unsigned char { between, writing, wait, waitv, wake, wakev, requeue, store_wake };
constexpr const char* act_names[] = {"between calls", "writing", "wait",    "waitv",
                                     "wake",          "wakev",   "requeue", "store_wake"};
constexpr size_t acts = std::size(act_names);

// Pages that fault lie around the words.
struct kill_memory {
    kill_memory() {
        void* all = mmap(nullptr, 3 * page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) fail("no shared memory");
        words = static_cast<unsigned char*>(all) + page;
        mprotect(words, page, PROT_READ | PROT_WRITE);
        memset(words, untouched, page);
        void* of_quartets = mmap(nullptr, sizeof(quartet) * most_quartets, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (of_quartets == MAP_FAILED) fail("no shared memory");
        quartets = new (of_quartets) quartet[most_quartets]();
    }
    kill_memory(const kill_memory&) = delete;
    kill_memory& operator=(const kill_memory&) = delete;
    ~kill_memory() {
        munmap(words - page, 3 * page);
        munmap(quartets, sizeof(quartet) * most_quartets);
    }

    unsigned char* words;
    quartet* quartets;
};

using choices = std::minstd_rand;

bool is_possible(int64_t hint) {
    return hint >= FUTEX_NO_NODE && hint < futex2_node_count();
}

// One process that is going to be killed.
class victim {
  public:
    victim(quartet* quartets, unsigned count, std::atomic<act>& at, uint64_t seed)
        : quartets_(quartets), count_(count), at_(at), random_(static_cast<unsigned>(seed)) {}

    [[noreturn]] void live() {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;; at_ = act::between) {
            if (below(2) == 0)
                use_common(below(count_));
            else
                abuse(quartets_[below(count_)].scratch);
        }
    }

  private:
    unsigned below(unsigned n) { return static_cast<unsigned>(random_()) / 7 % n; }
    uint64_t any_bits() {
        return uint64_t{random_()} << 40 ^ uint64_t { random_() } << 20 ^ random_();
    }

    // What the calls may answer whatever the word holds.
    static void expect(const char* call, const word& on, int answer) {
        const bool fine =
            answer >= 0 || answer == -EAGAIN || answer == -EINVAL || answer == -ETIMEDOUT;
        if (!fine) fail("a {} of a {} answers {}", call, on.kind().name(), answer);
    }

    const timespec* sometimes(timespec& soon) {
        soon = in_microseconds(below(100));
        return below(4) == 0 ? nullptr : &soon;
    }

    void wait(const word& on) {
        timespec soon;
        at_ = act::wait;
        expect("wait", on,
               futex2_wait(on.address(), on.value(), on.kind().all(), on.kind().flags(),
                           sometimes(soon), CLOCK_MONOTONIC));
    }
    void wake(const word& on) {
        at_ = act::wake;
        expect("wake", on,
               futex2_wake(on.address(), on.kind().all(), static_cast<int>(below(3)),
                           on.kind().flags()));
    }
    void wake_both(const word& one, const word& other) {
        const futex2_wake_item items[] = {one.woken(1), other.woken(INT_MAX)};
        at_ = act::wakev;
        expect("wakev", one, futex2_wakev(items, 2, 0));
    }
    void requeue(const word& from, const word& to) {
        futex_waitv both[] = {from.waited_for(from.value()), to.waited_for(0)};
        at_ = act::requeue;
        expect("requeue", from, futex2_requeue(both, 0, static_cast<int>(below(2)), INT_MAX));
    }
    // To a word that nobody else writes: what stands in the hint of the other stays there.
    void requeue_home(const word& from) {
        word_memory memory;
        const word own(memory.bytes, abi_test::shared(abi_test::u32_numa));
        own.reset();
        requeue(from, own);
        if (!is_possible(own.hint())) fail("a requeue leaves the hint {}", own.hint());
    }
    void wait_on_both(const word& one, const word& other) {
        uint32_t own = 0;
        const word private_one(&own, abi_test::u32);
        if (abi_test::is_part(one.kind()) || abi_test::is_part(other.kind())) return;
        futex_waitv all[] = {one.waited_for(one.value()), private_one.waited_for(0),
                             other.waited_for(other.value())};
        timespec soon;
        at_ = act::waitv;
        const int answer = futex2_waitv(all, 3, 0, sometimes(soon), CLOCK_MONOTONIC);
        if (answer != -ENOSYS) expect("waitv", one, answer);
    }

    // Waits move upwards only, and are woken from below: none is missed.
    void use_common(unsigned i) {
        const word& on = quartets_[i].common;
        const word& above = quartets_[std::min(i + 1 + below(count_), count_ - 1)].common;
        switch (below(5)) {
            case 0:
                return wait(on);
            case 1:
                return wake(on);
            case 2:
                return wake_both(on, above);
            case 3:
                return on.address() == above.address() ? wait(on) : requeue(on, above);
            default:
                return wait_on_both(on, above);
        }
    }

    // Hints that may be and that may not, one after the other.
    void scribble(const word& on) {
        for (unsigned n = below(2) == 0 ? 1 : 200; n > 0; --n) {
            if (below(2) == 0) on.set_hint(static_cast<int64_t>(any_bits()));
            if (below(2) == 0) on.set_hint(static_cast<int64_t>(below(4)) - 2);
        }
    }
    void store_and_wake(const word& on) {
        at_ = act::store_wake;
        expect("store_wake", on,
               futex2_store_wake(on.address(), any_bits() & on.kind().all(), 1, on.kind().flags()));
    }
    void abuse(const word& on) {
        at_ = act::writing;
        on.set(any_bits());
        if (on.kind().numa) scribble(on);
        const word& other = quartets_[below(count_)].scratch;
        switch (below(6)) {
            case 0:
                return wait(on);
            case 1:
                return wake(on);
            case 2:
                return wake_both(on, other);
            case 3:
                return below(2) == 0 ? requeue(on, other) : requeue_home(on);
            case 4:
                return store_and_wake(on);
            default:
                return wait_on_both(on, other);
        }
    }

    quartet* const quartets_;
    const unsigned count_;
    std::atomic<act>& at_;
    choices random_;
};

// Waits for one change of the word after the other.
[[noreturn]] void follow(quartet& g, const std::atomic<bool>& over) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const word& on = g.common;
    for (uint64_t seen = 0; !over;) {
        const int answer = futex2_wait(on.address(), seen, on.kind().all(), on.kind().flags(),
                                       nullptr, CLOCK_MONOTONIC);
        if (answer != 0 && answer != -EAGAIN) fail("a wait answers {}", answer);
        seen = on.value();
        g.followed = seen;
    }
    _exit(0);
}

class kills {
  public:
    explicit kills(const conditions& how) : how_(how), random_(static_cast<unsigned>(how.seed)) {
        over_ = new (memory_.words + page - 64) std::atomic<bool>(false);
        at_ = new (memory_.words + page - 128) std::atomic<act>[victim_count]();
        for (const word_kind kind : all_kinds)
            if (abi_test::can_be_shared(kind)) lay_out(shared(kind));
    }

    account run() {
        for (unsigned i = 0; i < count_; ++i) begin_survivors(memory_.quartets[i]);
        for (unsigned i = 0; i < victim_count; ++i) begin_victim(i);
        uint64_t done = 0;
        for (; !how_.until.reached(done); ++done) {
            kill_one(static_cast<unsigned>(random_() / 7 % victim_count));
            change_all(done + 1);
        }
        for (const pid_t v : victims_) end(v);
        *over_ = true;
        change_all(done + 1);
        account a;
        a.operations = done;
        for (const pid_t s : survivors_) await(a, s);
        for (unsigned i = 0; i < count_; ++i) {
            add(a, memory_.quartets[i].bystanders);
            look_at_hint(a, memory_.quartets[i].common);
        }
        if (std::ranges::any_of(fillers_, [](const unsigned char* f) { return *f != untouched; }))
            a.wrong.push_back("bytes beside the words were written");
        a.disturbed = fmt::format("{} kills", done);
        tell_where_killed(a, done);
        return a;
    }

  private:
    // The four words lie together; what is left of the line, nobody writes.
    void lay_out(word_kind kind) {
        quartet& g = memory_.quartets[count_];
        unsigned char* at = memory_.words + 64 * count_++;
        word* const four[] = {&g.bystanders.box[0], &g.common, &g.bystanders.box[1], &g.scratch};
        for (word* w : four) {
            *w = word(at, kind);
            w->reset();
            at += kind.whole();
        }
        for (; reinterpret_cast<uintptr_t>(at) % 64 != 0; ++at) fillers_.push_back(at);
    }

    template <class Body>
    static pid_t begin(const Body& body) {
        const pid_t child = fork();
        if (child < 0) fail("no child: error {}", errno);
        if (child == 0) body();
        return child;
    }
    void begin_survivors(quartet& g) {
        for (unsigned side : {0u, 1u})
            survivors_.push_back(
                begin([&] { play(g.bystanders, side, [&](uint64_t) { return over_->load(); }); }));
        survivors_.push_back(begin([&] { follow(g, *over_); }));
    }
    void begin_victim(unsigned i) {
        at_[i] = act::between;
        const uint64_t seed = random_();
        victims_[i] = begin([&] { victim(memory_.quartets, count_, at_[i], seed).live(); });
    }

    void kill_one(unsigned i) {
        usleep(static_cast<unsigned>(random_() / 7 % 200));
        end(victims_[i]);
        ++killed_at_[static_cast<size_t>(at_[i].load())];
        begin_victim(i);
    }
    // Of many kills each act has had some.
    void tell_where_killed(account& a, uint64_t done) const {
        constexpr uint64_t many = 10'000;
        for (size_t i = 0; i < acts; ++i) {
            a.disturbed += fmt::format("{} {} {}", i == 0 ? ":" : ",", killed_at_[i], act_names[i]);
            if (done >= many && killed_at_[i] == 0)
                a.wrong.push_back(fmt::format("nobody was killed in {}", act_names[i]));
        }
    }
    // Whatever it does in shared memory, it does not end by itself.
    static void end(pid_t v) {
        kill(v, SIGKILL);
        int status = 0;
        if (waitpid(v, &status, 0) != v) fail("a child is gone");
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            fail("a process that was to be killed has ended with status {:#x}", status);
    }

    // All who wait on common words see it, wherever they have been moved to.
    void change_all(uint64_t round) {
        for (unsigned i = 0; i < count_; ++i) {
            const word& on = memory_.quartets[i].common;
            const int woken = futex2_store_wake(on.address(), round & on.kind().all(), INT_MAX,
                                                on.kind().flags());
            if (woken < 0) fail("a store_wake answers {}", woken);
        }
        const auto began = std::chrono::steady_clock::now();
        for (unsigned i = 0; i < count_; ++i) {
            const quartet& g = memory_.quartets[i];
            while (g.followed != (round & g.common.kind().all())) {
                usleep(20);
                if (std::chrono::steady_clock::now() - began > how_.patience)
                    fail("the follower of a {} is stranded in round {}", g.common.kind().name(),
                         round);
            }
        }
    }

    void await(account& a, pid_t survivor) const {
        const auto began = std::chrono::steady_clock::now();
        int status = 0;
        while (waitpid(survivor, &status, WNOHANG) == 0) {
            usleep(100);
            if (std::chrono::steady_clock::now() - began > how_.patience)
                fail("a bystander is stranded");
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            a.wrong.push_back(fmt::format("a survivor ended with status {:#x}", status));
    }

    // What was written into another word has not come here.
    static void look_at_hint(account& a, const word& w) {
        if (!w.kind().numa) return;
        const auto hint =
            abi_test::has_sequence(w.kind()) ? static_cast<int16_t>(w.hint()) : w.hint();
        if (!is_possible(hint))
            a.wrong.push_back(fmt::format("the hint of a {} is {}", w.kind().name(), hint));
    }

    const conditions& how_;
    kill_memory memory_;
    std::atomic<bool>* over_;
    std::atomic<act>* at_;  // of each victim
    uint64_t killed_at_[acts] = {};
    unsigned count_ = 0;  // quartets
    std::vector<unsigned char*> fillers_;
    std::vector<pid_t> survivors_;
    pid_t victims_[victim_count] = {};
    choices random_;
};

account run_kills(const conditions& how) {
    return kills(how).run();
}

const registration kills_({"kills", "processes that are killed, or write garbage into words", 25,
                           1'000, run_kills});

}  // namespace
}  // namespace futex2::stress
