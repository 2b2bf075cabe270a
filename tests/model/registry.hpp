// SPDX-License-Identifier: MIT
// The scenarios by name.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace futex2::model {

// What the threads of a scenario do in one schedule.
class scene {
  public:
    virtual ~scene() = default;
    virtual void before() {}  // any of them begins
    virtual void act(unsigned thread) = 0;
    virtual void after() = 0;  // all are through
};

struct scenario {
    std::string name;
    unsigned threads;
    scene* (*begin)();  // made anew at the same place; std::destroy_at ends it
};

inline std::vector<scenario>& scenarios() {
    static std::vector<scenario> all;
    return all;
}

template <class Scene>
struct registration {
    explicit registration(const char* name) {
        scenarios().push_back({name, Scene::threads, begin});
    }

  private:
    static scene* begin() {
        alignas(Scene) static std::byte place[sizeof(Scene)];
        return std::construct_at(reinterpret_cast<Scene*>(place));
    }
};

}  // namespace futex2::model
