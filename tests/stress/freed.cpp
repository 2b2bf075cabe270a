// SPDX-License-Identifier: MIT
// Words that are freed as soon as a store_wake's new value is seen and nobody waits on
// them, while that call still goes on. Freed words are heap memory, for AddressSanitizer to
// watch, or pages that fault from then on.
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>

#include <climits>
#include <cstring>
#include <new>
#include <random>

#include "stress/quiet.hpp"
#include "stress/report.hpp"
#include "stress/watchdog.hpp"

namespace futex2::stress {
namespace {

constexpr size_t page_bytes = 4096;

// Memory for words: each has a page of its own, which is closed for as long as it takes
// to come round to it again.
class pages {
  public:
    pages() {
        void* mapped = mmap(nullptr, n * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) fail("no memory for words");
        first_ = static_cast<std::byte*>(mapped);
    }
    pages(const pages&) = delete;
    pages& operator=(const pages&) = delete;
    ~pages() { munmap(first_, n * page_bytes); }

    void* open(size_t offset) {
        std::byte* page = first_ + next_++ % n * page_bytes;
        protect(page, PROT_READ | PROT_WRITE);
        return page + offset;
    }
    void close(void* word) {
        const auto offset = static_cast<size_t>(static_cast<std::byte*>(word) - first_);
        protect(first_ + offset / page_bytes * page_bytes, PROT_NONE);
    }
    bool hold(const void* address) const {
        return address >= first_ && address < first_ + n * page_bytes;
    }

  private:
    static constexpr size_t n = 64;

    static void protect(std::byte* page, int access) {
        if (mprotect(page, page_bytes, access) != 0) fail("mprotect failed");
    }

    std::byte* first_;
    size_t next_ = 0;
};

struct short_lived {
    word w;
    bool in_page;
};

// Four threads that use two words together, again and again: two store, two wait.
struct group {
    static constexpr unsigned members = 4;

    limit until;
    lane progress;
    pages memory;
    std::mt19937_64 random;
    short_lived words[2];
    uint64_t round = 0;  // what round_word holds, or will
    word_memory round_memory;
    word round_word;
    std::atomic<unsigned> waiting{0};  // that have not seen both new values yet
    bool over = false;
    std::unique_ptr<caller> calls[members];
};

class freed {
  public:
    explicit freed(const conditions& how) {
        std::mt19937_64 random(how.seed);
        const unsigned n = how.threads / group::members;
        for (unsigned i = 0; i < n; ++i) {
            groups_.push_back(std::make_unique<group>());
            group& g = *groups_.back();
            g.until = how.until.share(n);
            g.random.seed(random());
            g.round_word = word(&g.round_memory, any_kind(g));
            g.round_word.reset();
            for (auto& c : g.calls) c = std::make_unique<caller>();
            begin_round(g);
        }
    }

    account run(const conditions& how) {
        std::vector<const lane*> lanes;
        std::vector<const caller*> callers;
        for (const auto& g : groups_) {
            lanes.push_back(&g->progress);
            for (const auto& c : g->calls) callers.push_back(c.get());
        }
        watchdog dog(how, std::move(lanes), std::move(callers));
        std::vector<std::thread> threads;
        for (const auto& g : groups_)
            for (unsigned i = 0; i < group::members; ++i)
                threads.emplace_back([this, g = g.get(), i, seed = g->random()] {
                    take_part(*g, i, seed);
                    check_thread();
                });
        for (std::thread& t : threads) t.join();
        return sum();
    }

    bool hold(const void* address) const {
        for (const auto& g : groups_)
            if (g->memory.hold(address)) return true;
        return false;
    }

  private:
    static word_kind any_kind(group& g) { return all_kinds[g.random() % all_kinds.size()]; }

    void begin_round(group& g) {
        for (short_lived& s : g.words) {
            s.in_page = g.random() % 2 == 0;
            const size_t offset = g.random() % (page_bytes / sizeof(word_memory));
            void* memory = s.in_page ? g.memory.open(offset * sizeof(word_memory))
                                     : ::operator new(sizeof(word_memory), heap_alignment);
            s.w = word(memory, any_kind(g));
            s.w.reset();
        }
        g.waiting.store(2);
    }

    static void free(group& g, const short_lived& s) {
        if (s.w.kind().numa && s.w.hint() != FUTEX_NO_NODE)
            fail("a word on which nobody waits has hint {}", s.w.hint());
        if (s.in_page)
            g.memory.close(s.w.address());
        else
            ::operator delete(s.w.address(), heap_alignment);
    }

    void take_part(group& g, unsigned index, uint64_t seed) {
        caller& calls = *g.calls[index];
        std::mt19937_64 random(seed);
        for (uint64_t round = 0; !g.over; ++round) {
            const word words[2] = {g.words[0].w, g.words[1].w};
            const auto role = static_cast<unsigned>((round + index) % group::members);
            if (role < 2) {
                // Where one alone is woken, that one wakes the other.
                const int count = random() % 2 == 0 ? 1 : INT_MAX;
                if (random() % 2 == 0) std::this_thread::yield();
                static_cast<void>(calls.store_wake(words[role], 1, count));
            } else {
                wait_for_both(calls, random, words);
                for (const word& w : words) static_cast<void>(calls.wake(w, INT_MAX));
                if (g.waiting.fetch_sub(1) == 1) end_round(g, calls);
            }
            while (g.round_word.value() == (round & g.round_word.kind().all()))
                static_cast<void>(calls.wait(g.round_word, round));
        }
    }

    static void wait_for_both(caller& calls, std::mt19937_64& random, const word (&words)[2]) {
        for (;;) {
            const bool stored[2] = {words[0].value() != 0, words[1].value() != 0};
            if (stored[0] && stored[1]) return;
            const timespec soon = in_nanoseconds(static_cast<long>(random() % 100'000));
            const timespec* deadline = random() % 4 == 0 ? &soon : nullptr;
            const word& first = words[stored[0] ? 1 : 0];
            if (random() % 8 == 0) {
                std::this_thread::yield();  // never waits, and sees the value the sooner
            } else if (stored[0] || stored[1] || random() % 4 == 0) {
                static_cast<void>(calls.wait(first, 0, deadline));
            } else {
                futex_waitv both[2] = {words[0].waited_for(0), words[1].waited_for(0)};
                static_cast<void>(calls.waitv(both, deadline));
            }
        }
    }

    // Nobody waits on the words any more. Those who stored may still be in their calls.
    void end_round(group& g, caller& calls) {
        for (const short_lived& s : g.words) free(g, s);
        g.progress.steps.add(1);
        if (g.until.reached(std::size(g.words) * g.progress.steps.get())) {
            g.over = true;
            g.progress.over.store(true);
        } else {
            begin_round(g);
        }
        static_cast<void>(calls.store_wake(g.round_word, ++g.round, INT_MAX));
    }

    account sum() const {
        account a;
        std::vector<word> words;
        for (const auto& g : groups_) {
            a.operations += std::size(g->words) * g->progress.steps.get();
            for (const auto& c : g->calls) c->add_to(a);
            words.push_back(g->round_word);
        }
        check_quiet(a, words);
        return a;
    }

    static constexpr std::align_val_t heap_alignment{sizeof(word_memory)};
    std::vector<std::unique_ptr<group>> groups_;
};

// Says which storm it was before the program ends.
class fault_reporter {
  public:
    explicit fault_reporter(const freed& storm) {
        storm_ = &storm;
        struct sigaction action = {};
        action.sa_flags = SA_SIGINFO;
        action.sa_sigaction = [](int, siginfo_t* info, void*) {
            fail("an access to {}, {}", info->si_addr,
                 storm_->hold(info->si_addr) ? "a word that has been freed" : "which is no word");
        };
        sigaction(SIGSEGV, &action, &before_);
    }
    fault_reporter(const fault_reporter&) = delete;
    fault_reporter& operator=(const fault_reporter&) = delete;
    ~fault_reporter() { sigaction(SIGSEGV, &before_, nullptr); }

  private:
    static inline const freed* storm_;
    struct sigaction before_;
};

account run(const conditions& how) {
    freed storm(how);
    const fault_reporter reporter(storm);
    account a = storm.run(how);
    a.disturbed = fmt::format("{} words freed", a.operations);
    return a;
}

const registration freed_({"freed", "words are freed at once behind a store_wake", 16, 40'000,
                           run});

}  // namespace
}  // namespace futex2::stress
