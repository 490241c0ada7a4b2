// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/scenario/problems.h"

namespace tenfold::scenario {

/// A value as a message shows it: not longer than a line, and not cut within a character.
std::string shown(const nlohmann::json& value);
/// "a, b, c".
std::string joined(const std::vector<std::string>& all);

/// Reads the keys of one object: each known key once, everything else is a problem. What is wrong
/// goes to `problems` and leaves the value as it was; what is not there does too.
class JsonReader {
public:
    /// `path`: "$.workload". Both references must live longer.
    JsonReader(const nlohmann::json& j, std::string path, Problems& problems);

    void number(const char* key, double& out, double least, double most);
    template <typename Int>
    void integer(const char* key, Int& out, double least, double most) {
        double value = static_cast<double>(out);
        const auto before = m_problems.messages().size();
        number(key, value, least, most);
        if (m_problems.messages().size() == before && value != std::floor(value)) {
            notWhole(key, value);
            return;
        }
        out = static_cast<Int>(value);
    }
    void text(const char* key, std::string& out, std::size_t longest = 2000);
    void texts(const char* key, std::vector<std::string>& out, std::size_t most = 100);
    void child(const char* key,
               const std::function<void(const nlohmann::json&, const std::string&)>& read);
    /// Each entry of a list, with its path.
    void list(const char* key, std::size_t most,
              const std::function<void(const nlohmann::json&, const std::string&)>& read);
    /// This key has no default.
    void require(const char* key, const std::string& allowed);
    /// Call last: what was not taken is unknown.
    void finish();

private:
    const nlohmann::json* take(const char* key);
    void notWhole(const char* key, double value);
    std::string at(const std::string& key) const { return m_path + "." + key; }
    const nlohmann::json& m_json;
    std::string m_path;
    Problems& m_problems;
    std::vector<std::string> m_known;
};

/// A file's JSON. Throws InputError when it cannot be read, is longer than a megabyte, is no JSON,
/// or is nested more than sixteen deep.
nlohmann::json jsonFromFile(const std::filesystem::path& file);

}  // namespace tenfold::scenario
