// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// Rate limits at the gateway by the generic cell rate algorithm (ITU-T I.371), per address, per
/// user or both: the live gateway's decisions on simulated time.
class RateLimiting final : public system::Admission {
public:
    void configure(const scenario::Design& design) override;
    const char* refuseAddress(const system::Request& request, system::Nanos now) override;
    const char* refuseUser(const system::Request& request, system::Nanos now) override;

private:
    struct Limit {
        bool isOn = false;
        system::Nanos interval = 0;          // between requests at the allowed rate
        system::Nanos tolerance = 0;         // how far a burst may run ahead
        std::vector<system::Nanos> arrival;  // theoretical, of the next one, by user or address

        void configure(bool on, double ratePerS, double burst);
        bool admits(std::uint32_t key, system::Nanos now);
    };
    Limit m_perAddress;
    Limit m_perUser;
};

}  // namespace tenfold::mechanisms
