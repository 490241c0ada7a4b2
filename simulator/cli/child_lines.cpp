// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/child_lines.h"

#include <fmt/format.h>

#include <stdexcept>

#include "simulator/cli/interrupt.h"

namespace tenfold::cli {

using namespace std::chrono_literals;
using nlohmann::json;

ChildLines::ChildLines(const char* program, std::vector<std::string> arguments)
    : m_program(program),
      m_process(
          engine::besideThisProgram(program),
          [this](const json& line) {
              std::lock_guard lock(m_mutex);
              m_lines.push_back(line);
              m_wake.notify_one();
          },
          [this](const std::string& reason) {
              std::lock_guard lock(m_mutex);
              m_hasEnded = true;
              m_reason = reason;
              m_wake.notify_one();
          },
          std::move(arguments)) {}

void ChildLines::send(const json& line) {
    if (!m_process.send(line)) throw std::runtime_error(m_program + " is gone");
}

json ChildLines::next(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    std::unique_lock lock(m_mutex);
    while (m_lines.empty()) {
        if (isInterrupted()) throw std::runtime_error("it was interrupted");
        if (m_hasEnded)
            throw std::runtime_error(m_reason.empty() ? m_program + " ended" : m_reason);
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error(fmt::format("{} says nothing", m_program));
        m_wake.wait_for(lock, 100ms);
    }
    json line = std::move(m_lines.front());
    m_lines.pop_front();
    for (const char* bad : {"fatal", "error"})
        if (line.contains(bad)) throw std::runtime_error(line[bad].get<std::string>());
    return line;
}

}  // namespace tenfold::cli
