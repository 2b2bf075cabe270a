// SPDX-License-Identifier: MIT
// A hash table with a lock in every bucket. A lock of one byte costs a bucket nothing where there
// is a byte to spare, and lies on the cache line that is read next anyway.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <futex2/mutex.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

template <class Key, class Value, std::size_t Buckets, class Hash = std::hash<Key>>
class hash_table {
  public:
    /** Calls change(value) under the bucket's lock; a key that is not there is put in first. */
    template <class Change>
    void update(const Key& key, Change change) {
        bucket& b = bucket_of(key);
        const std::lock_guard guard(b.lock);
        for (std::uint8_t i = 0; i < b.used; ++i) {
            if (b.entries[i].first == key) {
                return change(b.entries[i].second);
            }
        }
        if (b.used < b.entries.size()) {
            b.entries[b.used++] = {key, Value{}};
            return change(b.entries[b.used - 1U].second);
        }
        for (auto& [k, value] : b.more) {
            if (k == key) {
                return change(value);
            }
        }
        change(b.more.emplace_back(key, Value{}).second);
    }

    std::optional<Value> find(const Key& key) {
        bucket& b = bucket_of(key);
        const std::lock_guard guard(b.lock);
        for (std::uint8_t i = 0; i < b.used; ++i) {
            if (b.entries[i].first == key) {
                return b.entries[i].second;
            }
        }
        for (const auto& [k, value] : b.more) {
            if (k == key) {
                return value;
            }
        }
        return std::nullopt;
    }

  private:
    using entry = std::pair<Key, Value>;
    struct alignas(64) bucket {
        futex2::mutex lock;
        std::uint8_t used = 0;
        std::array<entry, 4> entries;
        std::vector<entry> more;  // that the array has no room for
    };

    bucket& bucket_of(const Key& key) { return (*buckets_)[Hash{}(key) % Buckets]; }

    std::unique_ptr<std::array<bucket, Buckets>> buckets_ =
        std::make_unique<std::array<bucket, Buckets>>();
};

int main() {
    constexpr std::uint32_t keys = 4'000, rounds = 25, threads = 4;
    hash_table<std::uint32_t, std::uint32_t, 1'024> counts;
    {
        std::vector<std::jthread> all;
        for (std::uint32_t t = 0; t < threads; ++t) {
            all.emplace_back([&counts, t] {
                for (std::uint32_t i = 0; i < keys * rounds; ++i) {
                    counts.update((i * (2 * t + 1)) % keys, [](std::uint32_t& n) { ++n; });
                }
            });
        }
    }
    std::uint64_t sum = 0;
    for (std::uint32_t key = 0; key < keys; ++key) {
        sum += counts.find(key).value_or(0);
    }
    std::printf("counted %llu times\n", static_cast<unsigned long long>(sum));
    return sum == std::uint64_t{keys} * rounds * threads ? EXIT_SUCCESS : EXIT_FAILURE;
}
