// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "simulator/engine/live/server_process.h"

namespace tenfold::cli {

/// One of our programs that answers lines with lines, for whoever has time to wait.
class ChildLines {
public:
    /// `program`: built beside this one.
    explicit ChildLines(const char* program, std::vector<std::string> arguments = {});

    /// Throws std::runtime_error when it is gone.
    void send(const nlohmann::json& line);
    /// The next line. Throws std::runtime_error with the reason when the program says "fatal" or
    /// "error", ends, says nothing for so long, or Ctrl-C was pressed.
    nlohmann::json next(std::chrono::milliseconds limit);

private:
    std::string m_program;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<nlohmann::json> m_lines;
    bool m_hasEnded = false;
    std::string m_reason;
    // Last: its thread calls back into the members above until it is joined.
    engine::ServerProcess m_process;
};

}  // namespace tenfold::cli
