// SPDX-License-Identifier: MIT
#include "abi/diagnosis.hpp"

#include <stdlib.h>
#include <string.h>

#include "platform/system_call.hpp"

int futex2_checks_;

namespace futex2::abi {
namespace {

using platform::misuse;

// One line on stderr, and the end. Needs no memory and no lock: whatever is wrong.
class complaint {
  public:
    explicit complaint(const void* address) {
        add("futex2: ");
        add_number(reinterpret_cast<uintptr_t>(address), 16);
        add(": ");
    }
    complaint& add(const char* text) {
        while (*text != '\0' && length_ < sizeof line_ - 1) line_[length_++] = *text++;
        return *this;
    }
    // The thread, as ps -L and gdb name it.
    complaint& add_thread(int32_t id) {
        if (id == 0) return add("a thread unknown");
        add("thread ");
        return add_number(static_cast<uint64_t>(id), 10);
    }
    complaint& add_me() { return add_thread(native::thread_id()); }

    [[noreturn]] void abort() {
        line_[length_++] = '\n';
        platform::system_call(SYS_write, 2, line_, length_);
        ::abort();
    }

  private:
    complaint& add_number(uint64_t n, unsigned base) {
        char digits[20];
        size_t count = 0;
        do digits[count++] = "0123456789abcdef"[n % base];
        while ((n /= base) != 0);
        if (base == 16) add("0x");
        while (count > 0 && length_ < sizeof line_ - 1) line_[length_++] = digits[--count];
        return *this;
    }

    char line_[200];
    size_t length_ = 0;
};

// Which locks are held now, and by whom. A lock that finds no room is not looked after.
class owners {
  public:
    struct owner {
        const void* thread = nullptr;  // its thread-local object: the same in a forked child
        int32_t id = 0;
    };

    // Nobody: null.
    owner of(const void* lock) {
        owner result{};
        with(
            lock, [&](place& found) { result = found.by; }, lock);
        return result;
    }
    void set(const void* lock, owner by) {
        with(
            lock,
            [&](place& found) {
                found = {lock, by};
            },
            nullptr);
    }
    void clear(const void* lock) {
        with(
            lock, [](place& found) { found = {}; }, lock);
    }

  private:
    struct place {
        const void* lock = nullptr;
        owner by;
    };
    static constexpr size_t places = 21;  // of a stripe; makes it 512 bytes
    static constexpr size_t count = 256;
    struct stripe {
        engine::bucket_lock<native> lock;
        place held[places]{};
    };

    // Calls f with the first place that names `wanted`.
    template <class F>
    void with(const void* lock, const F& f, const void* wanted) {
        const uint64_t hash = engine::hash_of(reinterpret_cast<uintptr_t>(lock));
        stripe& s = stripes_[hash >> 56];
        s.lock.acquire();
        for (place& candidate : s.held)
            if (candidate.lock == wanted) {
                f(candidate);
                break;
            }
        s.lock.release();
    }

    stripe stripes_[count]{};
};

constinit owners owners_;

const void* me() {
    return &engine::thread<native>::self();
}

[[noreturn]] void report_word(misuse what, const void* word, int32_t other) {
    complaint line(word);
    if (what == misuse::two_sizes)
        line.add_me().add(" waits on it in one size, ").add_thread(other).add(" in another");
    else
        line.add("its hint was overwritten while ")
            .add_me()
            .add(" or a thread that it woke waited");
    line.abort();
}

bool decided_by_environment;

void set_checks(bool on) {
    __atomic_store_n(&futex2_checks_, on ? 1 : 0, __ATOMIC_RELAXED);
    native::set_misuse_handler(on ? report_word : nullptr);
}

}  // namespace

void turn_checks_on() {
    if (!decided_by_environment) set_checks(true);
}

void read_checks_from_environment() {
    const char* text = secure_getenv("FUTEX2_CHECK");
    if (text == nullptr) return;
    const bool on = strcmp(text, "1") == 0;
    decided_by_environment = on || strcmp(text, "0") == 0;
    if (!decided_by_environment) return complain("FUTEX2_CHECK", "0 or 1");
    // Linked statically, a file that turns them on may have done so before.
    set_checks(on);
}

void about_to_lock(const void* lock) {
    if (owners_.of(lock).thread == me())
        complaint(lock).add_me().add(" locks it again, and would wait for itself").abort();
}

void has_locked(const void* lock) {
    owners_.set(lock, {me(), native::thread_id()});
}

void about_to_unlock(const void* lock, bool is_held) {
    const auto by = owners_.of(lock);
    if (by.thread != nullptr && by.thread != me())
        complaint(lock).add_me().add(" unlocks it, ").add_thread(by.id).add(" owns it").abort();
    if (!is_held) complaint(lock).add_me().add(" unlocks it, nobody owns it").abort();
    owners_.clear(lock);
}

void about_to_unlock_shared(const void* lock, bool is_held) {
    if (!is_held) complaint(lock).add_me().add(" unlocks it, no thread shares it").abort();
}

void destroyed_in_use(const void* object, platform::width size) {
    complaint line(object);
    line.add_me().add(" destroys it while ");
    if (const auto by = owners_.of(object); by.thread != nullptr)
        line.add_thread(by.id).add(" owns it").abort();
    native_process* p = instance_if_any();
    const int32_t waiter =
        p == nullptr ? 0 : first_waiter(*p, p->key_of(object, {static_cast<uint32_t>(size)}));
    if (waiter != 0) line.add_thread(waiter).add(" waits for it").abort();
    line.add("a thread unknown owns it").abort();
}

}  // namespace futex2::abi

extern "C" void futex2_turn_checks_on_(void) noexcept {
    futex2::abi::turn_checks_on();
}
