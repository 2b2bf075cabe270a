// SPDX-License-Identifier: MIT
// calls WORD_NODE CALLER_NODE: the calls whose accesses are counted (region.hpp), on words
// and with waiting threads on one node, the waking ones called on another, or on the same.
// On stdout, for those who read the trace, what lies where:
//   scene WORD_NODE CALLER_NODE
//   range KIND BEGIN END
#include <futex2/testing.h>

#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

#include "abi/check.hpp"
#include "abi/instance.hpp"
#include "lab/machine.hpp"
#include "lab/region.hpp"
#include "lab/servant.hpp"

extern "C" char __executable_start, _end;  // of the whole program, by the linker

namespace futex2::lab {
namespace {

constexpr unsigned kind = FUTEX2_SIZE_U32 | FUTEX2_NUMA | FUTEX2_PRIVATE;
constexpr uint64_t any = UINT32_MAX;
constexpr int rounds = 6;  // the first touches pages for the first time, and is not counted

// As far as a program can keep its words apart: a line for each, and no two whose waiters
// are queued in one bucket. How far a search among several words of a bucket has to go
// is chance.
struct alignas(64) lone_word {
    futex32_numa word;
};

// Where the calls are made on, and what the control reads: a page of the words' node.
struct words {
    lone_word slots[32];
    uint64_t control[loads_of_control];
};

void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "calls: not as expected: %s\n", what);
    std::exit(1);
}

void tell(const char* what, const void* begin, size_t bytes) {
    const auto first = reinterpret_cast<uintptr_t>(begin);
    std::printf("range %s %lx %lx\n", what, first, first + bytes);
}

// What is written once and then read only: the program's own memory, in which the
// library's is, and what the library keeps for the process.
void tell_constants() {
    tell("constants", &__executable_start, static_cast<size_t>(&_end - &__executable_start));
    const abi::native_process* p = abi::instance();
    tell("constants", p, sizeof *p);
    tell("constants", p->generation_word, sizeof *p->generation_word);
}

// As a program may that runs on one node first: they are to be where they belong all the
// same.
void touch_tables_from_node_0() {
    run_on_node(0);
    futex2_testing_table table;
    for (int i = 0; futex2_testing_table_of(i, &table) == 0; ++i) {
        auto* begin = static_cast<char*>(const_cast<void*>(table.address));
        for (uint64_t at = 0; at < table.bytes; at += page_bytes)
            __atomic_fetch_or(begin + at, 0, __ATOMIC_RELAXED);
    }
}

void tell_tables() {
    futex2_testing_table table;
    for (int i = 0; futex2_testing_table_of(i, &table) == 0; ++i)
        tell("table", table.address, table.bytes);
}

// The seat that the calling thread has.
void tell_seat() {
    const auto& seat = engine::thread<abi::native>::self().own;
    tell("parker", seat.parking, sizeof *seat.parking);
    tell("entry", seat.place, sizeof *seat.place);
}

// The slots' words that lie in so many buckets, one of each, on every node.
std::vector<futex32_numa*> in_different_buckets(words& all, size_t count) {
    const abi::native_process& p = *abi::instance();
    std::set<const void*> buckets;
    std::vector<futex32_numa*> chosen;
    for (lone_word& slot : all.slots) {
        const engine::key k = p.key_of(&slot.word, abi::word_flags{kind}.kind());
        if (chosen.size() < count && buckets.insert(&p.bucket_on(0, k)).second)
            chosen.push_back(&slot.word);
    }
    demand(chosen.size() == count, "as many buckets as words");
    return chosen;
}

// A node for the thread that directs the others, which is not to run where they do.
int third_node(int a, int b) {
    for (const int n : nodes_with_cpus())
        if (n != a && n != b) return n;
    demand(false, "three nodes");
    return a;
}

class scene {
  public:
    scene(int word_node, int caller_node)
        : waiter_(word_node, 0),
          second_(word_node, 0),
          caller_(caller_node, 1),
          words_(*static_cast<words*>(page_on_node(word_node))),
          many_(in_different_buckets(words_, 8)),
          one_(*many_[0]),
          other_(*many_[1]) {
        run_on_node(third_node(word_node, caller_node));
        mark<region::scene>();
        mark<region::none>();
        std::printf("scene %d %d\n", word_node, caller_node);
        tell_constants();
        tell_tables();
        tell("words", &words_, sizeof words_);
    }

    void play() {
        for (int i = 0; i < rounds; ++i) {
            clear();
            nobody_waits();
            one_waits();
            two_wait();
            one_waits_on_many();
            control();
        }
        waiter_.perform(tell_seat);
        second_.perform(tell_seat);
    }

  private:
    void clear() {
        for (futex32_numa* word : many_) *word = {0, FUTEX_NO_NODE};
    }

    static int wait(futex32_numa& word, uint32_t expected) {
        return futex2_wait(&word, expected, any, kind, nullptr, CLOCK_MONOTONIC);
    }
    static int wake(futex32_numa& word) { return futex2_wake(&word, any, 1, kind); }
    static futex_waitv entry(futex32_numa& word) {
        return {0, reinterpret_cast<uintptr_t>(&word), kind, 0};
    }

    // In the regions below a thread uses what it has on its own stack: the scene's objects
    // lie on another node.
    void nobody_waits() {
        caller_.perform([this] {
            futex32_numa& word = one_;
            mark<region::wake_nobody>();
            const int woken = wake(word);
            mark<region::none>();
            demand(woken == 0, "a wake with nobody waiting");
            mark<region::wait_differs>();
            const int waited = wait(word, 1);
            mark<region::none>();
            demand(waited == -EAGAIN, "a wait for another value");
        });
    }

    void one_waits() {
        waiter_.begin([this] {
            futex32_numa& word = one_;
            mark<region::wait_blocked>();
            const int waited = wait(word, 0);
            mark<region::none>();
            demand(waited == 0, "a wait");
        });
        caller_.perform([this] {
            waiter_.await_sleep();
            futex32_numa& word = one_;
            mark<region::wake_blocked>();
            const int woken = wake(word);
            mark<region::none>();
            demand(woken == 1, "a wake of one that waits");
        });
        waiter_.finish();
    }

    void two_wait() {
        const auto task = [this] { demand(wait(one_, 0) == 0, "a wait"); };
        waiter_.begin(task);
        second_.begin(task);
        caller_.perform([this] {
            waiter_.await_sleep();
            second_.await_sleep();
            futex_waitv from_to[] = {entry(one_), entry(other_)};
            mark<region::requeue>();
            const int both = futex2_requeue(from_to, 0, 1, 1);
            mark<region::none>();
            demand(both == 2, "a requeue of two, one woken and one moved");
            demand(wake(other_) == 1, "a wake of the one that was moved");
        });
        waiter_.finish();
        second_.finish();
    }

    void one_waits_on_many() {
        constexpr int woken_one = 3;
        waiter_.begin([this] {
            futex_waitv all[8];
            for (size_t i = 0; i < many_.size(); ++i) all[i] = entry(*many_[i]);
            mark<region::waitv_blocked>();
            const int index = futex2_waitv(all, 8, 0, nullptr, CLOCK_MONOTONIC);
            mark<region::none>();
            demand(index == woken_one, "a wait on eight words");
        });
        caller_.perform([this] {
            waiter_.await_sleep();
            futex32_numa& word = *many_[woken_one];
            mark<region::wake_waitv>();
            const int woken = wake(word);
            mark<region::none>();
            demand(woken == 1, "a wake of one that waits on eight words");
        });
        waiter_.finish();
    }

    // What is counted of this is known.
    void control() {
        caller_.perform([this] {
            const volatile uint64_t* from = words_.control;
            mark<region::control>();
            for (int i = 0; i < loads_of_control; ++i) static_cast<void>(from[i]);
            mark<region::none>();
        });
    }

    servant waiter_;
    servant second_;
    servant caller_;
    words& words_;
    const std::vector<futex32_numa*> many_;
    futex32_numa& one_;
    futex32_numa& other_;
};

int number_in(const char* text) {
    int number = -1;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    const int word_node = argc == 3 ? number_in(argv[1]) : -1;
    const int caller_node = argc == 3 ? number_in(argv[2]) : -1;
    if (word_node < 0 || word_node >= node_count() || caller_node < 0 ||
        caller_node >= node_count()) {
        std::fputs("usage: calls WORD_NODE CALLER_NODE\n", stderr);
        return 2;
    }
    futex2_testing_set_spin(0);  // or the count would be of how long the caller takes
    touch_tables_from_node_0();
    scene(word_node, caller_node).play();
}
