// SPDX-License-Identifier: MIT
// Processes that hand tokens to and fro on words that they share, of every kind that can be;
// small words lie close together, so that those who wait on one are beside others' wakes.
#include <sys/mman.h>
#include <sys/wait.h>

#include <new>

#include "stress/token_players.hpp"

namespace futex2::stress {
namespace {

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
            if (const uint64_t turns = all_turns(); turns != seen) {
                seen = turns;
                last = now;
            } else if (now - last > patience_) {
                fail("{} processes are stranded, after {} turns", running_, seen);
            }
        }
        account a;
        a.wrong = std::move(wrong_);
        for (size_t i = 0; i < count_; ++i) add(a, memory_->pairs[i]);
        a.operations = a.wakes;
        return a;
    }

  private:
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
        if (child == 0) play(both, side, [=](uint64_t turn) { return until.reached(turn); });
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
    uint64_t all_turns() const {
        uint64_t all = 0;
        for (size_t i = 0; i < count_; ++i)
            for (const process_tally& t : memory_->pairs[i].side) all += t.turns.load();
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
