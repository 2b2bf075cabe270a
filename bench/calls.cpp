// SPDX-License-Identifier: MIT
// calls: what calls cost that neither sleep nor wake anybody, beside one atomic
// read-modify-write, what libstdc++ does for a notify that nobody waits for, and the
// least that a system call costs.
#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include "bench/cost.hpp"
#include "bench/lines.hpp"
#include "bench/placement.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class calls final : public workload {
  public:
    calls(const settings& how, const Engine& engine) : engine_(engine), where_(how.nodes) {
        // Such a call must answer what it is measured for.
        check("wake", engine_.wake(word_, 1), Engine::by_value ? 1 : 0);
        check("store_wake", engine_.store_wake(word_, 0, 1), Engine::by_value ? 1 : 0);
        check("wait", engine_.wait(word_, 1), other_value<Engine>);
    }

    std::vector<series> measures() const override {
        return {{"wake, nobody waits", 1, "time", "ns"},
                {"store_wake, nobody waits", 1, "time", "ns"},
                {"wait, value has changed", 1, "time", "ns"}};
    }

    std::vector<double> run(watchdog&) override {
        const pinned_to_first here(where_);
        return {ns_per_call([this](int64_t) { return engine_.wake(word_, 1); }),
                ns_per_call([this](int64_t) { return engine_.store_wake(word_, 0, 1); }),
                ns_per_call([this](int64_t) { return engine_.wait(word_, 1); })};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    static void check(const char* call, int answer, int expected) {
        if (answer != expected)
            throw std::runtime_error(
                fmt::format("calls: {} answered {} instead of {}", call, answer, expected));
    }

    Engine engine_;
    placement where_;
    padded<typename Engine::word> word_;
};

class reference final : public workload {
  public:
    std::vector<series> measures() const override {
        return {{"atomic read-modify-write", 1, "time", "ns", false, false, "reference"},
                {"std::atomic<uint64_t>::notify_one", 1, "time", "ns", false, false, "reference"},
                {"system call, getppid(2)", 1, "time", "ns", false, false, "reference"}};
    }

    std::vector<double> run(watchdog&) override {
        const pinned_to_first here(where_);
        return {ns_per_call([this](int64_t) { return word_.fetch_add(1); }),
                ns_per_call([this](int64_t) {
                    word_.notify_one();
                    return 0;
                }),
                // What every call of the kernel's costs at least.
                ns_per_call([](int64_t) { return syscall(SYS_getppid); })};
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    placement where_{std::vector<int>{}};
    alignas(128) std::atomic<uint64_t> word_{0};
};

}  // namespace

made make_calls(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<calls<Engine>>(how, engine), ""};
    });
}

std::unique_ptr<workload> make_calls_reference() {
    return std::make_unique<reference>();
}

}  // namespace futex2::bench
