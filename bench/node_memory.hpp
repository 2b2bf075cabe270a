// SPDX-License-Identifier: MIT
// Memory that lies on a node.
#pragma once

#include <cstddef>
#include <new>

namespace futex2::bench {

/**
 * Pages of their own, first touched by the calling thread on the node, and bound to it where
 * the kernel lets it: else its balancing might move them to whoever uses them most. A virtual
 * node's pages lie anywhere.
 */
class node_memory {
  public:
    /** Throws std::bad_alloc; std::invalid_argument for a node that no thread can run on. */
    node_memory(int node, size_t bytes);
    ~node_memory();
    node_memory(const node_memory&) = delete;
    node_memory& operator=(const node_memory&) = delete;

    void* address() const { return address_; }

    /** Whether all pages lie on the node, as far as the kernel tells: not if it has no memory. */
    bool in_place() const;

  private:
    int node_;
    size_t bytes_;
    void* address_;
};

/** An object in a node's memory. */
template <class T>
class on_node {
  public:
    explicit on_node(int node) : memory_(node, sizeof(T)), object_(new (memory_.address()) T) {}
    ~on_node() { object_->~T(); }
    on_node(const on_node&) = delete;
    on_node& operator=(const on_node&) = delete;

    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }

    bool in_place() const { return memory_.in_place(); }

  private:
    node_memory memory_;
    T* object_;
};

}  // namespace futex2::bench
