// SPDX-License-Identifier: MIT
#include "kernel/lanes.hpp"

#include <errno.h>
#include <string.h>

#include "kernel/shared_word.hpp"

namespace futex2::kernel {
namespace {

// The place of a word in its container.
class place {
  public:
    explicit place(const void* word) {
        const auto address = reinterpret_cast<uintptr_t>(word);
        byte_ = address % sizeof(uint32_t);
        container_ = reinterpret_cast<const uint32_t*>(address - byte_);
    }

    const uint32_t* container() const { return container_; }

    // A mask of as many bits as the word has, in the word's lanes.
    uint32_t lanes(uint64_t mask) const { return static_cast<uint32_t>(mask << 8 * byte_); }

    uint64_t value_in(uint32_t container, width size) const {
        const auto* bytes = reinterpret_cast<const uint8_t*>(&container);
        if (size == width::u8) return bytes[byte_];
        uint16_t value;
        memcpy(&value, bytes + byte_, sizeof value);
        return value;
    }

  private:
    const uint32_t* container_;
    unsigned byte_;
};

}  // namespace

int wait_narrow(const void* word, width size, uint64_t expected, uint64_t mask, deadline until) {
    const place at(word);
    for (bool again = false;; again = true) {
        if (platform::load_value(word, size) != expected) return -EAGAIN;
        // While neighbours keep changing, the kernel is never asked for the time.
        if (again && has_passed(until)) return -ETIMEDOUT;
        const uint32_t seen = platform::load_container(at.container());
        if (at.value_in(seen, size) != expected) continue;
        const int result = wait_word(at.container(), seen, at.lanes(mask), until);
        if (result != -EAGAIN) return result;
    }
}

int wake_narrow(const void* word, uint64_t mask, int count) {
    const place at(word);
    return wake_word(at.container(), at.lanes(mask), count);
}

}  // namespace futex2::kernel
