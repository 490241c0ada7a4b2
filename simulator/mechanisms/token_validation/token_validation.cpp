// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/token_validation/token_validation.h"

#include <limits>

#include "simulator/load/token_age.h"

namespace tenfold::mechanisms {

using system::Nanos;

namespace {
constexpr Nanos kUnseen = std::numeric_limits<Nanos>::min();
}  // namespace

void TokenValidation::configure(const scenario::Design& design) {
    m_lifetime =
        static_cast<Nanos>(design.parameter("token_validation", "token_lifetime_s", 600) * 1e9);
    if (m_firstLifetime < 0) m_firstLifetime = m_lifetime;
}

Nanos TokenValidation::endsAt(std::uint32_t user) {
    if (user >= m_endsAt.size()) m_endsAt.resize(user + 1, kUnseen);
    Nanos& ends = m_endsAt[user];
    if (ends == kUnseen)
        ends =
            static_cast<Nanos>((1 - load::tokenAgeOf(user)) * static_cast<double>(m_firstLifetime));
    return ends;
}

void TokenValidation::issued(std::uint32_t user, Nanos now) {
    endsAt(user);
    m_endsAt[user] = now + m_lifetime;
}

}  // namespace tenfold::mechanisms
