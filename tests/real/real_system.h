// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "tests/support/live_system.h"

namespace tenfold::test {

/// `sound` at 10k with these components real.
inline scenario::Scenario real(const std::vector<std::string>& components,
                               const std::vector<std::string>& set = {}) {
    auto s = shipped("sound", set);
    s.real = components;
    return s;
}

inline const std::vector<std::string> kAll{"database", "pooler", "cache"};

/// Parent of a process; 0 when it is gone or a zombie.
inline pid_t parentOf(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(stat, text)) return 0;
    char state = 0;
    pid_t parent = 0;
    std::istringstream(text.substr(text.rfind(')') + 1)) >> state >> parent;
    return state == 'Z' ? 0 : parent;
}

/// A process, its children and theirs.
inline std::set<pid_t> familyOf(pid_t root) {
    std::set<pid_t> found{root};
    for (bool isMore = true; isMore;) {
        isMore = false;
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            const std::string name = entry.path().filename();
            if (name.find_first_not_of("0123456789") != std::string::npos) continue;
            const pid_t pid = std::stoi(name);
            if (found.contains(parentOf(pid)) && found.insert(pid).second) isMore = true;
        }
    }
    return found;
}

/// How many of them are left after at most two seconds.
inline int leftOf(const std::set<pid_t>& pids) {
    int left = 0;
    for (int i = 0; i < 40; ++i) {
        left = 0;
        for (const auto pid : pids) left += parentOf(pid) != 0;
        if (left == 0) return 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return left;
}

/// The supervisor: parent of every node of ours.
inline pid_t supervisorOf(const LiveSystem& live) {
    return parentOf(live.node("gateway").pid);
}

}  // namespace tenfold::test
