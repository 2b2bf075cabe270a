// SPDX-License-Identifier: MIT
// Words that are freed as soon as a store_wake's new value is seen and nobody waits on
// them, while that call still goes on. Freed words are pages that fault from then on, or
// heap memory, for a sanitizer to watch.
#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <climits>
#include <new>
#include <random>

#include "abi/deadline.hpp"
#include "stress/quiet.hpp"
#include "stress/report.hpp"
#include "stress/watchdog.hpp"

namespace futex2::stress {
namespace {

constexpr size_t page_bytes = 4096;
constexpr std::align_val_t heap_alignment{sizeof(word_memory)};

// n pages, of which each is closed by itself.
class pages {
  public:
    explicit pages(size_t n) : bytes_(n * page_bytes) {
        void* mapped = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) fail("no memory for words");
        first_ = static_cast<std::byte*>(mapped);
    }
    pages(const pages&) = delete;
    pages& operator=(const pages&) = delete;
    ~pages() { munmap(first_, bytes_); }

    std::byte* page(size_t index) { return first_ + index * page_bytes; }
    void open_all() { protect(first_, bytes_, PROT_READ | PROT_WRITE); }
    void close(size_t index) { protect(page(index), page_bytes, PROT_NONE); }
    bool hold(const void* address) const { return address >= first_ && address < first_ + bytes_; }

  private:
    static void protect(std::byte* from, size_t bytes, int access) {
        if (mprotect(from, bytes, access) != 0) fail("mprotect failed");
    }

    size_t bytes_;
    std::byte* first_;
};

// Two words that two threads wait for together, and two others store into.
struct pair {
    word words[2];
    bool in_page[2];
    std::atomic<unsigned> waiting;  // who have not seen both new values yet
};

// Four threads that go through the pairs of a round one after the other. Those who store
// do not wait for those who wait: a thread that stores and is stopped anywhere in its call
// is soon overtaken.
struct group {
    static constexpr unsigned members = 4;
    static constexpr unsigned pairs = 32;

    limit until;
    lane progress;
    std::mt19937_64 random;
    pages memory{2 * pairs};
    pair all[pairs];
    std::atomic<unsigned> left;  // pairs that are not freed yet
    uint64_t rounds = 0;
    word_memory round_memory;
    word round;  // its number
    bool over = false;
    std::atomic<unsigned> gone{0};  // members
    pthread_t threads[members];
    std::unique_ptr<caller> calls[members];
};

class freed {
  public:
    explicit freed(const conditions& how) : how_(how) {
        std::mt19937_64 random(how.seed);
        const unsigned n = how.threads / group::members;
        for (unsigned i = 0; i < n; ++i) {
            groups_.push_back(std::make_unique<group>());
            group& g = *groups_.back();
            g.until = how.until.share(n);
            g.random.seed(random());
            g.round = word(&g.round_memory, any_kind(g));
            g.round.reset();
            for (auto& c : g.calls) c = std::make_unique<caller>();
            begin_round(g);
        }
    }

    account run() {
        std::vector<const lane*> lanes;
        std::vector<const caller*> callers;
        for (const auto& g : groups_) {
            lanes.push_back(&g->progress);
            for (const auto& c : g->calls) callers.push_back(c.get());
        }
        watchdog dog(how_, std::move(lanes), std::move(callers));
        std::vector<std::thread> threads;
        std::mt19937_64 random(how_.seed + 1);
        for (const auto& g : groups_)
            for (unsigned i = 0; i < group::members; ++i)
                threads.emplace_back([g = g.get(), i, seed = random()] {
                    g->threads[i] = pthread_self();
                    take_part(*g, i, seed);
                    check_thread();
                });
        for (std::thread& t : threads) t.join();
        return sum();
    }

    bool hold(const void* address) const {
        return std::ranges::any_of(groups_, [&](const auto& g) { return g->memory.hold(address); });
    }

  private:
    static word_kind any_kind(group& g) { return all_kinds[g.random() % all_kinds.size()]; }

    static void begin_round(group& g) {
        g.memory.open_all();
        for (unsigned p = 0; p < group::pairs; ++p) {
            for (unsigned i = 0; i < 2; ++i) {
                const size_t slot = g.random() % (page_bytes / sizeof(word_memory));
                const bool in_page = FUTEX2_SANITIZED == 0 || g.random() % 2 == 0;
                void* memory = in_page ? g.memory.page(2 * p + i) + slot * sizeof(word_memory)
                                       : ::operator new(sizeof(word_memory), heap_alignment);
                g.all[p].in_page[i] = in_page;
                g.all[p].words[i] = word(memory, any_kind(g));
                g.all[p].words[i].reset();
            }
            g.all[p].waiting.store(2, std::memory_order_relaxed);
        }
        g.left.store(group::pairs, std::memory_order_relaxed);
    }

    static void take_part(group& g, unsigned index, uint64_t seed) {
        caller& calls = *g.calls[index];
        std::mt19937_64 random(seed);
        for (uint64_t round = 0; !g.over; ++round) {
            const auto role = static_cast<unsigned>((round + index) % group::members);
            for (unsigned p = 0; p < group::pairs; ++p)
                if (role < 2)
                    store(g.all[p].words[role], calls, random);
                else
                    wait_and_free(g, p, calls, random, round);
            while (g.round.value() == (round & g.round.kind().all()))
                static_cast<void>(calls.wait(g.round, round));
        }
        if (g.gone.fetch_add(1) + 1 == group::members) g.progress.over.store(true);
    }

    // Where one alone is woken, that one wakes the other.
    static void store(const word& w, caller& calls, std::mt19937_64& random) {
        if (random() % 16 == 0) std::this_thread::yield();
        static_cast<void>(calls.store_wake(w, 1, random() % 2 == 0 ? 1 : INT_MAX));
    }

    static void wait_and_free(group& g, unsigned index, caller& calls, std::mt19937_64& random,
                              uint64_t round) {
        pair& p = g.all[index];
        wait_for_both(p, calls, random);
        for (const word& w : p.words) static_cast<void>(calls.wake(w, INT_MAX));
        if (random() % 4 == 0) hold_up(g, static_cast<unsigned>(random() % 2), round);
        if (p.waiting.fetch_sub(1) != 1) return;
        // Nobody waits on the words any more. Those who stored may still be in their calls.
        for (unsigned i = 0; i < 2; ++i) free(g, index, i);
        if (g.left.fetch_sub(1) == 1) end_round(g, calls);
    }

    // Who stores in this round has begun, as the words show, and goes on as long as a pair
    // is left.
    static void hold_up(const group& g, unsigned role, uint64_t round) {
        const auto index = (role + group::members - round % group::members) % group::members;
        if (pthread_kill(g.threads[index], SIGUSR1) != 0) fail("a signal could not be sent");
    }

    static void wait_for_both(const pair& p, caller& calls, std::mt19937_64& random) {
        for (;;) {
            const bool stored[2] = {p.words[0].value() != 0, p.words[1].value() != 0};
            if (stored[0] && stored[1]) return;
            const timespec soon = abi_test::from_now(std::chrono::nanoseconds(random() % 100'000));
            const timespec* deadline = random() % 4 == 0 ? &soon : nullptr;
            if (random() % 4 == 0) {
                std::this_thread::yield();  // who never waits sees the value the sooner
            } else if (stored[0] || stored[1] || random() % 4 == 0) {
                static_cast<void>(calls.wait(p.words[stored[0] ? 1 : 0], 0, deadline));
            } else {
                futex_waitv both[2] = {p.words[0].waited_for(0), p.words[1].waited_for(0)};
                static_cast<void>(calls.waitv(both, deadline));
            }
        }
    }

    static void free(group& g, unsigned index, unsigned i) {
        const word& w = g.all[index].words[i];
        if (w.kind().numa && w.hint() != FUTEX_NO_NODE)
            fail("a word on which nobody waits has hint {}", w.hint());
        if (g.all[index].in_page[i])
            g.memory.close(2 * index + i);
        else
            ::operator delete(w.address(), heap_alignment);
    }

    static void end_round(group& g, caller& calls) {
        ++g.rounds;
        g.progress.steps.add(1);
        g.over = g.until.reached(words_freed(g));
        if (!g.over) begin_round(g);
        static_cast<void>(calls.store_wake(g.round, g.rounds, INT_MAX));
    }

    static uint64_t words_freed(const group& g) { return 2 * group::pairs * g.rounds; }

    account sum() const {
        account a;
        std::vector<word> words;
        for (const auto& g : groups_) {
            a.operations += words_freed(*g);
            for (const auto& c : g->calls) c->add_to(a);
            words.push_back(g->round);
        }
        check_quiet(a, words);
        return a;
    }

    const conditions how_;
    std::vector<std::unique_ptr<group>> groups_;
};

// SIGSEGV: says which storm it was, and ends the program. SIGUSR1: stands still for long
// enough that others overtake.
class handlers {
  public:
    explicit handlers(const freed& storm) {
        storm_ = &storm;
        struct sigaction action = {};
        action.sa_flags = SA_SIGINFO;
        action.sa_sigaction = [](int, siginfo_t* info, void*) {
            fail("an access to {}, {}", info->si_addr,
                 storm_->hold(info->si_addr) ? "a word that has been freed" : "which is no word");
        };
        sigaction(SIGSEGV, &action, &fault_);
        action = {};
        action.sa_flags = SA_RESTART;
        action.sa_handler = [](int) {
            constexpr timespec pause = {0, 50'000};
            nanosleep(&pause, nullptr);
        };
        sigaction(SIGUSR1, &action, &user_);
    }
    handlers(const handlers&) = delete;
    handlers& operator=(const handlers&) = delete;
    ~handlers() {
        sigaction(SIGSEGV, &fault_, nullptr);
        sigaction(SIGUSR1, &user_, nullptr);
    }

  private:
    static inline const freed* storm_;
    struct sigaction fault_;
    struct sigaction user_;
};

account run_freed(const conditions& how) {
    freed storm(how);
    const handlers installed(storm);
    account a = storm.run();
    a.disturbed = fmt::format("{} words freed", a.operations);
    return a;
}

const registration freed_({"freed", "words are freed at once behind a store_wake", 16, 200'000,
                           run_freed});

}  // namespace
}  // namespace futex2::stress
