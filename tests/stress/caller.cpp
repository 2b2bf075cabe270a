// SPDX-License-Identifier: MIT
#include "stress/caller.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "stress/report.hpp"

namespace futex2::stress {

using std::memory_order_relaxed;

template <class Call>
int caller::call(const char* name, const word& w, uint64_t expected, Call c) {
    if (around != nullptr) around();
    doing_.address.store(w.address(), memory_order_relaxed);
    doing_.size.store(w.kind().size, memory_order_relaxed);
    doing_.numa.store(w.kind().numa, memory_order_relaxed);
    doing_.expected.store(expected & w.kind().all(), memory_order_relaxed);
    doing_.call.store(name, memory_order_relaxed);
    const int result = c();
    doing_.call.store(nullptr, memory_order_relaxed);
    if (around != nullptr) around();
    return result;
}

int caller::ended(const char* name, int result, int most, bool timed) {
    if (result >= 0 && result <= most) {
        ended_.add(1);
    } else if (result == -ETIMEDOUT && timed) {
        timeouts_.add(1);
    } else if (result != -EAGAIN && !(result == -EINTR && interrupted)) {
        fail("a {} answered {}", name, result);
    }
    return result;
}

int caller::woken(const char* name, int result, int most) {
    if (result < 0 || result > most) fail("a {} of up to {} answered {}", name, most, result);
    wakes_.add(1);
    woken_.add(static_cast<uint64_t>(result));
    return result;
}

int caller::wait(const word& w, uint64_t expected, const timespec* deadline, clockid_t clock,
                 uint64_t mask) {
    const uint64_t value = expected & w.kind().all();
    const int result = call("wait", w, value, [&] {
        return futex2_wait(w.address(), value, mask & w.kind().all(), w.kind().flags(), deadline,
                           clock);
    });
    return ended("wait", result, 0, deadline != nullptr);
}

int caller::waitv(std::span<futex_waitv> words, const timespec* deadline, clockid_t clock) {
    const futex_waitv& first = words[0];
    const word w(reinterpret_cast<void*>(first.uaddr),
                 {first.flags & FUTEX2_SIZE_MASK, (first.flags & FUTEX2_NUMA) != 0});
    const int n = static_cast<int>(words.size());
    const int result = call("waitv", w, first.val, [&] {
        return futex2_waitv(words.data(), static_cast<unsigned>(n), 0, deadline, clock);
    });
    return ended("waitv", result, n - 1, deadline != nullptr);
}

int caller::wake(const word& w, int count, uint64_t mask) {
    const int result = call("wake", w, 0, [&] {
        return futex2_wake(w.address(), mask & w.kind().all(), count, w.kind().flags());
    });
    return woken("wake", result, count);
}

int caller::store_wake(const word& w, uint64_t value, int count) {
    const int result = call("store_wake", w, 0, [&] {
        return futex2_store_wake(w.address(), value & w.kind().all(), count, w.kind().flags());
    });
    return woken("store_wake", result, count);
}

int caller::wakev(std::span<const futex2_wake_item> items) {
    const word first(items[0].word,
                     {items[0].flags & FUTEX2_SIZE_MASK, (items[0].flags & FUTEX2_NUMA) != 0});
    const int result = call("wakev", first, 0, [&] {
        return futex2_wakev(items.data(), static_cast<unsigned>(items.size()), 0);
    });
    int64_t most = 0;
    for (const futex2_wake_item& item : items) most += item.count;
    return woken("wakev", result, static_cast<int>(std::min<int64_t>(most, INT_MAX)));
}

int caller::requeue(const word& from, uint64_t expected, const word& to, int wake, int most) {
    futex_waitv words[2] = {from.waited_for(expected), to.waited_for(0)};
    const int result =
        call("requeue", from, expected, [&] { return futex2_requeue(words, 0, wake, most); });
    if (result == -EAGAIN) return 0;
    if (result < 0) fail("a requeue answered {}", result);
    return woken("requeue", std::min(result, wake), wake);
}

void caller::add_to(account& sum) const {
    sum.wakes += wakes_.get();
    sum.woken += woken_.get();
    sum.ended += ended_.get();
    sum.timeouts += timeouts_.get();
}

}  // namespace futex2::stress
