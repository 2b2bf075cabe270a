// SPDX-License-Identifier: MIT
#include "fuzz/run.hpp"

#include <futex2/testing.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>

namespace futex2::fuzz {
namespace {

// What a thread that waits may be waiting on: the words that it named, and those to
// which its wait may have been requeued.
struct waiting {
    uint64_t age = 0;    // the number of the wait
    uint64_t place = 0;  // or of the requeue that moved it last
    bool on_many = false;
    word_set named = 0;
    word_set reach = 0;
    bool changed = false;  // the value of a word that it named
};

class running {
  public:
    running(crew& with, const side& where, const program& p, const trace* guide)
        : crew_(with), where_(where), program_(p), guide_(guide), words_(make_words(where)) {}

    trace all() {
        for (size_t next = 0; next < program_.size();) next = run_together(next);
        wake_the_rest();
        return std::move(seen_);
    }

  private:
    struct task {
        size_t index;
        std::optional<unsigned> thread;  // none: this one makes the call
    };

    const step& at(size_t index) const { return program_[index]; }

    // -- Which steps may be made, and which of them together.

    word_set reach_of(unsigned thread) const { return waits_[thread] ? waits_[thread]->reach : 0; }

    // All words that anything can happen to when something happens to these.
    word_set closure(word_set all) const {
        for (word_set before = 0; before != all;) {
            before = all;
            for (unsigned i = 0; i < thread_count; ++i)
                if ((reach_of(i) & all) != 0) all |= reach_of(i);
        }
        return all;
    }

    bool somebody_may_wait_on(word_set all) const {
        return std::ranges::any_of(waits_,
                                   [all](const auto& w) { return w && (w->reach & all) != 0; });
    }

    // A wait on both words would be on the destination twice: counted twice by the
    // kernel, once by the library (differences.one_wait_is_counted_once).
    bool would_wait_twice(word_set from, word_set to) const {
        return from != to && std::ranges::any_of(waits_, [=](const auto& w) {
                   return w && w->on_many && (w->reach & from) != 0 && (w->reach & to) != 0;
               });
    }

    // Where both words share a bucket, the kernel leaves a waiter that it moves at its place
    // in it: in front of younger ones that wait on the destination already
    // (differences.a_requeued_waiter_goes_to_the_end). Younger in the bucket is also who was
    // moved there since.
    bool order_is_by_chance(word_set from, word_set to) const {
        const auto younger = [](word_set there, const waiting& than) {
            return [there, &than](const auto& w) {
                return w && &*w != &than && (w->reach & there) != 0 && w->place > than.age;
            };
        };
        return from != to && std::ranges::any_of(waits_, [&](const auto& moved) {
                   return moved && (moved->reach & from) != 0 &&
                          std::ranges::any_of(waits_, younger(to, *moved));
               });
    }

    // The kernel may count a wait on two of them twice: the library's wakes come so close together
    // that it does not run in between (differences.the_first_wake_claims_the_wait).
    bool may_count_twice(word_set words) const {
        return std::ranges::any_of(waits_, [=](const auto& w) {
            return w && w->on_many && std::popcount(w->reach & words) > 1;
        });
    }

    bool requeue_fits(const step& s) const {
        const word_set from = set_of(s.word_at(0));
        const word_set to = set_of(s.word_at(1));
        // A shared destination gets a node from the library, whether somebody is moved or not.
        if (s.between_kinds() && where_.shared) return false;
        // Between kinds, which the kernel refuses, nobody may be there to be moved.
        if (s.between_kinds() && somebody_may_wait_on(from)) return false;
        return !would_wait_twice(from, to) && !order_is_by_chance(from, to);
    }

    // After a restart the kernel compares the value again, on the first word, and queues
    // behind the others; the library goes on sleeping where it is.
    bool restart_fits(unsigned thread) const {
        const waiting& w = *waits_[thread];
        int who = 0;
        for (unsigned i = 0; i < thread_count; ++i) who += (reach_of(i) & w.reach) != 0;
        return who == 1 && w.reach == w.named && !w.changed;
    }

    bool fits(const step& s) const {
        switch (s.what) {
            case action::wait:
            case action::waitv:
                if (!crew_.idle(s.thread)) return false;
                break;
            case action::requeue:
                return requeue_fits(s);
            case action::wakev:
                if (!where_.shared) break;
                // The library reads shared words before it wakes anybody.
                if (s.flaw == flaw::null || may_count_twice(s.footprint())) return false;
                break;
            case action::set_hint:
                return is_numa(s.word) && !somebody_may_wait_on(set_of(s.word));
            case action::interrupt:
                return waits_[s.thread] && (!s.restart || restart_fits(s.thread));
            default:
                break;
        }
        // What the kernel answers where a NUMA wait and a plain wake name one address
        // depends on its hash (keys.hold_the_size_and_the_kind).
        return s.flaw != flaw::other_kind || !somebody_may_wait_on(set_of(s.word));
    }

    std::optional<unsigned> idle_thread(unsigned first,
                                        const std::array<bool, thread_count>& busy) const {
        for (unsigned i = 0; i < thread_count; ++i) {
            const unsigned thread = (first + i) % thread_count;
            if (!busy[thread] && crew_.idle(thread)) return thread;
        }
        return {};
    }

    // The steps from `next` on that can be made at the same time; the index behind them.
    size_t gather(size_t next, std::vector<task>& together) const {
        std::array<bool, thread_count> busy = {};
        word_set taken = 0;
        for (; next < program_.size(); ++next) {
            const step& s = at(next);
            if (!fits(s)) continue;
            const word_set words =
                closure(s.footprint() | (s.what == action::interrupt ? reach_of(s.thread) : 0));
            const auto thread = s.waits() ? s.thread : idle_thread(s.thread, busy);
            const bool alone = together.empty();
            if (!alone &&
                (!s.joined || (words & taken) != 0 || !thread || busy[*thread] || s.composed()))
                break;
            together.push_back({next, thread});
            if (thread) busy[*thread] = true;
            taken |= words;
            if (s.composed()) return next + 1;
        }
        return next;
    }

    // -- Making them.

    size_t run_together(size_t next) {
        std::vector<task> together;
        next = gather(next, together);
        if (together.empty()) return next;
        // Alone, a call that does not wait needs no thread of its own.
        if (together.size() == 1 && !at(together.front().index).waits())
            together.front().thread.reset();
        quiet_point here = {};
        for (const task& t : together) {
            here.steps.push_back(t.index);
            here.results.push_back(make(at(t.index), t.thread));
        }
        crew_.await_quiet();
        for (size_t i = 0; i < together.size(); ++i) take_result(together[i], here.results[i]);
        look(std::move(here));
        return next;
    }

    // The result, or `begun`.
    int make(const step& s, std::optional<unsigned> thread) {
        if (own(s)) return 0;
        if (s.composed()) return make_composed(s);
        if (!thread) return call(s, where_, words_);
        crew_.start(*thread, [this, &s] { return call(s, where_, words_); });
        if (s.waits()) begin_wait(s);
        return begun;
    }

    void take_result(const task& t, int& result) {
        const step& s = at(t.index);
        if (result == begun && !s.waits()) result = crew_.result(*t.thread);
        if (s.what == action::requeue && result > 0)
            note_move(set_of(s.word_at(0)), set_of(s.word_at(1)));
    }

    // What the program does itself.
    bool own(const step& s) {
        switch (s.what) {
            case action::store:
                store(s.word, static_cast<uint64_t>(s.number));
                return true;
            case action::set_hint:
                words_[s.word].set_hint(s.number);
                hint_is_users_[s.word] = s.number != -1;
                return true;
            case action::interrupt:
                crew_.interrupt(s.thread, s.restart);
                return true;
            default:
                return false;
        }
    }

    void store(unsigned word, uint64_t value) {
        words_[word].set_value(value);
        note_change(word);
    }

    void note_change(unsigned word) {
        for (auto& w : waits_)
            if (w && (w->named & set_of(word)) != 0) w->changed = true;
    }

    void begin_wait(const step& s) {
        if (s.ends_by_itself()) crew_.expect_return(s.thread);
        const uint64_t number = next_number_++;
        waits_[s.thread] = {.age = number,
                            .place = number,
                            .on_many = s.what == action::waitv && s.n > 1,
                            .named = s.footprint(),
                            .reach = s.footprint()};
    }

    // The kernel is asked for the same in several calls: first whether all of it is
    // right, then for each word, letting those run who are woken.
    int make_composed(const step& s) {
        if (where_.is_library()) {
            const int result = call_composed(s, where_, words_);
            if (s.what == action::store_wake && result >= 0) note_change(s.word);
            return result;
        }
        if (const int error = check_all(s); error != 0) return error;
        if (s.what == action::store_wake) store(s.word, static_cast<uint64_t>(s.number));
        int sum = 0;
        for (unsigned i = 0; i < s.words_named(); ++i) {
            sum += wake_one(s, i, count_of_item(s, i), where_, words_);
            crew_.await_quiet();
        }
        return sum;
    }

    // The arguments of all words come before the hint of any.
    int check_all(const step& s) {
        if (const int error = wake_one(s, s.spoiled, 0, where_, words_); error != 0) return error;
        for (unsigned i = 0; i < s.words_named(); ++i)
            if (const int error = wake_one(s, i, 0, where_, words_); error != 0) return error;
        return 0;
    }

    // -- Looking.

    void note_move(word_set from, word_set to) {
        const uint64_t number = next_number_++;
        for (auto& w : waits_) {
            if (!w || (w->reach & from) == 0) continue;
            w->reach |= to;
            w->place = number;
        }
    }

    void look(quiet_point here) {
        for (unsigned i = 0; i < thread_count; ++i) {
            const bool returned = waits_[i] && crew_.idle(i);
            here.returned[i] = returned ? crew_.result(i) : no_return;
            if (returned) waits_[i].reset();
        }
        for (unsigned i = 0; i < word_count; ++i) {
            take_back_hint(i);
            check(i, here);
            here.value[i] = words_[i].value();
            if (is_numa(i)) here.hint[i] = words_[i].hint();
        }
        seen_.points.push_back(std::move(here));
    }

    // The kernel leaves the hint that it has written; the library resets it with the last
    // waiter, and writes it for a waiter only (docs/semantics.md, NUMA words).
    void take_back_hint(unsigned word) {
        const size_t point = seen_.points.size();
        if (where_.is_library() || !is_numa(word) || hint_is_users_[word] ||
            point >= guide_->points.size())
            return;
        if (guide_->points[point].hint[word] == -1) words_[word].set_hint(-1);
    }

    // Nothing beside the word is written; and its hint, if it is not the user's, names a
    // node exactly while somebody waits.
    void check(unsigned index, const quiet_point& here) {
        guarded_word& word = words_[index];
        guarded_word alike(word.kind());
        alike.set_value(word.value());
        if (word.kind().numa) alike.set_hint(word.hint());
        if (!(alike == word)) fault(here, index, "bytes beside the word were written");
        if (!where_.is_library() || where_.shared || !word.kind().numa || hint_is_users_[index])
            return;
        const int queued = futex2_testing_waits_on(word.address(), word.kind().flags());
        if ((queued != 0) != (word.hint() != -1)) {
            fault(here, index,
                  "hint " + std::to_string(word.hint()) + " where " + std::to_string(queued) +
                      " wait");
        }
    }

    void fault(const quiet_point& here, unsigned word, const std::string& what) {
        seen_.faults.push_back("after " + told(program_, here) + ": word " + std::to_string(word) +
                               ": " + what);
    }

    // -- The end.

    // One by one, so that it is seen who is next.
    void wake_the_rest() {
        for (guarded_word& word : words_) {
            int woken = 1;
            while (woken > 0 && somebody_may_wait_on(~word_set{0})) {
                woken = where_.on.wake(word.address(), word.kind().all(), 1, word.kind().flags());
                crew_.await_quiet();
                quiet_point here = {};
                here.results.push_back(woken);
                look(std::move(here));
            }
        }
        for (unsigned i = 0; i < thread_count; ++i)
            if (waits_[i]) release(i);
    }

    void release(unsigned thread) {
        seen_.faults.push_back("thread " + std::to_string(thread) + " was never woken");
        crew_.interrupt(thread, false);
        crew_.await_quiet();
        waits_[thread].reset();
    }

    crew& crew_;
    const side& where_;
    const program& program_;
    const trace* guide_;
    word_array words_;
    std::array<bool, word_count> hint_is_users_ = {};
    uint64_t next_number_ = 0;  // of waits and requeues
    std::array<std::optional<waiting>, thread_count> waits_ = {};
    trace seen_;
};

}  // namespace

trace run(crew& with, const side& where, const program& p, const trace* guide) {
    return running(with, where, p, guide).all();
}

}  // namespace futex2::fuzz
