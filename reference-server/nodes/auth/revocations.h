// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tenfold::nodes {

/// Tokens that are good no more before their time, by their name (jti). What has ended by itself is
/// forgotten. With a file they outlive the process: an auth service that comes back must not have
/// forgiven anybody. Thread-safe.
class Revocations {
public:
    /// `file`: read now, added to later; empty: in memory only.
    explicit Revocations(std::filesystem::path file = {});

    /// False when there is no room: a hundred thousand tokens that live still.
    bool add(const std::string& id, std::int64_t expiresAtS, double nowS);
    bool has(const std::string& id) const;
    std::size_t size() const;

private:
    void forgetEnded(double nowS);

    std::filesystem::path m_file;
    mutable std::mutex m_mutex;
    std::unordered_map<std::string, std::int64_t> m_endOf;
};

}  // namespace tenfold::nodes
