// SPDX-License-Identifier: MIT
#include "abi/shared_memory.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <stdexcept>

#include "kernel/calls.hpp"

namespace futex2::abi_test {
namespace {

constexpr size_t page_size = 4096;
constexpr int first_errno = 128;  // of the exit statuses

void* map_shared(int file) {
    const int flags = MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0);
    void* address = mmap(nullptr, page_size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (address == MAP_FAILED) throw std::runtime_error("no shared memory");
    return address;
}

int open_shm() {
    const std::string name = "/futex2-test-" + std::to_string(getpid());
    const int file = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    shm_unlink(name.c_str());
    return file;
}

int open_file() {
    std::string name = P_tmpdir "/futex2-test-XXXXXX";
    const int file = mkstemp(name.data());
    unlink(name.c_str());
    return file;
}

int open_origin(origin from) {
    switch (from) {
        case origin::memfd:
            return memfd_create("futex2-test", MFD_CLOEXEC);
        case origin::shm_open:
            return open_shm();
        case origin::file:
            return open_file();
        case origin::anonymous:
            break;
    }
    return -1;
}

}  // namespace

std::string name_of(origin from) {
    constexpr const char* names[] = {"anonymous", "memfd", "shm_open", "file"};
    return names[static_cast<size_t>(from)];
}

shared_page::shared_page(origin from) : file_(open_origin(from)) {
    if (from != origin::anonymous && (file_ < 0 || ftruncate(file_, page_size) != 0))
        throw std::runtime_error("no " + name_of(from));
    address_ = map_shared(file_);
}

shared_page::~shared_page() {
    munmap(address_, page_size);
    for (void* other : others_) munmap(other, page_size);
    if (file_ >= 0) close(file_);
}

void* shared_page::map_again() {
    return others_.emplace_back(map_shared(file_));
}

uint32_t* kernel_word(void* word, word_kind kind) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    if (kind.size == FUTEX2_SIZE_U64) return reinterpret_cast<uint32_t*>(address + 12);
    return reinterpret_cast<uint32_t*>(address & ~uintptr_t{3});
}

int sleepers_on(void* word, word_kind kind) {
    const uint32_t* there = kernel_word(word, kind);
    return static_cast<int>(kernel::futex_requeue(there, there, 0, INT_MAX, 0));
}

child::child(const std::function<int()>& body) : id_(fork()) {
    if (id_ < 0) throw std::runtime_error("no child");
    if (id_ > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int answer = body();
    _exit(answer >= 0 ? answer : first_errno - answer);
}

child::~child() {
    if (!ended_) kill(id_, SIGKILL);
    result();
}

int child::result() {
    if (ended_) return result_;
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) throw std::runtime_error("the child is gone");
    ended_ = true;
    const int exit = WEXITSTATUS(status);
    result_ = !WIFEXITED(status) ? INT_MIN : exit < first_errno ? exit : first_errno - exit;
    return result_;
}

}  // namespace futex2::abi_test
