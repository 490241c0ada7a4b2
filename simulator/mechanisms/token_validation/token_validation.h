// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The users' access tokens, as the load generator holds them: each has one from before the run, of
/// which a part is over, and gets the next when it has ended and the user comes again.
class TokenValidation final : public system::Tokens {
public:
    void configure(const scenario::Design& design) override;
    system::Nanos endsAt(std::uint32_t user) override;
    void issued(std::uint32_t user, system::Nanos now) override;

private:
    system::Nanos m_lifetime = 0;         // of the next ones
    system::Nanos m_firstLifetime = -1;   // of those from before the run
    std::vector<system::Nanos> m_endsAt;  // by user; kUnseen: has not come yet
};

}  // namespace tenfold::mechanisms
