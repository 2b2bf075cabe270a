// SPDX-License-Identifier: MIT
// The words that are waited on in one bucket, and each word's waiters, oldest
// first.
//
// The tree is a digital search tree: a key lies on the path that the bits of
// path_of() spell, at the first free place. So n keys lie about log2(n) deep, at most
// 64 whatever their addresses are, nothing is ever rotated, and when a node leaves,
// any leaf below it can take its place. Keys with the same path follow each other to
// the left behind its end.
//
// Every function is called under the bucket's lock. A fork from a signal handler
// can empty the bucket (its root) in the child between any two steps: root is
// read once, by find(), and what hangs below it lies in memory that a fork keeps. What is then
// written into the bucket is undone when the lock is left (section.hpp).
#pragma once

#include "engine/entry.hpp"

namespace futex2::engine {

// The waiters of one key, as found: the link that holds the key's first entry
// (or would), and that entry or null. A change of another key voids it.
template <platform_like P>
struct queue {
    typename P::template plain<entry<P>*>* link;
    entry<P>* first;
};

template <platform_like P>
queue<P> find(typename P::template plain<entry<P>*>& root, const key& k) {
    auto* link = &root;
    entry<P>* node = link->get();
    for (uint64_t path = k.path; node != nullptr; path >>= 1) {
        if (node->is_on(k)) break;
        link = &node->child[path & 1];
        node = link->get();
    }
    return {link, node};
}

// Queues the entries from first to last, linked by next and previous, as the
// youngest waiters of their key.
template <platform_like P>
void append(queue<P>& q, entry<P>* first, entry<P>* last) {
    last->next.set(nullptr);
    if (q.first != nullptr) {
        entry<P>* youngest = q.first->last.get();
        youngest->next.set(first);
        first->previous.set(youngest);
    } else {
        first->previous.set(nullptr);
        first->child[0].set(nullptr);
        first->child[1].set(nullptr);
        first->assigned.set(false);
        q.link->set(first);
        q.first = first;
    }
    q.first->last.set(last);
}

// Takes the key out of the tree: a leaf below its node, or nothing, comes in its
// place.
template <platform_like P>
void remove_key(queue<P>& q) {
    entry<P>* gone = q.first;
    auto* link = q.link;
    entry<P>* leaf = gone;
    for (;;) {
        auto* below = &leaf->child[0];
        if (below->get() == nullptr) below = &leaf->child[1];
        if (below->get() == nullptr) break;
        link = below;
        leaf = below->get();
    }
    if (leaf != gone) {
        link->set(nullptr);
        leaf->child[0].set(gone->child[0].get());
        leaf->child[1].set(gone->child[1].get());
        q.link->set(leaf);
    } else {
        q.link->set(nullptr);
    }
    q.first = nullptr;
}

// Takes the oldest waiters, up to and with e, out of their key's queue. The
// pointers between them, and e->next, keep their values.
template <platform_like P>
void cut(queue<P>& q, entry<P>* e) {
    entry<P>* heir = e->next.get();
    if (heir == nullptr) return remove_key<P>(q);
    heir->previous.set(nullptr);
    heir->last.set(q.first->last.get());
    heir->child[0].set(q.first->child[0].get());
    heir->child[1].set(q.first->child[1].get());
    heir->assigned.set(q.first->assigned.get());
    q.link->set(heir);
    q.first = heir;
}

// Takes e out of its key's queue. e->next keeps its value.
template <platform_like P>
void unlink(queue<P>& q, entry<P>* e) {
    if (e == q.first) return cut(q, e);
    entry<P>* next = e->next.get();
    entry<P>* previous = e->previous.get();
    previous->next.set(next);
    if (next != nullptr)
        next->previous.set(previous);
    else
        q.first->last.set(previous);
}

}  // namespace futex2::engine
