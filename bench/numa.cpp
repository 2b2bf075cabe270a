// SPDX-License-Identifier: MIT
// numa: words that lie on nodes.
//
// Of every two nodes: what do calls of a thread on one cost whose words lie on the other, and
// are otherwise used by a thread there? And of all nodes at once: a word for each, or one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <stdexcept>

#include "bench/cost.hpp"
#include "bench/lines.hpp"
#include "bench/node_memory.hpp"
#include "bench/pairs.hpp"
#include "bench/repeat_for.hpp"
#include "bench/spin.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

constexpr int trips = 500;

struct metric {
    const char* name;
    const char* unit;
    int threads;
};

// Of each pair of nodes.
constexpr metric metrics[] = {{"wake, nobody waits", "ns", 1},
                              {"store_wake, nobody waits", "ns", 1},
                              {"wait, value has changed", "ns", 1},
                              {"round trip", "us", 2}};

// The words that lie on one node.
template <class Word>
struct words {
    std::array<padded<Word>, 256> called;
    padded<Word> ping;
    padded<Word> pong;
    padded<Word> worked_on;

    template <class F>
    void for_each(const F& f) {
        for (padded<Word>& w : called) f(w);
        for (padded<Word>* w : {&ping, &pong, &worked_on}) f(*w);
    }
};

template <class Word>
class node {
  public:
    using word = padded<Word>;

    node(int number, uint64_t seed) : number_(number), cpus_({number}), words_(number) {
        words_->for_each([this](word& w) { set_hint(w); });
        for (word& w : words_->called) shuffled_.push_back(&w);
        std::shuffle(shuffled_.begin(), shuffled_.end(), std::mt19937_64(seed));
    }

    int number() const { return number_; }
    const slot& visitor() const { return cpus_.of(0); }
    // A CPU of the same node, if it has two.
    const slot& at_home() const { return cpus_.of(1); }

    words<Word>& own() const { return *words_; }
    // Out of order, so that no line is fetched before it is asked for.
    const std::vector<word*>& shuffled() const { return shuffled_; }

    /** Throws if a word is not where it was, or names another node. */
    void check() const {
        if (!words_.in_place())
            throw std::runtime_error(
                fmt::format("numa: the words of node {} lie on another", number_));
        words_->for_each([this](const word& w) { check_hint(w); });
    }

  private:
    void set_hint(word& w) const {
        if constexpr (Word::numa) w.hint = static_cast<decltype(w.hint)>(number_);
    }
    void check_hint(const word& w) const {
        if constexpr (Word::numa)
            if (w.hint != number_)
                throw std::runtime_error(
                    fmt::format("numa: a hint became {} that was set to {}", w.hint, number_));
    }

    int number_;
    placement cpus_;
    on_node<words<Word>> words_;
    std::vector<word*> shuffled_;
};

// What a measure is, for each pair of nodes: a line for each node with threads.
std::string matrix(const metric& what, const std::vector<int>& nodes,
                   const std::vector<double>& medians) {
    std::string text = fmt::format("{}, {}:\n{:>16}", what.name, what.unit, "");
    for (const int word : nodes) text += fmt::format("  word on {:<4}", word);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
    for (size_t i = 0; i < nodes.size(); ++i) {
        text += fmt::format("thread on {:<6}", nodes[i]);
        for (size_t j = 0; j < nodes.size(); ++j)
            text += fmt::format("{:>14}", number(medians[i * nodes.size() + j]));
        text += '\n';
    }
    return text + '\n';
}

template <class Engine>
class numa final : public workload {
  public:
    numa(const settings& how, const std::vector<int>& nodes, const Engine& engine)
        : numbers_(nodes),
          where_(nodes),
          threads_(how.threads > 0 ? how.threads : where_.count()),
          seconds_(how.seconds > 0 ? how.seconds : 0.1),
          engine_(engine) {
        if (threads_ < static_cast<int>(nodes.size()))
            throw std::invalid_argument(fmt::format(
                "numa: {} threads are not one for each of {} nodes", threads_, nodes.size()));
        for (const int number : nodes)
            nodes_.push_back(std::make_unique<node<word>>(number, how.seed));
    }

    std::vector<series> measures() const override {
        std::vector<series> all;
        for (const int from : numbers_)
            for (const int to : numbers_)
                for (const metric& m : metrics)
                    all.push_back(
                        {fmt::format("node {}, word on {}", from, to), m.threads, m.name, m.unit});
        if (one_node()) return all;
        all.push_back({"a word for each node", threads_, "throughput", "ops/s", true});
        all.push_back({"one word for all nodes", threads_, "throughput", "ops/s", true});
        return all;
    }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> values;
        for (const auto& from : nodes_)
            for (const auto& to : nodes_) {
                add_calls(values, *from, *to);
                values.push_back(us_of_round_trip(*from, *to));
                dog.beat();
            }
        if (!one_node()) {
            values.push_back(throughput(dog, [this](int i) { return node_of(where_.of(i)); }));
            values.push_back(throughput(dog, [this](int) { return numbers_.front(); }));
        }
        for (const auto& n : nodes_) n->check();
        return values;
    }

    std::string heading() const override {
        if (one_node())
            return fmt::format(
                "Run summary: there is one node, {}; all threads and words are on it. "
                "FUTEX2_NODES=n lays n virtual ones over the CPUs.\n\n",
                numbers_.front());
        return fmt::format(
            "Run summary: {}nodes {}; {} threads on all of them for {:g} secs.{}\n\n",
            nodes_are_virtual() ? "virtual " : "", fmt::join(numbers_, ", "), threads_, seconds_,
            nodes_are_virtual() ? " Their memory is all the same." : "");
    }

    std::string closing(const measured& runs) const override {
        std::string text;
        for (size_t m = 0; m < std::size(metrics); ++m) {
            std::vector<double> medians;
            for (size_t pair = 0; pair < pairs(); ++pair)
                medians.push_back(median(runs[pair * std::size(metrics) + m]));
            text += matrix(metrics[m], numbers_, medians);
        }
        const auto rest = static_cast<ptrdiff_t>(pairs() * std::size(metrics));
        const std::vector<series> all = measures();
        return text + lines({all.begin() + rest, all.end()}, {runs.begin() + rest, runs.end()});
    }

  private:
    using word = typename Engine::word;
    using value = typename Engine::value;
    static constexpr int woke_nobody = Engine::by_value ? 1 : 0;

    bool one_node() const { return numbers_.size() == 1; }
    size_t pairs() const { return numbers_.size() * numbers_.size(); }

    void add_calls(std::vector<double>& ns, const node<word>& from, const node<word>& to) const {
        const pinned_to_first back(where_);
        ns.push_back(ns_of(
            from, to, [this](word& w) { return engine_.wake(w, 1); }, woke_nobody));
        ns.push_back(ns_of(
            from, to, [this](word& w) { return engine_.store_wake(w, 0, 1); }, woke_nobody));
        ns.push_back(ns_of(
            from, to, [this](word& w) { return engine_.wait(w, 1); }, other_value<Engine>));
    }

    // Of one call on a word that was last written at its home, as the median of pieces.
    template <class Call>
    static double ns_of(const node<word>& from, const node<word>& to, const Call& call,
                        int expected) {
        constexpr int pieces = 21;
        std::vector<double> ns;
        int unexpected = 0;
        for (int i = 0; i < pieces; ++i) {
            pin(to.at_home());
            for (auto* w : to.shuffled()) store(*w, 0);
            pin(from.visitor());
            const stopwatch watch;
            for (auto* w : to.shuffled()) unexpected += call(*w) != expected ? 1 : 0;
            ns.push_back(watch.ns() / static_cast<double>(to.shuffled().size()));
        }
        if (unexpected != 0)
            throw std::runtime_error(
                fmt::format("numa: {} calls did not answer {}", unexpected, expected));
        return median(std::move(ns));
    }

    // Both threads sleep at every turn: what is measured are waits and wakes, not spinning.
    double us_of_round_trip(const node<word>& from, const node<word>& to) const {
        const without_spin while_running;
        auto& ping = to.own().ping;
        auto& pong = to.own().pong;
        store(ping, 0);
        store(pong, 0);
        double ns = 0;
        team threads(placement::at({from.visitor(), to.at_home()}), 2, [&](int index) {
            const stopwatch watch;
            for (int trip = 1; trip <= trips; ++trip) {
                const auto turn = static_cast<value>(trip);
                if (index == 0) engine_.store_wake(ping, turn, 1);
                await_turn(engine_, index == 0 ? pong : ping, turn);
                if (index == 1) engine_.store_wake(pong, turn, 1);
            }
            if (index == 0) ns = watch.ns();
        });
        threads.release();
        threads.join();
        return ns / 1e3 / trips;
    }

    // A store_wake that wakes nobody and a wait for a value that has changed, a second; each
    // thread's word lies on the node that node_for(index) names.
    double throughput(watchdog& dog, const std::function<int(int)>& node_for) const {
        return repeat_for(
                   seconds_, where_, threads_, dog,
                   [&](int index) {
                       const auto at = std::find(numbers_.begin(), numbers_.end(), node_for(index));
                       word& w =
                           nodes_[static_cast<size_t>(at - numbers_.begin())]->own().worked_on;
                       return [this, &w] { work_on(w); };
                   })
            .rate();
    }

    void work_on(word& w) const {
        const int woken = engine_.store_wake(w, 1, 1);
        const int waited = engine_.wait(w, 0);
        if (woken != woke_nobody || waited != other_value<Engine>)
            give_up(fmt::format("numa: a store_wake answered {}, a wait {}", woken, waited));
    }

    std::vector<int> numbers_;
    placement where_;
    int threads_;
    double seconds_;
    Engine engine_;
    std::vector<std::unique_ptr<node<word>>> nodes_;
};

bool has_memory(int node) {
    return node_memory(node, 1).in_place();
}

std::vector<int> nodes_for(const settings& how) {
    if (how.nodes.empty()) {
        std::vector<int> nodes = nodes_with_cpus();
        std::erase_if(nodes, [](int node) { return !has_memory(node); });
        return nodes;
    }
    if (std::set<int>(how.nodes.begin(), how.nodes.end()).size() != how.nodes.size())
        throw std::invalid_argument("numa: --nodes names a node twice");
    for (const int node : how.nodes)
        if (!has_memory(node))
            throw std::invalid_argument(fmt::format("node {} has no memory", node));
    return how.nodes;
}

std::string hints_unsupported(const target& what, const std::vector<int>& nodes) {
    if (!what.numa) return "";
    if (what.engine != engine_id::user && nodes_are_virtual())
        return "not supported: the kernel knows of no virtual nodes";
    if (what.bits == 8 && *std::max_element(nodes.begin(), nodes.end()) > 127)
        return "not supported: an 8-bit hint names nodes below 128";
    return "";
}

}  // namespace

made make_numa(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        const std::vector<int> nodes = nodes_for(how);
        if (std::string reason = hints_unsupported(what, nodes); !reason.empty())
            return {nullptr, reason};
        return {std::make_unique<numa<Engine>>(how, nodes, engine), ""};
    });
}

}  // namespace futex2::bench
