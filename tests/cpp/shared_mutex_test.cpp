// SPDX-License-Identifier: MIT
#include <futex2/shared_mutex.hpp>

#include <gtest/gtest.h>

#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <system_error>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(shared_mutex) == 8 && sizeof(shared_timed_mutex) == 8);
constinit shared_mutex constant_shared_mutex;

bool queued_on(shared_mutex& m, int count) {
    return come_to_wait(&m.native_handle()->state, FUTEX2_SIZE_U32, count);
}
// A writer that has kept new readers out, and waits for those that are in.
bool waits_for_readers(shared_mutex& m) {
    return come_to_wait(&m.native_handle()->drain, FUTEX2_SIZE_U32, 1);
}

bool reads_now(shared_mutex& m) {
    const std::shared_lock lock(m, std::try_to_lock);
    return lock.owns_lock();
}
bool another_reads(shared_mutex& m) {
    return elsewhere([&] { return reads_now(m); });
}
bool another_writes(shared_mutex& m) {
    return elsewhere([&] {
        const std::unique_lock lock(m, std::try_to_lock);
        return lock.owns_lock();
    });
}

TEST(SharedMutexTest, IsForManyReadersOrOneWriter) {
    shared_mutex m;
    m.lock_shared();
    EXPECT_TRUE(another_reads(m));
    EXPECT_FALSE(another_writes(m));
    m.unlock_shared();
    m.lock();
    EXPECT_FALSE(another_reads(m));
    EXPECT_FALSE(another_writes(m));
    m.unlock();
    EXPECT_TRUE(another_writes(m));
    EXPECT_TRUE(m.try_lock_shared());
    EXPECT_FALSE(another_writes(m));
    m.unlock_shared();
    EXPECT_TRUE(m.try_lock());
    EXPECT_FALSE(another_reads(m));
    m.unlock();
    EXPECT_EQ(m.native_handle()->state, 0U);
}

TEST(SharedMutexTest, IsConstantInitialised) {
    const std::shared_lock lock(constant_shared_mutex);
    EXPECT_EQ(constant_shared_mutex.native_handle()->state, 4U);
}

TEST(SharedMutexTest, ReadersMeetInside) {
    constexpr int readers = 4;
    shared_mutex m;
    std::atomic<int> inside{0};
    std::list<watched_thread> threads;
    for (int i = 0; i < readers; ++i) {
        threads.emplace_back("reader", [&] {
            const std::shared_lock lock(m);
            ++inside;
            EXPECT_TRUE(eventually([&] { return inside == readers; }));
        });
    }
}

TEST(SharedMutexTest, AWriterIsAlone) {
    constexpr int threads = 4, rounds = 2000;
    shared_mutex m;
    int first = 0, second = 0;
    {
        std::list<watched_thread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back("reader and writer", [&, i] {
                const on_node pinned(i);
                for (int round = 0; round < rounds; ++round) {
                    {
                        const std::unique_lock lock(m);
                        ++first;
                        if (round % 64 == 0) {
                            std::this_thread::yield();
                        }
                        ++second;
                    }
                    const std::shared_lock lock(m);
                    ASSERT_EQ(first, second);
                }
            });
        }
    }
    EXPECT_EQ(first, threads * rounds);
    EXPECT_EQ(m.native_handle()->state, 0U);
    EXPECT_EQ(m.native_handle()->drain, 0U);
}

TEST(SharedMutexTest, AWriterThatWaitsKeepsNewReadersOut) {
    shared_mutex m;
    std::string order;
    m.lock_shared();
    watched_thread writer("writer", [&] {
        const std::unique_lock lock(m);
        order += 'w';
    });
    ASSERT_TRUE(waits_for_readers(m));
    EXPECT_FALSE(another_reads(m));
    watched_thread reader("reader", [&] {
        const std::shared_lock lock(m);
        order += 'r';
    });
    ASSERT_TRUE(queued_on(m, 1));
    EXPECT_FALSE(writer.done());
    m.unlock_shared();
    reader.join();
    writer.join();
    EXPECT_EQ(order, "wr");
}

TEST(SharedMutexTest, AWriterWaitsForAllReaders) {
    shared_mutex m;
    std::atomic<bool> leave{false}, inside{false};
    watched_thread other("other reader", [&] {
        const std::shared_lock lock(m);
        inside = true;
        EXPECT_TRUE(eventually([&] { return leave.load(); }));
    });
    ASSERT_TRUE(eventually([&] { return inside.load(); }));
    m.lock_shared();
    watched_thread writer("writer", [&] {
        const std::unique_lock lock(m);
        EXPECT_TRUE(leave);
    });
    ASSERT_TRUE(waits_for_readers(m));
    m.unlock_shared();
    EXPECT_FALSE(another_writes(m));
    leave = true;
}

// Who is behind whom after long waits is told by who is handed the mutex.
TEST(SharedMutexTest, IsHandedToReadersUpToTheNextWriter) {
    shared_mutex m;
    std::atomic<int> reading{0}, written{0};
    std::atomic<bool> leave{false};
    const auto read = [&] {
        const std::shared_lock lock(m);
        ++reading;
        EXPECT_TRUE(eventually([&] { return leave.load(); }));
    };
    m.lock();
    watched_thread first("first reader", read);
    ASSERT_TRUE(queued_on(m, 1));
    watched_thread second("second reader", read);
    ASSERT_TRUE(queued_on(m, 2));
    watched_thread writer("writer", [&] {
        const std::unique_lock lock(m);
        EXPECT_EQ(reading, 2);
        ++written;
    });
    ASSERT_TRUE(queued_on(m, 3));
    watched_thread last("last reader", [&] {
        const std::shared_lock lock(m);
        EXPECT_EQ(written, 1);
    });
    ASSERT_TRUE(queued_on(m, 4));
    let_them_wait_long();
    m.unlock();
    EXPECT_FALSE(m.try_lock());
    EXPECT_EQ(waits_on(&m.native_handle()->state, FUTEX2_SIZE_U32), 2);
    EXPECT_TRUE(eventually([&] { return reading == 2; }));
    EXPECT_EQ(written, 0);
    leave = true;
}

TEST(SharedMutexTest, IsHandedToAWriter) {
    for (int round = 0; round < 20; ++round) {
        shared_mutex m;
        std::atomic<bool> seen{false};
        m.lock();
        watched_thread writer("writer", [&] {
            const std::unique_lock lock(m);
            EXPECT_TRUE(eventually([&] { return seen.load(); }));
        });
        ASSERT_TRUE(queued_on(m, 1));
        let_them_wait_long();
        m.unlock();
        EXPECT_FALSE(m.try_lock());
        EXPECT_FALSE(m.try_lock_shared());
        seen = true;
    }
}

// Threads that lock and unlock, one way or the other, until they are told to stop.
class comers {
  public:
    template <class Lock>
    comers(int count, const Lock& lock_and_unlock) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back("comer", [this, lock_and_unlock] {
                while (!stop_) {
                    lock_and_unlock();
                    ++turns_;
                }
            });
        }
    }
    ~comers() { stop_ = true; }

    bool are_there() {
        return eventually([this] { return turns_ > 20; });
    }

  private:
    std::atomic<bool> stop_{false};
    std::atomic<int> turns_{0};
    std::list<watched_thread> threads_;
};

TEST(SharedMutexTest, WritersGetInWhileReadersKeepComing) {
    shared_mutex m;
    comers readers(3, [&] {
        const std::shared_lock lock(m);
        std::this_thread::yield();
    });
    ASSERT_TRUE(readers.are_there());
    watched_thread("writer", [&] {
        for (int i = 0; i < 50; ++i) {
            const std::unique_lock lock(m);
        }
    }).join();
}

TEST(SharedMutexTest, ReadersGetInWhileWritersKeepComing) {
    shared_mutex m;
    comers writers(3, [&] {
        const std::unique_lock lock(m);
        std::this_thread::yield();
    });
    ASSERT_TRUE(writers.are_there());
    watched_thread("reader", [&] {
        for (int i = 0; i < 50; ++i) {
            const std::shared_lock lock(m);
        }
    }).join();
}

TEST(SharedMutexTest, IsDestroyedByItsNextOwner) {
    for (int round = 0; round < 100; ++round) {
        remains<shared_mutex> m;
        const bool reads = round % 3 == 0;
        reads ? m->lock_shared() : m->lock();
        watched_thread heir("heir", [&] {
            const bool heir_reads = round % 3 == 1;
            heir_reads ? m->lock_shared() : m->lock();
            heir_reads ? m->unlock_shared() : m->unlock();
            m.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(reads ? waits_for_readers(*m) : queued_on(*m, 1));
        }
        if (round % 4 == 0) {
            let_them_wait_long();
        }
        reads ? m->unlock_shared() : m->unlock();
        heir.join();
        EXPECT_TRUE(m.untouched());
    }
}

TEST(SharedMutexTest, HasRoomForSoManyReaders) {
    shared_mutex m;
    constexpr std::uint32_t most = ~std::uint32_t{3};
    m.native_handle()->state = most - 4;
    m.lock_shared();
    EXPECT_EQ(m.native_handle()->state, most);
    EXPECT_FALSE(m.try_lock_shared());
    EXPECT_EQ(futex2_shared_mutex_trylock_shared(m.native_handle()), -EAGAIN);
    try {
        m.lock_shared();
        FAIL() << "one reader too many";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
    }
    EXPECT_EQ(m.native_handle()->state, most);
    m.unlock_shared();
    EXPECT_EQ(m.native_handle()->state, most - 4);
    m.native_handle()->state = 0;
}

TEST(SharedTimedMutexTest, GivesUpWhenTheTimeHasPassed) {
    shared_timed_mutex m;
    const auto write = [&](auto time) { return m.try_lock_until(time); };
    const auto read = [&](auto time) { return m.try_lock_shared_until(time); };
    m.lock();
    watched_thread("others", [&] {
        expect_time_out(write);
        expect_time_out(read);
        EXPECT_FALSE(m.try_lock_for(2ms));
        EXPECT_FALSE(m.try_lock_shared_for(2ms));
    }).join();
    m.unlock();
    m.lock_shared();
    watched_thread("others", [&] {
        expect_time_out(write);
        EXPECT_FALSE(m.try_lock_for(2ms));
        EXPECT_TRUE(m.try_lock_shared_for(2ms));
        m.unlock_shared();
    }).join();
    m.unlock_shared();
    EXPECT_TRUE(another_writes(m));
    EXPECT_EQ(m.native_handle()->drain, 0U);
}

TEST(SharedTimedMutexTest, TakesWhatIsFreeWhateverTheTime) {
    shared_timed_mutex m;
    expect_success([&](auto time) {
        if (!m.try_lock_until(time)) {
            return false;
        }
        m.unlock();
        return true;
    });
    expect_success([&](auto time) {
        if (!m.try_lock_shared_until(time)) {
            return false;
        }
        m.unlock_shared();
        return true;
    });
}

TEST(SharedTimedMutexTest, IsLockedInTime) {
    shared_timed_mutex m;
    m.lock();
    watched_thread reader("reader", [&] {
        EXPECT_TRUE(m.try_lock_shared_for(patience));
        m.unlock_shared();
    });
    watched_thread writer("writer", [&] {
        EXPECT_TRUE(m.try_lock_until(users_clock::now() + patience));
        m.unlock();
    });
    ASSERT_TRUE(queued_on(m, 2));
    m.unlock();
}

// A writer gives up while the calling thread reads on. Whether a reader had queued behind it.
bool gives_up_in_front_of_a_reader() {
    shared_timed_mutex m;
    m.lock_shared();
    watched_thread writer("writer", [&] { EXPECT_FALSE(m.try_lock_for(10ms)); });
    watched_thread reader("reader", [&] {
        EXPECT_TRUE(eventually([&] { return writer.done() || !reads_now(m); }));
        const std::shared_lock lock(m);
    });
    bool queued = false;
    EXPECT_TRUE(eventually([&] {
        queued = queued || waits_on(&m.native_handle()->state, FUTEX2_SIZE_U32) == 1;
        return reader.done();
    }));
    writer.join();
    m.unlock_shared();
    return queued;
}

TEST(SharedTimedMutexTest, AWriterThatGivesUpLetsReadersIn) {
    EXPECT_TRUE(eventually(gives_up_in_front_of_a_reader));
}

TEST(SharedTimedMutexTest, AWriterThatGivesUpInTheQueueLosesNobodysTurn) {
    shared_timed_mutex m;
    m.lock();
    watched_thread writer("writer", [&] { EXPECT_FALSE(m.try_lock_for(5ms)); });
    ASSERT_TRUE(eventually([&] {
        return writer.done() || waits_on(&m.native_handle()->state, FUTEX2_SIZE_U32) == 1;
    }));
    watched_thread reader("reader", [&] { const std::shared_lock lock(m); });
    watched_thread other("other writer", [&] { const std::unique_lock lock(m); });
    writer.join();
    ASSERT_TRUE(queued_on(m, 2));
    m.unlock();
}

}  // namespace
}  // namespace futex2::test
