// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/load/endpoints.h"
#include "simulator/random/stream.h"

namespace tenfold::load {

/// The fault drop_replies: which answers never reach their client. Of writes that went well, so
/// that what was asked for is done and nobody is told. Both engines ask this.
class LostReplies {
public:
    explicit LostReplies(std::uint64_t seed) : m_stream(seed, "replies.lost") {}

    void setPart(double part) { m_part = part; }
    bool loses(std::size_t endpoint, int status) {
        if (endpoints()[endpoint].isRead || status < 200 || status > 299) return false;
        // Drawn for each: a fault changes no other answer's fate.
        return m_stream.uniform() < m_part;
    }

private:
    random::Stream m_stream;
    double m_part = 0;
};

}  // namespace tenfold::load
