// SPDX-License-Identifier: MIT
#include "engine/address_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "engine/key.hpp"
#include "platform/native.hpp"

namespace futex2::engine {
namespace {

using platform::native;
using one = entry<native>;
using tree_root = native::plain<one*>;

constexpr uint64_t seed = 0x123456789abcdef;

key key_at(uintptr_t address, uint32_t kind = 2) {
    return {address, {kind}, path_of(address, {kind}, seed)};
}

void put(tree_root& root, one& e, const key& k) {
    e.set_key(k);
    queue<native> q = find<native>(root, k);
    append<native>(q, &e, &e);
}

void drop(tree_root& root, one& e) {
    queue<native> q = find<native>(root, key_at(e.address.get(), e.kind().bits));
    unlink(q, &e);
}

std::vector<one*> waiters_of(tree_root& root, const key& k) {
    std::vector<one*> all;
    for (one* e = find<native>(root, k).first; e != nullptr; e = e->next.get()) all.push_back(e);
    return all;
}

size_t depth_of(const one* node) {
    return node == nullptr
               ? 0
               : 1 + std::max(depth_of(node->child[0].get()), depth_of(node->child[1].get()));
}

TEST(AddressTree, KeepsEveryQueueInOrderThroughRandomChanges) {
    std::mt19937 random(7);
    std::vector<std::unique_ptr<one>> pool;
    for (int i = 0; i < 400; ++i) pool.push_back(std::make_unique<one>());
    std::map<uintptr_t, std::deque<one*>> model;
    std::vector<one*> idle;
    std::vector<one*> queued;
    for (auto& e : pool) idle.push_back(e.get());
    tree_root root;

    for (int step = 0; step < 60000; ++step) {
        const bool add = queued.empty() || (!idle.empty() && random() % 2 == 0);
        std::vector<one*>& from = add ? idle : queued;
        std::swap(from[random() % from.size()], from.back());
        one* e = from.back();
        from.pop_back();
        if (add) {
            const uintptr_t address = 4096 + 8 * (random() % 100);
            put(root, *e, key_at(address));
            model[address].push_back(e);
            queued.push_back(e);
        } else {
            auto& waiters = model[e->address.get()];
            drop(root, *e);
            waiters.erase(std::find(waiters.begin(), waiters.end(), e));
            idle.push_back(e);
        }
        const uintptr_t looked_at = 4096 + 8 * (random() % 100);
        const auto& expected = model[looked_at];
        ASSERT_EQ(waiters_of(root, key_at(looked_at)),
                  std::vector<one*>(expected.begin(), expected.end()))
            << "step " << step;
    }
    while (!queued.empty()) {
        drop(root, *queued.back());
        queued.pop_back();
    }
    EXPECT_EQ(root.get(), nullptr);
}

TEST(AddressTree, TheOldestWaitersMoveToAnotherKeyInOrder) {
    for (size_t n = 1; n <= 4; ++n) {  // how many of four
        tree_root root;
        one there;
        std::vector<one> entries(4), bystanders(20);
        for (uintptr_t i = 0; i < 20; ++i) put(root, bystanders[i], key_at(4096 + 64 * i));
        put(root, there, key_at(128));
        for (one& e : entries) put(root, e, key_at(64));
        std::vector<one*> moved{&there};
        std::vector<one*> left;
        for (one& e : entries) (moved.size() <= n ? moved : left).push_back(&e);

        queue<native> from = find<native>(root, key_at(64));
        cut(from, moved.back());
        for (one* e : moved) e->set_key(key_at(128));
        queue<native> to = find<native>(root, key_at(128));
        append(to, moved[1], moved.back());
        EXPECT_EQ(waiters_of(root, key_at(128)), moved);
        EXPECT_EQ(waiters_of(root, key_at(64)), left);
        for (uintptr_t i = 0; i < 20; ++i)
            EXPECT_EQ(waiters_of(root, key_at(4096 + 64 * i)), std::vector<one*>{&bystanders[i]});
        for (one* e : moved) drop(root, *e);  // backward links and the youngest are right too
        for (one* e : left) drop(root, *e);
        for (one& e : bystanders) drop(root, e);
        EXPECT_EQ(root.get(), nullptr);
    }
}

TEST(AddressTree, TheAssignedFlagStaysWithTheKey) {
    tree_root root;
    one first, second, other;
    put(root, first, key_at(64));
    find<native>(root, key_at(64)).first->assigned.set(true);
    put(root, second, key_at(64));
    put(root, other, key_at(128));
    drop(root, first);
    EXPECT_TRUE(find<native>(root, key_at(64)).first->assigned.get());
    EXPECT_FALSE(find<native>(root, key_at(128)).first->assigned.get());
    drop(root, second);
    put(root, first, key_at(64));
    EXPECT_FALSE(find<native>(root, key_at(64)).first->assigned.get());
}

TEST(AddressTree, WordsOfOneAddressInSeveralKindsAreDifferentKeys) {
    tree_root root;
    one entries[8];
    for (uint8_t kind = 0; kind < 8; ++kind) put(root, entries[kind], key_at(64, kind));
    for (uint8_t kind = 0; kind < 8; ++kind)
        EXPECT_EQ(waiters_of(root, key_at(64, kind)), std::vector<one*>{&entries[kind]});
}

TEST(AddressTree, KeysOfOneHashAreStillFound) {
    tree_root root;
    one entries[100];
    for (uintptr_t i = 0; i < 100; ++i) put(root, entries[i], {64 * i, {2}, 42});
    for (uintptr_t i = 0; i < 100; i += 2) {
        queue<native> q = find<native>(root, {64 * i, {2}, 42});
        unlink(q, &entries[i]);
    }
    for (uintptr_t i = 0; i < 100; ++i)
        EXPECT_EQ(waiters_of(root, {64 * i, {2}, 42}).size(), i % 2);
}

// Addresses in a row, as arrays of locks have them, must not make a list.
class AddressTreeDepth : public testing::TestWithParam<uintptr_t> {};

TEST_P(AddressTreeDepth, IsLogarithmicForAddressesInARow) {
    constexpr size_t n = 1 << 14;
    std::vector<one> entries(n);
    tree_root root;
    size_t queued = 0;
    // Those of one bucket of four: what they have in common must not matter.
    for (uintptr_t i = 0; queued < n; ++i) {
        const key k = key_at(0x7f0000000000 + i * GetParam());
        if (hash_of(k.address) >> 62 == 2) put(root, entries[queued++], k);
    }
    EXPECT_LE(depth_of(root.get()), 32u);  // log2(n) is 14; random keys reach about 20
}

INSTANTIATE_TEST_SUITE_P(Strides, AddressTreeDepth,
                         testing::Values(1, 2, 4, 8, 16, 40, 64, 128, 4096, 65536, 1 << 21));

TEST(Hash, SpreadsAddressesInARowOverTheBuckets) {
    for (const uintptr_t stride : {1u, 4u, 8u, 64u, 128u, 4096u, 65536u}) {
        constexpr int buckets = 64;
        constexpr int n = buckets * 64;
        std::vector<int> load(buckets);
        for (uintptr_t i = 0; i < n; ++i) ++load[hash_of(0x7f0000000000 + i * stride) >> (64 - 6)];
        EXPECT_LE(*std::max_element(load.begin(), load.end()), 3 * n / buckets) << stride;
    }
}

TEST(Mask, OfAllOnesMeansAnyWaiterInEveryWidth) {
    for (const width w : {width::u8, width::u16, width::u32, width::u64}) {
        EXPECT_EQ(widen_mask(all_ones(w), w), ~uint64_t{0});
        EXPECT_EQ(widen_mask(all_ones(w) - 1, w), all_ones(w) - 1);
    }
}

}  // namespace
}  // namespace futex2::engine
