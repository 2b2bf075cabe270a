// SPDX-License-Identifier: MIT
// A bounded queue for any number of producers and consumers. A stop token closes it: then nothing
// more goes in, and what is in it can still be taken out.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <futex2/condition_variable.hpp>
#include <futex2/mutex.hpp>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

template <class T>
class bounded_queue {
  public:
    bounded_queue(std::size_t capacity, std::stop_token closed)
        : capacity_(capacity), closed_(std::move(closed)) {}

    /** Waits for room. False, and nothing is put in, when the queue is closed. */
    bool push(T item) {
        std::unique_lock lock(mutex_);
        has_room_.wait(lock, closed_, [&] { return items_.size() < capacity_; });
        // Looked at under the lock: so nobody puts in an item after a consumer has seen the
        // queue closed and empty.
        if (closed_.stop_requested()) {
            return false;
        }
        items_.push_back(std::move(item));
        lock.unlock();  // else who is notified would wait for it
        has_items_.notify_one();
        return true;
    }

    /** Waits for an item. Nothing when the queue is closed and empty. */
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        if (!has_items_.wait(lock, closed_, [&] { return !items_.empty(); })) {
            return std::nullopt;
        }
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        lock.unlock();
        has_room_.notify_one();
        return item;
    }

  private:
    const std::size_t capacity_;
    const std::stop_token closed_;
    futex2::mutex mutex_;
    futex2::condition_variable has_room_, has_items_;
    std::deque<T> items_;
};

int main() {
    constexpr std::size_t producers = 3, consumers = 2;
    std::stop_source close;
    bounded_queue<std::uint64_t> queue(16, close.get_token());
    std::vector<std::uint64_t> put(producers), taken(consumers + 1);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < producers; ++i) {
            threads.emplace_back([&queue, &sum = put[i]] {
                for (std::uint64_t item = 1; queue.push(item); ++item) {
                    sum += item;
                }
            });
        }
        for (std::size_t i = 0; i < consumers; ++i) {
            threads.emplace_back([&queue, &sum = taken[i]] {
                while (const auto item = queue.pop()) {
                    sum += *item;
                }
            });
        }
        for (int i = 0; i < 10'000; ++i) {  // this thread takes some, and closes the queue
            taken[consumers] += queue.pop().value();
        }
        close.request_stop();
    }
    std::uint64_t difference = 0;
    for (const std::uint64_t sum : put) {
        difference += sum;
    }
    for (const std::uint64_t sum : taken) {
        difference -= sum;
    }
    std::printf("put in and not taken out: %llu\n", static_cast<unsigned long long>(difference));
    return difference == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
