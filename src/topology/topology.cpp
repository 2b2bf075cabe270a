// SPDX-License-Identifier: MIT
#include "topology/topology.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "topology/list.hpp"

namespace futex2::topology {
namespace {

using node_set = number_set<max_nodes>;
using cpu_set = number_set<max_cpus>;

// Every second of 8192 CPUs is about 20,000 bytes: no true list is longer.
constexpr size_t longest_file = 32768;

constexpr char node_directory[] = "sys/devices/system/node/node";
constexpr char possible_nodes[] = "sys/devices/system/node/possible";
constexpr char possible_cpus[] = "sys/devices/system/cpu/possible";

class errno_kept {
  public:
    errno_kept() : saved_(errno) {}
    ~errno_kept() { errno = saved_; }
    errno_kept(const errno_kept&) = delete;
    errno_kept& operator=(const errno_kept&) = delete;

  private:
    int saved_;
};

bool contains(const uint64_t* bits, int number) {
    return ((bits[number / 64] >> (number % 64)) & 1) != 0;
}

// Absent, or hidden by a sandbox: what there is no knowledge of.
bool is_absent(int error) {
    return error == -ENOENT || error == -ENOTDIR || error == -EACCES || error == -EPERM;
}

int read_list_from(int file, uint64_t* bits, int limit) {
    list_parser parser(bits, limit);
    size_t total = 0;
    for (;;) {
        char piece[256];
        const ssize_t got = ::read(file, piece, sizeof piece);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return -errno;
        }
        if (got == 0) {
            return parser.finish() ? 0 : -EINVAL;
        }
        total += static_cast<size_t>(got);
        if (total > longest_file || !parser.feed(piece, static_cast<size_t>(got))) {
            return -EINVAL;
        }
    }
}

int read_list(int base, const char* path, uint64_t* bits, int limit) {
    const int file = ::openat(base, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -errno;
    }
    const int error = read_list_from(file, bits, limit);
    ::close(file);
    return error;
}

// 0 to the highest CPU that the calling thread may use. Those below it that it
// may not use exist all the same: other threads can run there.
int cpus_by_affinity(map& out) {
    cpu_set_t sets[max_cpus / CPU_SETSIZE];
    memset(sets, 0, sizeof sets);
    if (::sched_getaffinity(0, sizeof sets, sets) != 0) {
        return -errno;
    }
    int highest = -1;
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
        if (CPU_ISSET_S(static_cast<size_t>(cpu), sizeof sets, sets)) {
            highest = cpu;
        }
    }
    for (int cpu = 0; cpu <= highest; ++cpu) {
        out.cpu_bits[cpu / 64] |= uint64_t{1} << (cpu % 64);
    }
    return 0;
}

int read_cpus(map& out, int base) {
    int error = read_list(base, possible_cpus, out.cpu_bits, max_cpus);
    if (is_absent(error)) {
        error = cpus_by_affinity(out);
    }
    if (error != 0) {
        return error;
    }
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
        if (out.cpu_possible(cpu)) {
            ++out.cpu_count;
            out.cpu_limit = cpu + 1;
        }
    }
    return out.cpu_count > 0 ? 0 : -EINVAL;
}

void set_nodes(map& out, const uint64_t* bits) {
    out.node_count = 0;
    out.narrow_count = 0;
    for (int node = 0; node < max_nodes; ++node) {
        out.index_of_node[node] = -1;
        if (!contains(bits, node)) {
            continue;
        }
        out.index_of_node[node] = static_cast<int16_t>(out.node_count);
        out.nodes[out.node_count++] = static_cast<int16_t>(node);
        if (node < narrow_limit) {
            out.narrow_count = out.node_count;
        }
    }
    for (int16_t& node : out.node_of_cpu) {
        node = out.nodes[0];
    }
}

int read_nodes(map& out, int base) {
    node_set nodes{};
    const int error = read_list(base, possible_nodes, nodes.words, max_nodes);
    if (is_absent(error)) {
        nodes.words[0] = 1;  // a kernel without NUMA: everything is on node 0
    } else if (error != 0) {
        return error;
    }
    set_nodes(out, nodes.words);
    return out.node_count > 0 ? 0 : -EINVAL;
}

// Writes "<node_directory><node>/cpulist".
void put_cpulist_path(char* path, int node) {
    memcpy(path, node_directory, sizeof node_directory - 1);
    char* end = path + sizeof node_directory - 1;
    char digits[4];
    int count = 0;
    do {
        digits[count++] = static_cast<char>('0' + node % 10);
        node /= 10;
    } while (node > 0);
    while (count > 0) {
        *end++ = digits[--count];
    }
    memcpy(end, "/cpulist", sizeof "/cpulist");
}

int read_cpus_of(map& out, int base, int node) {
    char path[sizeof node_directory + 4 + sizeof "/cpulist"];
    put_cpulist_path(path, node);
    cpu_set cpus{};
    const int error = read_list(base, path, cpus.words, max_cpus);
    if (is_absent(error)) {
        return 0;  // possible, but not there now
    }
    if (error != 0) {
        return error;
    }
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
        if (contains(cpus.words, cpu)) {
            out.node_of_cpu[cpu] = static_cast<int16_t>(node);
        }
    }
    return 0;
}

int read_below(map& out, int base) {
    int error = read_cpus(out, base);
    if (error == 0) {
        error = read_nodes(out, base);
    }
    for (int i = 0; error == 0 && i < out.node_count; ++i) {
        error = read_cpus_of(out, base, out.nodes[i]);
    }
    return error;
}

}  // namespace

int read(map& out, const char* root) {
    const errno_kept keep;
    memset(&out, 0, sizeof out);
    const int base = ::open(root[0] != '\0' ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (base < 0) {
        return -errno;
    }
    const int error = read_below(out, base);
    ::close(base);
    if (error != 0) {
        memset(&out, 0, sizeof out);
    }
    return error;
}

int make_virtual(map& m, int n) {
    if (n < 1 || n > max_nodes || m.cpu_count == 0) {
        return -EINVAL;
    }
    node_set nodes{};
    for (int node = 0; node < n; ++node) {
        nodes.words[node / 64] |= uint64_t{1} << (node % 64);
    }
    set_nodes(m, nodes.words);
    for (int cpu = 0, index = 0; cpu < m.cpu_limit; ++cpu) {
        if (m.cpu_possible(cpu)) {
            m.node_of_cpu[cpu] = static_cast<int16_t>(index * n / m.cpu_count);
            ++index;
        }
    }
    m.is_virtual = true;
    return 0;
}

}  // namespace futex2::topology
