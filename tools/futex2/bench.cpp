// SPDX-License-Identifier: MIT
#include "bench.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/emit.hpp"
#include "bench/page.hpp"
#include "compare.hpp"
#include "report.hpp"

namespace futex2::command {
namespace {

using namespace futex2::bench;

// The options as they were given; asked.how is filled by the suites' own.
struct options {
    request asked;
    std::string engines;
    std::string sizes;
    std::string nodes;
    std::string per_cpu;
    std::string format = "default";
    destinations to;
    std::optional<uint64_t> seed;
    int pairs = 0;
};

const CLI::Range any_count(1, std::numeric_limits<int>::max());
const CLI::Validator even(
    [](const std::string& text) {
        const bool is_odd = !text.empty() && std::strchr("13579", text.back()) != nullptr;
        return std::string(is_odd ? "threads wake each other in pairs: an even number" : "");
    },
    "");
const CLI::Range seconds(0.001, 1e6);

// The parts of a list with commas, each through read(part) -> optional value.
template <class T>
std::vector<T> list(const std::string& option, const std::string& text,
                    const std::function<std::optional<T>(const std::string&)>& read,
                    const std::string& expected) {
    std::vector<T> values;
    size_t begin = 0;
    while (begin <= text.size()) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        const std::optional<T> value = read(part);
        if (!value) throw CLI::ValidationError(option, "'" + part + "' is not one of " + expected);
        values.push_back(*value);
        begin = end + 1;
    }
    return values;
}

std::optional<int> whole_number(const std::string& text) {
    int value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end || value < 0) return std::nullopt;
    return value;
}

std::optional<int> threads_per_cpu(const std::string& text) {
    const std::optional<int> threads = whole_number(text);
    return threads && *threads >= 1 && *threads <= 1000 ? threads : std::nullopt;
}

std::optional<unsigned> word_size(const std::string& text) {
    for (const unsigned bits : {8u, 16u, 32u, 64u})
        if (text == std::to_string(bits)) return bits;
    return std::nullopt;
}

// A check of an option that is of no use without it.
std::string has_page(const std::string&) {
    return page().empty() ? "built without it" : "";
}

request complete(const options& given, const suite* which) {
    request asked = given.asked;
    if (!given.engines.empty())
        asked.engines = list<engine_id>(
            "--engine", given.engines, [](const std::string& name) { return engine_named(name); },
            "those of --list");
    else if (asked.peers)
        asked.engines = all_engines();
    else if (which != nullptr && which->of_locks)
        std::erase_if(asked.engines, [](engine_id e) { return kernel_slots(e).has_value(); });
    else
        asked.engines = {engine_id::user, engine_id::kernel, engine_id::kernel2};
    if (!given.sizes.empty())
        asked.sizes = list<unsigned>("--size", given.sizes, word_size, "8, 16, 32, 64");
    if (!given.nodes.empty())
        asked.how.nodes = list<int>("--nodes", given.nodes, whole_number, "the node numbers");
    if (!given.per_cpu.empty())
        asked.how.per_cpu = list<int>("--per-cpu", given.per_cpu, threads_per_cpu, "1 to 1000");
    asked.how.seed = given.seed ? *given.seed : std::random_device{}();
    if (given.pairs > 0) asked.how.threads = 2 * given.pairs;
    return asked;
}

int run(const options& given, const suite* which) {
    if (!given.to.traffic.empty() && given.to.page.empty())
        throw CLI::ValidationError("--traffic", "is shown by --report alone");
    if (!given.to.page.empty() && given.to.page == given.to.file)
        throw CLI::ValidationError("--report", "is the file of --output, too");
    const request asked = complete(given, which);
    try {
        return measure(which, asked, *format_named(given.format), given.to);
    } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError("bench", error.what());
    }
}

void add_common(CLI::App& bench, options& o) {
    bench.add_option("-r,--repeat", o.asked.repeats, "Runs of each measurement (hash, lock-pi: 1)")
        ->check(any_count);
    bench
        .add_option("--warmup", o.asked.warm_ups,
                    "Runs before them that do not count (1; perf's suites alone: 0)")
        ->check(CLI::Range(0, 1000));
    bench.add_option("-f,--format", o.format, "What is printed: default, simple, json or csv")
        ->check(CLI::IsMember({"default", "simple", "json", "csv"}))
        ->capture_default_str();
    bench
        .add_option("-o,--output", o.to.file,
                    "Write FILE too, whole or not at all; in the format of its suffix (.json, "
                    ".csv, .txt: default), else as --format")
        ->type_name("FILE");
    bench.add_option("--report", o.to.page, "Write a page that shows the results: FILE.html")
        ->type_name("FILE")
        ->check(has_page);
    bench
        .add_option("--traffic", o.to.traffic,
                    "Show there, too, what ./dev lab count wrote: FILE.json")
        ->type_name("FILE");
    bench
        .add_option("--engine", o.engines,
                    "What is measured, of those that --list names (user,kernel,kernel2; of locks: "
                    "all but kernel-N; peers: all)")
        ->type_name("LIST");
    bench
        .add_option("--size", o.sizes,
                    "Bits of a word: 8, 16, 32, 64 (all, small-words: every; else 32)")
        ->type_name("LIST");
    bench.add_flag("--numa", o.asked.numa, "NUMA words (all, numa: these alone)");
    bench.add_option("--nodes", o.nodes, "Nodes whose CPUs the threads run on, in turn")
        ->type_name("LIST");
    bench.add_option("--seed", o.seed, "Of what is random; it is printed");
    bench
        .add_option("--patience", o.asked.how.patience,
                    "Seconds without progress after which the command gives up")
        ->check(seconds)
        ->capture_default_str();
}

// What perf has in every suite.
void add_perfs(CLI::App& s, options& o) {
    s.add_flag("-s,--silent", o.asked.how.silent, "Do not display details or progress");
    s.add_flag("-S,--shared", o.asked.how.shared, "Shared futexes instead of private ones");
    s.add_flag("-m,--mlockall", o.asked.how.lock_memory, "Lock all current and future memory");
}

void add_threads(CLI::App& s, options& o, const std::string& normal, int least = 1) {
    s.add_option("-t,--threads", o.asked.how.threads, "Threads (" + normal + ")")
        ->check(CLI::Range(least, 100'000));
}

void add_runtime(CLI::App& s, options& o, const std::string& normal) {
    s.add_option("-r,--runtime", o.asked.how.seconds, "Seconds of a run (" + normal + ")")
        ->check(seconds);
}

void add_words(CLI::App& s, options& o) {
    s.add_option("-n,--words", o.asked.how.words, "Words parked at once")
        ->check(CLI::Range(2, 10'000'000))
        ->capture_default_str();
}

void add_starts(CLI::App& s, options& o) {
    s.add_option("-n,--starts", o.asked.how.starts, "Races")
        ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
        ->capture_default_str();
}

using suite_options = void (*)(CLI::App&, options&);

void hash_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    add_runtime(s, o, "10");
    s.add_option("-f,--futexes", o.asked.how.futexes, "Futexes of each thread")
        ->check(any_count)
        ->capture_default_str();
    s.add_flag("--alone", o.asked.how.alone,
               "Run each thread by itself, on its CPU, and give the mean");
}

void wake_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    s.add_option("-w,--nwakes", o.asked.how.wakes, "Threads to wake at once (1)")->check(any_count);
}

void wake_parallel_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    s.add_option("-w,--nwakers", o.asked.how.wakes, "Waking threads (as many as threads)")
        ->check(any_count);
}

void requeue_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    s.add_option("-q,--nrequeue", o.asked.how.requeues, "Threads to requeue at once")
        ->check(any_count)
        ->capture_default_str();
    s.add_flag("-B,--broadcast", o.asked.how.broadcast, "Requeue all threads at once");
    s.add_flag("-p,--pi", o.asked.how.pi, "To a lock with priority inheritance (engine kernel)");
}

void lock_pi_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    add_runtime(s, o, "10");
    s.add_flag("-M,--multi", o.asked.how.multi, "A futex for each thread");
}

// Of threads that wake each other in pairs.
void add_pairs(CLI::App& s, options& o, const std::string& seconds_of_run) {
    CLI::Option* pairs =
        s.add_option("--pairs", o.pairs, "Pairs of threads (1)")->check(CLI::Range(1, 50'000));
    add_threads(s, o, "2");
    s.get_option("--threads")->excludes(pairs)->check(even);
    add_runtime(s, o, seconds_of_run);
    s.add_flag_callback(
        "--no-spin", [&o] { o.asked.how.spin = false; },
        "No waiter of the library spins, and both threads of a pair share a CPU");
}

void round_trip_options(CLI::App& s, options& o) {
    add_pairs(s, o, "1");
}

void wait_any_options(CLI::App& s, options& o) {
    s.add_option("-n,--words", o.asked.how.any_of, "Words that a thread waits on at once")
        ->check(CLI::Range(1, FUTEX_WAITV_MAX))
        ->capture_default_str();
    s.add_flag("--in-turn", o.asked.how.in_turn, "Signal them in turn, not at random");
    add_pairs(s, o, "0.2");
}

void add_work(CLI::App& s, options& o) {
    const CLI::Range ns(0.0, 1e9);
    s.add_option("--cs-ns", o.asked.how.inside_ns, "Nanoseconds of work under the lock")
        ->check(ns)
        ->capture_default_str();
    s.add_option("--outside-ns", o.asked.how.outside_ns,
                 "Nanoseconds of work outside, of each thread, times the threads")
        ->check(ns)
        ->capture_default_str();
}

void contention_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs");
    add_runtime(s, o, "0.2");
    add_work(s, o);
}

void oversubscribed_options(CLI::App& s, options& o) {
    s.add_option("--per-cpu", o.per_cpu,
                 "Threads for each CPU, one number after the other (1,2,4,8,16,32)")
        ->type_name("LIST");
    add_runtime(s, o, "0.05, with each number of threads");
    add_work(s, o);
}

void small_words_options(CLI::App& s, options& o) {
    s.add_option("-n,--locks", o.asked.how.locks, "Locks of an array")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_threads(s, o, "as many as CPUs");
    add_runtime(s, o, "0.02, with each array");
}

void condvar_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as CPUs, 2 at least; of the queue", 2);
    s.add_option("--places", o.asked.how.places, "Places of the queue")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    s.add_option("--waiters", o.asked.how.waiters, "Threads that wait for a broadcast")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    add_runtime(s, o, "0.1; of the queue");
    add_work(s, o);
}

void wake_latency_options(CLI::App& s, options& o) {
    add_threads(s, o, "1; they sleep, each on a word of its own");
    s.add_option("--wakes", o.asked.how.latencies,
                 "Wakes in a run, in rounds of one of each thread")
        ->check(any_count)
        ->capture_default_str();
}

void collide_options(CLI::App& s, options& o) {
    add_words(s, o);
    s.add_option("--wakes", o.asked.how.wakes_measured, "Wakes of parked words in a run")
        ->check(any_count)
        ->capture_default_str();
}

void numa_options(CLI::App& s, options& o) {
    add_threads(s, o, "as many as the nodes have CPUs; of the throughput, in turn on all nodes");
    add_runtime(s, o, "0.1; of the throughput");
}

struct suite_help {
    const char* name;
    const char* what;
    suite_options add;
    const char* examples;
};

const suite_help helps[] = {
    {"calls", "Calls that neither sleep nor wake anybody, beside one atomic instruction",
     [](CLI::App&, options&) {},
     "  futex2 bench calls --size 8,16,32,64\n"
     "  futex2 bench calls --engine user --numa"},
    {"hash", "Waits with a wrong value over many futexes (perf bench futex hash)", hash_options,
     "  futex2 bench hash -t 2 -r 5\n"
     "  futex2 bench hash --engine user --size 64 -t 2 -r 1 --alone"},
    {"round-trip", "Two threads wake each other in turn, over two words", round_trip_options,
     "  futex2 bench round-trip --no-spin\n"
     "  futex2 bench round-trip --pairs 4 -r 0.5 --engine user,kernel"},
    {"wait-any", "One thread waits on many words, another signals one of them", wait_any_options,
     "  futex2 bench wait-any --words 64\n"
     "  futex2 bench wait-any --engine user --size 8 --numa --in-turn --no-spin"},
    {"wake-latency", "How long from a wake until the woken thread runs: p50, p99, p99.9, histogram",
     wake_latency_options,
     "  futex2 bench wake-latency\n"
     "  futex2 bench wake-latency -t 4 --engine user,kernel,std,boost,wtf\n"
     "  futex2 bench wake-latency --wakes 100000 --size 8 --numa --engine user -o latency.json"},
    {"wake", "Wake threads that sleep on one futex (perf bench futex wake)", wake_options,
     "  futex2 bench wake -t 512 -w 1\n"
     "  futex2 bench --repeat 7 --warmup 1 wake -t 512 -w 512"},
    {"wake-parallel", "The same by several threads at once (perf bench futex wake-parallel)",
     wake_parallel_options,
     "  futex2 bench wake-parallel -t 512 -w 2\n"
     "  futex2 bench wake-parallel -t 64 --numa --engine user,kernel2"},
    {"requeue", "Move threads from one futex to another (perf bench futex requeue)",
     requeue_options,
     "  futex2 bench requeue -t 512 -B\n"
     "  futex2 bench requeue -t 16 -p --engine kernel"},
    {"lock-pi", "Locks with priority inheritance (perf bench futex lock-pi)", lock_pi_options,
     "  futex2 bench lock-pi -r 5\n"
     "  futex2 bench lock-pi -M -t 8"},
    {"collide", "Wakes while tens of thousands of words are parked", collide_options,
     "  futex2 bench collide\n"
     "  futex2 bench collide --words 10000 --engine user --numa --seed 1"},
    {"numa", "Words that lie on nodes: of every two, and one for each against one for all",
     numa_options,
     "  futex2 bench numa\n"
     "  FUTEX2_NODES=4 futex2 bench numa --engine user --size 8,64 --numa\n"
     "  futex2 bench numa --nodes 0,2 -t 16 -r 1 --format json"},
    {"uncontended", "A lock that nobody else wants is taken and given back",
     [](CLI::App&, options&) {},
     "  futex2 bench uncontended\n"
     "  futex2 bench uncontended --engine user --size 8,16,32,64"},
    {"contended", "Threads work inside one lock, and outside of it, in turn", contention_options,
     "  futex2 bench contended -t 8 --cs-ns 1000\n"
     "  futex2 bench contended --engine user,pthread,absl,wtf --format csv"},
    {"fairness", "How evenly threads get a lock, and how long the unluckiest waits",
     contention_options,
     "  futex2 bench fairness -t 8\n"
     "  futex2 bench fairness --engine wtf,pthread --cs-ns 2000"},
    {"oversubscribed", "The load of contended with more and more threads a CPU",
     oversubscribed_options,
     "  futex2 bench oversubscribed --engine user,pthread,absl\n"
     "  futex2 bench oversubscribed --per-cpu 1,64 --cs-ns 1000 -r 0.2"},
    {"small-words", "Arrays of locks: bytes per lock, and what it costs to share cache lines",
     small_words_options,
     "  futex2 bench small-words --locks 65536\n"
     "  futex2 bench small-words --engine user,wtf,pthread --size 8,32 -t 8"},
    {"condvar", "Condition variables: a bounded queue, and a broadcast", condvar_options,
     "  futex2 bench condvar --places 1 -t 2\n"
     "  futex2 bench condvar --engine user,pthread,absl --waiters 64"},
    {"race", "First waiters on two nodes against a waker: is anybody stranded?", add_starts,
     "  futex2 bench race\n"
     "  FUTEX2_NODES=4 futex2 bench race --starts 100000 --size 64 --nodes 1,3"},
};

void add_suite(CLI::App& bench, const suite_help& help, const std::shared_ptr<options>& o,
               int& status) {
    CLI::App* s = bench.add_subcommand(help.name, help.what);
    s->fallthrough();
    help.add(*s, *o);
    add_perfs(*s, *o);
    s->footer("More options: futex2 bench --help (before the suite or behind it).\nExamples:\n" +
              std::string(help.examples));
    const suite* which = suite_named(help.name);
    s->callback([o, which, &status] { status = run(*o, which); });
}

void add_all(CLI::App& bench, const std::shared_ptr<options>& o, int& status) {
    CLI::App* s =
        bench.add_subcommand("all", "What the claims are about, engines in turn, and the claims");
    s->fallthrough();
    add_threads(*s, *o, "512; of the suites whose threads sleep on one word");
    add_runtime(*s, *o, "0.1; of the suites that run for a time");
    s->add_option("--words", o->asked.how.words, "Words parked at once in collide")
        ->check(CLI::Range(2, 10'000'000))
        ->capture_default_str();
    const auto starts = std::make_shared<int64_t>(50'000);
    s->add_option("--starts", *starts, "Races of each size")
        ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
        ->capture_default_str();
    add_perfs(*s, *o);
    s->footer(
        "More options: futex2 bench --help (before the suite or behind it).\nExamples:\n"
        "  futex2 bench all\n"
        "  futex2 bench all -o bench.json\n"
        "  futex2 bench all --engine user,kernel --size 32 --repeat 3");
    s->callback([o, starts, &status] {
        o->asked.how.starts = *starts;
        status = run(*o, nullptr);
    });
}

void add_peers(CLI::App& bench, const std::shared_ptr<options>& o, int& status) {
    CLI::App* s = bench.add_subcommand("peers", "This library beside each peer, suite by suite");
    s->fallthrough();
    add_runtime(*s, *o, "0.02 to 0.1; of the suites that run for a time");
    add_perfs(*s, *o);
    s->footer(
        "More options: futex2 bench --help (before the suite or behind it).\nExamples:\n"
        "  futex2 bench peers -o peers.json --report peers.html\n"
        "  futex2 bench peers --engine user,pthread,absl --repeat 5");
    s->callback([o, &status] {
        o->asked.peers = true;
        status = run(*o, nullptr);
    });
}

// What an engine is missing of locks and words, with what introduces it.
std::string lack_of(engine_id engine) {
    const target what{engine, 32, false, false};
    if (const std::string lock = lock_unsupported(what); !lock.empty()) return "; " + lock;
    return unsupported(what).empty() ? "" : "; no words";
}

std::string list_of_suites_and_engines() {
    std::string text = "Suites:\n";
    for (const suite_help& help : helps) text += fmt::format("  {:<14} {}\n", help.name, help.what);
    text += "Engines:\n";
    for (const engine_id engine : all_engines())
        text +=
            fmt::format("  {:<14} {}{}\n", name_of(engine), meaning_of(engine), lack_of(engine));
    return text;
}

}  // namespace

void add_bench(CLI::App& app, int& status) {
    CLI::App* bench = app.add_subcommand("bench", "Measure this library, the kernel, and peers");
    const auto o = std::make_shared<options>();
    add_common(*bench, *o);
    bench->add_flag_callback(
        "--list",
        [] {
            fmt::print("{}", list_of_suites_and_engines());
            throw CLI::Success();
        },
        "Name the suites and the engines, with the reason why one is not there");
    for (const suite_help& help : helps) add_suite(*bench, help, o, status);
    add_all(*bench, o, status);
    add_peers(*bench, o, status);
    add_compare(*bench, status);
    add_report(*bench, status);
    bench->require_subcommand(1);
    bench->footer(
        "Suites take perf's options, and print perf's lines. Several engines take turns, run by "
        "run.\n"
        "An engine that cannot do what is asked is named with the reason.\n"
        "Examples:\n"
        "  futex2 bench --list\n"
        "  futex2 bench all -o bench.json --report bench.html\n"
        "  futex2 bench peers --report peers.html\n"
        "  futex2 bench --repeat 7 wake -t 512 -w 512\n"
        "  futex2 bench --engine kernel hash -t 2 -r 5     # as perf bench futex hash\n"
        "  futex2 bench round-trip --engine user,std,boost,wtf --no-spin\n"
        "  futex2 bench round-trip --engine user --size 8 --numa --format csv\n"
        "  futex2 bench compare before.json after.json\n"
        "  futex2 bench report before.json -o before.html");
}

}  // namespace futex2::command
