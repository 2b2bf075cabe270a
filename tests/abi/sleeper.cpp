// SPDX-License-Identifier: MIT
#include "abi/sleeper.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

namespace futex2::abi_test {
namespace {

// The value of a line of /proc/self/task/ID/status; empty when the thread is gone.
std::string status_of(pid_t id, const std::string& name) {
    std::ifstream file("/proc/self/task/" + std::to_string(id) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (line.compare(0, name.size() + 1, name + ":") == 0)
            return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    }
    return "";
}

}  // namespace

void until(const std::function<bool()>& condition) {
    constexpr timespec pause = {0, 50'000};
    while (!condition()) nanosleep(&pause, nullptr);
}

void handle(int signal, int flags) {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = flags;
    sigaction(signal, &action, nullptr);
}

bool sleeps(pid_t thread) {
    return status_of(thread, "State").compare(0, 1, "S") == 0;
}

sleeper::sleeper(std::function<int()> wait)
    : thread_([this, wait = std::move(wait)] {
          id_ = gettid();
          errno = 0;
          result_ = wait();
          errno_after_ = errno;
          returned_ = true;
      }) {
    until([this] { return id_ != 0; });
}

sleeper::~sleeper() {
    if (thread_.joinable()) thread_.join();
}

int sleeper::result() {
    if (thread_.joinable()) thread_.join();
    return result_;
}

int sleeper::errno_after() {
    if (thread_.joinable()) thread_.join();
    return errno_after_;
}

bool sleeper::sleeps() const {
    return abi_test::sleeps(id_);
}

bool sleeper::pending() const {
    return status_of(id_, "SigPnd").find_first_not_of('0') != std::string::npos;
}

void sleeper::send(int signal) {
    pthread_kill(thread_.native_handle(), signal);
}

// The kernel has the thread running, or the signal pending, before the call that
// sends it returns: so a thread that then sleeps without one has been interrupted.
void sleeper::interrupt(int signal) {
    send(signal);
    until([this] { return returned() || (!pending() && sleeps()); });
}

void sleeper::cancel() {
    pthread_cancel(thread_.native_handle());
    until([this] { return returned() || (!pending() && sleeps()); });
}

}  // namespace futex2::abi_test
