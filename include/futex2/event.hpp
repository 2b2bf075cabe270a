// SPDX-License-Identifier: MIT
/**
 * Events, and waits for any or for all of several events and words.
 *
 *     futex2::event ready, stop;                      // manual: stays set until reset()
 *     futex2::event work(futex2::event::automatic);   // each set() ends one wait
 *     switch (futex2::wait_any(work, stop)) { ... }
 *
 * An event is 2 bytes. What comes before set() is visible to whose wait ends by it; who does
 * may destroy the event at once. Errors as in mutex.hpp; set() is not for signal handlers.
 */
#ifndef FUTEX2_EVENT_HPP
#define FUTEX2_EVENT_HPP

#include <futex2/sync.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/shared/event.hpp>
#include <futex2/wait_any.hpp>
#include <futex2/word.hpp>
#include <optional>
#include <span>
#include <type_traits>

namespace futex2 {

class event {
  public:
    using native_handle_type = futex2_event*;
    enum reset_kind : std::uint8_t { manual, automatic };

    constexpr explicit event(reset_kind kind = manual, bool set = false) noexcept
        : state_{static_cast<std::uint8_t>(set), kind} {}
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    /** Ends the waits of all, or of an automatic event one. Of one that is set already: nothing. */
    void set() noexcept { futex2_event_set(&state_); }
    void reset() noexcept { futex2_event_reset(&state_); }
    bool is_set() const noexcept { return futex2_event_is_set(&state_); }

    void wait() { detail::require(futex2_event_wait(&state_), "futex2: event"); }
    /** Whether a wait would end at once; then it has. */
    bool try_wait() noexcept { return futex2_event_trywait(&state_) == 0; }
    /** False where the time has passed. */
    template <class Clock, class Duration>
    bool wait_until(const std::chrono::time_point<Clock, Duration>& time) {
        return wait_by(time);
    }
    template <class Rep, class Period>
    bool wait_for(const std::chrono::duration<Rep, Period>& time) {
        return try_wait() || wait_by(to_deadline(time));
    }

    native_handle_type native_handle() noexcept { return &state_; }

  private:
    template <class Time>
    bool wait_by(const Time& time) {
        return detail::done_by(time, "futex2: event", [this](const deadline& until) {
            return futex2_event_timedwait(&state_, &until.time, until.clock);
        });
    }

    futex2_event state_;
};

/** What a wait for several waits for: an event of either kind that is set, or a word
 * (wait_any.hpp) whose value is not the old one. */
class awaited {
  public:
    awaited(event& e) noexcept
        : event_(e.native_handle()),
          word_{0, reinterpret_cast<std::uintptr_t>(&event_->set), FUTEX2_SIZE_U8 | FUTEX2_PRIVATE,
                0} {}
    awaited(shared::event& e) noexcept
        : shared_(&e),
          word_{e.unset(), reinterpret_cast<std::uintptr_t>(e.state_.address()), FUTEX2_SIZE_U32,
                0} {}
    awaited(const waitable& word) noexcept : word_(word) {}

    /** Whether the wait may end by it. */
    bool holds() const noexcept {
        return shared_ != nullptr ? shared_->is_set() : detail::differs(word_);
    }
    /** The same, and an automatic event is reset then. */
    bool take() const noexcept {
        if (shared_ != nullptr) {
            return shared_->try_wait();
        }
        return event_ != nullptr ? futex2_event_trywait(event_) == 0 : holds();
    }
    /** Undoes a take(). */
    void give_back() const noexcept {
        if (is_automatic()) {
            futex2_event_set(event_);
        } else if (shared_ != nullptr && shared_->is_automatic()) {
            shared_->set();
        }
    }
    /** Around a sleep, of an event that processes share; leave() does its pass_on(). */
    void enter() const noexcept {
        if (shared_ != nullptr) {
            shared_->enter();
        }
    }
    void leave() const noexcept {
        if (shared_ != nullptr) {
            shared_->leave();
        }
    }
    /** After a wake that this thread leaves to another. */
    void pass_on() const noexcept {
        if (is_automatic() && holds()) {
            futex2_wake(&event_->set, UINT8_MAX, 1, FUTEX2_SIZE_U8 | FUTEX2_PRIVATE);
        }
    }
    const waitable& word() const noexcept { return word_; }

  private:
    bool is_automatic() const noexcept { return event_ != nullptr && event_->automatic != 0; }

    futex2_event* event_ = nullptr;  // of the two one at most is not null
    shared::event* shared_ = nullptr;
    waitable word_;
};

namespace detail {

inline std::optional<std::size_t> take_first(std::span<const awaited> list) noexcept {
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].take()) {
            return i;
        }
    }
    return std::nullopt;
}

// Around a sleep, and the look that follows it.
class about_to_sleep {
  public:
    explicit about_to_sleep(std::span<const awaited> list) noexcept : list_(list) {
        for (const awaited& one : list_) {
            one.enter();
        }
    }
    about_to_sleep(const about_to_sleep&) = delete;
    about_to_sleep& operator=(const about_to_sleep&) = delete;
    ~about_to_sleep() {
        for (const awaited& one : list_) {
            one.leave();
        }
    }

  private:
    const std::span<const awaited> list_;
};

// Sleeps once until one of the list is woken. Its index, or a negative errno.
inline int sleep_on(std::span<const awaited> list, const deadline* until) {
    waitable words[FUTEX_WAITV_MAX];
    for (std::size_t i = 0; i < list.size(); ++i) {
        words[i] = list[i].word();
    }
    const int result = waitv_once({words, list.size()}, until);
    if (result < 0) {
        require_routine(static_cast<std::errc>(-result), "futex2: wait for several");
    }
    return result;
}

inline void require_length(std::span<const awaited> list) {
    require_length({static_cast<const waitable*>(nullptr), list.size()});
}

// One round: what the wait ends by, else sleeps. until: null, or a deadline.
inline std::optional<std::size_t> take_any_or_sleep(std::span<const awaited> list,
                                                    const deadline* until, int& slept) {
    if (const auto index = take_first(list)) {
        return index;
    }
    const about_to_sleep here(list);
    slept = sleep_on(list, until);
    if (slept >= 0 && list[static_cast<std::size_t>(slept)].take()) {
        return static_cast<std::size_t>(slept);
    }
    return std::nullopt;
}

// All of the list, or nothing.
inline bool take_all(std::span<const awaited> list) noexcept {
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (!list[i].take()) {
            while (i-- > 0) {
                list[i].give_back();
            }
            return false;
        }
    }
    return true;
}

// One round of waiting for all: sleeps on the first that does not hold.
inline bool take_all_or_sleep(std::span<const awaited> list, const deadline* until, int& slept) {
    for (const awaited& one : list) {
        if (one.holds()) {
            continue;
        }
        const about_to_sleep here({&one, 1});
        slept = sleep_on({&one, 1}, until);
        if (slept >= 0) {
            one.pass_on();  // others may wait for it alone
        }
        return false;
    }
    return take_all(list);
}

// Calls round(deadline, what sleeping came to) until it answers something, or time has passed.
template <class Time, class Round>
auto rounds_until(const Time& time, const Round& round) {
    for (;;) {
        const deadline until = to_deadline(time);
        int slept = 0;
        auto result = round(&until, slept);
        if (result || (slept == -ETIMEDOUT && timeout_holds(time))) {
            return result;
        }
    }
}

template <class... Awaited>
concept awaited_pack = sizeof...(Awaited) >= 1 && sizeof...(Awaited) <= FUTEX_WAITV_MAX &&
                       (std::convertible_to<Awaited, awaited> && ...);

// Words alone are wait_any.hpp's.
template <class... Awaited>
concept event_pack = awaited_pack<Awaited...> && !waitable_pack<std::remove_cvref_t<Awaited>...>;

}  // namespace detail

/**
 * Waits for one of 1 to FUTEX_WAITV_MAX events and words; returns its index. An automatic event
 * that it names has been reset, none else has. A wake that does not change a word's value does
 * not count.
 *
 * Where one or more of a longer list are shared between processes it takes the kernel's futex_waitv
 * (Linux 5.16), and throws std::system_error (function_not_supported) without. wait_all() does not
 * need it.
 */
inline std::size_t wait_any(std::span<const awaited> list) {
    detail::require_length(list);
    for (;;) {
        int slept = 0;
        if (const auto index = detail::take_any_or_sleep(list, nullptr, slept)) {
            return *index;
        }
    }
}
/** Nothing where the time (a time_point of any clock, or a deadline) has passed. */
template <class Time>
std::optional<std::size_t> wait_any_until(const Time& time, std::span<const awaited> list) {
    detail::require_length(list);
    return detail::rounds_until(time, [&](const deadline* until, int& slept) {
        return detail::take_any_or_sleep(list, until, slept);
    });
}
template <class Rep, class Period>
std::optional<std::size_t> wait_any_for(const std::chrono::duration<Rep, Period>& time,
                                        std::span<const awaited> list) {
    return wait_any_until(to_deadline(time), list);
}

/**
 * Waits until all of the list, in which no automatic event is twice, hold at once, and resets the
 * automatic events among them. Until then it takes none: another wait may end by an event that this
 * one has seen set. (An event that is given back, because another thread was faster at the next, is
 * set for a moment less.)
 */
inline void wait_all(std::span<const awaited> list) {
    detail::require_length(list);
    int slept = 0;
    while (!detail::take_all_or_sleep(list, nullptr, slept)) {
    }
}
/** False where the time has passed. */
template <class Time>
bool wait_all_until(const Time& time, std::span<const awaited> list) {
    detail::require_length(list);
    return detail::rounds_until(time, [&](const deadline* until, int& slept) {
        return detail::take_all_or_sleep(list, until, slept);
    });
}
template <class Rep, class Period>
bool wait_all_for(const std::chrono::duration<Rep, Period>& time, std::span<const awaited> list) {
    return wait_all_until(to_deadline(time), list);
}

/** The same of a list in place: events, and words of word(). */
template <class... Awaited>
std::size_t wait_any(Awaited&&... any) requires detail::event_pack<Awaited...> {
    const awaited list[] = {any...};
    return wait_any(std::span<const awaited>(list));
}
template <class Time, class... Awaited>
std::optional<std::size_t> wait_any_until(
    const Time& time, Awaited&&... any) requires detail::event_pack<Awaited...> {
    const awaited list[] = {any...};
    return wait_any_until(time, std::span<const awaited>(list));
}
template <class Rep, class Period, class... Awaited>
std::optional<std::size_t> wait_any_for(const std::chrono::duration<Rep, Period>& time,
                                        Awaited&&... any) requires detail::event_pack<Awaited...> {
    const awaited list[] = {any...};
    return wait_any_for(time, std::span<const awaited>(list));
}
template <class... Awaited>
void wait_all(Awaited&&... all) requires detail::awaited_pack<Awaited...> {
    const awaited list[] = {all...};
    wait_all(std::span<const awaited>(list));
}
template <class Time, class... Awaited>
bool wait_all_until(const Time& time, Awaited&&... all) requires detail::awaited_pack<Awaited...> {
    const awaited list[] = {all...};
    return wait_all_until(time, std::span<const awaited>(list));
}
template <class Rep, class Period, class... Awaited>
bool wait_all_for(const std::chrono::duration<Rep, Period>& time,
                  Awaited&&... all) requires detail::awaited_pack<Awaited...> {
    const awaited list[] = {all...};
    return wait_all_for(time, std::span<const awaited>(list));
}

}  // namespace futex2

#endif
