// SPDX-License-Identifier: MIT
#include "stress/quiet.hpp"

#include "engine/thread.hpp"
#include "platform/native.hpp"
#include "stress/nodes.hpp"
#include "stress/report.hpp"

namespace futex2::stress {

using platform::native;
using platform::order;

void check_tables(account& a) {
    for (const futex2_testing_table& table : all_tables()) {
        const auto* buckets = static_cast<const engine::bucket<native>*>(table.address);
        for (unsigned n = 0; n < table.buckets; ++n) {
            const uint32_t count = buckets[n].count.load(order::acquire);
            if (count != 0 || buckets[n].root.get() != nullptr)
                a.wrong.push_back(fmt::format(
                    "bucket {} of node {} counts {} waiters, and {}", n, table.node, count,
                    buckets[n].root.get() != nullptr ? "holds some" : "holds none"));
        }
    }
}

void check_quiet(account& a, std::span<const word> words) {
    if (a.lost() != 0)
        a.wrong.push_back(
            fmt::format("wakes ended {} waits, but {} waits were woken", a.woken, a.ended));
    check_tables(a);
    for (const word& w : words)
        if (w.kind().numa && w.hint() != FUTEX_NO_NODE)
            a.wrong.push_back(
                fmt::format("a {} on which nobody waits has hint {}", w.kind().name(), w.hint()));
}

void check_thread() {
    const auto& self = engine::thread<native>::self();
    if (self.depth.load(order::relaxed) != 0 || !self.deferred.empty())
        fail("a thread ends with depth {}, and {} wakes deferred", self.depth.load(order::relaxed),
             self.deferred.reserved.load(order::relaxed));
}

}  // namespace futex2::stress
