// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// Limits at the gateway: rates by the generic cell rate algorithm (ITU-T I.371), per address, per
/// user, per user and list, in any combination, and how many requests of a user may be in progress.
/// The live gateway's decisions on simulated time.
class RateLimiting final : public system::Admission {
public:
    void configure(const scenario::Design& design) override;
    const char* refuseAddress(const system::Request& request, system::Nanos now) override;
    const char* refuseUser(const system::Request& request, system::Nanos now) override;
    void left(const system::Request& request) override;

private:
    struct Limit {
        bool isOn = false;
        system::Nanos interval = 0;          // between requests at the allowed rate
        system::Nanos tolerance = 0;         // how far a burst may run ahead
        std::vector<system::Nanos> arrival;  // theoretical, of the next one, by whom it is about

        void configure(bool on, double ratePerS, double burst);
        bool admits(std::size_t key, system::Nanos now);
    };
    Limit m_perAddress;
    Limit m_perUser;
    Limit m_perEndpoint;
    int m_concurrency = 0;          // 0: no limit
    std::vector<int> m_inProgress;  // by user
};

}  // namespace tenfold::mechanisms
