// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tenfold::scenario {

/// What is wrong with an input: all of it, collected, each with where, what was found, what is
/// allowed.
class Problems {
public:
    explicit Problems(std::string source = "") : m_source(std::move(source)) {}

    /// "naive.json: $.design.indexes: found "yes"; allowed: off, on"
    void add(const std::string& path, const std::string& found, const std::string& allowed);
    void add(const std::string& message);
    bool empty() const { return m_messages.empty(); }
    const std::vector<std::string>& messages() const { return m_messages; }
    std::string joined() const;

private:
    std::string m_source;
    std::vector<std::string> m_messages;
};

/// Bad input: one message for each problem. Nothing was loaded.
class InputError : public std::runtime_error {
public:
    explicit InputError(const Problems& problems)
        : std::runtime_error(problems.joined()), m_messages(problems.messages()) {}
    const std::vector<std::string>& messages() const { return m_messages; }

private:
    std::vector<std::string> m_messages;
};

}  // namespace tenfold::scenario
