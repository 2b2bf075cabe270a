// SPDX-License-Identifier: MIT
#include "bench/output_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace futex2::bench {
namespace {

[[noreturn]] void fail(const std::string& path, int error = errno) {
    throw std::system_error(error, std::generic_category(), "cannot write " + path);
}

class file_descriptor {
  public:
    explicit file_descriptor(int fd) : fd_(fd) {}
    ~file_descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    file_descriptor(const file_descriptor&) = delete;
    file_descriptor& operator=(const file_descriptor&) = delete;

    int get() const { return fd_; }
    /** Also an error of close(2) is an error of the writing. */
    bool closed() {
        const int fd = fd_;
        fd_ = -1;
        return close(fd) == 0;
    }

  private:
    int fd_;
};

bool write_all(int fd, const std::string& text) {
    size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        done += static_cast<size_t>(written);
    }
    return true;
}

// Removed again unless it was kept.
class temporary {
  public:
    explicit temporary(const std::string& beside) : name_(beside + ".XXXXXX"), fd_(make(name_)) {
        if (fd_.get() < 0) fail(beside);
    }
    ~temporary() {
        if (!kept_) unlink(name_.c_str());
    }
    temporary(const temporary&) = delete;
    temporary& operator=(const temporary&) = delete;

    void fill(const std::string& text, unsigned mode) {
        if (!write_all(fd_.get(), text) || fchmod(fd_.get(), mode) != 0 || fsync(fd_.get()) != 0 ||
            !fd_.closed())
            fail(name_);
    }
    void rename_to(const std::string& path) {
        if (rename(name_.c_str(), path.c_str()) != 0) fail(path);
        kept_ = true;
    }

  private:
    static int make(std::string& name) { return mkostemp(name.data(), O_CLOEXEC); }

    std::string name_;
    file_descriptor fd_;
    bool kept_ = false;
};

// An interrupted command leaves no temporary file.
class without_signals {
  public:
    without_signals() {
        sigset_t ending;
        sigemptyset(&ending);
        for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGQUIT}) sigaddset(&ending, signal);
        pthread_sigmask(SIG_BLOCK, &ending, &before_);
    }
    ~without_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    without_signals(const without_signals&) = delete;
    without_signals& operator=(const without_signals&) = delete;

  private:
    sigset_t before_;
};

unsigned default_mode() {
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

// Where links lead, also one to a file that is not there yet.
std::filesystem::path target_of(std::filesystem::path path) {
    constexpr int most_links = 40;  // the kernel's limit
    std::error_code ignored;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(path, ignored); ++i)
        path = path.parent_path() / std::filesystem::read_symlink(path);
    return path;
}

// The rename is on the disk too. Some file systems cannot sync a folder.
void sync_folder_of(const std::string& path) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    const file_descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() >= 0) fsync(fd.get());
}

}  // namespace

output_file::output_file(const std::string& path) : path_(target_of(path)), mode_(default_mode()) {
    std::error_code ignored;
    struct stat status;
    if (stat(path_.c_str(), &status) == 0) {
        regular_ = S_ISREG(status.st_mode);
        mode_ = status.st_mode & 07777;
        if (access(path_.c_str(), W_OK) != 0) fail(path);
    } else if (errno != ENOENT) {
        fail(path);
    }
    if (std::filesystem::is_directory(path_, ignored)) fail(path, EISDIR);
    if (path_.empty()) fail(path, ENOENT);
    if (regular_) {
        const without_signals here;
        const temporary probe(path_);
    }
}

void output_file::write(const std::string& text) const {
    if (regular_)
        replace(text);
    else
        write_through(text);
}

void output_file::replace(const std::string& text) const {
    const without_signals here;
    temporary file(path_);
    file.fill(text, mode_);
    file.rename_to(path_);
    sync_folder_of(path_);
}

void output_file::write_through(const std::string& text) const {
    file_descriptor fd(open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd.get() < 0 || !write_all(fd.get(), text) || !fd.closed()) fail(path_);
}

std::optional<output_file> output_file_of(const std::string& option) {
    if (option.empty()) return std::nullopt;
    try {
        return output_file(option);
    } catch (const std::system_error& error) {
        throw std::invalid_argument(error.what());
    }
}

}  // namespace futex2::bench
