// SPDX-License-Identifier: MIT
// A wake as the unlock of a lock needs it: under the bucket's lock it sees who waits, takes
// whom it will, changes the lock's word, and tells those it took what became of it.
//
// It takes the bucket's lock even where nobody waits: a thread that is about to queue has
// compared the word, and the change of it must not come between that and its place in the
// queue. Not for signal handlers: nothing of it is deferred.
#pragma once

#include "engine/take.hpp"

namespace futex2::engine {

template <platform_like P>
class handover {
  public:
    // Of a plain word.
    handover(process<P>& p, const key& k)
        : process_(p),
          key_(k),
          bucket_(p.plain_bucket(k)),
          section_(p, thread<P>::self(), p.generation(), bucket_) {}

    // The waiter that came first, or null. It stays while this object does.
    const entry<P>* oldest() { return find<P>(bucket_.root, key_).first; }
    bool anybody_waits() { return oldest() != nullptr; }

    // Takes up to count waiters, oldest first, of those that wanted(entry) holds for; fewer
    // where some have just given up. Returns how many.
    template <class Wanted>
    int take(int count, const Wanted& wanted) {
        const int before = taken_.length;
        take_wanted(process_, bucket_, key_, before + count, true, taken_, wanted);
        return taken_.length - before;
    }
    int take(int count) {
        return take(count, [](const entry<P>&) { return true; });
    }

    // Lets them run. note: what their waits answer. The word may be gone by then, if what
    // was stored into it allows that.
    void release(uint32_t note) {
        for (entry<P>* e = taken_.first; e != nullptr; e = e->next.get())
            e->owner.get()->note.set(note);
        section_.leave(taken_);
    }

  private:
    process<P>& process_;
    const key key_;
    bucket<P>& bucket_;
    section<P> section_;
    chain<P> taken_;
};

}  // namespace futex2::engine
