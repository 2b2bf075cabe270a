// SPDX-License-Identifier: MIT
#include "run/trace.hpp"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/instance.hpp"
#include "run/error_output.hpp"
#include "run/new_file.hpp"
#include "run/options.hpp"

namespace futex2::run {
namespace {

using platform::native;
using platform::order;

struct event {
    uintptr_t word;
    uint64_t begin;
    uint64_t end;
    int64_t result;
    int32_t thread;
    // Written last: 1 + the operation. 0: a thread was still at it when the process ended.
    platform::native_atomic<uint8_t> complete;
};

// Of 40 bytes: 10 MiB, of which is used what is written. What comes later is counted, and lost.
constexpr uint64_t most_events = uint64_t{1} << 18;

struct buffer {
    platform::native_atomic<uint64_t> reserved;
    event events[most_events];
};

// Wiped by a fork: a child traces its own calls.
constinit buffer* events_of_process = nullptr;

// The calling thread's number, asked once a thread, and again in a forked child.
struct thread_number {
    int32_t number;
    uint32_t generation;
};

int32_t my_number() {
    auto& mine = native::self<thread_number>();
    const uint32_t generation = abi::instance()->generation();
    if (mine.generation != generation) mine = {native::thread_id(), generation};
    return mine.number;
}

// Microseconds, as the format has them.
void print_event(new_file& file, const event& e, operation what) {
    file.print(
        ",\n{\"name\":\"%s\",\"cat\":\"futex\",\"ph\":\"X\",\"pid\":%d,\"tid\":%d,"
        "\"ts\":%" PRIu64 ".%03" PRIu64 ",\"dur\":%" PRIu64 ".%03" PRIu64
        ",\"args\":{\"word\":\"0x%" PRIxPTR "\",\"result\":%" PRId64 "}}",
        operation_name[static_cast<int>(what)], getpid(), e.thread, e.begin / 1000, e.begin % 1000,
        (e.end - e.begin) / 1000, (e.end - e.begin) % 1000, e.word, e.result);
}

// A program's name is any bytes.
void print_name(new_file& file) {
    file.print("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":\"",
               getpid());
    for (const char* c = program_invocation_short_name; *c != '\0'; ++c) {
        const bool plain = *c >= ' ' && *c <= '~' && *c != '"' && *c != '\\';
        file.print("%c", plain ? *c : '?');
    }
    file.print("\"}}");
}

// How many events were written.
uint64_t print_events(new_file& file, const buffer& all, uint64_t made) {
    uint64_t written = 0;
    for (uint64_t i = 0; i < made && i < most_events; ++i) {
        const unsigned complete = all.events[i].complete.load(order::acquire);
        if (complete == 0) continue;
        print_event(file, all.events[i], static_cast<operation>(complete - 1));
        ++written;
    }
    return written;
}

int write_file(const char* name) {
    const buffer& all = *events_of_process;
    const uint64_t made = all.reserved.load(order::relaxed);
    new_file file(name);
    file.print("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
    print_name(file);
    const uint64_t written = print_events(file, all, made);
    file.print("\n],\"otherData\":{\"dropped_events\":%" PRIu64 "}}\n", made - written);
    if (written < made)
        dprintf(error_output(), "futex2 run: %s: %" PRIu64 " events dropped\n", name,
                made - written);
    return file.finish();
}

}  // namespace

bool begin_trace() {
    events_of_process = native::map<buffer>(1, -1, platform::on_fork::wipe);
    return events_of_process != nullptr;
}

void trace(const record& r) {
    const uint64_t place = events_of_process->reserved.fetch_add(1, order::relaxed);
    if (place >= most_events) return;
    event& e = events_of_process->events[place];
    e.word = reinterpret_cast<uintptr_t>(r.word);
    e.begin = r.begin;
    e.end = r.end;
    e.result = r.result;
    e.thread = my_number();
    e.complete.store(static_cast<uint8_t>(1 + static_cast<int>(r.what)), order::release);
}

// The process that the command was has the file's name, others add their number to it.
void write_trace() {
    char name[PATH_MAX + 16];
    if (getpid() == chosen.first)
        snprintf(name, sizeof name, "%s", chosen.trace);
    else
        snprintf(name, sizeof name, "%s.%d", chosen.trace, getpid());
    if (const int error = write_file(name); error != 0)
        dprintf(error_output(), "futex2 run: %s: %s\n", name, strerror(error));
}

}  // namespace futex2::run
