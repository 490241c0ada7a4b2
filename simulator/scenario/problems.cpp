// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/problems.h"

namespace tenfold::scenario {

void Problems::add(const std::string& path, const std::string& found, const std::string& allowed) {
    add(path + ": found " + found + "; allowed: " + allowed);
}

void Problems::add(const std::string& message) {
    m_messages.push_back(m_source.empty() ? message : m_source + ": " + message);
}

std::string Problems::joined() const {
    std::string out;
    for (const auto& m : m_messages) out += (out.empty() ? "" : "\n") + m;
    return out;
}

}  // namespace tenfold::scenario
