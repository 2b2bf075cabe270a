// SPDX-License-Identifier: MIT
// A queue in memory that two processes share, at an address of each one's own: one puts lines in,
// the other takes them out. All-zero memory is an empty queue.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/shared/condition_variable.hpp>
#include <futex2/shared/mutex.hpp>
#include <mutex>
#include <string>
#include <string_view>

// No pointers: they would mean something else in the other process.
class shared_queue {
  public:
    static constexpr std::size_t room = 4, longest = 60;

    void push(std::string_view text) {
        std::unique_lock lock(mutex_);
        has_room_.wait(lock, [&] { return put_ - taken_ < room; });
        line& to = lines_[put_++ % room];
        to.length = text.copy(to.text.data(), longest);
        lock.unlock();  // else who is notified would wait for it
        has_lines_.notify_one();
    }

    /** Empty: there is no more. */
    std::string pop() {
        std::unique_lock lock(mutex_);
        has_lines_.wait(lock, [&] { return put_ != taken_; });
        const line& from = lines_[taken_++ % room];
        std::string text(from.text.data(), from.length);
        lock.unlock();
        has_room_.notify_one();
        return text;
    }

  private:
    struct line {
        std::size_t length;
        std::array<char, longest> text;
    };

    // Side by side, so that they are at one distance in every process.
    futex2::shared::mutex mutex_;
    futex2::shared::condition_variable has_room_, has_lines_;
    std::uint64_t put_, taken_;
    std::array<line, room> lines_;
};

shared_queue* map_queue(int file) {
    void* memory = mmap(nullptr, sizeof(shared_queue), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(EXIT_FAILURE);
    }
    return static_cast<shared_queue*>(memory);
}

int main() {
    // Processes that are not parent and child open it by a name: shm_open(3).
    const int file = memfd_create("queue", 0);
    if (file < 0 || ftruncate(file, sizeof(shared_queue)) != 0) {
        std::perror("memfd_create");
        return EXIT_FAILURE;
    }
    constexpr int lines = 1000;
    const pid_t child = fork();
    if (child == 0) {
        shared_queue* queue = map_queue(file);
        for (int n = 1; n <= lines; ++n) {
            queue->push("line " + std::to_string(n));
        }
        queue->push("");
        _exit(EXIT_SUCCESS);
    }
    shared_queue* queue = map_queue(file);
    int taken = 0;
    for (std::string text = queue->pop(); !text.empty(); text = queue->pop()) {
        taken += text == "line " + std::to_string(taken + 1) ? 1 : 0;
    }
    int status = -1;
    waitpid(child, &status, 0);
    std::printf("lines in their order: %d\n", taken);
    return status == 0 && taken == lines ? EXIT_SUCCESS : EXIT_FAILURE;
}
