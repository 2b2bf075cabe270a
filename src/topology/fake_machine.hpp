// SPDX-License-Identifier: MIT
// For the tests: a made-up machine, and the map that is read from it.
#pragma once

#include <stdlib.h>
#include <string.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "topology/topology.hpp"

namespace futex2::topology {

namespace fs = std::filesystem;
using numbers = std::vector<int>;

/** A directory that looks like the root of a machine. */
class fake_machine {
  public:
    fake_machine() {
        std::string name = (fs::temp_directory_path() / "futex2-topology-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        root_ = name;
    }
    ~fake_machine() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    fake_machine(const fake_machine&) = delete;
    fake_machine& operator=(const fake_machine&) = delete;

    fake_machine& cpus(const std::string& list) { return file("cpu/possible", list); }
    fake_machine& nodes(const std::string& list) { return file("node/possible", list); }
    fake_machine& node(int number, const std::string& cpu_list) {
        return file("node/node" + std::to_string(number) + "/cpulist", cpu_list);
    }
    fake_machine& file(const std::string& name, const std::string& text) {
        const fs::path path = root_ / "sys/devices/system" / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return *this;
    }

    std::string root() const { return root_.string(); }

  private:
    fs::path root_;
};

/** A map that was full of something else before it was read. */
struct reading {
    std::unique_ptr<map> m = std::make_unique<map>();
    int result = 0;

    explicit reading(const std::string& root) {
        memset(m.get(), 0x5a, sizeof *m);
        result = read(*m, root.c_str());
    }
    explicit reading(const fake_machine& machine) : reading(machine.root()) {}
    const map* operator->() const { return m.get(); }
};

inline bool all_zero(const map& m) {
    static const map zero{};
    return m == zero;
}

}  // namespace futex2::topology
