// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tenfold::mechanisms {

/// What a limiter says about one request.
struct Admission {
    bool isAdmitted = true;
    std::int64_t remaining = 0;     // requests that would be admitted right now
    std::int64_t retryAfterNs = 0;  // when refused: how long until one is admitted
    std::int64_t resetNs = 0;       // until the whole burst is there again
};

/// Generic cell rate algorithm: at most burst + rate × t requests of one key in any time t. One
/// number for each key, the theoretical arrival time (ITU-T I.371; "Rate limiting, cells, and
/// GCRA", B. Leach 2015). The table is bounded: the key that was quiet longest is forgotten first.
class Gcra {
public:
    static constexpr std::size_t kMaxKeys = 100'000;

    Gcra(double ratePerS, double burst);
    void configure(double ratePerS, double burst);
    Admission admit(std::string_view key, std::int64_t nowNs);

    double ratePerS() const { return m_ratePerS; }
    double burst() const { return m_burst; }
    std::size_t keys() const { return m_cells.size(); }

private:
    struct Cell {
        std::string key;
        std::int64_t arrivalNs;  // theoretical arrival time of the next conforming request
    };
    double m_ratePerS = 1;
    double m_burst = 1;
    std::int64_t m_intervalNs = 0;
    std::int64_t m_toleranceNs = 0;
    std::list<Cell> m_order;  // most recently seen first
    std::unordered_map<std::string_view, std::list<Cell>::iterator> m_cells;
};

}  // namespace tenfold::mechanisms
