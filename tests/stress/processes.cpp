// SPDX-License-Identifier: MIT
// Processes that hand tokens to and fro on words that they share, of every kind that can be;
// small words lie close together, so that those who wait on one are beside others' wakes.
#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "stress/report.hpp"
#include "stress/storm.hpp"
#include "stress/word.hpp"

namespace futex2::stress {
namespace {

// What a process counts, where its parent sees it.
struct alignas(64) process_tally {
    std::atomic<uint64_t> turns;
    std::atomic<uint64_t> woken;
    std::atomic<uint64_t> ended;
    std::atomic<uint64_t> timeouts;
};

// Two processes, each with the word that it waits on: 0 nothing, 1 the token, 2 the end.
struct process_pair {
    word box[2];
    process_tally side[2];
};

struct shared_pages {
    static constexpr size_t bytes_of_words = 2048;
    static constexpr size_t most_pairs = 64;

    alignas(64) unsigned char words[bytes_of_words];
    process_pair pairs[most_pairs];
};

shared_pages* map_memory() {
    void* address = mmap(nullptr, sizeof(shared_pages), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) fail("no shared memory");
    return new (address) shared_pages();
}

timespec in_microseconds(uint64_t n) {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += static_cast<long>(n * 1000);
    t.tv_sec += t.tv_nsec / 1'000'000'000;
    t.tv_nsec %= 1'000'000'000;
    return t;
}

// One process of a pair.
class token_player {
  public:
    token_player(process_pair& both, unsigned side)
        : own_(both.box[side]), other_(both.box[1 - side]), mine_(both.side[side]) {}

    // What it was handed.
    uint64_t take() {
        for (;;) {
            const uint64_t value = own_.value();
            if (value == 0) {
                wait();
                continue;
            }
            own_.set(0);
            return value;
        }
    }

    void hand_over(uint64_t token) {
        const uint64_t turn = mine_.turns.fetch_add(1) + 1;
        const unsigned flags = other_.kind().flags();
        int woken;
        if (turn % 2 == 0) {
            woken = futex2_store_wake(other_.address(), token, 1, flags);
        } else {
            other_.set(token);
            woken = futex2_wake(other_.address(), other_.kind().all(), 1, flags);
        }
        if (woken < 0 || woken > 1) fail("a wake answers {}", woken);
        mine_.woken.fetch_add(static_cast<uint64_t>(woken));
    }

  private:
    // One in eight gives up soon.
    void wait() {
        const bool timed = mine_.turns.load() % 8 == 0;
        const timespec soon = in_microseconds(50);
        const int result = futex2_wait(own_.address(), 0, own_.kind().all(), own_.kind().flags(),
                                       timed ? &soon : nullptr, CLOCK_MONOTONIC);
        if (result == 0)
            mine_.ended.fetch_add(1);
        else if (timed && result == -ETIMEDOUT)
            mine_.timeouts.fetch_add(1);
        else if (result != -EAGAIN)
            fail("a wait answers {}", result);
    }

    const word own_;
    const word other_;
    process_tally& mine_;
};

[[noreturn]] void play(process_pair& both, unsigned side, limit until) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    token_player p(both, side);
    uint64_t token = 1;
    for (uint64_t turn = 0; token == 1; ++turn) {
        if (side == 1 || turn > 0) token = p.take();
        if (side == 0 && until.reached(turn)) token = 2;
        if (side == 0 || token == 1) p.hand_over(token);
    }
    _exit(0);
}

class processes {
  public:
    explicit processes(const conditions& how) : patience_(how.patience) {
        const unsigned copies = std::max(1u, how.threads / (2 * pairs_of_a_copy()));
        for (unsigned i = 0; i < copies; ++i) lay_out();
        const limit each = how.until.share(count_);
        for (size_t i = 0; i < count_; ++i)
            for (unsigned side : {0u, 1u}) begin(memory_->pairs[i], side, each);
    }
    ~processes() { munmap(memory_, sizeof *memory_); }

    account run() {
        auto last = std::chrono::steady_clock::now();
        for (uint64_t seen = 0; running_ > 0; reap()) {
            usleep(1000);
            const auto now = std::chrono::steady_clock::now();
            if (const uint64_t turns = sum(&process_tally::turns); turns != seen) {
                seen = turns;
                last = now;
            } else if (now - last > patience_) {
                fail("{} processes are stranded, after {} turns", running_, seen);
            }
        }
        account a;
        a.operations = a.wakes = sum(&process_tally::turns);
        a.woken = sum(&process_tally::woken);
        a.ended = sum(&process_tally::ended);
        a.timeouts = sum(&process_tally::timeouts);
        a.wrong = std::move(wrong_);
        for (size_t i = 0; i < count_; ++i)
            for (unsigned side : {0u, 1u}) check(a, memory_->pairs[i], side);
        return a;
    }

  private:
    // Of each word: whoever sleeps beside it must not be taken for its waiter.
    static void check(account& a, const process_pair& both, unsigned side) {
        const uint64_t woken = both.side[1 - side].woken.load();
        const uint64_t ended = both.side[side].ended.load();
        if (woken != ended)
            a.wrong.push_back(fmt::format("wakes of a {} ended {} waits, but {} waits were woken",
                                          both.box[side].kind().name(), woken, ended));
    }

    static unsigned pairs_of_a_copy() {
        unsigned n = 0;
        for (const word_kind kind : all_kinds)
            if (abi_test::can_be_shared(kind)) n += pairs_of(kind);
        return n;
    }
    // As fill a container, at least one.
    static unsigned pairs_of(word_kind kind) { return std::max(1u, 2 / kind.whole()); }

    void lay_out() {
        for (const word_kind kind : all_kinds) {
            if (!abi_test::can_be_shared(kind)) continue;
            for (unsigned n = 0; n < pairs_of(kind); ++n)
                for (word& box : memory_->pairs[count_ + n].box) box = next_word(shared(kind));
            count_ += pairs_of(kind);
            used_ = (used_ + 63) / 64 * 64;
        }
    }
    word next_word(word_kind kind) {
        if (used_ + kind.whole() > shared_pages::bytes_of_words) fail("too many processes");
        const word made(memory_->words + used_, kind);
        made.reset();
        used_ += kind.whole();
        return made;
    }

    void begin(process_pair& both, unsigned side, limit until) {
        const pid_t child = fork();
        if (child < 0) fail("no child: error {}", errno);
        if (child == 0) play(both, side, until);
        ++running_;
    }
    void reap() {
        int status = 0;
        while (waitpid(-1, &status, WNOHANG) > 0) {
            --running_;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                wrong_.push_back(fmt::format("a process ended with status {:#x}", status));
        }
    }
    uint64_t sum(std::atomic<uint64_t> process_tally::*field) const {
        uint64_t all = 0;
        for (size_t i = 0; i < count_; ++i)
            for (const process_tally& t : memory_->pairs[i].side) all += (t.*field).load();
        return all;
    }

    const std::chrono::duration<double> patience_;
    shared_pages* const memory_ = map_memory();
    size_t count_ = 0;  // pairs
    size_t used_ = 0;   // bytes of words
    int running_ = 0;
    std::vector<std::string> wrong_;
};

account run_processes(const conditions& how) {
    return processes(how).run();
}

const registration processes_({"processes", "processes that share words of all kinds", 16, 40'000,
                               run_processes});

}  // namespace
}  // namespace futex2::stress
