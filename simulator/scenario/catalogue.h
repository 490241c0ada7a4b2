// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::scenario {

/// The mechanisms a scenario may switch. Handed in: this folder knows no mechanism by name.
class Catalogue {
public:
    explicit Catalogue(std::vector<MechanismSpec> specs) : m_specs(std::move(specs)) {}

    const std::vector<MechanismSpec>& specs() const { return m_specs; }
    /// nullptr when there is none of that name.
    const MechanismSpec* find(std::string_view id) const;
    /// The ids, for messages: "connection_pooler, indexes, …".
    std::string ids() const;

private:
    std::vector<MechanismSpec> m_specs;
};

const ValueSpec* findValue(const MechanismSpec& spec, std::string_view value);
const ParameterSpec* findParameter(const MechanismSpec& spec, std::string_view parameter);
std::string valueIds(const MechanismSpec& spec);

}  // namespace tenfold::scenario
