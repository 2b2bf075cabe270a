// SPDX-License-Identifier: MIT
// An object that is destroyed while calls on it return.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace futex2::test {

// Where it lay stays, and nobody may write there any more.
template <class T>
class remains {
  public:
    template <class... A>
    explicit remains(A&&... arguments) {
        ::new (static_cast<void*>(bytes_.data())) T(std::forward<A>(arguments)...);
    }
    remains(const remains&) = delete;
    remains& operator=(const remains&) = delete;

    T& operator*() { return *reinterpret_cast<T*>(bytes_.data()); }
    T* operator->() { return &**this; }

    void destroy() {
        std::destroy_at(&**this);
        bytes_.fill(mark);
    }
    bool untouched() const {
        return std::all_of(bytes_.begin(), bytes_.end(), [](auto b) { return b == mark; });
    }

  private:
    static constexpr unsigned char mark = 0xa5;
    alignas(T) std::array<unsigned char, sizeof(T)> bytes_;
};

}  // namespace futex2::test
