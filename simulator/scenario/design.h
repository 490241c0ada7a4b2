// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/problems.h"

namespace tenfold::scenario {

/// Where one switch stands. `value` may be several ids joined with '+' where the spec allows it.
struct Setting {
    std::string value;
    std::map<std::string, double> parameters;

    /// One of the joined values is this.
    bool has(std::string_view id) const;
    bool operator==(const Setting&) const = default;
};

/// One setting per mechanism of the catalogue: every switch, with every parameter filled in.
class Design {
public:
    Design() = default;
    /// Every mechanism at its first value.
    static Design naive(const Catalogue& catalogue);
    /// Every mechanism at the value its spec calls sound.
    static Design sound(const Catalogue& catalogue);

    /// The setting of a mechanism; an empty one when the design does not know it.
    const Setting& of(std::string_view mechanism) const;
    bool is(std::string_view mechanism, std::string_view value) const;
    /// A parameter's value; `fallback` when the design does not know it.
    double parameter(std::string_view mechanism, std::string_view name, double fallback = 0) const;
    void put(std::string mechanism, Setting setting);
    const std::map<std::string, Setting, std::less<>>& settings() const { return m_settings; }

    /// Applies "ID=VALUE" or "ID.PARAM=VALUE". Problems name the flag and what is allowed.
    void set(std::string_view assignment, const Catalogue& catalogue, Problems& problems);

    bool operator==(const Design&) const = default;

private:
    std::map<std::string, Setting, std::less<>> m_settings;
};

nlohmann::json toJson(const Design& design);
/// Reads {"indexes":"on","read_replicas":{"value":"2","lag_ms":500}}; what is not named keeps the
/// value it has in `base`. Everything that is wrong goes to `problems`.
Design designFromJson(const nlohmann::json& j, const Catalogue& catalogue, Design base,
                      const std::string& path, Problems& problems);
/// For a node, which trusts its supervisor: no catalogue, no checks.
Design designFromTrustedJson(const nlohmann::json& j);

/// What differs: "indexes off → on", "read_replicas.lag_ms 0 → 500".
std::vector<std::string> differences(const Design& before, const Design& after);

}  // namespace tenfold::scenario
