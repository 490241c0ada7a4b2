// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "simulator/measure/clock.h"
#include "simulator/measure/sample.h"

namespace tenfold::supervisor {

/// Puts the parts of a slot together: a slot is complete when every node that was expected has
/// reported, or 500 ms after its end. What is missing then is named, never taken for 0.
class SlotMerger {
public:
    using Emit = std::function<void(measure::Sample)>;

    SlotMerger(measure::SlotClock clock, Emit emit) : m_clock(clock), m_emit(std::move(emit)) {}

    /// From the next slot on that begins after `nowNs` this node is expected to report.
    void expect(const std::string& node, measure::Nanos nowNs);
    /// It has ended: no slot waits for it any more. What it did not report of slots that had begun
    /// is named as missing: it may have worked in them.
    void forget(const std::string& node, measure::Nanos nowNs);
    /// From this slot on samples carry this version.
    void publish(std::uint64_t version, measure::Nanos nowNs);
    /// A part from a node. Parts of slots already emitted are dropped and counted.
    void add(const std::string& node, const measure::Sample& part);
    /// Emits what is due, in order.
    void advance(measure::Nanos nowNs);

    std::uint64_t lateParts() const { return m_lateParts; }

private:
    struct Open {
        measure::Sample sample;
        std::set<std::string> reported;
    };
    bool isComplete(std::int64_t slot, const Open& open) const;
    std::uint64_t versionAt(std::int64_t slot);

    measure::SlotClock m_clock;
    Emit m_emit;
    std::map<std::string, std::int64_t> m_expectedFrom;                   // node → first slot
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> m_gone;  // node → first, last slot
    std::map<std::int64_t, std::uint64_t> m_versions;                     // first slot → version
    std::map<std::int64_t, Open> m_open;
    std::int64_t m_next = 0;
    std::uint64_t m_lateParts = 0;
};

}  // namespace tenfold::supervisor
