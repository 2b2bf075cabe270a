// SPDX-License-Identifier: MIT
// One thread that waits for whatever comes first: a job, a change of the settings, the end, or a
// deadline; and one that waits until two others have started, both at once.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/event.hpp>
#include <futex2/futex.hpp>
#include <optional>
#include <thread>

using namespace std::chrono_literals;

namespace {

struct station {
    futex2::event job{futex2::event::automatic};   // each set() is one job
    futex2::event done{futex2::event::automatic};  // and its answer
    futex2::event started, stop;                   // manual: they stay set
    futex2::futex<std::uint32_t> settings{1};      // a version: any change is news
};

struct tally {
    int jobs = 0, changes = 0, silences = 0;
};

// Serves until stop; silences: how often nothing came for a millisecond.
tally serve(station& s) {
    tally t;
    std::uint32_t version = s.settings.load(std::memory_order::acquire);
    s.started.set();
    for (;;) {
        // Where several hold, the first of the list is taken. Only of the one that is taken an
        // automatic event is reset.
        const std::array<futex2::awaited, 3> list{s.job, futex2::word(s.settings, version), s.stop};
        const std::optional<std::size_t> first = futex2::wait_any_for(1ms, list);
        if (!first) {
            ++t.silences;
        } else if (*first == 0) {
            ++t.jobs;
            s.done.set();
        } else if (*first == 1) {
            version = s.settings.load(std::memory_order::acquire);
            ++t.changes;
            s.done.set();
        } else {
            return t;
        }
    }
}

}  // namespace

int main() {
    std::array<station, 2> stations;
    std::array<tally, 2> tallies;
    {
        std::array<std::jthread, 2> threads;
        for (std::size_t i = 0; i < threads.size(); ++i) {
            threads[i] = std::jthread([&, i] { tallies[i] = serve(stations[i]); });
        }
        const std::array<futex2::awaited, 2> both{stations[0].started, stations[1].started};
        if (!futex2::wait_all_until(std::chrono::steady_clock::now() + 30s, both)) {
            std::puts("wait_events: they do not start");
            std::_Exit(EXIT_FAILURE);
        }
        for (station& s : stations) {
            for (int i = 0; i < 1'000; ++i) {
                s.job.set();
                s.done.wait();
            }
            s.settings.store_and_wake(2);
        }
        // Both have answered, and neither answer is taken before both are there.
        futex2::wait_all(stations[0].done, stations[1].done);
        for (station& s : stations) {
            s.stop.set();
        }
    }
    bool right = true;
    for (const tally& t : tallies) {
        std::printf("jobs: %d, changes: %d, silences: %d\n", t.jobs, t.changes, t.silences);
        right = right && t.jobs == 1'000 && t.changes == 1;
    }
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
