// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/scenario.h"

#include <algorithm>

namespace tenfold::scenario {

const std::vector<std::string>& faultNames() {
    static const std::vector<std::string> names{"abusive_client", "auth_down",     "drop_replies",
                                                "failing_email",  "flash_crowd",   "flush_cache",
                                                "kill_cache",     "kill_instance", "kill_replica",
                                                "rolling_deploy", "slow_email"};
    return names;
}

std::string titleOfFault(const std::string& name) {
    if (name == "abusive_client") return "Abusive client";
    if (name == "auth_down") return "Auth service down";
    if (name == "drop_replies") return "Drop replies after commit";
    if (name == "failing_email") return "Failing e-mail";
    if (name == "slow_email") return "Slow e-mail × 20";
    if (name == "flash_crowd") return "Flash crowd × 3";
    if (name == "flush_cache") return "Flush the cache";
    if (name == "kill_cache") return "Kill the cache";
    if (name == "kill_instance") return "Kill an instance";
    if (name == "kill_replica") return "Kill a replica";
    if (name == "rolling_deploy") return "Rolling deploy";
    return name;
}

const std::vector<std::string>& realNames() {
    static const std::vector<std::string> names{"database", "pooler", "cache"};
    return names;
}

std::vector<std::string> scenarioNames(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace tenfold::scenario
