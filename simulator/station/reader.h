// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "simulator/scenario/problems.h"

namespace tenfold::station {

/// A place in a JSON document and its path: what is read there is checked, and what is wrong goes
/// to the problems instead of ending the reading. A null pointer stands for a key that is not
/// there.
class Reader {
public:
    Reader(const nlohmann::json* value, std::string path, scenario::Problems& problems)
        : m_value(value), m_path(std::move(path)), m_problems(&problems) {}

    bool isThere() const { return m_value != nullptr && !m_value->is_null(); }
    const nlohmann::json& json() const { return *m_value; }
    const std::string& path() const { return m_path; }
    scenario::Problems& problems() const { return *m_problems; }

    Reader at(const std::string& key) const;
    Reader at(std::size_t index) const;

    /// "found …; allowed: …" for this place.
    void refuse(const std::string& allowed) const;
    /// For this place, in words.
    void say(const std::string& what) const { m_problems->add(m_path + ": " + what); }

    /// False, and a problem, unless this is an object; keys that are not listed are problems.
    bool isObject(std::initializer_list<const char*> keys) const;
    bool isObject() const;
    /// False, and a problem, unless this is an array with something in it.
    bool isFilledArray() const;

    std::optional<std::string> text() const;
    /// A finite number, more than (or, `orEqual`, at least) `least`.
    std::optional<double> number(double least, bool orEqual) const;
    std::optional<std::uint64_t> whole(std::uint64_t least, std::uint64_t most) const;

private:
    std::string found() const;

    const nlohmann::json* m_value;
    std::string m_path;
    scenario::Problems* m_problems;
};

}  // namespace tenfold::station
