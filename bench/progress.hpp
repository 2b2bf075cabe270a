// SPDX-License-Identifier: MIT
// How far a long measurement has come, on stderr.
#pragma once

#include <string>

namespace futex2::bench {

/** A bar where stderr is a terminal, else a line for each new subject; or nothing. */
class progress {
  public:
    enum class style { none, bar, lines };

    /** bar or lines, as stderr is; none if silent. */
    static style style_for(bool silent);

    progress(style how, int steps) : style_(how), steps_(steps) {}
    ~progress();
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /** A step of this subject begins. */
    void step(const std::string& subject);

  private:
    void draw(const std::string& subject) const;

    style style_;
    int steps_;
    int begun_ = 0;
    std::string subject_;
};

}  // namespace futex2::bench
