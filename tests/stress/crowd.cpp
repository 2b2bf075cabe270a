// SPDX-License-Identifier: MIT
// Many threads on few CPUs: words of all kinds, all calls. One ring is so crowded that
// those who wait on one of its boxes are woken together.
#include "stress/rings.hpp"

namespace futex2::stress {
namespace {

account crowd(const conditions& how) {
    const unsigned in_crowd = how.threads * 5 / 8;
    std::vector<ring_shape> shapes = small_rings(how.threads - in_crowd);
    shapes.push_back({true, 2, in_crowd});
    rings traffic(how, shapes);
    disturbance none;
    traffic.run(none);
    return traffic.close_account();
}

const registration crowd_({"crowd", "64 threads on the CPUs that there are, all kinds of word", 64,
                           60'000, crowd});

}  // namespace
}  // namespace futex2::stress
