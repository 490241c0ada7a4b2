// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/catalogue.h"

#include <algorithm>

namespace tenfold::scenario {

namespace {
template <typename T>
const T* byId(const std::vector<T>& all, std::string_view id) {
    const auto it = std::find_if(all.begin(), all.end(), [&](const T& t) { return t.id == id; });
    return it == all.end() ? nullptr : &*it;
}

template <typename T>
std::string joinIds(const std::vector<T>& all) {
    std::string out;
    for (const auto& t : all) out += (out.empty() ? "" : ", ") + t.id;
    return out;
}
}  // namespace

std::string_view toString(Tier tier) {
    switch (tier) {
        case Tier::queries10k:
            return "10k";
        case Tier::infrastructure100k:
            return "100k";
        case Tier::architecture1M:
            return "1M";
        case Tier::principles:
            return "principles";
    }
    return "";
}

std::string_view titleOf(Tier tier) {
    switch (tier) {
        case Tier::queries10k:
            return "Queries · 10k";
        case Tier::infrastructure100k:
            return "Infrastructure · 100k";
        case Tier::architecture1M:
            return "Architecture · 1M";
        case Tier::principles:
            return "Principles";
    }
    return "";
}

const MechanismSpec* Catalogue::find(std::string_view id) const {
    return byId(m_specs, id);
}
std::string Catalogue::ids() const {
    return joinIds(m_specs);
}
const ValueSpec* findValue(const MechanismSpec& s, std::string_view v) {
    return byId(s.values, v);
}
const ParameterSpec* findParameter(const MechanismSpec& s, std::string_view p) {
    return byId(s.parameters, p);
}
std::string valueIds(const MechanismSpec& s) {
    return joinIds(s.values);
}

}  // namespace tenfold::scenario
