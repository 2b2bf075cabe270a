// SPDX-License-Identifier: MIT
// A bounded queue over condition variables: one or all are notified, with the mutex held or
// free, and waits end by deadlines and stop tokens, too. What is put in is taken out, once,
// and a notification that is lost stops the queue: most waits have nothing else to end them.
#include <fmt/core.h>

#include <deque>
#include <futex2/condition_variable.hpp>
#include <mutex>

#include "stress/report.hpp"
#include "stress/workers.hpp"

namespace futex2::stress {
namespace {

class bounded_queue {
  public:
    bounded_queue(const conditions& how) : all_(how), puts_(how.until.share(producers())) {
        putting_ = producers();
        stops_.resize(all_.size());
    }

    account run() {
        all_.run([this](worker& w, size_t i) { i < producers() ? produce(w, i) : consume(w, i); });
        account a;
        if (!items_.empty()) a.wrong.push_back(fmt::format("{} items are left", items_.size()));
        if (put_ != taken_ || sum_put_ != sum_taken_)
            a.wrong.push_back(fmt::format("{} items were put in, of sum {}; {} taken out, of {}",
                                          put_, sum_put_, taken_, sum_taken_));
        a = all_.close_account(std::move(a));
        a.disturbed += fmt::format(", {} stops", stopped_.load());
        return a;
    }

  private:
    static constexpr size_t room = 4;
    using lock_type = std::unique_lock<mutex>;

    size_t producers() const { return all_.size() / 2; }

    void produce(worker& w, size_t i) {
        for (uint64_t n = 0; !puts_.reached(n);) {
            if (put(w, i, w.random())) ++n;
            w.progress.steps.add(1);
            cancel_somebody(w);
        }
        const std::lock_guard lock(m_);
        if (--putting_ == 0) not_empty_.notify_all();
    }

    void consume(worker& w, size_t i) {
        while (take(w, i)) {
            w.progress.steps.add(1);
            cancel_somebody(w);
        }
    }

    bool put(worker& w, size_t i, uint64_t item) {
        lock_type lock(m_);
        if (!wait(not_full_, lock, w, i, [this] { return items_.size() < room; })) return false;
        items_.push_back(item);
        ++put_;
        sum_put_ += item;
        notify(not_empty_, lock, w);
        return true;
    }

    // False: there will be no more.
    bool take(worker& w, size_t i) {
        lock_type lock(m_);
        const auto some = [this] { return !items_.empty() || putting_ == 0; };
        if (!wait(not_empty_, lock, w, i, some)) return true;
        if (items_.empty()) return false;
        sum_taken_ += items_.front();
        items_.pop_front();
        ++taken_;
        notify(not_full_, lock, w);
        return true;
    }

    template <class Done>
    bool wait(condition_variable& c, lock_type& lock, worker& w, size_t i, const Done& done) {
        bool is_done = true;
        switch (w.below(8)) {
            case 0:
                is_done = c.wait_until(lock, in_a_moment(w), done);
                w.timeouts += is_done ? 0 : 1;
                break;
            case 1:
                is_done = c.wait(lock, fresh_stop(i), done);
                break;
            case 2:
                is_done = c.wait_until(lock, fresh_stop(i), in_a_moment(w), done);
                break;
            default:
                c.wait(lock, done);
        }
        if (is_done != done()) fail("a wait says that it is {}, which it is not", is_done);
        return is_done;
    }

    static std::chrono::steady_clock::time_point in_a_moment(worker& w) {
        return std::chrono::steady_clock::now() + std::chrono::nanoseconds(w.below(80'000));
    }

    void notify(condition_variable& c, lock_type& lock, worker& w) {
        if (w.one_in(2)) lock.unlock();
        all_.disturb(w);
        if (w.one_in(4))
            c.notify_all();
        else
            c.notify_one();
    }

    // The caller holds the mutex. Whoever asks for the stop may be late, and hit a wait that
    // is over.
    std::stop_token fresh_stop(size_t i) {
        const std::lock_guard lock(stops_mutex_);
        stops_[i] = std::stop_source();
        return stops_[i].get_token();
    }

    // A wait with a token alone may have nothing else to end it.
    void cancel_somebody(worker& w) {
        if (!w.one_in(4)) return;
        std::stop_source stop(std::nostopstate);
        {
            const std::lock_guard lock(stops_mutex_);
            stop = stops_[w.below(stops_.size())];
        }
        if (stop.request_stop()) stopped_.fetch_add(1);
    }

    workers all_;
    const limit puts_;
    mutex m_;
    condition_variable not_empty_, not_full_;
    std::deque<uint64_t> items_;  // these are guarded by m_
    size_t putting_;
    uint64_t put_ = 0, taken_ = 0;
    uint64_t sum_put_ = 0, sum_taken_ = 0;
    mutex stops_mutex_;
    std::vector<std::stop_source> stops_;  // of each worker's last wait
    std::atomic<uint64_t> stopped_{0};
};

account run_queue(const conditions& how) {
    return bounded_queue(how).run();
}

const registration queue_({"queue", "a bounded queue over condition variables, deadlines and stops",
                           16, 60'000, run_queue});

}  // namespace
}  // namespace futex2::stress
