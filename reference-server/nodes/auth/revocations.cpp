// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/auth/revocations.h"

#include <fstream>
#include <utility>

#include "reference-server/protocol/access_token.h"

namespace tenfold::nodes {

namespace {
constexpr std::size_t kMost = 100'000;
}  // namespace

Revocations::Revocations(std::filesystem::path file) : m_file(std::move(file)) {
    if (m_file.empty()) return;
    std::ifstream in(m_file);
    std::int64_t expiresAtS = 0;
    // A line that was cut off by the end of the process has no number: nobody was told it stands.
    for (std::string id; m_endOf.size() < kMost && in >> id >> expiresAtS;)
        m_endOf[id] = expiresAtS;
}

bool Revocations::add(const std::string& id, std::int64_t expiresAtS, double nowS) {
    std::lock_guard lock(m_mutex);
    if (m_endOf.size() >= kMost) forgetEnded(nowS);
    if (m_endOf.size() >= kMost) return false;
    if (!m_endOf.emplace(id, expiresAtS).second || m_file.empty()) return true;
    std::ofstream(m_file, std::ios::app) << id << ' ' << expiresAtS << std::endl;
    return true;
}

bool Revocations::has(const std::string& id) const {
    std::lock_guard lock(m_mutex);
    return m_endOf.contains(id);
}

std::size_t Revocations::size() const {
    std::lock_guard lock(m_mutex);
    return m_endOf.size();
}

void Revocations::forgetEnded(double nowS) {
    std::erase_if(m_endOf, [nowS](const auto& entry) {
        return static_cast<double>(entry.second) + protocol::kLeewayS < nowS;
    });
}

}  // namespace tenfold::nodes
