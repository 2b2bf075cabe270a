// SPDX-License-Identifier: MIT
// calls ENGINE WORD_NODE CALLER_NODE: the calls whose accesses are counted (region.hpp), of
// an engine (engines.hpp), on words and with waiting threads on one node, the waking ones
// called on another, or on the same. On stdout, for those who read the trace, and of the
// library what lies where:
//   scene ENGINE WORD_NODE CALLER_NODE
//   range KIND BEGIN END
#include <futex2/testing.h>

#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <set>
#include <string_view>
#include <vector>

#include "abi/check.hpp"
#include "abi/instance.hpp"
#include "lab/engines.hpp"
#include "lab/machine.hpp"
#include "lab/ranges.hpp"
#include "lab/region.hpp"
#include "lab/servant.hpp"

namespace futex2::lab {
namespace {

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

// The slots' words that lie in so many buckets, one of each, on every node.
std::vector<futex32_numa*> in_different_buckets(words& all, size_t count) {
    const abi::native_process& p = *abi::instance();
    std::set<const void*> buckets;
    std::vector<futex32_numa*> chosen;
    for (lone_word& slot : all.slots) {
        const engine::key k = p.key_of(&slot.word, abi::word_flags{library::kind}.kind());
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

template <class Engine>
class scene {
  public:
    scene(int word_node, int caller_node)
        : spare_(two_on_each(word_node, caller_node)),
          waiter_(word_node, 0),
          second_(word_node, 0),
          observer_(word_node, 1),
          caller_(caller_node, 1),
          words_(*static_cast<words*>(page_on_node(word_node))),
          many_(in_different_buckets(words_, 8)) {
        run_on_node(third_node(word_node, caller_node));
        mark<region::scene>();
        mark<region::none>();
        std::printf("scene %s %d %d\n", Engine::name, word_node, caller_node);
        if constexpr (Engine::is_library) {
            tell_constants();
            tell_tables();
            tell("words", &words_, sizeof words_);
        }
    }

    void play() {
        for (size_t i = 0; i < uncounted_rounds + counted_rounds; ++i) {
            begin_round(i);
            nobody_waits();
            one_waits();
            two_wait();
            one_waits_on_many();
            two_in_turn();
            control();
        }
        if constexpr (Engine::is_library) {
            waiter_.perform(tell_seat);
            second_.perform(tell_seat);
        }
    }

  private:
    static constexpr size_t woken_of_many = 3;

    // The kernel keeps the stacks of two threads that have ended for the next ones that are
    // created on a CPU, wherever those stacks lie. These threads take them.
    static std::list<servant> two_on_each(int word_node, int caller_node) {
        std::list<servant> spare;
        for (const int node : {word_node, word_node, caller_node, caller_node})
            spare.emplace_back(node, 0);
        return spare;
    }

    // A word's bucket may be anywhere: other words in each round.
    void begin_round(size_t number) {
        waiter_.perform([this] {  // whose node they then are cached on
            for (futex32_numa* word : many_) *word = {0, FUTEX_NO_NODE};
        });
        one_ = many_[number % many_.size()];
        other_ = many_[(number + 1) % many_.size()];
        mark<region::round>();
        mark<region::none>();
    }

    // Looked at from the node on which the thread is, whose lines thereby stay there.
    void await_sleep(const servant& thread) {
        observer_.perform([&thread] { thread.await_sleep(); });
    }

    // In the regions below a thread uses what it has on its own stack: the scene's objects
    // lie on another node. A call that does not block is made once before, for the thread
    // has just been woken.
    void nobody_waits() {
        caller_.perform([this] {
            futex32_numa& word = *one_;
            Engine::wake(word, 1);
            mark<region::wake_nobody>();
            const int woken = Engine::wake(word, 1);
            mark<region::none>();
            demand(woken == 0, "a wake with nobody waiting");
            Engine::wait(word, 1);
            mark<region::wait_differs>();
            const int waited = Engine::wait(word, 1);
            mark<region::none>();
            demand(waited == -EAGAIN, "a wait for another value");
        });
    }

    void one_waits() {
        waiter_.begin([this] {
            futex32_numa& word = *one_;
            mark<region::wait_blocked>();
            const int waited = Engine::wait(word, 0);
            mark<region::none>();
            demand(waited == 0, "a wait");
        });
        await_sleep(waiter_);
        caller_.perform([this] {
            futex32_numa& word = *one_;
            mark<region::wake_blocked>();
            const int woken = Engine::wake(word, 1);
            mark<region::none>();
            demand(woken == 1, "a wake of one that waits");
        });
        waiter_.finish();
    }

    void two_wait() {
        const auto task = [this] { demand(Engine::wait(*one_, 0) == 0, "a wait"); };
        waiter_.begin(task);
        second_.begin(task);
        await_sleep(waiter_);
        await_sleep(second_);
        caller_.perform([this] {
            futex32_numa& from = *one_;
            futex32_numa& to = *other_;
            mark<region::requeue>();
            const int both = Engine::requeue(from, to);
            mark<region::none>();
            demand(both == 2, "a requeue of two, one woken and one moved");
            demand(Engine::wake(to, 1) == 1, "a wake of the one that was moved");
        });
        waiter_.finish();
        second_.finish();
    }

    void one_waits_on_many() {
        waiter_.begin([this] {
            futex_waitv all[8];
            for (size_t i = 0; i < many_.size(); ++i) all[i] = Engine::entry(*many_[i]);
            mark<region::waitv_blocked>();
            const int index = Engine::waitv(all, 8);
            mark<region::none>();
            demand(index == woken_of_many, "a wait on eight words");
        });
        await_sleep(waiter_);
        caller_.perform([this] {
            futex32_numa& word = *many_[woken_of_many];
            mark<region::wake_waitv>();
            const int woken = Engine::wake(word, 1);
            mark<region::none>();
            demand(woken == 1, "a wake of one that waits on eight words");
        });
        waiter_.finish();
    }

    // Waits until the word has the value.
    static void await(futex32_numa& word, uint32_t value) {
        while (__atomic_load_n(&word.value, __ATOMIC_ACQUIRE) != value)
            Engine::wait(word, value - 1);
    }
    static void tell_value(futex32_numa& word, uint32_t value) {
        __atomic_store_n(&word.value, value, __ATOMIC_RELEASE);
        Engine::wake(word, 1);
    }

    // Each wakes the other, and sleeps until it is woken. The first and the last round trip
    // have no wait, or no wake, of one before or behind them, and are not counted.
    void two_in_turn() {
        constexpr uint32_t first = 1, last = 4;
        waiter_.begin([this] {
            futex32_numa& ping = *one_;
            futex32_numa& pong = *other_;
            mark<region::partner>();
            for (uint32_t i = first; i <= last; ++i) {
                await(ping, i);
                tell_value(pong, i);
            }
            mark<region::none>();
        });
        await_sleep(waiter_);
        caller_.perform([this] {
            futex32_numa& ping = *one_;
            futex32_numa& pong = *other_;
            for (uint32_t i = first; i <= last; ++i) {
                if (i == last)
                    mark<region::none>();
                else if (i > first)
                    mark<region::round_trip>();
                tell_value(ping, i);
                await(pong, i);
            }
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

    std::list<servant> spare_;
    servant waiter_;
    servant second_;
    servant observer_;
    servant caller_;
    words& words_;
    const std::vector<futex32_numa*> many_;
    futex32_numa* one_ = nullptr;
    futex32_numa* other_ = nullptr;
};

int number_in(const char* text) {
    int number = -1;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

bool play(std::string_view engine, int word_node, int caller_node) {
    if (engine == library::name)
        scene<library>(word_node, caller_node).play();
    else if (engine == futex::name)
        scene<futex>(word_node, caller_node).play();
    else if (engine == futex2_numa::name)
        scene<futex2_numa>(word_node, caller_node).play();
    else
        return false;
    return true;
}

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    const int word_node = argc == 4 ? number_in(argv[2]) : -1;
    const int caller_node = argc == 4 ? number_in(argv[3]) : -1;
    const bool possible = word_node >= 0 && word_node < node_count() && caller_node >= 0 &&
                          caller_node < node_count();
    if (possible) {
        futex2_testing_set_spin(0);  // or the count would be of how long the caller takes
        touch_tables_from_node_0();
    }
    if (!possible || !play(argv[1], word_node, caller_node)) {
        std::fputs("usage: calls user|kernel|kernel2 WORD_NODE CALLER_NODE\n", stderr);
        return 2;
    }
    // A thread that is created on the CPU where this one ends may get its stack in the kernel,
    // which lies where this one was created.
    run_on_node(0);
}
