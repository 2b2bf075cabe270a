// SPDX-License-Identifier: MIT
// A table that many threads read and one seldom changes, under a shared_mutex: readers do not
// wait for each other, and a writer comes in though they never pause.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <futex2/shared_mutex.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

class routes {
  public:
    std::optional<int> find(std::string_view name) const {
        const std::shared_lock guard(mutex_);
        const auto at = table_.find(name);
        return at != table_.end() ? std::optional(at->second) : std::nullopt;
    }

    /** Calls read(table). It must not call this object: who reads must not lock again. */
    template <class Read>
    auto with(Read read) const {
        const std::shared_lock guard(mutex_);
        return read(table_);
    }

    /** Both at once, for all who read. */
    void set(int port) {
        const std::lock_guard guard(mutex_);
        table_["out"] = port;
        table_["back"] = -port;
    }

  private:
    std::map<std::string, int, std::less<>> table_;
    mutable futex2::shared_mutex mutex_;
};

int main() {
    constexpr int changes = 1'000;
    routes table;
    table.set(0);
    std::vector<std::uint64_t> torn(3);
    {
        std::vector<std::jthread> readers;  // their destructors ask them to stop
        for (std::uint64_t& mine : torn) {
            readers.emplace_back([&table, &mine](std::stop_token stop) {
                while (!stop.stop_requested()) {
                    mine += table.with([](const auto& t) {
                        return t.find("out")->second + t.find("back")->second != 0;
                    });
                }
            });
        }
        for (int port = 1; port <= changes; ++port) {
            table.set(port);
        }
    }
    const int last = table.find("out").value_or(0);
    const std::uint64_t all = torn[0] + torn[1] + torn[2];
    std::printf("last port: %d, reads of half a change: %llu\n", last,
                static_cast<unsigned long long>(all));
    return last == changes && all == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
