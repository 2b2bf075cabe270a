// SPDX-License-Identifier: MIT
// A thread pool with work stealing. Each worker has a deque and a one-byte mutex: it takes its own
// newest task, or else another worker's oldest. Who finds nothing sleeps on a semaphore.
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <futex2/mutex.hpp>
#include <futex2/semaphore.hpp>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

class thread_pool {
  public:
    using task = std::function<void()>;
    explicit thread_pool(std::size_t size) : workers_(size) {
        for (std::size_t i = 0; i < size; ++i) {
            threads_.emplace_back([this, i] {
                pool_ = this;
                self_ = i;
                while (const task t = take()) {
                    t();
                    finish_one();
                }
            });
        }
    }
    /** Returns when all tasks are done, also those that tasks submit. */
    ~thread_pool() { finish_one(); }

    void submit(task t) {
        unfinished_.fetch_add(1);
        // A worker's tasks go to its own deque. From elsewhere any will do: others steal.
        worker& to = workers_[pool_ == this ? self_ : 0];
        std::unique_lock guard(to.lock);
        to.tasks.push_back(std::move(t));
        guard.unlock();
        tasks_.release();
    }

  private:
    struct alignas(64) worker {
        futex2::mutex lock;
        std::deque<task> tasks;
    };

    // The last one gives every worker a unit without a task, by which it ends.
    void finish_one() {
        if (unfinished_.fetch_sub(1) == 1) {
            tasks_.release(static_cast<std::ptrdiff_t>(workers_.size()));
        }
    }

    // A unit is the right to one task, which is there; when all are done, to an empty one.
    task take() {
        tasks_.acquire();
        for (std::size_t i = self_; unfinished_.load() != 0; i = (i + 1) % workers_.size()) {
            worker& from = workers_[i];
            const std::lock_guard guard(from.lock);
            if (!from.tasks.empty()) {
                const auto at = i == self_ ? from.tasks.end() - 1 : from.tasks.begin();
                task taken = std::move(*at);
                from.tasks.erase(at);
                return taken;
            }
        }
        return {};
    }

    static inline thread_local thread_pool* pool_ = nullptr;  // of the calling thread,
    static inline thread_local std::size_t self_ = 0;         // if it is a worker
    std::vector<worker> workers_;
    futex2::counting_semaphore<> tasks_{0};
    std::atomic<std::size_t> unfinished_{1};  // tasks, and the pool's own life
    std::vector<std::jthread> threads_;       // last: joined first
};

// A tree of tasks: each adds its number and submits two others.
static constexpr long numbers = 20'000;
static void add(thread_pool& pool, long n, std::atomic<long>& sum) {
    sum.fetch_add(n, std::memory_order::relaxed);
    for (long child = 2 * n; child <= 2 * n + 1 && child <= numbers; ++child) {
        pool.submit([&pool, child, &sum] { add(pool, child, sum); });
    }
}

int main() {
    std::atomic<long> sum{0};
    {
        thread_pool pool(4);
        pool.submit([&] { add(pool, 1, sum); });
    }
    std::printf("sum: %ld\n", sum.load());
    return sum.load() == numbers * (numbers + 1) / 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
