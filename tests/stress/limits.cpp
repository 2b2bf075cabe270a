// SPDX-License-Identifier: MIT
// No memory: all limits are 0 while the storm lasts, and nobody may ask for any. Threads
// end, and others, which were there before but have never waited, take their places.
#include <errno.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "abi/allocation_count.hpp"
#include "stress/lives.hpp"
#include "stress/nodes.hpp"

namespace futex2::stress {
namespace {

constexpr int resources[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK};

bool can_map() {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    munmap(memory, 4096);
    return true;
}

// While it lives, the process can map nothing. A sanitizer's runtime itself could not go
// on: there, the count of heap calls alone is left.
class poverty {
  public:
    poverty() {
        if (FUTEX2_SANITIZED != 0) return;
        for (size_t i = 0; i < std::size(resources); ++i) {
            getrlimit(static_cast<__rlimit_resource_t>(resources[i]), &before_[i]);
            const rlimit none = {0, before_[i].rlim_max};
            setrlimit(static_cast<__rlimit_resource_t>(resources[i]), &none);
        }
        if (can_map()) fail("the limits do not hold");
    }
    poverty(const poverty&) = delete;
    poverty& operator=(const poverty&) = delete;
    ~poverty() {
        if (FUTEX2_SANITIZED != 0) return;
        for (size_t i = 0; i < std::size(resources); ++i)
            setrlimit(static_cast<__rlimit_resource_t>(resources[i]), &before_[i]);
    }

  private:
    rlimit before_[std::size(resources)];
};

class limits final : public disturbance {
  public:
    explicit limits(rings& traffic)
        : traffic_(traffic), places_(traffic.members().size()), supervisor_(traffic) {
        map_first_seats();
        for (size_t i = 0; i < places_.size(); ++i) {
            places_[i].whose = traffic.members()[i].get();
            for (unsigned n = 0; n < generations; ++n) create(places_[i], n);
        }
    }

    void run() {
        if (abi_test::heap_calls_in([] { ::operator delete(::operator new(1)); }) != 2)
            fail("heap calls are not counted");
        const poverty none;
        supervisor_.run({[this](member& m, life& l) { return next(places_[m.index], l); },
                         [this](const life& l, void*) { parkers_.had(l.parker); }});
    }

    bool goes_on(member& m) override {
        return places_[m.index].turn.load() == generations || !m.one_in(16);
    }

    void add_to(account& a) const {
        parkers_.check(a, static_cast<unsigned>(places_.size()));
        if (const uint64_t calls = heap_calls_.load(); calls != 0)
            a.wrong.push_back(fmt::format("{} heap calls", calls));
        a.disturbed = fmt::format("{} threads without memory", places_.size() * generations);
    }

  private:
    // More lives than a page has seats: were they not given back, more would be mapped.
    static constexpr unsigned generations = 16;

    struct place {
        member* whose;
        life* now;
        std::atomic<unsigned> turn{0};  // so many of its threads have been let begin
        pthread_t threads[generations];
    };
    struct arguments {
        limits& storm;
        place& where;
        unsigned generation;
    };

    // Each node maps its first seats for the first thread that waits there.
    void map_first_seats() const {
        for (const int node : nodes_)
            std::thread([node] {
                act_on(node);
                word_memory memory;
                const timespec passed = {0, 0};
                static_cast<void>(caller().wait(word(&memory, abi_test::u32), 0, &passed));
            }).join();
    }

    void create(place& p, unsigned generation) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, size_t{1} << 20);
        auto* mine = new arguments{*this, p, generation};
        if (pthread_create(&p.threads[generation], &attributes, begin_life, mine) != 0)
            fail("no thread");
        pthread_attr_destroy(&attributes);
    }

    static void* begin_life(void* given) {
        const std::unique_ptr<arguments> a(static_cast<arguments*>(given));
        place& p = a->where;
        for (unsigned turn; (turn = p.turn.load()) <= a->generation;) p.turn.wait(turn);
        a->storm.live_poorly(p);
        return nullptr;
    }

    void live_poorly(place& p) {
        // Most on one node, for its seats to run out.
        member& m = *p.whose;
        act_on(m.one_in(2) ? nodes_[0] : nodes_[m.below(nodes_.size())]);
        heap_calls_ += static_cast<uint64_t>(
            abi_test::heap_calls_in([this, &p] { live(traffic_, *this, *p.whose, *p.now); }));
    }

    bool next(place& p, life& l) {
        const unsigned generation = p.turn.load();
        if (generation == generations) return false;
        p.now = &l;
        l.thread = p.threads[generation];
        p.turn.store(generation + 1);
        p.turn.notify_all();
        return true;
    }

    rings& traffic_;
    const std::vector<int> nodes_ = all_nodes();
    std::vector<place> places_;
    supervisor supervisor_;
    parkers parkers_;
    std::atomic<uint64_t> heap_calls_{0};
};

account run_limits(const conditions& how) {
    rings traffic(how, small_rings(how.threads));
    limits storm(traffic);
    storm.run();
    account a;
    storm.add_to(a);
    return traffic.close_account(std::move(a));
}

const registration limits_({"limits", "no memory can be had, and none is asked for", 16, 60'000,
                            run_limits});

}  // namespace
}  // namespace futex2::stress
